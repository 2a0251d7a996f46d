"""The sheet of a contract: its type, the 35 expected clauses found or not, its dates, targets and obligations.

`make_sheet` reads; `Sheet.to_json` and `sheet_text` show; `assistant/contract_exports.py` writes CSV and XLSX. Everything comes
with its page, its place and a verbatim quote.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.contract_avenants import Avenant, Change, find_avenants, find_changes
from assistant.contract_clauses import Hit, TypeFound, find_clauses, find_types, requirement
from assistant.contract_duties import Duty, read_duties
from assistant.contract_extract import Context, Item, Read, in_force, read_value
from assistant.contract_life import Event, Life, day_of, read_life, read_timeline
from assistant.contract_targets import ActionSheet, Indicator, Objective, read_indicators, read_objectives, read_sheets
from assistant.contract_text import Piece, read_pieces
from corpus.clauses import Clause, expected_clauses
from ingest.workspace import OpenContract

QUOTE = 1500  # characters of one quote; a longer table is quoted from its first rows
OTHERS = 4  # other places of a clause that are named


@dataclass(slots=True)
class ClauseRow:
    """One of the 35 clauses. `value` is the one in force and `original` the one before an avenant (None when unchanged);
    `required` is the text that asks for the clause for this type of CPOM ("" when it is merely usual)."""

    clause: Clause
    required: str
    hits: list[Hit] = field(default_factory=list)
    value: Read | None = None
    original: Read | None = None
    changes: list[Change] = field(default_factory=list)
    quote: str = ""

    @property
    def found(self) -> bool:
        return bool(self.hits)

    @property
    def page(self) -> int | None:
        return self.hits[0].piece.page if self.hits else None

    @property
    def place(self) -> str:
        return self.hits[0].piece.label if self.hits else ""

    @property
    def others(self) -> list[tuple[int, str]]:
        """Other pages and places that speak of it."""
        seen = dict.fromkeys((h.piece.page, h.piece.label) for h in self.hits)
        return [place for place in seen if place != (self.page, self.place)][:OTHERS]


@dataclass(slots=True)
class Sheet:
    """Everything that is read of a contract in one go."""

    id: str
    title: str
    filename: str
    types: list[TypeFound]
    life: Life
    clauses: list[ClauseRow]
    dates: list[Event]
    objectives: list[Objective]
    actions: list[ActionSheet]
    indicators: list[Indicator]
    duties: list[Duty]
    avenants: list[Avenant]
    changes: list[Change]
    pieces: list[Piece]
    ocr_pages: list[int]
    warnings: list[str]

    def clause(self, key: str) -> ClauseRow:
        return next(row for row in self.clauses if row.clause.key == key)

    def to_json(self) -> dict[str, Any]:
        """The sheet for programs (`casf contract sheet --json`)."""
        return {
            "id": self.id, "title": self.title, "filename": self.filename,
            "types": [{"key": t.type.key, "label": t.type.label, "article": t.type.article, "mandatory": t.type.mandatory, "evidence": t.evidence, "page": t.page, "cited": t.cited} for t in self.types],
            "life": _life_json(self.life),
            "clauses": [_clause_json(row) for row in self.clauses],
            "found": sum(row.found for row in self.clauses), "expected": len(self.clauses),
            "dates": [asdict(e) for e in self.dates],
            "objectives": [asdict(o) for o in self.objectives],
            "actions": [asdict(a) for a in self.actions],
            "indicators": [_indicator_json(i) for i in self.indicators],
            "obligations": [asdict(d) for d in self.duties],
            "avenants": [asdict(a) for a in self.avenants],
            "changes": [_change_json(c) for c in self.changes],
            "ocr_pages": self.ocr_pages, "warnings": self.warnings,
        }  # fmt: skip


def make_sheet(opened: OpenContract) -> Sheet:
    """Read the sheet of an open contract. Never fails on a poor document: what isn't read is simply not found."""
    pieces = read_pieces(opened)
    changes = find_changes(pieces)
    hits = find_clauses(pieces)
    life = read_life(pieces, [hit.piece for hit in hits["duree_effet"]], changes)
    start = day_of(life.effect.value) if life.effect else None
    types = find_types(pieces, opened.contract.title)
    indicators = read_indicators(pieces, start.year if start else None, changes)
    sheets = read_sheets(pieces)
    duties = read_duties(pieces)
    objectives = read_objectives(pieces)
    context = Context(pieces, life, objectives, sheets, indicators, duties)
    rows = []
    for clause in expected_clauses():
        row = ClauseRow(clause, requirement(clause, types, hits, pieces), hits[clause.key])
        if row.hits:
            row.value = read_value(clause, row.hits, context)
            row.quote = quote_of(row.hits[0].piece, pieces, opened)
        rows.append(row)
    for change in changes:
        for row in _changed_rows(change, rows):
            row.changes.append(change)
    for row in rows:
        if row.value and row.changes:
            new = in_force(row.value, row.changes)
            if new is not row.value:
                row.value, row.original = new, row.value
    _extend(rows, life)
    _amend(sheets, duties, changes)
    dates = read_timeline(pieces, life, changes) + _sheet_dates(sheets)
    return Sheet(
        opened.contract.id, opened.contract.title, opened.contract.filename, types, life, rows,
        sorted(dates, key=lambda e: (e.when.startswith("--"), e.when, e.page)), objectives, sheets, indicators,
        duties, find_avenants(pieces), changes, pieces,
        [page.number for page in opened.contract.pages if page.ocr], list(opened.contract.warnings),
    )  # fmt: skip


def _extend(rows: Sequence[ClauseRow], life: Life) -> None:
    """An avenant that prolongs without naming the dates still moves the term."""
    row = next(r for r in rows if r.clause.key == "duree_effet")
    if row.value and row.original is None and life.term and life.first_term and life.term is not life.first_term:
        start = f"du {life.effect.text} " if life.effect else ""
        row.original = row.value
        row.value = Read("date", (Item("", f"{start}au {life.term.text}", life.term.value, row.hits[0].piece),))


def _amend(sheets: Sequence[ActionSheet], duties: Sequence[Duty], changes: Sequence[Change]) -> None:
    """Write into the action sheets and the obligations what an avenant says of their leader or their deadline."""
    for change in changes:
        for sheet in sheets:
            if change.kind == "text" and change.old and change.old in sheet.pilot:
                sheet.pilot = f"{change.new} (au lieu de {change.old}, {change.avenant})"
        for duty in duties:
            if (
                change.kind == "date"
                and change.target
                and duty.when == change.old_normalized
                and duty.quote in change.target.text
            ):
                duty.note = f"{change.new}, {change.avenant}"


def _sheet_dates(sheets: Sequence[ActionSheet]) -> list[Event]:
    return [
        Event(s.when, s.deadline, f"Fiche {s.number} – {s.title}".replace("Fiche  –", "Fiche –"), s.page, s.place, s.quote)
        for s in sheets if s.when
    ]  # fmt: skip


def _changed_rows(change: Change, rows: Sequence[ClauseRow]) -> list[ClauseRow]:
    """The clauses that a change touches: those that its original piece serves best, those whose value it replaces, and the
    ones that stand where the avenant says."""
    touched = []
    best = 0.0
    for row in rows:
        for hit in row.hits:
            if change.target is not None and hit.piece.text == change.target.text and hit.piece.page == change.target.page:
                best = max(best, hit.score)
    for row in rows:
        here = any(
            change.target is not None and h.piece.text == change.target.text and h.piece.page == change.target.page and h.score >= best
            for h in row.hits
        )  # fmt: skip
        valued = row.value is not None and any(
            i.normalized == change.old_normalized and set(change.refs) & i.piece.places for i in row.value.items
        )
        if here or valued:
            touched.append(row)
    return touched


def quote_of(piece: Piece, pieces: Sequence[Piece], opened: OpenContract) -> str:
    """The words of a piece, verbatim; for a table row, the rows of its table on that page, as many as `QUOTE` allows."""
    if not piece.is_row:
        return piece.text
    rows = [p for p in pieces if p.is_row and p.table == piece.table]
    page = next(page.text for page in opened.contract.pages if page.number == piece.page)
    first = rows[0] if piece.end - rows[0].start <= QUOTE else piece
    last = [p for p in rows if p.start >= first.start and p.end - first.start <= QUOTE]
    return page[first.start : last[-1].end if last else first.end]


def _life_json(life: Life) -> dict[str, Any]:
    dates = {k: asdict(d) if (d := getattr(life, k)) else None for k in ("signed", "effect", "term", "first_term")}
    return {**dates, "months": life.months, "extended_by": life.extended_by}


def _value_json(read: Read | None) -> dict[str, Any] | None:
    if read is None:
        return None
    items = [{"about": i.about, "text": i.text, "normalized": i.normalized, "page": i.piece.page} for i in read.items]
    return {"text": read.text, "kind": read.kind, "normalized": read.normalized, "items": items}


def _clause_json(row: ClauseRow) -> dict[str, Any]:
    return {
        "n": row.clause.n, "key": row.clause.key, "label": row.clause.label, "basis": row.clause.basis, "found": row.found,
        "required": bool(row.required), "required_by": row.required, "value": _value_json(row.value),
        "original": _value_json(row.original), "changes": [_change_json(c) for c in row.changes], "page": row.page,
        "place": row.place, "quote": row.quote, "others": [{"page": page, "place": place} for page, place in row.others],
    }  # fmt: skip


def _change_json(change: Change) -> dict[str, Any]:
    names = ("kind", "old", "new", "old_normalized", "new_normalized", "about", "year", "avenant", "page", "label", "quote")
    target = change.target
    where = {"page": target.page, "place": target.label} if target is not None else None
    return {name: getattr(change, name) for name in names} | {"refs": list(change.refs), "original": where}


def _indicator_json(indicator: Indicator) -> dict[str, Any]:
    facts = asdict(indicator)
    facts["changed"] = {y: {"original": a, "in_force": b, "by": c} for y, (a, b, c) in indicator.changed.items()}
    return facts


def years_of(indicators: Sequence[Indicator]) -> list[str]:
    """Every year that a table of targets needs a column for, in order."""
    return sorted({y for i in indicators for y in (*i.reference, *i.targets, *i.changed)}, key=lambda y: (not y.isdigit(), y))


def cell_of(indicator: Indicator, year: str) -> str:
    """What stands in the column of a year: the target in force, the original in brackets, or the reference."""
    if year in indicator.changed:
        old, new, by = indicator.changed[year]
        return f"{new} ({f'au lieu de {old}, ' if old else ''}{by})"
    if year in indicator.targets:
        return indicator.targets[year]
    return f"{indicator.reference[year]} (réf.)" if year in indicator.reference else ""


def sheet_text(sheet: Sheet) -> str:
    """The sheet in Markdown, for people."""
    kinds = " ; ".join(
        f"{t.type.label} ({'article cité' if t.cited else 'd’après les établissements'}, p. {t.page})" for t in sheet.types
    )
    found = sum(row.found for row in sheet.clauses)
    lines = [
        f"# Fiche du contrat : {sheet.title}",
        "",
        f"Type : {kinds}.",
        f"Clauses attendues trouvées : {found} sur {len(sheet.clauses)}.",
    ]
    lines += [f"Attention : {w}" for w in sheet.warnings]
    if sheet.ocr_pages:
        lines.append(f"Pages lues par reconnaissance de caractères : {', '.join(map(str, sheet.ocr_pages))}.")
    lines += ["", "## Clauses", "", "| N° | Clause | Valeur | Page |", "| --- | --- | --- | --- |"]
    for row in sheet.clauses:
        lines.append(f"| {row.clause.n} | {_md(row.clause.label)} | {_md(value_text(row))} | {row.page or '–'} |")
    lines += ["", "## Dates", ""]
    for event in sheet.dates:
        note = " ; ".join(
            x
            for x in ("calculé" if event.computed else "", f"remplacée, {event.replaced}" if event.replaced else "", event.since)
            if x
        )
        lines.append(f"- **{_md(event.text)}** : {_md(event.what)} (p. {event.page}{f' ; {note}' if note else ''})")
    if sheet.objectives:
        lines += ["", "## Objectifs", ""]
        lines += [f"- {o.number + ' : ' if o.number else ''}{_md(o.text)} (p. {o.page})" for o in sheet.objectives]
    if sheet.indicators:
        years = years_of(sheet.indicators)
        lines += [
            "",
            "## Indicateurs et cibles",
            "",
            "| Indicateur | Périmètre | " + " | ".join(years) + " | Page |",
            "|" + " --- |" * (len(years) + 3),
        ]
        for i in sheet.indicators:
            lines.append(
                f"| {_md(i.label)} | {_md(i.scope)} | " + " | ".join(_md(cell_of(i, y)) for y in years) + f" | {i.page} |"
            )
    if sheet.duties:
        lines += ["", "## Obligations", "", "| Qui | Quoi | Quand | À qui | Page |", "| --- | --- | --- | --- | --- |"]
        lines += [f"| {_md(d.party)} | {_md(d.what)} | {_md(d.deadline)} | {_md(d.to)} | {d.page} |" for d in sheet.duties]
    return "\n".join(lines)


def value_text(row: ClauseRow) -> str:
    """ "95 % (à l'origine : 92 %)", "trouvée" or "non trouvée"."""
    if not row.found:
        return "non trouvée" + (" (exigée)" if row.required else "")
    text = row.value.text if row.value else "trouvée"
    if row.original is not None:
        text += f" (à l'origine : {row.original.text})"
    elif row.changes:
        text += f" (modifiée par l'{row.changes[0].avenant})"
    return text


def _md(text: str) -> str:
    """Text that can't break a Markdown table or start markup."""
    return re.sub(r"([|*_`<>\[\]])", r"\\\1", " ".join(text.split()))
