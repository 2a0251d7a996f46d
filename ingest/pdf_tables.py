"""A PDF page's ruled tables, read cell by cell from its lines and letters; runs in the sandbox.

A cell of two lines beside a cell of one, a heading over three columns, a cell over four rows: only the rules tell. Where
they make no grid the page's columns of text are read instead (`ingest/columns.py`).
"""

import ctypes
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from ingest.flow import Cell, Table
from ingest.ocr import _page_lines
from ingest.page_words import DPI, Word, is_figures, is_in, joined, merged, rows_of, split_rows
from ingest.ruled import (
    _NEAR,
    Box,
    _cells,
    _closed,
    _ending_well,
    _meeting,
    _places,
    _Rule,
    _stacks,
)
from ingest.ruled import _joined as _in_line
from ingest.unruled import Band, cells_of, unruled, white_rows, white_tables

_SCALE = DPI / 72  # pixels of a scan: what the readers of scanned pages reckon in
_INCH = DPI / 2  # rules are found on a picture of half that size, there as here
_SHORT = 6.0  # points: a shorter stroke is a letter's or a tick
_MOST = 20_000  # strokes: more are a drawing
_LONG = 45  # characters: longer is no heading of a column
_REACH = 8  # inches from a table's heading to its last rule, with no rule between its rows
_PADDING = 0.17  # inches: a wider white band between words and rules is none of a cell's
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_CALL = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]")


def page_with_tables(page: Any) -> str:
    """The page's text with its ruled tables aligned in columns and its footnotes' calls raised ("42¹"); "" where it has
    neither, or lies on its side."""
    if page.get_rotation():
        return ""
    words, bold = _words(page)
    tables = list(_grids(page, words))
    tables += white_tables([w for w in words if not any(is_in(w, box) for boxes in tables for box in boxes)])
    if not tables and not any(_CALL.search(word.text) for word in words):
        return ""
    placed = []
    for boxes in (split_rows(table, words) for table in tables):
        cells = []
        stressed: dict[int, bool] = {}
        for box in boxes:
            inside = [w for w in words if is_in(w, box)]
            words = [w for w in words if not is_in(w, box)]
            cells.append(Cell(joined(rows_of(inside)), box.row, box.column, box.rows, box.columns))
            stressed[box.row] = stressed.get(box.row, True) and bold.issuperset(inside)
        headed = [row for _, row in sorted(stressed.items())][:2] == [True, False] and not _is_told(cells)
        placed.append((min(b.top for b in boxes), Table(cells, int(headed))))
    return "\n".join(_page_lines(rows_of(words), placed))


def _is_told(cells: Sequence[Cell]) -> bool:
    """Is the first row, of two, no heading but a label and what is told of it ("Pilote", "Mme Durand, directrice")?"""
    told = [cell.text for cell in cells if cell.row == cells[0].row]
    return len(told) == 2 and bool(len(told[1]) > _LONG or re.match(r"(?:M\.|Mme|Dr|Monsieur|Madame|Docteur)\s", told[1]))


def _grids(page: Any, words: Sequence[Word]) -> Iterator[list[Box]]:
    """The cells of each grid of rules that has two rows and two columns at least, some of them with more than a frame; and
    of each stack of rules between rows alone."""
    across, down = [], []
    for x0, y0, x1, y1 in _strokes(page):
        if abs(y1 - y0) < 1 and abs(x1 - x0) > _SHORT:
            across.append(_Rule(round(y0), round(y0), round(min(x0, x1)), round(max(x0, x1))))
        elif abs(x1 - x0) < 1 and abs(y1 - y0) > _SHORT:
            down.append(_Rule(round(x0), round(x0), round(min(y0, y1)), round(max(y0, y1))))
        if len(across) + len(down) > _MOST:
            return
    if len(across) < 3:
        return
    near = _NEAR * _INCH
    alone: list[_Rule] = []
    for group in _meeting(_in_line(across, _INCH), _in_line(down, _INCH), near):
        h, v = _ending_well(*_closed(*group, near), near)
        if len(_places(h, near)) > 2 and len(_places(v, near)) > 2:
            boxes = _cells(h, v, near)
            if len({b.column for b in boxes}) > 1 and len({b.row for b in boxes}) > 1:
                yield boxes
        else:
            alone += group[0]
    for stack in _stacks(alone, [], _INCH, _REACH):
        ys, start, end = _places(stack, near), min(r.start for r in stack), max(r.end for r in stack)
        for boxes in _banded([*_heading(ys, start, end, words), *ys], start, end, words):
            if len({b.column for b in boxes}) > 1:
                yield boxes


def _heading(ys: Sequence[float], start: int, end: int, words: Sequence[Word]) -> list[float]:
    """Where a heading without a rule above it begins (half pixels), over the first of the rules at `ys`; [] where there is none.

    Its words stand over the columns of the first row, one stretch of them over each.
    """

    def pieces(inside: Sequence[Word]) -> list[tuple[int, int]]:
        return merged([(w.left // 2 - start, w.right // 2 - start) for w in inside], 0.055 * _INCH)

    within = [w for w in words if start <= (w.left + w.width / 2) / 2 <= end]
    first = pieces([w for w in within if ys[0] <= w.middle / 2 <= ys[1]]) if len(ys) > 1 else []
    top = ys[0]
    held: list[Word] = []
    for line in reversed(rows_of([w for w in within if ys[0] - 0.8 * _INCH <= w.middle / 2 < ys[0]])):
        if top - max(w.top + w.height for w in line) / 2 > 0.09 * _INCH:
            break
        top, held = min(w.top for w in line) / 2, [*held, *line]
    over = pieces(held)
    together = merged([*first, *over], 0)
    return [top - 2] if len(first) > 1 and len(over) == len(first) == len(together) else []


def _banded(ys: Sequence[float], start: int, end: int, words: Sequence[Word]) -> Iterator[list[Box]]:
    """The cells of the tables whose rows stand between rules at `ys` (half pixels): what the words leave white is between
    columns, a title or a paragraph between two rules is between two tables, and so is a change of columns."""
    table: list[Band] = []
    columns: list[tuple[int, int]] = []
    for n, (low, high) in enumerate(pairwise(ys), 1):
        inside = [w for w in words if low <= w.middle / 2 <= high and start <= (w.left + w.width / 2) / 2 <= end]
        pieces = merged([(w.left // 2 - start, w.right // 2 - start) for w in inside], 0.055 * _INCH)
        columns_of = [rows_of([w for w in inside if a <= w.left // 2 - start <= b]) for a, b in pieces]
        lines = [len(found) for found in columns_of]
        shared = merged(columns + pieces, 0)
        heights = merged([(w.top // 2, (w.top + w.height) // 2) for w in inside], 1)
        edges = [round(low), *(at for span in heights for at in span), round(high)]
        airy = any(b - a > _PADDING * _INCH for a, b in zip(edges[::2], edges[1::2], strict=True))
        is_prose = airy or (len(pieces) == 1 and lines[0] > 1)
        # Several rows with no rule between them are told by their figures, one under the other (see `split_rows`).
        several = [len(found) for found in columns_of if len(found) > 1 and is_figures(found)]
        is_prose = is_prose or (
            len(pieces) > 1 and min(lines) > 2 and (not several or len(set(several)) > 1 or several[0] * len(several) < 4)
        )
        changes = len(pieces) > 1 and len(table) > 1 and len(shared) < max(len(columns), len(pieces))
        top = _heading(ys[n:], start, end, words) if is_prose else []  # below the prose, the heading of another table
        within = not top and len(pieces) > 1 and len(columns) == len(shared) >= len(pieces)
        if within and (rows := unruled(inside, start, is_prose)):
            table += (
                rows  # a heading between two rules, rows with none between them, a last rule: the commonest of printed tables
            )
            columns = shared
            continue
        if is_prose or changes:
            yield cells_of([*table, *_closing(table, columns, inside, start)], start, end)
            table, columns = [], []
        if top:
            over = [w for w in inside if w.middle / 2 >= top[0]]
            columns = merged([(w.left // 2 - start, w.right // 2 - start) for w in over], 0.055 * _INCH)
            table.append((round(top[0]), round(high), columns))
        if pieces and not is_prose:
            columns = merged(columns + pieces, 0) if len(pieces) > 1 else columns
            table.append((round(low), round(high), pieces))
    reach = 0.8 if len(table) > 1 else _REACH
    below = [w for w in words if ys[-1] <= w.middle / 2 <= ys[-1] + reach * _INCH and start <= (w.left + w.width / 2) / 2 <= end]
    yield cells_of([*table, *_closing(table, columns, below, start)], start, end)


def _closing(table: Sequence["Band"], columns: Sequence[tuple[int, int]], below: Sequence[Word], start: int) -> list[Band]:
    """The last row, where no rule is drawn under it: the line of the words `below` that stands as near to the table's last
    rule as its rows do, a stretch of words in each of its columns; [] where there is none. Under a heading alone, all the rows."""
    if not table or not below:
        return []
    if len(table) == 1:
        return white_rows(below, columns, start, 2 * table[0][1])
    low, line = table[-1][1], rows_of(below)[0]
    pieces = merged([(w.left // 2 - start, w.right // 2 - start) for w in line], 0.055 * _INCH)
    top, bottom = min(w.top for w in line) / 2, max(w.top + w.height for w in line) / 2
    aligned = len(pieces) == len(columns) == len(merged([*columns, *pieces], 0)) > 1
    return [(low, round(bottom + 2), pieces)] if aligned and top - low < 0.09 * _INCH else []


def _strokes(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """The straight strokes of the page's paths (x0, y0, x1, y1) in half pixels from its top left; white ones left out."""
    import pypdfium2.raw as raw  # type: ignore[import-untyped]

    left, _, _, top = page.get_bbox()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    x, y = ctypes.c_float(), ctypes.c_float()
    k = _SCALE / 2
    for thing in page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH,), max_depth=1):
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        raw.FPDFPath_GetDrawMode(thing, fill, stroke)
        tell = raw.FPDFPageObj_GetStrokeColor if stroke.value else raw.FPDFPageObj_GetFillColor
        if not (fill.value or stroke.value) or (
            tell(thing, red, green, blue, alpha) and red.value + green.value + blue.value > 750
        ):
            continue
        matrix = thing.get_matrix()
        start = last = None
        for n in range(raw.FPDFPath_CountSegments(thing)):
            segment = raw.FPDFPath_GetPathSegment(thing, n)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            a, b = matrix.on_point(x.value, y.value)
            point = ((a - left) * k, (top - b) * k)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_LINETO and last:
                yield (*last, *point)
            start = point if kind == raw.FPDF_SEGMENT_MOVETO else start
            if raw.FPDFPathSegment_GetClose(segment) and start:
                yield (*point, *start)
            last = point


def _words(page: Any) -> tuple[list[Word], set[Word]]:
    """The page's words in pixels from its top left, and those in bold."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    left, _, _, top = page.get_bbox()
    calls = _calls(text)
    letters: list[tuple[str, float, float, float, float]] = []
    name = ctypes.create_string_buffer(128)
    ended, seen = False, 0
    words: list[Word] = []
    bold: set[Word] = set()

    def end(last: int) -> None:
        if not letters:
            return
        box = (min(c[1] for c in letters), min(c[2] for c in letters), max(c[3] for c in letters), max(c[4] for c in letters))
        at = [round(edge * _SCALE) for edge in (box[0] - left, top - box[3], box[2] - box[0], box[3] - box[1])]
        words.append(Word("".join(c[0] for c in letters), at[0], at[1], max(at[2], 1), max(at[3], 1), 100))
        size = raw.FPDFText_GetFontInfo(text, last, name, len(name), ctypes.c_int())
        if _BOLD.search(name.raw[:size]):
            bold.add(words[-1])
        letters.clear()

    for n in range(text.count_chars()):
        sign = chr(raw.FPDFText_GetUnicode(text, n)).replace("\x02", "-").replace("\ufffe", "-")  # a hyphen at a line's end
        if sign.isspace() or ord(sign) < 32:
            ended = True
            continue
        x0, y0, x1, y1 = text.get_charbox(n, loose=True)
        if n in calls and letters:  # it stands as high as the word that it follows
            letters.append((sign.translate(_RAISED), x0, letters[-1][2], x1, letters[-1][4]))
            continue
        if ended or (letters and (x0 < letters[-1][1] or x0 - letters[-1][3] > 0.5 * (y1 - y0) or y1 < letters[-1][2])):
            end(seen)
        letters.append((sign, x0, y0, x1, y1))
        ended, seen = False, n
    end(seen)
    return words, bold


def _calls(text: Any) -> set[int]:
    """Where digits are drawn smaller and higher than the letter before them: a footnote's call, not the end of a number."""
    import pypdfium2.raw as raw

    found: set[int] = set()
    size, box = 0.0, (0.0, 0.0, 0.0, 0.0)
    for n in range(text.count_chars()):
        sign = chr(raw.FPDFText_GetUnicode(text, n))
        if sign.isspace() or ord(sign) < 32:
            continue
        own, at = raw.FPDFText_GetFontSize(text, n), text.get_charbox(n, loose=True)
        beside = -1 <= at[0] - box[2] <= 0.5 * size and box[1] < at[3]
        if sign in "0123456789" and beside and own < 0.87 * size and at[1] - box[1] > 0.2 * size:
            found.add(n)
            box = (box[0], box[1], at[2], box[3])  # a call of two digits
        else:
            size, box = own, at
    return found
