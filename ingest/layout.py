"""A page's lines read as headings, paragraphs and table rows, each with its place in the page's text.

pypdf's layout mode keeps columns apart by runs of spaces; a table is a stretch of lines with such gaps. Rows keep their
column headings, so that "taux d'occupation 2026 de l'EHPAD" meets its cell.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from corpus.contract import Page
from ingest.documents import furniture, line_shape

_GAP = re.compile(r" {3,}|(?<=\S) {2}(?=[-+]?\d)")
_PIECE = re.compile(r"\S+(?: {1,2}(?!(?<= {2})[-+]?\d)\S+)*")
_LEADERS = re.compile(r"(?:\s*\.){5,}\s*\d*\s*$|(?:\.\s){5,}|…{2,}\s*\d+\s*$")
_CAPTION = re.compile(r"^\s*(?:Tableau|TABLEAU|Tab\.)\s+[\dIVX]+", re.UNICODE)
_BULLET = re.compile(r"^\s*(?:[-–—•●▪■*]|\d{1,2}[°)]|[a-z]\)|[ivx]+\))\s")
_NUMERIC = re.compile(r"^[-+≤≥<>]?\s?\d[\d\s.,/]*\s?(?:%|€|k€|ETP|places?|jours?|points?)?$")

# Level, pattern: outermost first. A heading is one short line (the title may run into text after a full stop).
_HEADINGS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (0, re.compile(r"^(?:AVENANT|Avenant)\s+(?:n|N|au|AU|°|\d)")),
    (0, re.compile(r"^(?:ANNEXES?|Annexes?)\b(?:\s+(?:n°\s?)?(?:\d+|[A-Z]|[IVX]+)\b|\s*$)")),
    (1, re.compile(r"^(?:TITRE|Titre|PARTIE|Partie|VOLET|Volet|CHAPITRE|Chapitre)\s+(?:\d+|[IVX]+|premier|PREMIER)\b")),
    (
        2,
        re.compile(
            r"^(?:ARTICLE|Article|Art\.)\s+(?:\d+(?:\.\d+)*|[IVX]+(?:\.\d+)*|1er|premier)\b(?!\s*(?:du|de la|des|et|à)\s)"
        ),
    ),
    (2, re.compile(r"^(?:FICHE|Fiche)(?:[ -](?:ACTION|action))?\s+(?:n°\s?)?\d+")),
    (3, re.compile(r"^(?:\d{1,2}|[IVX]{1,4}|[A-Z])(?:\.\d{1,2}){1,3}\.?\s*[-–—:.)]?\s+[A-ZÀ-Ý«]")),
    (3, re.compile(r"^(?:\d{1,2}|[IVX]{1,4}|[A-Z])\s?(?:[.)–—-]|\s-)\s+[A-ZÀ-Ý«]")),
)


@dataclass(slots=True)
class Block:
    """A heading, a paragraph, or a table row; `start`/`end` are offsets in its page's text.

    `cells` (rows only) pairs each column's heading with the cell's text; `path` is the headings above, outermost first.
    """

    kind: str
    page: int
    text: str
    start: int
    end: int
    path: tuple[str, ...] = ()
    caption: str = ""
    cells: tuple[tuple[str, str], ...] = field(default=())


@dataclass(slots=True)
class _Line:
    raw: str
    start: int

    @property
    def text(self) -> str:
        return " ".join(self.raw.split())

    @property
    def end(self) -> int:
        return self.start + len(self.raw)

    @property
    def cells(self) -> list[str]:
        return [c for c in _GAP.split(self.raw.strip()) if c.strip()]


def read_blocks(pages: Sequence[Page]) -> list[Block]:
    """The blocks of a document in reading order, headings carried over pages."""
    skip = furniture(pages)
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []
    table: _Table | None = None
    for page in pages:
        lines = [line for line in _lines(page.text) if not (line.raw.strip() and line_shape(line.raw) in skip)]
        toc = sum(bool(_LEADERS.search(line.raw)) for line in lines) >= 4
        for group in _groups(lines):
            if isinstance(group, _Table):
                table = group.follow(table)
                blocks += [_placed(row, page.number, path) for row in table.rows()]
                continue
            if toc and all(_LEADERS.search(line.raw) or len(line.text) < 60 for line in group):
                continue
            for block in _prose(group, path):
                block.page = page.number
                blocks.append(block)
                if block.kind == "paragraph" and len(block.text) > 60:
                    table = None
    return blocks


def _placed(block: Block, page: int, path: list[tuple[int, str]]) -> Block:
    block.page = page
    block.path = tuple(title for _, title in path)
    return block


def _lines(text: str) -> list[_Line]:
    lines, at = [], 0
    for raw in text.split("\n"):
        lines.append(_Line(raw, at))
        at += len(raw) + 1
    return lines


def _groups(lines: list[_Line]) -> Iterator["list[_Line] | _Table"]:
    """Stretches of prose and tables, in order. A table needs two lines of two cells or more, close to each other."""
    prose: list[_Line] = []
    i = 0
    while i < len(lines):
        end = _table_end(lines, i)
        if end:
            caption = ""
            while prose and not prose[-1].raw.strip():
                prose.pop()
            if prose and _CAPTION.match(prose[-1].raw):
                caption = prose.pop().text
            if prose:
                yield prose
                prose = []
            yield _Table(caption, lines[i:end])
            i = end
        else:
            prose.append(lines[i])
            i += 1
    if prose:
        yield prose


def _is_row(line: _Line) -> bool:
    return len(line.cells) >= 2 and not _LEADERS.search(line.raw)


def _table_end(lines: list[_Line], i: int) -> int:
    """The line after the table that starts at line i, 0 when none starts there."""
    if not _is_row(lines[i]):
        return 0
    end, rows, j, blanks = i, 0, i, 0
    while j < len(lines):
        line = lines[j]
        if not line.raw.strip():
            blanks += 1
            if blanks > 1:
                break
        elif _is_row(line):
            rows, end, blanks = rows + 1, j + 1, 0
        elif (
            _CAPTION.match(line.raw)
            or (heading_level(line.text) is not None and len(line.text) > 12)
            or len(line.text) > 75
            or line.text.endswith((".", ";", ":"))
        ):
            break
        else:  # the second line of a wrapped cell
            blanks = 0
        j += 1
    # Continuation lines right after the last full row belong to it.
    while rows >= 2 and end < len(lines) and lines[end].raw.strip() and not _CAPTION.match(lines[end].raw):
        line = lines[end]
        if heading_level(line.text) is not None or len(line.text) > 60 or line.text.endswith((".", ";", ":")):
            break
        end += 1
    return end if rows >= 2 else 0


class _Table:
    def __init__(self, caption: str, lines: list[_Line]):
        self.caption = caption
        self.lines = lines
        self.columns = _columns(lines)
        self.header: list[str] = []
        self.body: list[list[_Line]] = []
        groups = list(self._row_groups())
        if groups and self._looks_like_header(groups[0]):
            self.header = self._merge(groups[0])
            groups = groups[1:]
        self.body = groups

    def follow(self, before: "_Table | None") -> "_Table":
        """This table, with the caption and headings of the one that it continues from the page before."""
        if before and not self.caption and (len(before.columns) == len(self.columns) or self.header == before.header):
            if not self.header or self.header == before.header:
                self.caption = before.caption
            if not self.header:
                self.header = before.header
        return self

    def rows(self) -> list[Block]:
        blocks = []
        for group in self.body:
            cells = self._merge(group)
            heads = self.header if len(self.header) == len(cells) else [""] * len(cells)
            text = " | ".join(c for c in cells if c)
            pairs = tuple((h, c) for h, c in zip(heads, cells, strict=True) if c)
            blocks.append(Block("row", 0, text, group[0].start, group[-1].end, caption=self.caption, cells=pairs))
        return blocks

    def _cells(self, line: _Line) -> list[str]:
        """The line's cells by column: each piece between gaps goes whole to the column that it overlaps most."""
        cells = [""] * len(self.columns)
        for piece in _PIECE.finditer(line.raw):
            overlap = [min(piece.end(), b) - max(piece.start(), a) for a, b in self.columns]
            best = overlap.index(max(overlap))
            cells[best] = f"{cells[best]} {piece[0]}".strip()
        return cells

    def _merge(self, group: list[_Line]) -> list[str]:
        rows = [self._cells(line) for line in group]
        return [" ".join(row[i] for row in rows if row[i]) for i in range(len(self.columns))]

    def _row_groups(self) -> Iterator[list[_Line]]:
        """Logical rows: stretches between blank lines, cut further where several lines each hold a full set of values."""
        stretch: list[_Line] = []
        for line in [*self.lines, _Line("", 0)]:
            if line.raw.strip():
                stretch.append(line)
            elif stretch:
                yield from self._split(stretch)
                stretch = []

    def _split(self, stretch: list[_Line]) -> Iterator[list[_Line]]:
        filled = [sum(bool(c) for c in self._cells(line)) for line in stretch]
        full = [i for i, count in enumerate(filled) if count >= max(2, 0.6 * len(self.columns))]
        if len(full) <= 1:
            yield stretch
            return
        group: list[_Line] = []
        for i, line in enumerate(stretch):
            if i in full and any(j in full for j in range(i)) and group:
                yield group
                group = []
            group.append(line)
        yield group

    def _looks_like_header(self, group: list[_Line]) -> bool:
        cells = self._merge(group)
        values = [c for c in cells[1:] if c]
        years = sum(bool(re.search(r"\b(?:19|20)\d\d\b|\bN(?:\s?[+-]\s?\d)?\b", c)) for c in values)
        return bool(values) and (years >= 2 or not any(_NUMERIC.match(c) or re.search(r"\d{2,}", c) for c in values))


def _columns(lines: list[_Line]) -> list[tuple[int, int]]:
    """Character ranges of the columns: what is blank, at least two wide, in every line of the table."""
    rows = [line.raw for line in lines if line.raw.strip()]
    width = max(len(r) for r in rows)
    used = [sum(len(r) > i and r[i] != " " for r in rows) for i in range(width)]
    # One stray long cell must not glue two columns: a character position counts as used when several lines use it.
    floor = 0 if len(rows) < 6 else 1
    columns, start = [], -1
    blank = 0
    for i, count in enumerate(used):
        if count > floor:
            if start < 0:
                start = i
            blank = 0
        elif start >= 0:
            blank += 1
            if blank >= 2:
                columns.append((start, i - blank + 1))
                start, blank = -1, 0
    if start >= 0:
        columns.append((start, width))
    # Widen each column to the next one's start so that no character is lost.
    return [(0 if i == 0 else a, columns[i + 1][0] if i + 1 < len(columns) else width) for i, (a, _) in enumerate(columns)]


def heading_level(text: str) -> int | None:
    """The rank of a heading line, None for anything else."""
    if not text or len(text) > 160 or _LEADERS.search(text):
        return None
    for level, pattern in _HEADINGS:
        if pattern.match(text) and not (len(text) > 100 and level == 3):
            return level
    letters = [c for c in text if c.isalpha()]
    if (
        len(letters) >= 4
        and len(text) <= 90
        and sum(c.isupper() for c in letters) > 0.85 * len(letters)
        and not text.endswith((".", ",", ";"))
    ):
        return 1
    return None


_RUN_IN = re.compile(r"^((?:ARTICLE|Article|Art\.)\s+[\dIVX]+(?:\.\d+)*(?:er)?\s*[-–—:.]\s*[^.]{3,110}?)\.\s+(?=[A-ZÀ-Ý«])")


def _prose(lines: list[_Line], path: list[tuple[int, str]]) -> Iterator[Block]:
    """Headings and paragraphs of a stretch of lines; `path` is changed as headings come."""
    paragraph: list[_Line] = []

    def flush() -> Iterator[Block]:
        if paragraph:
            first, last = paragraph[0], paragraph[-1]
            text = re.sub(r"(?<=[a-zà-ÿ])- (?=[a-zà-ÿ])", "", " ".join(line.text for line in paragraph))
            start = first.start + len(first.raw) - len(first.raw.lstrip())
            yield Block("paragraph", 0, text, start, last.end, tuple(t for _, t in path))
            paragraph.clear()

    for i, line in enumerate(lines):
        text = line.text
        if not text:
            yield from flush()
            continue
        if run_in := _RUN_IN.match(text):
            yield from flush()
            _enter(path, 2, run_in[1])
            paragraph.append(line)
            continue
        level = heading_level(text)
        if level is None and not paragraph and _is_title(text, lines[i + 1 :]):
            level = 4
        if level == 1 and text.isupper() and i and lines[i - 1].text.isupper() and path and path[-1][1] == lines[i - 1].text:
            path[-1] = (1, f"{path[-1][1]} {text}")  # one heading over two lines
            continue
        if level is not None and not (paragraph and not paragraph[-1].text.endswith((".", ";", ":", "!", "?")) and level >= 3):
            yield from flush()
            _enter(path, level, text)
            start = line.start + len(line.raw) - len(line.raw.lstrip())
            yield Block("heading", 0, text, start, line.end, tuple(t for _, t in path[:-1]))
            continue
        if (paragraph and _BULLET.match(line.raw) and not _BULLET.match(paragraph[0].raw)) or (
            paragraph and _BULLET.match(line.raw)
        ):
            yield from flush()
        paragraph.append(line)
    yield from flush()


def _enter(path: list[tuple[int, str]], level: int, title: str) -> None:
    while path and path[-1][0] >= level:
        path.pop()
    path.append((level, title))


def _is_title(text: str, following: list[_Line]) -> bool:
    """A short line alone, with a capital and no full stop, above text: an unnumbered heading."""
    after = next((line.text for line in following if line.text), "")
    return (
        3 <= len(text) <= 70 and text[0].isupper() and text[-1].isalnum() and len(text.split()) <= 9
        and bool(following) and (not following[0].text or len(after) > 70) and not re.search(r"\d{4,}|€|%", text) and bool(after)
    )  # fmt: skip
