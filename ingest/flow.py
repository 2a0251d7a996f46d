"""Paragraphs and tables in reading order, written as pages of text: what word-processor files and scanned tables become.

A table is written as `ingest/layout.py` reads it: a row on one line, its cells in columns kept apart by spaces; one blank
line between two rows, two around the table. Merged cells are undone, so that every row says all that is true of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from corpus.errors import CasfError
from ingest.documents import clean

GAP = "    "
SECTION = 3000  # characters, more or less, of a "page" of a file that has none
_ROWS_TOGETHER = 2 * SECTION
_LONG_CELL = 60
_REPEATED = 150  # a longer text over several rows stands in the first only


@dataclass(slots=True)
class Text:
    """A paragraph; `level` is a heading's rank from 1, 0 for the rest; `item` says that it belongs to a list."""

    text: str
    level: int = 0
    item: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell where it begins: its row and column from 0, and how many of each it covers."""

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class Table:
    """Cells; `header` is how many first rows are headings, 0 when the file doesn't say. `breaks`: rows that begin a page."""

    cells: list[Cell]
    header: int = 0
    breaks: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a page. `sure` when the program that made the file said so, else it is only asked for there."""

    sure: bool = False


@dataclass(slots=True)
class Line:
    """A paragraph or a table row as written, the newlines before it, its page from 1.

    `head`: a heading; `top`: a first-level one, or the first line after a page end that is asked for; `row`: of a table.
    """

    text: str
    gap: int
    page: int
    head: bool = False
    top: bool = False
    row: bool = False


Part = Text | Table | Break


def lines_of(parts: Sequence[Part]) -> list[Line]:
    """The lines of a document; every `Break` begins a page."""
    lines: list[Line] = []
    page, asked, item = 1, False, False
    for part in parts:
        if isinstance(part, Break):
            page, asked, item = page + 1, True, False
        elif isinstance(part, Text):
            text = _spaced(part.text)
            if not text:
                continue
            gap = 3 if lines and lines[-1].row else 1 if part.item and item else 2
            lines.append(Line(text, gap, page, part.level > 0, part.level == 1 or asked))
            asked, item = False, part.item
        else:
            for group in _written(part):
                for n, (text, row) in enumerate(group):
                    turned = row in part.breaks
                    page += turned
                    part.breaks = [r for r in part.breaks if r != row]
                    if turned and n and group[0][1] < part.header:
                        lines.append(Line(group[0][0], 3, page, row=True))  # the headings, said again as on paper
                    lines.append(Line(text, 2 if n else 3, page, row=True))
            asked = item = False
    return lines


def _spaced(text: str) -> str:
    """A paragraph with its tabs as gaps, but for the one after a bullet or a number."""
    text = re.sub(r"^(\s*(?:\S|\d+(?:\.\d+)*[.)°]?|[a-z]\)))\t+", r"\1 ", text.strip())
    return clean(text.replace("\t", GAP)).strip()


def pages_of(lines: Sequence[Line]) -> list[tuple[int, str]]:
    """The pages of lines that know theirs: (number, text), the empty ones too."""
    last = max((line.page for line in lines), default=0)
    texts: dict[int, str] = {}
    for line in lines:
        before = texts.get(line.page)
        texts[line.page] = line.text if before is None else before + "\n" * line.gap + line.text
    return [(number, texts.get(number, "")) for number in range(1, last + 1)]


def sections_of(lines: Sequence[Line]) -> list[tuple[int, str]]:
    """Numbered stretches for a file without pages: by first-level headings and breaks, else about `SECTION` characters."""
    number, size = 1, 0
    for n, line in enumerate(lines):
        before = lines[n - 1]
        follows = before.head or (line.row and before.row)  # better not parted
        if size and (
            (line.top and size > SECTION / 5)
            or (line.head and size > 0.8 * SECTION)
            or (not follows and size + len(line.text) / 2 > 1.4 * SECTION)
            or size > _ROWS_TOGETHER
        ):
            number, size = number + 1, 0
        line.page = number
        size += len(line.text)
    return pages_of(lines)


def place(lines: Sequence[Line], laid: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines over the pages of the same document as another program laid them out (`laid`: number and text).

    A line belongs to the page on which it begins. Raises `CasfError` when too few lines are found again.
    """
    book, starts = "", []
    for _, text in laid:
        starts.append(len(book))
        book += _letters(text)
    cursor, page, found = 0, 1, 0
    for line in lines:
        key = _letters(line.text)
        for length in (40, 20, 10):
            at = book.find(key[:length], cursor, cursor + 20_000) if len(key) >= min(length, 4) else -1
            if at >= 0:
                cursor, found = at + min(len(key), length), found + 1
                page = max(page, sum(start <= at for start in starts))
                break
        line.page = page
    if found < 0.7 * len(lines):
        raise CasfError("Les pages n'ont pas été retrouvées.")
    missing = [(n, "") for n in range(max((line.page for line in lines), default=0) + 1, len(laid) + 1)]
    return pages_of(lines) + missing


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


Written = list[tuple[str, int]]  # the lines of a stretch of a table, with the row that each comes from


def _written(table: Table) -> Iterator[Written]:
    """A table's lines: stretches of rows of the same columns; what is alone in its kind stands alone."""
    rows = _rows(table.cells)
    if not rows:
        return
    width = max(cell.column + cell.columns for row in rows.values() for cell in row)
    order = sorted(rows)
    while len(order) > 1 and len(rows[order[0]]) == 1 and rows[order[0]][0].columns == width > 1:
        yield [(rows[order[0]][0].text, order.pop(0))]
    head, body = order[: _header_rows(table, rows, order)], []
    body = order[len(head) :]
    titles = [
        _title([c.text for r in head for c in rows[r] if c.column <= column < c.column + c.columns]) for column in range(width)
    ]
    headed = False
    for shape, same in groupby(body, key=lambda r: tuple((c.column, c.columns) for c in rows[r])):
        numbers = list(same)
        plain = all(span == 1 for _, span in shape)
        texts = [[cell.text for cell in rows[r]] for r in numbers]
        if head and plain and len(shape) == width:
            yield list(zip(_aligned([titles, *texts]), [head[0], *numbers], strict=True))
            headed = True
        elif len(shape) == 2 and len(numbers) > 1 and not head and _told(texts):
            yield [(GAP.join(filter(None, row)), r) for row, r in zip(texts, numbers, strict=True)]
        elif len(shape) == 1 or (len(numbers) == 1 and (not plain or (len(shape) == 2 and not head and _told(texts)))):
            yield from ([(GAP.join(filter(None, row)), r)] for row, r in zip(texts, numbers, strict=True))
        else:
            yield list(zip(_aligned(texts), numbers, strict=True))
    if head and not headed:
        yield list(zip(_aligned([titles]), head[:1], strict=True))


def _rows(cells: Sequence[Cell]) -> dict[int, list[Cell]]:
    """The cells that each row shows, merged ones in every row that they cover; rows and columns without text left out."""
    used = sorted({c for cell in cells if cell.text.strip() for c in range(cell.column, cell.column + cell.columns)})
    rows: dict[int, list[Cell]] = {}
    for cell in sorted(cells, key=lambda c: (c.row, c.column)):
        columns = [used.index(c) for c in range(cell.column, cell.column + cell.columns) if c in used]
        text = " ".join(clean(cell.text).split())
        for row in range(cell.row, cell.row + cell.rows):
            if columns:
                said = text if row == cell.row or len(text) <= _REPEATED else ""
                rows.setdefault(row, []).append(Cell(said, row, columns[0], 1, len(columns)))
    return {r: sorted(row, key=lambda c: c.column) for r, row in rows.items() if any(c.text for c in row)}


def _header_rows(table: Table, rows: dict[int, list[Cell]], order: Sequence[int]) -> int:
    """How many of the rows are headings: as the file says, or two when the first holds cells over columns and over rows."""
    if len(order) < 2:
        return 0
    if table.header:
        return sum(r < table.header for r in order[:-1])
    if all(len(row) == 2 for row in rows.values()) and len(order) > 2 and _counts(rows, order):
        return 1
    first = [c for c in table.cells if c.row == order[0]]
    deep = max((c.rows for c in first), default=1)
    if not 1 < deep < len(order):
        return 0
    figures = any(re.fullmatch(r"[-–+]?[\d\s.,%€]*\d[\d\s.,%€]*", c.text) for r in order[:deep] for c in rows[r])
    return deep if any(c.columns > 1 for c in first) or (sum(c.rows == deep for c in first) > 1 and not figures) else 0


def _counts(rows: dict[int, list[Cell]], order: Sequence[int]) -> bool:
    """Does a column of figures stand beside the labels, under a word that says what they are?"""
    first, *others = (rows[r][1].text for r in order)
    return first[:1].isalpha() and all(re.match(r"[-–+]?\d", text) for text in others)


def _title(texts: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, texts)))


def _told(rows: Sequence[Sequence[str]]) -> bool:
    """Are these rows a label and what is told of it? Their first is then no heading of the others."""
    return not re.search(r"\d\d", rows[0][1]) or max(len(row[1]) for row in rows) > _LONG_CELL


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Each row on a line, the columns one below the other; an empty first cell leaves its place."""
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    return [GAP.join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
