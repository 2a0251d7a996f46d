"""Values worked out by taking away: a change over the years or by an avenant ("de combien ?"), what is left to be found."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice, pairwise

from assistant.contract_cues import YEAR, Candidate
from assistant.contract_question import Asked
from assistant.contract_reading import Reading, Unit
from assistant.contract_targets import aligned_years
from assistant.contract_text import AVENANT
from assistant.contract_working import cells_of, head_of, holds, number, rows_of, said, sums_of, worked
from corpus.values import Value, find_values
from corpus.words import fold

_CHANGE = re.compile(
    r"\b(?:perd\w*|gagn\w+|augment\w*(?! a\b)|hausses?|baiss\w+(?! a\b)|diminu\w+|evolu\w+|progress\w*(?! a\b)|supprim\w+|cre(?:e|es|er|ons)|gross\w+|grimp\w+"
    r"|gonfl\w+|ajout\w+|monte\w*(?! a\b)|rallonge\w*|depass\w+|difference|ecart|en (?:plus|moins)|de (?:plus|moins))\b"
)
_OVER = re.compile(r"\b(?:duree|total|en tout|entre|d.ici|au bout|a la fin|sur les|sur (?:le|tout le) contrat)\b")
_ENDS = re.compile(
    r"(?:le |la |au |du |en )?(?:debut|depart|fin|terme|arrivee|bout|premiere?|derniere?|duree)(?: (?:annee|du|de|d.).*)?"
)
_BY_HOW_MUCH = re.compile(
    r"\bde combien\b|\b(?:gagn|ajout|rajout|augment|perd|suppl)[a-z]* (?:nous |en plus )?combien\b|\bcombien (?:(?:d[e'] ?)?[\w' -]{0,40})?(?:de|en) (?:plus|moins)\b|\bquel(?:le)? (?:\w+ )?(?:difference|ecart|hausse|augmentation|baisse|surcout)\b"
)
_MAY = re.compile(r"\b(?:peu(?:t|vent)|pourr\w+|risqu\w+|maxi\w*|au plus)\b|\b(?:chaque|par) (?:an|annee)\b(?! pour)")
_RAISED = re.compile(r"\b(?:port|pass|fix|elev|ramen|remont|reduit)\w*\s+(?:desormais\s+)?a\s+(?:la somme de\s+)?$")
_DEEP = 8


def changes(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """What the best values gained or lost, each with its working; nothing for a question that asks for no change."""
    if not _CHANGE.search(asked.folded):
        return
    if _OVER.search(asked.folded) or len(asked.years) > 1:
        yield from _over_years(asked, found, reading)
    yield from _from_to(asked, found)
    if (
        _BY_HOW_MUCH.search(asked.folded)
        and len(asked.years) < 2
        and (asked.avenant is not None or not _MAY.search(asked.folded))
    ):
        yield from _by_avenant(found, reading)


def _over_years(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    seen: set[tuple[object, ...]] = set()
    for candidate in found[:_DEEP]:
        unit, kind = candidate.unit, candidate.value.kind
        if not unit.is_row or candidate.change is not None or kind not in ("amount", "number", "percent"):
            continue
        columns = aligned_years(unit.piece.cells, reading.base_year)
        key = (id(unit.piece), kind) if columns else (unit.piece.table, head_of(candidate), kind)
        if key in seen:
            continue
        seen.add(key)
        told = by_column(asked, unit, reading, kind, columns) if columns else by_row(asked, candidate, reading)
        wanted = sorted(year for year in told if year in asked.years) if len(asked.years) > 1 else sorted(told)
        if len(wanted) > 1:
            first, last = wanted[0], wanted[-1]
            (before, there), (after, here) = told[first], told[last]
            # The two ends of the change are what the question says of its first and last columns.
            ends = sum(i.weight for i in asked.ideas if _ENDS.fullmatch(i.name) and not holds(i, unit.own.folded)) / asked.weight
            at = replace(candidate, fit=min(1.0, candidate.fit + ends))
            yield from _change(at, before, after, f" en {first}", f" en {last}", (here, there))


def by_column(asked: Asked, unit: Unit, reading: Reading, kind: str, columns: dict[int, str]) -> dict[str, tuple[Value, Unit]]:
    """The values of a row whose columns are years, by year."""
    cells = cells_of(asked, unit, reading, kind)
    heads = {year: unit.piece.cells[place][0] for place, year in columns.items()}
    return {year: (cells[head].value, unit) for year, head in heads.items() if year and head in cells}


def by_row(asked: Asked, candidate: Candidate, reading: Reading) -> dict[str, tuple[Value, Unit]]:
    """The values of a column whose rows are years, by year; of two rows of one year, the one that says more of the question."""
    told: dict[str, tuple[Value, Unit]] = {}
    head = head_of(candidate)
    rows = rows_of(candidate.unit, reading)
    for unit in sorted(rows, key=lambda u: -asked.share(u.own.folded)):
        years = YEAR.findall(unit.piece.cells[0][1])
        cell = cells_of(asked, unit, reading, candidate.value.kind).get(head)
        if len(years) == 1 and cell is not None:
            told.setdefault(years[0], (cell.value, unit))
    return told


def _from_to(asked: Asked, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """ "Passage de 104 à 100 places", for "on perd combien de places ?"."""
    if re.search(r"\b(?:a|jusqu.a) combien\b", asked.folded) or not re.search(r"\bcombien\b", asked.folded):
        return
    for candidate in found[:4]:
        value, unit = candidate.value, candidate.unit
        if candidate.change is not None or value.kind not in ("number", "amount"):
            continue
        text = unit.piece.cells[candidate.place][1] if unit.is_row else unit.own.text
        numbers = find_values(text, value.kind)
        for before, after in pairwise(numbers):
            between = re.fullmatch(r"\s+à\s+", text[before.end : after.start])
            if (
                between
                and re.search(r"\bde\s+$", text[: before.start])
                and value.normalized in (before.normalized, after.normalized)
            ):
                yield from _change(candidate, before, after, "", "", (unit,))
                return


def _by_avenant(found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """What an avenant adds to a value: the one that it says it replaces, else the one that the contract had said."""
    for candidate in found[:3]:
        change, value, unit = candidate.change, candidate.value, candidate.unit
        if change is not None and change.old and change.kind in ("amount", "number", "percent"):
            before = Value(change.kind, change.old, change.old_normalized, 0, 0)
            after = Value(change.kind, change.new, change.new_normalized, 0, 0)
            there = (u for u in reading.units if u.change is None and change.target and u.piece.passage is change.target.passage)
            yield from _change(candidate, before, after, "", "", tuple(dict.fromkeys((unit, *islice(there, 1)))))
            return
        if change is None and unit.piece.zone == AVENANT and not unit.is_row:
            at = unit.own.text.find(value.text)
            if not _RAISED.search(fold(unit.own.text[:at])):
                continue
            old = next(
                (c for c in found[:6] if c.unit.piece.zone != AVENANT and c.change is None and c.value.kind == value.kind), None
            )
            if old is not None:
                yield from _change(candidate, old.value, value, "", "", (unit, old.unit))
            return


def _change(at: Candidate, before: Value, after: Value, first: str, last: str, units: Sequence[Unit]) -> Iterator[Candidate]:
    old, new = number(before), number(after)
    if old is None or new is None or old == new:
        return
    if new < old and not first:  # what is lost, said as what there was less what there is
        before, after = after, before
    working = f"{said(after)}{last} − {said(before)}{first}"
    total = new - old if first else abs(new - old)
    yield worked(after.kind, total, working, at, at.score + 0.2, units, (before, after))


# What an operation costs, and what pays for it: told by the nearest words before a sum, or by its column's heading.
_FAMILIES = (
    ("loan", re.compile(r"\bemprunt\w*|\bprets?\b")),
    ("aid", re.compile(r"\baid(?:e|es|er|ent)\b|\bsubvention\w*|\bconcour\w+|\bparticip\w+|\bcontribu\w+|\bfinancements? (?:de|du)\b|\bpart (?:de l|du)|\bverse\b")),
    ("own", re.compile(r"\bfonds propres|\bautofinanc\w+|\breserves?\b|\bsolde\b")),
    ("cost", re.compile(r"\bcout\w*|\bmontants?\b|\bdepenses?\b|\bevalue\w*|\bestime\w*|\bchiffre\w*|\belev\w+ a\b|\boperation\b")),
)  # fmt: skip
_TAKEN = (
    ("loan", re.compile(r"\bemprunt\w*|\bprets?\b")),
    ("aid", re.compile(r"\baides?\b|\bsubvention\w*|\bparticipations?\b|\bfinancements?\b|\betat\b|\bars\b|\bagence\b|\banah\b|\bcnsa\b|\bdepartement\b")),
)  # fmt: skip
_DEDUCTED = re.compile(r"\b(?:dedui\w+|deduction|enlev\w+|retir\w+|retranch\w+|ot(?:e|es|ee|ees|ant)|soustrai\w+)\b")
_LEFT = re.compile(r"\brest\w+|\blaiss\w+|\bpoche\b|\bsolde\b|\btrouver\b|\bsortir\b|\bmanque\w*|\ba (?:notre|la) charge\b")


def family(told: str) -> str:
    """What the folded words before a sum say that it is: its "cost", "loan", "aid" or "own" money; "" where they don't."""
    last, name = -1, ""
    for candidate, pattern in _FAMILIES:
        for match in pattern.finditer(told):
            if match.start() > last:
                last, name = match.start(), candidate
    return name


def remainders(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """What is left of a cost once the loan and the aids that the question names are taken away."""
    if not (_DEDUCTED.search(asked.folded) and _LEFT.search(asked.folded)):
        return
    taken = [name for name, pattern in _TAKEN if pattern.search(asked.folded)]
    amounts = [c for c in found[:20] if c.value.kind == "amount"]
    whole = next((c for c in amounts if family_of(c) in ("cost", "")), None)
    if whole is None or not taken:
        return
    parts = _parts(asked, whole, taken, amounts, reading)
    values = [whole.value, *(part.value for part in parts)]
    sums = [n for value in values if (n := number(value)) is not None]
    left = 2 * sums[0] - sum(sums, Decimal(0)) if len(sums) == len(values) else Decimal(0)
    if left > 0 and parts and not set(taken) - {family_of(part) for part in parts}:
        working = " − ".join(said(value) for value in values)
        units = [part.unit for part in parts]
        fit = max(c.fit for c in (whole, *amounts) if c is whole or any(c.unit is unit for unit in units))
        yield replace(worked("amount", left, working, whole, amounts[0].score + 0.3, units, values), fit=fit)


def family_of(candidate: Candidate) -> str:
    """What a sum is, by its column's heading or by the words of its sentence since the sum before."""
    if candidate.unit.is_row:
        return family(fold(head_of(candidate)))
    text, value = candidate.unit.own.text, candidate.value
    at = value.start if value.end else max(0, text.find(value.text))
    others = [v.end for v in find_values(text, "amount") if v.end <= at]
    return family(fold(text[max(others, default=0) : at])) or family(fold(text[at + len(value.text) :])[:30])


def _parts(
    asked: Asked, whole: Candidate, taken: Sequence[str], amounts: Sequence[Candidate], reading: Reading
) -> list[Candidate]:
    """What pays for an operation: in the row or the article of its cost, else where the question's best sums of that sort stand."""
    if whole.unit.is_row:
        row = cells_of(asked, whole.unit, reading, "amount").values()
        if held := [cell for cell in row if family_of(cell) in taken]:
            return held
    parts: list[Candidate] = []
    for name in taken:
        for place in (whole.unit, *(c.unit for c in amounts if family_of(c) == name)):
            told = [c for unit in _article(place, reading, place is whole.unit) for c in sums_of(asked, unit, reading)]
            if held := [c for c in told if family_of(c) == name]:
                parts += held
                break
    return parts


def _article(place: Unit, reading: Reading, after: bool) -> list[Unit]:
    """The sentences of a unit's article; from it to the next cost only, where only what comes `after` it is of it."""
    same = [u for u in reading.units if u.piece.headings == place.piece.headings and not u.is_row and u.change is None]
    if not after or place not in same:
        return same
    rest = same[same.index(place) :]
    costs = (i for i, unit in enumerate(rest) if i and family(unit.own.folded) == "cost" and find_values(unit.own.text, "amount"))
    return rest[: next(costs, len(rest))]
