"""Values worked out by adding: the cells of a table's column ("en tout"), those of one row, the aids that one article tells."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from assistant.contract_changes import by_column, by_row, changes, family, family_of, remainders
from assistant.contract_cues import TOTAL, YEAR, Candidate
from assistant.contract_parted import gaps, of_what, shares
from assistant.contract_question import Asked, Idea
from assistant.contract_reading import Reading, Unit
from assistant.contract_targets import aligned_years
from assistant.contract_text import AVENANT
from assistant.contract_working import cells_of, head_of, holds, is_nothing, number, rows_of, said, sums_of, worked
from corpus.values import NUMBER_WORDS, Value
from corpus.words import fold

_ALL = re.compile(
    r"\b(?:en tout|au total|total\w*|ensemble|confondu\w*|reuni\w*|cumul\w*|additionn\w*|ajout\w*|somme des?|compris\w*|tou(?:s|tes) (?:l|n|c)es(?! (?:combien|ans|mois|jours|\w+ (?:ans|mois|jours))))\b"
)
_AIDS = re.compile(r"\baid(?:e|es|er)\b|\bsubvention\w*|\bfinanc\w+|\bparticip\w+|\bverse\w*")
_PLUS = re.compile(r"\b[a-z]{3,} plus (?:l.|le |la |les )?[a-z]{3,}")  # "ARS plus Département": the columns of one row
_YEARS_PLUS = re.compile(r"\b20\d\d (?:\+|plus) 20\d\d\b|\b20\d\d\+20\d\d\b")
_SPAN = re.compile(r"\b(?:de|entre) (20\d\d) (?:a|et) (20\d\d)\b")
_HOUSES = re.compile(
    rf"\b(?:les|nos|ces|mes|des|aux) ({'|'.join(w for w in NUMBER_WORDS if w.isalpha())}) (?!ans\b|annee|mois|jour|dernier|premier)[a-z]+"
)
_JOINED = re.compile(r"\w*,? ?(?:,|\+|et|ou|plus) ?(?:(?:les?|la|l.|en|du|des?|d.|au|aux) ?)*")
_COUNT = re.compile(r"(?:nombre|nb|nbre|effectif|total|volume)\b\.?")  # a column's heading that doesn't say what it counts
_MEASURES = re.compile(
    r"\b(?:places?|lits?|capacite|autoris|install|finance|objectif|realis|cible|part|taux|etp|total|ensemble|20\d\d|n ?[+-] ?\d|reserv|ecart)"
)
_DENIES = re.compile(r"\bn(?:e |.)\w+ (?:pas|plus)\b|\bnon\b|\bpas \w+")
_TOTAL_HEAD = re.compile(r"\btotal|\bensemble|\ben tout")
_SUM = 0.3  # a sum stands above its parts


def worked_out(asked: Asked, found: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    """Sums, changes and remainders over the places that the best values come from, each with its working."""
    moved = list(changes(asked, found, reading))
    out = [
        *moved,
        *remainders(asked, found, reading),
        *gaps(asked, found, reading),
        *shares(asked, found, reading),
    ]
    if asked.counted is None and max(_wanted(asked, k) for k in ("amount", "number")) < 0.5:
        return out
    if not moved and (_YEARS_PLUS.search(asked.folded) or (_ALL.search(asked.folded) and len(asked.years) > 1)):
        out += _over_years(asked, found, reading)
    if _PLUS.search(asked.folded) and not _ALL.search(asked.folded):
        out += _across(asked, found, reading)
    if _ALL.search(asked.folded):
        out += [*_columns(asked, found, reading), *_across(asked, found, reading), *_aids(asked, found, reading)]
        out += _told_together(asked, found, reading)
    return out


def _wanted(asked: Asked, kind: str) -> float:
    return asked.kinds.get(kind, 0.0)


def _over_years(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """The sum of what a table tells for each of the years that the question names, in one row or in one column."""
    span = _SPAN.search(asked.folded)
    named = {str(year) for year in range(int(span[1]), int(span[2]) + 1)} if span else set(asked.years)
    for candidate in found[:6]:
        unit, kind = candidate.unit, candidate.value.kind
        if not unit.is_row or candidate.change is not None or kind not in ("amount", "number"):
            continue
        columns = aligned_years(unit.piece.cells, reading.base_year)
        told = by_column(asked, unit, reading, kind, columns) if columns else by_row(asked, candidate, reading)
        if len(named) > 1 and named <= told.keys():
            yield from _sum(asked, candidate, [told[year] for year in sorted(named)])
            return


def _columns(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """The sums of the columns that the best cells stand in, over the rows that the question names (all, where it names none)."""
    best: dict[tuple[object, str, str], list[Candidate]] = {}
    for candidate in found:
        unit, kind = candidate.unit, candidate.value.kind
        if unit.is_row and kind in ("number", "amount") and candidate.change is None and not _is_total(unit):
            best.setdefault((unit.piece.table, head_of(candidate), kind), []).append(candidate)
    for (_, head, kind), tops in best.items():
        rows = rows_of(tops[0].unit, reading)
        parts = [unit for unit in rows if not _is_total(unit)]
        if any(YEAR.search(unit.piece.cells[0][1]) for unit in rows):
            continue  # a row a year: the years of a contract are not added up unasked
        heads = [h for h, _ in rows[0].piece.cells] if rows and _COUNT.fullmatch(fold(head)) else [head]
        about = fold(" ; ".join((*heads, rows[0].near.text))) if rows else ""
        if kind == "number" and asked.counted is not None and not holds(asked.counted, about):
            continue
        kept = _denied(asked, [unit for unit in _named(asked, parts, about) if not _of_other_years(asked, unit)])
        if len(kept) == len(parts) < len(rows):
            continue  # a total that the table gives itself
        cells = {id(unit): cells_of(asked, unit, reading, kind).get(head) for unit in kept}
        chosen = [(cell.value, unit) for unit in kept if (cell := cells[id(unit)])]
        known = all(cells[id(unit)] or is_nothing(unit, head) for unit in kept)
        top = next((c for c in tops if any(c.unit is unit for _, unit in chosen)), None)
        if known and top is not None and len(chosen) > 1:
            yield from _sum(asked, top, chosen)


def _of_other_years(asked: Asked, unit: Unit) -> bool:
    told = {year for _, text in unit.piece.cells for year in YEAR.findall(text)}
    return bool(asked.years and told) and not told & set(asked.years)


def _is_total(unit: Unit) -> bool:
    return bool(TOTAL.match(fold(unit.piece.cells[0][1])))


def _named(asked: Asked, rows: Sequence[Unit], about: str) -> list[Unit]:
    """The rows that a question names: those that hold all that it says of some of them, else, "A et B compris", any of it."""
    which = [i for i in asked.ideas if not (i.light or i is asked.counted or _ALL.search(i.name) or i.name in NUMBER_WORDS)]
    which = [i for i in which if not (holds(i, about) or _every(asked, i)) and any(holds(i, u.own.folded) for u in rows)]
    weight = sum(idea.weight for idea in which)
    kept = [u for u in rows if sum(i.weight for i in which if holds(i, u.own.folded)) >= 0.75 * weight]
    return kept or _either(asked, rows, which) or [u for u in rows if any(holds(i, u.own.folded) for i in which)]


def _either(asked: Asked, rows: Sequence[Unit], which: Sequence[Idea]) -> list[Unit]:
    """The rows that hold one of the things that the question joins, and all that it says of them: "en insertion, regroupé et diffus"."""
    places = sorted((at, at + len(i.name), i) for i in which if (at := asked.folded.find(i.name)) >= 0)
    pairs = [(a, b) for (_, end, a), (start, _, b) in pairwise(places) if _JOINED.fullmatch(asked.folded[end:start])]
    joined = {id(idea) for pair in pairs for idea in pair}
    some, said = [i for i in which if id(i) in joined], [i for i in which if id(i) not in joined]
    return [u for u in rows if all(holds(i, u.own.folded) for i in said) and any(holds(i, u.own.folded) for i in some)]


def _every(asked: Asked, idea: Idea) -> bool:
    """Whether a question takes all that an idea is said of: "tous chantiers réunis", "l'ensemble des travaux"."""
    return bool(
        re.search(rf"\b(?:tou(?:s|tes) (?:[lnc]es )?|(?:ensemble|total|totalite|somme) des ){re.escape(idea.name)}", asked.folded)
    )


def _denied(asked: Asked, rows: list[Unit]) -> list[Unit]:
    """The rows that say no, where a question denies something and the table answers by yes or no in one column."""
    told = [[(h, fold(text)) for h, text in u.piece.cells if re.fullmatch(r"oui|non", fold(text.strip()))] for u in rows]
    if not _DENIES.search(asked.folded) or any(len(of) != 1 for of in told) or len({of[0][0] for of in told}) != 1:
        return rows
    return [u for u, of in zip(rows, told, strict=True) if of[0][1].strip() == "non"]


def _sum(asked: Asked, top: Candidate, chosen: Sequence[tuple[Value, Unit]]) -> Iterator[Candidate]:
    values = [value for value, _ in chosen]
    numbers = [n for value in values if (n := number(value)) is not None]
    if len(numbers) < len(values):
        return
    # What is said of any of its parts is said of the sum.
    told = " ; ".join(f"{u.own.folded} {u.near.folded}" for _, u in chosen)
    fit = asked.share(told)
    more = max(0.0, fit - top.fit)
    wanted = _wanted(asked, top.value.kind) / max(asked.kinds.values())
    working = " + ".join(said(value) for value in values)
    summed = worked(
        values[0].kind,
        sum(numbers, Decimal(0)),
        working,
        top,
        top.score + _SUM * wanted + 0.5 * more,
        [u for _, u in chosen],
        values,
    )
    # So is that it adds them up, and that they are "les trois maisons".
    houses = _HOUSES.search(asked.folded)
    adding = [i for i in asked.ideas if _ALL.search(i.name) or (houses and i.name in houses[0].split())]
    said_so = sum(i.weight for i in adding if not holds(i, told))
    yield replace(summed, fit=min(1.0, top.fit + more + said_so / asked.weight))


def _across(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """The sum of the cells of one row: those whose columns the question names ("ARS et Département réunis"), or all those of
    a total whose table adds its columns up nowhere."""
    seen: set[int] = set()
    for candidate in found[:12]:
        unit, kind = candidate.unit, candidate.value.kind
        if not unit.is_row or id(unit) in seen or kind not in ("number", "amount") or candidate.change is not None:
            continue
        seen.add(id(unit))
        cells = cells_of(asked, unit, reading, kind)
        whole = [head for head in cells if _TOTAL_HEAD.match(fold(head))]
        if len(whole) == 1 and len(cells) > 2 and {*_told_apart(asked, list(cells)), *whole} == {*cells}:
            cell = cells[whole[0]]  # every part is named, and the row says their sum itself
            yield replace(candidate, value=cell.value, place=cell.place, score=candidate.score + _SUM)
            continue
        if any(re.search(r"\btotal|\bensemble|\ben tout|\b20\d\d\b.*\b20\d\d\b", fold(head)) for head, _ in unit.piece.cells[1:]):
            continue
        if _of_other_years(asked, unit) or not any(u is unit for u in _named(asked, rows_of(unit, reading), unit.near.folded)):
            continue
        named = _told_apart(asked, list(cells))
        if not named and ((_is_total(unit) and kind == "number") or _a_house_each(asked, list(cells))):
            named = list(cells)
        if len(named) > 1:
            yield from _sum(asked, candidate, [(cells[head].value, unit) for head in named])


def _a_house_each(asked: Asked, heads: Sequence[str]) -> bool:
    """Whether the question names as many things as there are columns, each of one of them: "les trois maisons"."""
    said = _HOUSES.search(asked.folded)
    if said is None or len(heads) != NUMBER_WORDS[said[1]]:
        return False
    return not any(_MEASURES.search(head) or family(head) for head in map(fold, heads))


def _told_apart(asked: Asked, heads: Sequence[str]) -> list[str]:
    """The columns that the question names, each by a word of its own."""
    held = [[head for head in heads if holds(idea, fold(head))] for idea in _nouns(asked)]
    return [head for head in heads if [head] in held]


def _nouns(asked: Asked) -> list[Idea]:
    return [i for i in asked.ideas if not (i.light or i is asked.counted or _ALL.search(i.name))]


def _aids(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """The sum of the aids that the sentences of one article tell, one each, for a question on what helps to pay."""
    if not _AIDS.search(asked.folded) or _wanted(asked, "amount") < 0.5:
        return
    seen: set[tuple[str, ...]] = set()
    for candidate in found[:30]:
        piece = candidate.unit.piece
        if candidate.unit.is_row or candidate.value.kind != "amount" or piece.headings in seen or piece.zone == AVENANT:
            continue
        article = [u for u in reading.units if not u.is_row and u.change is None and u.piece.headings == piece.headings]
        told = [sums[0] for u in article if len(sums := sums_of(asked, u, reading)) == 1]
        chosen = [(c.value, c.unit) for c in told if family_of(c) == "aid"]
        if len(chosen) > 1 and any(u is candidate.unit for _, u in chosen):
            seen.add(piece.headings)
            yield from _sum(asked, candidate, chosen)


def _told_together(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """The sum of those amounts of one sentence whose own words the question says ("610 € pour le foyer et 90 € pour le SAVS")."""
    seen: set[int] = set()
    for candidate in found[:6]:
        unit = candidate.unit
        if unit.is_row or candidate.value.kind != "amount" or candidate.change is not None or id(unit) in seen:
            continue
        seen.add(id(unit))
        told = of_what(unit.own.text, "amount")
        apart = [i for i in _nouns(asked) if not all(holds(i, words) for _, words in told)]
        chosen = [value for value, words in told if any(holds(i, words) for i in apart)]
        if len(chosen) > 1:
            yield from _sum(asked, candidate, [(value, unit) for value in chosen])
