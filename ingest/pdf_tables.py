"""A PDF page's ruled tables, read cell by cell from its lines and letters; runs in the sandbox.

A cell of two lines beside a cell of one, a heading over three columns, a cell over four rows: only the rules tell. Where
they make no grid the page's columns of text are read instead (`ingest/columns.py`).
"""

import ctypes
from collections.abc import Iterator
from typing import Any

from ingest.flow import Cell, Table
from ingest.ocr import DPI, Word, _joined, _page_lines, _rows
from ingest.ruled import _NEAR, Box, _cells, _ending_well, _meeting, _places, _Rule
from ingest.ruled import _joined as _in_line

_SCALE = DPI / 72  # pixels of a scan: what the readers of scanned pages reckon in
_INCH = DPI / 2  # rules are found on a picture of half that size, there as here
_SHORT = 6.0  # points: a shorter stroke is a letter's or a tick
_MOST = 20_000  # strokes: more are a drawing


def page_with_tables(page: Any) -> str:
    """The page's text with its ruled tables aligned in columns; "" where it has none, or lies on its side."""
    if page.get_rotation():
        return ""
    tables = list(_grids(page))
    if not tables:
        return ""
    words = list(_words(page))
    placed = []
    for boxes in tables:
        cells = []
        for box in boxes:
            inside = [w for w in words if _is_in(w, box)]
            words = [w for w in words if not _is_in(w, box)]
            cells.append(Cell(_joined(_rows(inside)), box.row, box.column, box.rows, box.columns))
        placed.append((min(b.top for b in boxes), Table(cells)))
    return "\n".join(_page_lines(_rows(words), placed))


def _is_in(word: Word, box: Box) -> bool:
    across, slack = word.left + word.width / 2, _NEAR * _INCH
    return box.left - slack <= across <= box.right + slack and box.top - slack <= word.middle <= box.bottom + slack


def _grids(page: Any) -> Iterator[list[Box]]:
    """The cells of each grid of rules that has two rows and two columns at least, some of them with more than a frame."""
    across, down = [], []
    for x0, y0, x1, y1 in _strokes(page):
        if abs(y1 - y0) < 1 and abs(x1 - x0) > _SHORT:
            across.append(_Rule(round(y0), round(y0), round(min(x0, x1)), round(max(x0, x1))))
        elif abs(x1 - x0) < 1 and abs(y1 - y0) > _SHORT:
            down.append(_Rule(round(x0), round(x0), round(min(y0, y1)), round(max(y0, y1))))
        if len(across) + len(down) > _MOST:
            return
    if len(across) < 3 or len(down) < 3:
        return
    near = _NEAR * _INCH
    for group in _meeting(_in_line(across, _INCH), _in_line(down, _INCH), near):
        h, v = _ending_well(*group, near)
        if len(_places(h, near)) > 2 and len(_places(v, near)) > 2:
            boxes = _cells(h, v, near)
            if len({b.column for b in boxes}) > 1 and len({b.row for b in boxes}) > 1:
                yield boxes


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


def _words(page: Any) -> Iterator[Word]:
    """The page's words in pixels from its top left."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    left, _, _, top = page.get_bbox()
    letters: list[tuple[str, float, float, float, float]] = []

    def word() -> Word:
        box = (min(c[1] for c in letters), min(c[2] for c in letters), max(c[3] for c in letters), max(c[4] for c in letters))
        at = [round(edge * _SCALE) for edge in (box[0] - left, top - box[3], box[2] - box[0], box[3] - box[1])]
        return Word("".join(c[0] for c in letters), at[0], at[1], max(at[2], 1), max(at[3], 1), 100)

    for n in range(text.count_chars()):
        sign = chr(raw.FPDFText_GetUnicode(text, n)).replace("\x02", "-").replace("\ufffe", "-")  # a hyphen at a line's end
        if sign.isspace() or ord(sign) < 32:
            if letters:
                yield word()
            letters = []
            continue
        x0, y0, x1, y1 = text.get_charbox(n, loose=True)
        if letters and (x0 < letters[-1][1] or x0 - letters[-1][3] > 0.5 * (y1 - y0) or y1 < letters[-1][2]):
            yield word()
            letters = []
        letters.append((sign, x0, y0, x1, y1))
    if letters:
        yield word()
