"""Two contracts side by side (the current one and the draft of the next): what stays, changes, comes in and goes out.

A contract is cut into sections, one a heading. Sections are paired by the likeness of their headings and of their words;
within a pair, dates, amounts, rates, durations and numbers are compared word by word, and tables row by row.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from assistant.contract_avenants import Change, find_changes
from assistant.contract_exports import save
from assistant.contract_text import AVENANT, GLOSSARY, Piece, one_line, read_pieces
from corpus.clauses import heading_text
from corpus.values import find_values
from corpus.words import fold, index_words
from ingest.workspace import OpenContract

PAIRED = 0.42  # likeness from which two sections are one clause
SAME = 0.985  # likeness of words from which a clause is unchanged
_KINDS = ("date", "amount", "percent", "duration", "number")
_KIND_NAMES = {"date": "date", "amount": "montant", "percent": "taux", "duration": "durée", "number": "nombre"}
_MARK = re.compile(r"§(\d+)§|[\wÀ-ÿ'’-]+|[^\s\w]")
_AROUND = 8  # words shown on each side of a value


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading: its pieces in order, the page where it starts, its text on one line."""

    heading: str
    place: str
    page: int
    pieces: tuple[Piece, ...]
    text: str
    words: frozenset[str]
    name: str  # the heading folded, without its number

    @property
    def quote(self) -> str:
        return self.pieces[0].text


@dataclass(slots=True)
class ValueChange:
    """A value that differs: `old` or `new` is "" when it only stands on one side; `about` are the words around it;
    `note` says that an avenant of the old contract had already replaced the old value."""

    kind: str
    old: str
    new: str
    about: str
    old_page: int
    new_page: int
    note: str = ""


@dataclass(slots=True)
class Pair:
    """A clause of the old contract and the one of the new that takes its place."""

    old: str
    new: str
    old_page: int
    new_page: int
    likeness: float
    status: str  # "inchangée", "modifiée" or "reformulée" (other words, same values)
    values: list[ValueChange] = field(default_factory=list)


@dataclass(slots=True)
class Place:
    """A clause that stands in one contract only."""

    heading: str
    place: str
    page: int
    quote: str


@dataclass(slots=True)
class Comparison:
    """The result: clauses paired, in the order of the new contract, those that came in, those that went out."""

    old_title: str
    new_title: str
    pairs: list[Pair]
    added: list[Place]
    dropped: list[Place]
    warnings: list[str]

    @property
    def values(self) -> list[tuple[Pair, ValueChange]]:
        return [(pair, value) for pair in self.pairs for value in pair.values]

    def to_json(self) -> dict[str, Any]:
        """The comparison for programs (`casf contract compare --json`)."""
        return asdict(self)


def compare(old: OpenContract, new: OpenContract) -> Comparison:
    """Compare two contracts; the avenants of each are left out of the pairing, and said in `warnings`."""
    before, after = read_pieces(old), read_pieces(new)
    pairs, dropped, added = _pair(_sections(before), _sections(after))
    changes = find_changes(before)
    found = []
    for a, b, likeness in pairs:
        values = list(_differences(a, b))
        for value in values:
            value.note = _note(value, changes)
        same = SequenceMatcher(None, a.text.split(), b.text.split(), autojunk=False).ratio() >= SAME
        status = "modifiée" if values else "inchangée" if same else "reformulée"
        found.append(Pair(a.place, b.place, a.page, b.page, round(likeness, 2), status, values))
    warnings = []
    for which, pieces in (("ancien", before), ("nouveau", after)):
        if any(p.zone == AVENANT for p in pieces):
            warnings.append(
                f"L'{which} contrat comporte un avenant" if which == "ancien" else "Le nouveau contrat comporte un avenant"
            )
            warnings[-1] += " : ses clauses sont comparées dans leur rédaction d'origine."
    return Comparison(
        f"{old.contract.title} ({old.contract.filename})", f"{new.contract.title} ({new.contract.filename})", found,
        [_place(s) for s in added], [_place(s) for s in dropped], warnings,
    )  # fmt: skip


def _place(section: Section) -> Place:
    return Place(section.heading, section.place, section.page, section.quote)


def _sections(pieces: Sequence[Piece]) -> list[Section]:
    """Pieces gathered by heading, in order; avenants and glossaries are no clauses."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        if piece.zone in (AVENANT, GLOSSARY):
            continue
        if groups and groups[-1][-1].headings == piece.headings:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    sections = []
    for group in groups:
        first = group[0]
        text = " ".join(one_line(p.text) for p in group)
        if len(re.findall(r"[^\W\d]", text)) >= 15:
            heading = first.headings[-1] if first.headings else ""
            place = f"{one_line(heading)[:90]}, p. {first.page}" if heading else f"p. {first.page}"
            sections.append(
                Section(heading, place, first.page, tuple(group), text, frozenset(index_words(text)), heading_text(heading))
            )
    return sections


def _pair(
    old: Sequence[Section], new: Sequence[Section]
) -> tuple[list[tuple[Section, Section, float]], list[Section], list[Section]]:
    """Greedy pairing, best likeness first; what is left over was dropped or added."""
    scored = sorted(
        (
            (s, i, j)
            for i, a in enumerate(old)
            for j, b in enumerate(new)
            if (s := _likeness(a, b, i / len(old) - j / len(new))) >= PAIRED
        ),
        key=lambda t: (-t[0], abs(t[1] - t[2])),
    )
    taken_old: dict[int, tuple[int, float]] = {}
    taken_new: set[int] = set()
    for score, i, j in scored:
        if i not in taken_old and j not in taken_new:
            taken_old[i] = (j, score)
            taken_new.add(j)
    pairs = [(old[i], new[j], score) for i, (j, score) in sorted(taken_old.items(), key=lambda t: t[1][0])]
    dropped = [a for i, a in enumerate(old) if i not in taken_old]
    return pairs, dropped, [b for j, b in enumerate(new) if j not in taken_new]


def _likeness(a: Section, b: Section, shift: float) -> float:
    """How alike two sections are: headings, the share of words in common, and a little for standing at the same height."""
    heads = 0.0
    if a.name and b.name:
        heads = 1.0 if a.name == b.name else SequenceMatcher(None, a.name, b.name).ratio()
    common = len(a.words & b.words) / max(1, min(len(a.words), len(b.words)))
    union = len(a.words & b.words) / max(1, len(a.words | b.words))
    words = 0.5 * common + 0.5 * union
    if words < 0.08 and heads < 0.9:
        return 0.0
    heads = heads if heads >= 0.5 else 0.5 * heads
    return max(0.45 * heads + 0.5 * words, 0.95 * union if union > 0.6 else 0.0) + 0.05 * (1 - min(1.0, abs(shift) * 3))


def _differences(a: Section, b: Section) -> Iterator[ValueChange]:
    """Values that differ between two paired sections: in their prose, then in their rows."""
    yield from _prose(a, b)
    rows_a, rows_b = ([p for p in s.pieces if p.is_row] for s in (a, b))
    left = list(rows_b)
    for row in rows_a:
        twin = max(left, key=lambda other: _row_likeness(row, other), default=None)
        if twin is not None and _row_likeness(row, twin) >= 0.8:
            left.remove(twin)
            yield from _row(row, twin)


def _name(piece: Piece) -> str:
    """A row's own words, its values left out."""
    return " ".join(fold(c) for _, c in piece.cells if not re.search(r"\d", c) and len(c) > 1)


def _row_likeness(a: Piece, b: Piece) -> float:
    names = _name(a), _name(b)
    if not all(names) or len(a.cells) != len(b.cells):
        return 0.0
    return SequenceMatcher(None, *names).ratio() + 0.05 * (a.folded.split(" ; ")[0] == b.folded.split(" ; ")[0])


def _row(a: Piece, b: Piece) -> Iterator[ValueChange]:
    years = [re.findall(r"\b20\d\d\b", head) for head, _ in a.cells], [re.findall(r"\b20\d\d\b", head) for head, _ in b.cells]
    label = next((one_line(c) for _, c in a.cells if len(re.findall(r"[^\W\d]", c)) >= 3), "")
    for i, ((head_a, cell_a), (head_b, cell_b)) in enumerate(zip(a.cells, b.cells, strict=True)):
        if fold(cell_a) == fold(cell_b) or not re.search(r"\d", cell_a + cell_b):
            continue
        kind = next((k for k in _KINDS if find_values(cell_a, k) and find_values(cell_b, k)), "")
        if not kind:
            continue
        x, y = find_values(cell_a, kind)[0], find_values(cell_b, kind)[0]
        if x.normalized == y.normalized:
            continue
        head = head_b if head_a == head_b or years[0][i] == years[1][i] else f"{head_a} puis {head_b}"
        yield ValueChange(kind, x.text, y.text, f"{label} — {one_line(head)}".strip(" —"), a.page, b.page)


def _prose(a: Section, b: Section) -> Iterator[ValueChange]:
    """Word-by-word comparison in which each value is one word; values that face each other and differ are changes."""
    left, right = (_tokens(s) for s in (a, b))
    matcher = SequenceMatcher(None, [t[0] for t in left], [t[0] for t in right], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        olds = [(i, left[i]) for i in range(i1, i2) if left[i][1]]
        news = [(j, right[j]) for j in range(j1, j2) if right[j][1]]
        for kind in _KINDS:
            xs, ys = ([t for t in side if t[1][1] == kind] for side in (olds, news))
            for n in range(max(len(xs), len(ys))):
                x, y = (side[n] if n < len(side) else None for side in (xs, ys))
                if kind == "number" and not (x and y):
                    continue
                about = _context(right, y[0]) if y else _context(left, x[0]) if x else ""
                yield ValueChange(kind, x[1][2] if x else "", y[1][2] if y else "", about, a.page, b.page)


def _tokens(section: Section) -> list[tuple[str, str, str]]:
    """(what is compared, kind of value or "", as written) of a section's paragraphs."""
    text = " ".join(one_line(p.text) for p in section.pieces if not p.is_row)
    spans: list[tuple[int, int, str, str, str]] = []
    for kind in _KINDS:
        for value in find_values(text, kind):
            if kind == "number" and not value.text[0].isdigit():
                continue  # "deux parties": a word of count is seldom a value that people follow
            if not any(value.start < end and start < value.end for start, end, *_ in spans):
                spans.append((value.start, value.end, kind, value.normalized, value.text))
    spans = [s for s in sorted(spans) if not _is_reference(text, s[0])]
    out: list[tuple[str, str, str]] = []
    at = 0
    for start, end, kind, normalized, written in [*spans, (len(text), len(text), "", "", "")]:
        out += [(fold(m[0]), "", m[0]) for m in _MARK.finditer(text[at:start])]
        if kind:
            out.append((f"{kind}={normalized}", kind, written))
        at = end
    return out


def _is_reference(text: str, start: int) -> bool:
    """A number that only names a place ("article 15", "tableau 7") is no value."""
    return bool(
        re.search(
            r"(?:articles?|tableaux?|annexes?|fiches?|titre|L\.|R\.|D\.|n°|page|indicateurs?)\s*(?:n°\s?)?(?:[\d., -]|et)*$",
            text[:start],
            re.IGNORECASE,
        )
    )


def _context(tokens: Sequence[tuple[str, str, str]], i: int) -> str:
    words = " ".join(t[2] for t in tokens[max(0, i - _AROUND) : i + _AROUND + 1])
    return re.sub(r"(['’(«])\s|\s(?=[,.;)»%])", lambda m: m[1] or "", words)


def _note(value: ValueChange, changes: Sequence[Change]) -> str:
    for change in changes:
        if change.old and change.old == value.old and change.target is not None and abs(change.target.page - value.old_page) <= 1:
            return f"déjà porté à {change.new} par l'{change.avenant}"
    return ""


def comparison_text(result: Comparison) -> str:
    """The comparison in Markdown, for people."""
    counts = {s: sum(p.status == s for p in result.pairs) for s in ("modifiée", "reformulée", "inchangée")}
    lines = [
        "# Comparaison de deux contrats", "", f"Ancien : {result.old_title}", f"Nouveau : {result.new_title}", "",
        f"{counts['modifiée']} clauses aux valeurs modifiées, {counts['reformulée']} reformulées, {counts['inchangée']} inchangées,"
        f" {len(result.added)} ajoutées, {len(result.dropped)} retirées.", *result.warnings,
    ]  # fmt: skip
    lines += ["", "## Valeurs modifiées", "", "| Clause | Nature | Ancienne valeur | Nouvelle valeur | Contexte | Pages |", "| --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for pair, value in result.values:
        lines.append(
            f"| {_md(pair.new)} | {_KIND_NAMES[value.kind]} | {_md(value.old) or '–'}{f' ({_md(value.note)})' if value.note else ''} |"
            f" {_md(value.new) or '–'} | {_md(value.about)} | {value.old_page} → {value.new_page} |"
        )
    for title, places in (("Clauses ajoutées", result.added), ("Clauses retirées", result.dropped)):
        lines += ["", f"## {title}", ""]
        lines += [f"- **{_md(p.place)}** : {_md(p.quote)[:200]}" for p in places] or ["Aucune."]
    lines += ["", "## Clauses rapprochées", "", "| Ancienne | Nouvelle | État |", "| --- | --- | --- |"]
    lines += [f"| {_md(p.old)} | {_md(p.new)} | {p.status} |" for p in result.pairs]
    return "\n".join(lines)


def _md(text: str) -> str:
    return re.sub(r"([|*_`<>\[\]])", r"\\\1", " ".join(text.split()))


def write_docx(result: Comparison, path: Path) -> None:
    """The comparison as a Word file with headings and tables. Raises `CasfError` when it can't be written."""
    from docx import Document

    document = Document()
    document.add_heading("Comparaison de deux contrats", 0)
    document.add_paragraph(f"Ancien : {_clean(result.old_title)}")
    document.add_paragraph(f"Nouveau : {_clean(result.new_title)}")
    for warning in result.warnings:
        document.add_paragraph(warning)
    document.add_heading("Valeurs modifiées", 1)
    _table(
        document, ("Clause", "Nature", "Ancienne valeur", "Nouvelle valeur", "Contexte", "Pages"),
        [
            (p.new, _KIND_NAMES[v.kind], f"{v.old or '–'}{f' ({v.note})' if v.note else ''}", v.new or "–", v.about, f"{v.old_page} → {v.new_page}")
            for p, v in result.values
        ],
    )  # fmt: skip
    for title, places in (("Clauses ajoutées", result.added), ("Clauses retirées", result.dropped)):
        document.add_heading(title, 1)
        if not places:
            document.add_paragraph("Aucune.")
        for place in places:
            paragraph = document.add_paragraph(style="List Bullet")
            paragraph.add_run(_clean(place.place)).bold = True
            paragraph.add_run(f" : {_clean(' '.join(place.quote.split()))[:300]}")
    document.add_heading("Clauses rapprochées", 1)
    _table(document, ("Ancienne", "Nouvelle", "État"), [(p.old, p.new, p.status) for p in result.pairs])
    save(path, lambda target: document.save(str(target)))


def _table(document: Any, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        document.add_paragraph("Aucune.")
        return
    table = document.add_table(rows=1 + len(rows), cols=len(headings), style="Table Grid")
    # Cells are read once: python-docx counts a table's cells anew at each access.
    cells = list(table._cells)
    for i, text in enumerate([*headings, *(cell for row in rows for cell in row)]):
        cells[i].text = _clean(text)
        if i < len(headings):
            cells[i].paragraphs[0].runs[0].bold = True


def _clean(text: str) -> str:
    """Text that an XML file may hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")
