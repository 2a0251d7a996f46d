"""Rows of a table that a question chooses by what their cells say ("quelles actions pilote Mme X ?"): the names of those rows.

Action sheets are read as rows of one table: a sheet's title names it, its lines are its cells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.contract_cues import TOTAL
from assistant.contract_question import Asked, Idea, stems_of
from assistant.contract_reading import Reading, Span, Unit
from assistant.contract_targets import read_sheets
from assistant.contract_text import AVENANT, GLOSSARY, one_line
from corpus.values import MONTH_NAMES
from corpus.words import fold

_MONTHS = [fold(name) for name in MONTH_NAMES]
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_DAY = re.compile(r"\b\d{1,2}/(\d{2})(?:/\d{4})?\b")
# What a question says of how a condition is to be met, not what of.
_ALONE = re.compile(r"\bseule?s?\b|\bseulement\b|\buniquement\b|\bexclusivement\b|\bque par\b")
_BOTH = re.compile(r"\b(?:les|des|aux|nos) deux\b")
_WITHOUT = re.compile(
    r"\b(?:sans|hors|sauf|hormis|excepte|pas|ni|non)(?: [a-z]{2,})?(?: (?:a|au|aux|avec|par|pour|de|du|des|la|le|les|une?|cette?|ces)\b| [dl]['’])*\s?$"
)
_HOW = re.compile(r"seule?s?|seulement|uniquement|exclusivement|hors|sans|sauf|fois|deux|mois|annee")
_WANTED = re.compile(r"(?:\bquel(?:le)?s(?: sont (?:les|nos))?|^les|^nos) ([a-z]+)")
_SEVERAL = re.compile(r"\bquel(?:le)?s (?:sont (?:les|nos) )?(?!\w*(?:montant|tau|date|delai|tarif|prix|dotation))|\blesquel")
_NEVER = re.compile(r"\bcombien\b|\bquel(?:le)?s (?:annees|exercices|jours|heures)\b")  # no row's name answers that
_WHAT = re.compile(r"\bce qu|\bqu.est.ce qu|(?:^|, )que [a-z]+")
_JOINT = re.compile(r"\set\s|\s?[/+&;]\s?|,\s(?=[A-ZÀ-Ý])")
_BLANK = re.compile(r"\s*(?:[-–—]|0(?:,0+)?|non|néant|sans objet|)\s*", re.IGNORECASE)
_LEAST = 0.5  # share of the question that a table and the conditions on its rows must hold
_FULLY = 0.7  # the same where no plural asks for them


@dataclass(frozen=True, eq=False)
class Row:
    """A row or an action sheet: what names it, its other cells as (heading, text), the unit that says it."""

    name: str
    cells: tuple[tuple[str, str], ...]
    unit: Unit

    @cached_property
    def folded(self) -> tuple[tuple[str, str], ...]:
        return tuple((_spelt(fold(head)), _spelt(fold(cell))) for head, cell in self.cells)


def _spelt(folded: str) -> str:
    """A cell with what its two most usual acronyms stand for."""
    return re.sub(r"\bcd\b", "cd departement", re.sub(r"\bars\b", "ars agence", folded))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Names of the rows that a question chooses, the share of it that its table and conditions hold, and how sure a list is asked."""

    names: list[str]
    unit: Unit
    fit: float
    wanted: float


def chosen(asked: Asked, reading: Reading) -> Iterator[Chosen]:
    """What each table of the contract gives of its rows to a question that chooses some of them."""
    several = bool(_SEVERAL.search(asked.folded))
    wanted = max(asked.kinds.get("list", 0.0), 0.9 if several or _WHAT.search(asked.folded) else 0.0)
    if wanted < 0.4 or _NEVER.search(asked.folded):
        return
    for rows in [*_tables(reading), *_sheets(reading)]:
        found = _choose(asked, rows, reading)
        if found is not None:
            kept, fit = found
            if fit < (_LEAST if several else _FULLY):
                continue
            # What the whole table says is said of the choice: what is refused stands in the other rows.
            own = Span(" ; ".join(text for row in rows for text in (row.name, *(f"{head} {cell}" for head, cell in row.cells))))
            unit = replace(kept[0].unit, own=own, around=Span(reading.about(kept[0].unit.piece)))
            yield Chosen([row.name for row in kept], unit, fit, wanted)


def _tables(reading: Reading) -> Iterator[list[Row]]:
    """The contract's tables of words, each whole though a page cuts it."""
    units: list[Unit] = []
    for unit in [*(u for u in reading.units if u.is_row and u.change is None and u.piece.zone not in (AVENANT, GLOSSARY)), None]:
        if units and (unit is None or not _goes_on(units[-1], unit)):
            yield _named(units)
            units = []
        if unit is not None and not TOTAL.match(fold(unit.piece.cells[0][1].strip())):
            units.append(unit)


def _goes_on(above: Unit, below: Unit) -> bool:
    """Whether two rows are of one table: what was read into the headings of the second one aside ("Autorité ARS")."""
    first, second = above.piece, below.piece
    return (
        len(first.cells) == len(second.cells)
        and all(
            under.startswith(head) or head.startswith(under)
            for (head, _), (under, _) in zip(first.cells, second.cells, strict=True)
        )
        and first.headings == second.headings
        and second.page - first.page < 2
    )


def _named(units: Sequence[Unit]) -> list[Row]:
    """A table's rows, each under the first column that tells them apart in words ("FA-01" doesn't)."""
    heads = [head for head, _ in units[0].piece.cells]
    for column in range(len(heads)):
        names = [one_line(unit.piece.cells[column][1]) for unit in units]
        if len(set(names)) == len(names) and all(re.search(r"[^\W\d_]{3}", name) for name in names):
            cells = [[(head, cell) for head, (_, cell) in zip(heads, unit.piece.cells, strict=True)] for unit in units]
            return [
                Row(name, (*row[:column], *row[column + 1 :]), unit) for name, row, unit in zip(names, cells, units, strict=True)
            ]
    return []


def _sheets(reading: Reading) -> list[list[Row]]:
    """The action sheets, each as a row."""
    rows = []
    for sheet in read_sheets(reading.sheet.pieces):
        here = [unit for unit in reading.units if unit.is_row and unit.piece.page == sheet.page]
        unit = next((unit for unit in here if unit.piece.text == sheet.quote), here[0] if here else None)
        if unit is not None and sheet.lines:
            rows.append(Row(sheet.title, tuple((label, text) for label, text in sheet.lines), unit))
    return [rows]


def _choose(asked: Asked, rows: Sequence[Row], reading: Reading) -> tuple[list[Row], float] | None:
    """The rows that meet what the question says of them and others don't, with the share of the question held; None for no choice."""
    if len(rows) < 3:
        return None
    about = _about(rows[0], reading)
    alone = bool(_ALONE.search(asked.folded))
    noun = match[1] if (match := _WANTED.search(asked.folded)) else ""
    ideas = [idea for idea in asked.ideas if not _HOW.fullmatch(idea.name)]
    wished = [idea for idea in ideas if not _refused(asked, idea)]
    refused = [idea for idea in ideas if idea not in wished and any(_meets(row, idea, rows) for row in rows)]
    conditions = [
        idea for idea in wished if idea.name != noun and 0 < sum(_meets(row, idea, rows, alone) for row in rows) < len(rows)
    ]
    kept = _meeting(rows, conditions, refused, alone)
    if len(kept) < 2:  # "pilote" is the heading that is asked for, and a word of some cells too
        heads = " ; ".join(head for head, _ in rows[0].folded)
        conditions = [idea for idea in conditions if not idea.held(heads, stems_of(heads))]
        kept = _meeting(rows, conditions, refused, alone)
    dated = _dated(asked, rows)
    joint = _joint(rows) if _BOTH.search(asked.folded) else list(rows)
    kept = [row for row in kept if row in dated and row in joint]
    told = refused or any(not idea.light for idea in conditions) or min(len(dated), len(joint)) < len(rows)
    if not told or not 2 <= len(kept) < len(rows):
        return None
    held = [idea for idea in wished if idea in conditions or idea.held(about, stems_of(about))]
    weight = sum(idea.weight for idea in (*wished, *refused))
    return kept, sum(idea.weight for idea in (*held, *refused)) / weight if weight else 1.0


def _about(row: Row, reading: Reading) -> str:
    """What stands above and around a row's table, folded."""
    piece, unit = row.unit.piece, row.unit
    heads = (head for head, _ in row.folded)
    return " ; ".join(
        (fold(piece.cells[0][0]), *heads, unit.near.folded, unit.around.folded, unit.far.folded, fold(reading.about(piece)))
    )


def _meeting(rows: Sequence[Row], conditions: Sequence[Idea], refused: Sequence[Idea], alone: bool) -> list[Row]:
    return [
        row
        for row in rows
        if all(_meets(row, idea, rows, alone) for idea in conditions) and not any(_meets(row, idea, rows) for idea in refused)
    ]


def _refused(asked: Asked, idea: Idea) -> bool:
    """Whether the question wants rows without it: "sans emprunter", "mais pas au département"."""
    at = re.search(rf"\b{re.escape(idea.name)}", asked.folded)
    return bool(at and _WITHOUT.search(asked.folded[: at.start()]))


def _meets(row: Row, idea: Idea, rows: Sequence[Row], alone: bool = False) -> bool:
    """Whether a cell of a row says it (and, `alone`, nothing beside), or is filled under a heading that says it where others are blank."""
    if said := [
        cell for (_, cell), (_, folded) in zip(row.cells, row.folded, strict=True) if idea.held(folded, stems_of(folded))
    ]:
        return not alone or not any(_JOINT.search(cell) for cell in said)
    partly = [at for at in range(len(row.cells)) if _partly(at, rows)]
    filled = [at for at in partly if not _BLANK.fullmatch(row.cells[at][1])]
    under = [at for at in filled if idea.held(row.folded[at][0], stems_of(row.folded[at][0]))]
    return bool(under) and not (alone and len(filled) > len(under))


def _partly(at: int, rows: Sequence[Row]) -> bool:
    """Whether some rows leave blank what others fill in a column."""
    blank = sum(len(row.cells) <= at or bool(_BLANK.fullmatch(row.cells[at][1])) for row in rows)
    return 0 < blank < len(rows)


def _dated(asked: Asked, rows: Sequence[Row]) -> list[Row]:
    """The rows of the months and years that the question names, where some are and some aren't; all of them else."""
    said = [_MONTHS.index(month) for month in _MONTH.findall(asked.folded)]
    if len(said) == 2 and re.search(rf"\b(?:de|d.|entre) ?{_MONTHS[said[0]]} (?:a|et) {_MONTHS[said[1]]}", asked.folded):
        said = [at % 12 for at in range(said[0], said[1] + 1 + 12 * (said[1] < said[0]))]
    kept = [
        row
        for row in rows
        if (not said or any(month in said for _, cell in row.folded for month in _months(cell)))
        and (not asked.years or any(year in cell for _, cell in row.cells for year in asked.years))
    ]
    return kept or list(rows)


def _months(cell: str) -> list[int]:
    """The months that a folded cell names, from 0: "30 avril", "30/04/2026"."""
    return [_MONTHS.index(month) for month in _MONTH.findall(cell)] + [int(day[1]) - 1 for day in _DAY.finditer(cell)]


def _joint(rows: Sequence[Row]) -> list[Row]:
    """The rows whose cell says both of what the other rows say one of ("ARS et CD" among "ARS" and "CD"); all where none does."""
    for column in range(min(len(row.cells) for row in rows)):
        cells = [row.cells[column][1] for row in rows]
        single = {cell for cell in cells if not _JOINT.search(cell)}
        both = [row for row, cell in zip(rows, cells, strict=True) if _JOINT.search(cell) and single & set(_JOINT.split(cell))]
        if both and len({part for cell in cells for part in _JOINT.split(cell)}) == 2:
            return both
    return list(rows)
