"""What the values worked out from others have in common: the cells of a table, how a value is said, its working."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from assistant.contract_cells import of_row
from assistant.contract_cues import Candidate
from assistant.contract_question import Asked, Idea, stems_of
from assistant.contract_reading import Reading, Unit
from assistant.contract_values import turned
from corpus.values import Value, find_values, plain

_NOTHING = re.compile(r"\s*(?:[-–—]|0(?:,0+)?(?:\s?k?€)?|n[ée]ant|aucune?|sans objet)?\s*", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d\s?k€", re.IGNORECASE)
_UNITS = {"amount": " €", "percent": " points"}


def rows_of(unit: Unit, reading: Reading) -> list[Unit]:
    """The rows of the table that a row stands in, itself included."""
    heads = tuple(head.text for head in unit.heads)
    table = [u for u in reading.units if u.is_row and u.change is None and u.piece.table == unit.piece.table]
    # Two tables may follow each other under one heading; a row of total may lack some of the columns.
    return [u for u in table if {h.text for h in u.heads} <= set(heads) or set(heads) <= {h.text for h in u.heads}]


def head_of(candidate: Candidate) -> str:
    """The heading of the column that a value stands in."""
    return candidate.unit.piece.cells[candidate.place][0]


def cells_of(asked: Asked, unit: Unit, reading: Reading, kind: str) -> dict[str, Candidate]:
    """The values of one kind of a row, in force, by their columns' headings; of a cell that holds several, the first."""
    found: dict[str, Candidate] = {}
    for candidate in turned(asked, list(of_row(asked, unit, reading)), reading):
        if candidate.value.kind == kind:
            found.setdefault(head_of(candidate), candidate)
    return found


def sums_of(asked: Asked, unit: Unit, reading: Reading) -> list[Candidate]:
    """The sums of money that a sentence tells, those in force."""
    return turned(asked, [Candidate(value, unit, 0.0, 0.0) for value in find_values(unit.own.text, "amount")], reading)


def is_nothing(unit: Unit, head: str) -> bool:
    """Whether a row says that a column has nothing for it: "–", "néant"."""
    return any(h == head and _NOTHING.fullmatch(text) for h, text in unit.piece.cells)


def number(value: Value) -> Decimal | None:
    try:
        return Decimal(value.normalized)
    except InvalidOperation:
        return None


def holds(idea: Idea, folded: str) -> bool:
    return idea.held(folded, stems_of(folded))


def said(value: Value) -> str:
    """A value as the contract writes it, an amount of a table in thousands as the euros that it stands for."""
    bare = value.kind == "amount" and not re.search(r"€|euro|[kKmM]E\b", value.text)
    return shown(Decimal(value.normalized), "amount") if bare else value.text


def shown(total: Decimal, kind: str, parts: Sequence[Value] = ()) -> str:
    """A number as contracts write it: "1 234,5", with its unit; in thousands where all its `parts` are."""
    unit = _UNITS.get(kind, "")
    if kind == "amount" and parts and all(_THOUSANDS.search(part.text) for part in parts):
        total, unit = total / 1000, " k€"
    if total == total.to_integral_value():
        return f"{int(total):,}".replace(",", " ") + unit
    places = 2 if kind == "amount" else max(1, -int(total.normalize().as_tuple().exponent))
    return f"{total:,.{places}f}".replace(",", " ").replace(".", ",") + unit


def worked(
    kind: str, total: Decimal, working: str, at: Candidate, score: float, beside: Sequence[Unit], parts: Sequence[Value] = ()
) -> Candidate:
    """The value that a working gives (what is lost, without its sign), told of the place of its best part."""
    text = shown(abs(total), kind, parts)
    others = tuple({id(u.piece.passage): u for u in beside if u.piece.passage is not at.unit.piece.passage}.values())
    value = Value(kind, text, plain(abs(total)), 0, 0)
    return replace(
        at,
        value=value,
        score=score,
        change=None,
        computed=f"{working} = {'−' if total < 0 else ''}{text}",
        note="",
        beside=others,
    )
