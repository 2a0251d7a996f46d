"""Tables in a page's text: stretches of lines whose gaps stand one below the other, read as rows with their column headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.headings import LEADERS, heading_of

_GAP = re.compile(r" {3,}|(?<=\S) {2}(?=[-+]?\d)")
_PIECE = re.compile(r"\S+(?: {1,2}(?!(?<= {2})[-+]?\d)\S+)*")
CAPTION = re.compile(r"^\s*(?:Tableau|TABLEAU|Tab\.)\s+(?:[nN]°\s?)?[\dA-Z]+\b", re.UNICODE)
_NUMERIC = re.compile(r"^[-+≤≥<>]?\s?\d[\d\s.,/]*\s?(?:%|€|k€|ETP|places?|jours?|points?)?$")


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
class Line:
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
        text = re.sub(r"^[-–—•●▪■*]\s+(?=[^\W\d])", "", self.raw.strip())  # a list's bullet is no cell
        return [c for c in _GAP.split(text) if c.strip()]


def groups(lines: list[Line]) -> Iterator["list[Line] | Table"]:
    """Stretches of prose and tables, in order. A table needs two lines of two cells or more, close to each other."""
    prose: list[Line] = []
    i = 0
    while i < len(lines):
        end = table_end(lines, i)
        if end:
            caption = ""
            while prose and not prose[-1].raw.strip():
                prose.pop()
            if prose and CAPTION.match(prose[-1].raw):
                caption = prose.pop().text
            if prose:
                yield prose
                prose = []
            yield Table(caption, lines[i:end])
            i = end
        else:
            prose.append(lines[i])
            i += 1
    if prose:
        yield prose


def _is_row(line: Line) -> bool:
    return len(line.cells) >= 2 and not LEADERS.search(line.raw)


def table_end(lines: list[Line], i: int) -> int:
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
            CAPTION.match(line.raw)
            or (heading_of(line.text) and len(line.text) > 12)
            or len(line.text) > 75
            or line.text.endswith((".", ";", ":"))
        ):
            break
        else:  # the second line of a wrapped cell
            blanks = 0
        j += 1
    # Continuation lines right after the last full row belong to it.
    while rows >= 2 and end < len(lines) and lines[end].raw.strip() and not CAPTION.match(lines[end].raw):
        line = lines[end]
        if heading_of(line.text) or len(line.text) > 60 or line.text.endswith((".", ";", ":")):
            break
        end += 1
    return end if rows >= 2 else 0


class Table:
    def __init__(self, caption: str, lines: list[Line]):
        self.caption = caption
        self.lines = lines
        self.columns = _counted(lines) or _columns(lines)
        self.told = _told(lines)  # a label and what is told of it on each line: no columns, no headings
        self.header: list[str] = []
        self.body: list[list[Line]] = []
        groups = list(self._row_groups())
        if groups and not self.told and self._looks_like_header(groups[0], groups[1:]):
            self.header = self._merge(groups[0])
            groups = groups[1:]
        self.body = groups

    def follow(self, before: "Table | None") -> "Table":
        """This table, with the caption and headings of the one that it continues from the page before."""
        if before and not self.caption and (len(before.columns) == len(self.columns) or self.header == before.header):
            if not self.header or self.header == before.header:
                self.caption = before.caption
            if not self.header and len(before.header) == len(self.columns):
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

    def _cells(self, line: Line) -> list[str]:
        """The line's cells by column: each piece between gaps goes whole to the column that it overlaps most."""
        cells = [""] * len(self.columns)
        for piece in _PIECE.finditer(line.raw):
            overlap = [min(piece.end(), b) - max(piece.start(), a) for a, b in self.columns]
            best = overlap.index(max(overlap))
            cells[best] = f"{cells[best]} {piece[0]}".strip()
        return cells

    def _merge(self, group: list[Line]) -> list[str]:
        if self.told:
            return group[0].cells
        rows = [self._cells(line) for line in group]
        return [" ".join(row[i] for row in rows if row[i]) for i in range(len(self.columns))]

    def _row_groups(self) -> Iterator[list[Line]]:
        """Logical rows: stretches between blank lines, cut further where several lines each hold a full set of values."""
        if self.told:
            yield from ([line] for line in self.lines if line.text)
            return
        stretch: list[Line] = []
        for line in [*self.lines, Line("", 0)]:
            if line.raw.strip():
                stretch.append(line)
            elif stretch:
                yield from self._split(stretch)
                stretch = []

    def _split(self, stretch: list[Line]) -> Iterator[list[Line]]:
        filled = [sum(bool(c) for c in self._cells(line)) for line in stretch]
        full = [i for i, count in enumerate(filled) if count >= max(2, 0.6 * len(self.columns))]
        if len(full) <= 1:
            yield stretch
            return
        group: list[Line] = []
        for i, line in enumerate(stretch):
            if i in full and any(j in full for j in range(i)) and group:
                yield group
                group = []
            group.append(line)
        yield group

    def _looks_like_header(self, group: list[Line], below: list[list[Line]]) -> bool:
        cells = self._merge(group)
        values = [c for c in cells[1:] if c]
        years = sum(bool(re.search(r"\b(?:19|20)\d\d\b|\bN(?:\s?[+-]\s?\d)?\b", c)) for c in values)
        if not values or years >= 2:
            return bool(values)
        if not any(_NUMERIC.match(c) or re.search(r"\d{2,}", c) for c in values):
            return True
        rows = [self._merge(row) for row in below]
        figures = [
            n for n in range(1, len(cells)) if rows and all(re.match(r"[-–]?$", r[n]) or _NUMERIC.match(r[n]) for r in rows)
        ]
        return bool(figures) and all(cells[n] and not _NUMERIC.match(cells[n]) for n in figures)


def _told(lines: list[Line]) -> bool:
    """Is each line two cells at the same distance, so that the second ones stand anywhere?"""
    cells = [line.cells for line in lines if line.text]
    if any(len(pair) != 2 for pair in cells):
        return False
    gaps = {
        len(line.raw.strip()) - len(first) - len(second)
        for line, (first, second) in zip((x for x in lines if x.text), cells, strict=True)
    }
    return len(gaps) == 1 and len({len(first) for first, _ in cells}) > 1


def _counted(lines: list[Line]) -> list[tuple[int, int]]:
    """Character ranges of the columns where the fullest rows, two at least, have as many cells one below the other."""
    rows = [[(m.start(), m.end()) for m in _PIECE.finditer(line.raw)] for line in lines if line.text]
    most = max(len(row) for row in rows)
    full = [row for row in rows if len(row) == most]
    if most < 3 or len(full) < 2:
        return []
    columns = [(min(a for a, _ in column), max(b for _, b in column)) for column in zip(*full, strict=True)]
    return columns if all(left[1] < right[0] for left, right in pairwise(columns)) else []


def _columns(lines: list[Line]) -> list[tuple[int, int]]:
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
