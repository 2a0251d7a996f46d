"""Values worked out from the cells of one table: a sum over its rows ("en tout"), a change over its years ("on perd combien ?")."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from assistant.contract_cues import TOTAL, Candidate
from assistant.contract_question import Asked, Idea, stems_of
from assistant.contract_reading import Reading, Unit
from assistant.contract_targets import aligned_years
from corpus.values import NUMBER_WORDS, Value, find_values, plain
from corpus.words import fold

_ALL = re.compile(r"\b(?:en tout|total\w*|ensemble|confondu\w*|reuni\w*|cumul\w*)\b")
_CHANGE = re.compile(
    r"\b(?:perd\w*|gagn\w+|augment\w*|hausse|baiss\w+|diminu\w+|evolu\w+|progress\w*|supprim\w+|cre(?:e|es|er|ons)|en (?:plus|moins)|de (?:plus|moins))\b"
)
_OVER = re.compile(r"\b(?:duree|total|en tout|entre|d.ici|au bout|a la fin|sur les|sur (?:le|tout le) contrat)\b")


def worked_out(asked: Asked, found: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    """Sums and changes over the rows that the best values come from, each with its working."""
    out: list[Candidate] = []
    if asked.total and (asked.counted is not None or asked.kinds.get("amount", 0.0) >= 0.5):
        out += _sums(asked, found, reading)
    if _CHANGE.search(asked.folded) and (_OVER.search(asked.folded) or len(asked.years) > 1):
        out += _changes(asked, found, reading)
    return out


def _head(candidate: Candidate) -> str:
    """The heading of the column that a value stands in."""
    return next((head for head, text in candidate.unit.piece.cells if candidate.value.text in text), "")


def _sums(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    columns: dict[tuple[object, str, str], dict[int, Candidate]] = {}
    for candidate in found:
        unit = candidate.unit
        if unit.is_row and candidate.value.kind in ("number", "amount") and not candidate.computed and candidate.change is None:
            key = (unit.piece.table, _head(candidate), candidate.value.kind)
            columns.setdefault(key, {}).setdefault(id(unit.piece), candidate)
    for (table, head, kind), values in columns.items():
        rows = [unit for unit in reading.units if unit.is_row and unit.piece.table == table and unit.change is None]
        parts = [unit for unit in rows if not TOTAL.match(fold(unit.piece.cells[0][1]))]
        if any(re.search(r"\b20\d\d\b", unit.piece.cells[0][1]) for unit in rows):
            continue  # a row a year: the years of a contract are not added up unasked
        said = fold(f"{head} ; {rows[0].near.text}") if rows else ""
        if asked.counted is not None and not _holds(asked.counted, said):
            continue
        which = [i for i in asked.ideas if not (i.light or i is asked.counted or _ALL.search(i.name) or i.name in NUMBER_WORDS)]
        which = [idea for idea in which if not _holds(idea, said)]
        weight = sum(idea.weight for idea in which)
        kept = [u for u in parts if sum(i.weight for i in which if _holds(i, u.own.folded)) >= 0.75 * weight]
        chosen = [values[id(unit.piece)] for unit in kept if id(unit.piece) in values]
        if len(chosen) < 2 or len(chosen) < len(kept) or (len(kept) == len(parts) < len(rows)):
            continue  # a row whose value is not known, or a total that the table gives itself
        try:
            total = sum((Decimal(c.value.normalized) for c in chosen), Decimal(0))
        except InvalidOperation:
            continue
        best = max(chosen, key=lambda c: c.score)
        shown = _shown(total, kind)
        working = f"{' + '.join(c.value.text for c in chosen)} = {shown}"
        yield Candidate(Value(kind, shown, plain(total), 0, 0), best.unit, best.score + 0.3, best.fit, None, working, best.years)


def _changes(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    seen: set[int] = set()
    for candidate in found[:8]:
        unit = candidate.unit
        if not unit.is_row or id(unit) in seen or candidate.change is not None:
            continue
        seen.add(id(unit))
        ends = _ends(unit, asked, reading, candidate.value.kind)
        if ends is not None:
            (first, before), (last, after) = ends
            change = Decimal(after.normalized) - Decimal(before.normalized)
            shown = _shown(abs(change), candidate.value.kind)
            working = f"{after.text} en {last} − {before.text} en {first} = {'−' if change < 0 else '+'}{shown}"
            value = Value(candidate.value.kind, shown, plain(abs(change)), 0, 0)
            yield Candidate(value, unit, candidate.score + 0.2, candidate.fit, None, working, (first, last))


def _ends(unit: Unit, asked: Asked, reading: Reading, kind: str) -> tuple[tuple[str, Value], tuple[str, Value]] | None:
    """The first and last years of a row (or the two that are asked for), each with its value."""
    cells = unit.piece.cells
    told = {}
    for place, year in aligned_years(cells, reading.base_year).items():
        text = cells[place][1]
        values = find_values(text, kind) or (find_values(text, "number") if re.fullmatch(r"[\d\s.,]+", text.strip()) else [])
        if year and values:
            told[year] = values[0]
    wanted = sorted(year for year in told if year in asked.years) if len(asked.years) > 1 else sorted(told)
    return ((wanted[0], told[wanted[0]]), (wanted[-1], told[wanted[-1]])) if len(wanted) > 1 else None


def _holds(idea: Idea, folded: str) -> bool:
    return idea.held(folded, stems_of(folded))


def _shown(number: Decimal, kind: str) -> str:
    """A number as contracts write it: "1 234,5", with its unit."""
    text = f"{number.normalize():,f}".replace(",", " ").replace(".", ",")
    return text + {"amount": " €", "percent": " points"}.get(kind, "")
