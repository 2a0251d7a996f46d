"""Tables that no rule draws, or not between all their rows: told by the white between their words.

Used on the letters of a PDF and on the words recognised in a scan, in pixels of `DPI`; bands and columns in half pixels.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ingest.page_words import DPI, Word, joined, merged, rows_of
from ingest.ruled import AIRY, APART, TIGHT, Box, _in_bands, unruled_rows

_INCH = DPI / 2
_LONG = 45  # characters: longer is no heading of a column
_WIDE = 0.12  # inches: the least white between two headings of a table that no rule draws
_BULLET = re.compile(r"\W{1,2}|\(?\d{1,2}[.)°]|[a-z]\)")

Band = tuple[int, int, list[tuple[int, int]]]  # a row: its top, its bottom, and from where to where its words stand


def white_tables(words: Sequence[Word]) -> Iterator[list[Box]]:
    """The cells of each table of the page that no rule draws: a heading of three short stretches of words or more, wide apart,
    then rows in the same columns."""
    start, end = (min(w.left for w in words) // 2, max(w.right for w in words) // 2 + 1) if words else (0, 0)
    after = 0
    for top, bottom in merged([(w.top, w.top + w.height) for w in words], 1):
        held = [w for w in words if top <= w.middle <= bottom]
        columns = merged([(w.left // 2 - start, w.right // 2 - start) for w in held], _WIDE * _INCH)
        said = [joined(rows_of([w for w in held if a <= w.left // 2 - start <= b])) for a, b in columns]
        if top < after or len(columns) < 3 or any(len(text) > _LONG or _BULLET.fullmatch(text) for text in said):
            continue
        rows = white_rows([w for w in words if w.top > bottom], columns, start, bottom)
        if len(rows) > 1:
            after = 2 * rows[-1][1]
            yield cells_of([(top // 2, -(-bottom // 2), columns), *rows], start, end)


def white_rows(words: Sequence[Word], columns: Sequence[tuple[int, int]], start: int, top: float) -> list[Band]:
    """The rows below `top` (pixels) that stand in the `columns` of a heading: down to a wide white, or to words across two of them."""
    columns = list(columns)
    held: list[Word] = []
    cells: dict[Word, int] = {}
    for low, high in merged([(w.top, w.top + w.height) for w in words], 1):
        inside = [w for w in words if low <= w.middle <= high]
        placed = [_in_columns(line, columns, start) for line in rows_of(inside)]
        if low - top > APART * DPI or not all(placed):
            break
        for found in placed:
            cells |= found
        for word in inside:
            a, b = columns[cells[word]]
            columns[cells[word]] = (min(a, word.left // 2 - start), max(b, word.right // 2 - start))
        held, top = [*held, *inside], high
    bands = [(low, high) for low, high, _ in unruled(held, start, True)] or [
        (low // 2, -(-high // 2)) for low, high in merged([(w.top, w.top + w.height) for w in held], 1)
    ]
    rows: list[Band] = []
    for low, high in bands:
        own = [w for w in held if 2 * low <= w.middle <= 2 * high]
        by_column = [[w for w in own if cells[w] == n] for n in range(len(columns))]
        rows.append(
            (low, high, [(min(w.left for w in c) // 2 - start, max(w.right for w in c) // 2 - start) for c in by_column if c])
        )
    while rows and len(rows[-1][2]) < 2:
        rows.pop()
    return rows


def _in_columns(line: Sequence[Word], columns: Sequence[tuple[int, int]], start: int) -> dict[Word, int]:
    """The column of each word of a line; {} for a sentence, whose words go on from column to column, no further apart than words are."""
    found: dict[Word, int] = {}
    last, end = -1, 0
    for a, b in merged([(w.left // 2 - start, w.right // 2 - start) for w in line], 0.055 * _INCH):
        over = [n for n, (c, d) in enumerate(columns) if a < d and c < b]
        at = over[0] if over else max((n for n, (c, _) in enumerate(columns) if c <= a + 4), default=0)
        if len(over) > 1 or at < last or (at > last >= 0 and a - end < _WIDE * _INCH):
            return {}
        last, end = at, b
        found |= {w: at for w in line if a <= w.left // 2 - start <= b}
    return found


def unruled(inside: Sequence[Word], start: int, surely: bool) -> list[Band]:
    """The rows of a stretch of a table without rules between them (see `unruled_rows`); lines far apart are one cell's where
    each row so made has a cell of one line."""
    usual = float(np.median([w.height for w in inside])) if inside else 0.0
    lines = merged([(w.top, w.top + w.height) for w in inside], 1)
    for tight in (AIRY, TIGHT):
        rows = unruled_rows(lines, usual, DPI, surely, tight)
        out = []
        for top, bottom in rows:
            held = [w for w in inside if top <= w.middle <= bottom]
            pieces = merged([(w.left // 2 - start, w.right // 2 - start) for w in held], 0.055 * _INCH)
            out.append((top // 2, -(-bottom // 2), pieces))
        if all(
            min((len(rows_of([w for w in inside if top <= w.middle <= bottom and a <= w.left // 2 - start <= b])) for a, b in pieces), default=1) == 1
            for (top, bottom), (_, _, pieces) in zip(rows, out, strict=True)
        ):  # fmt: skip
            break
    return out


def cells_of(bands: list[Band], start: int, end: int) -> list[Box]:
    """The cells of a table's bands, without the titles above and below it."""
    full = [n for n, (_, _, pieces) in enumerate(bands) if len(pieces) > 1]
    if len(full) == 1:
        if len(bands[full[0]][2]) < 3:
            return []
        low, high, pieces = bands[full[0]]
        return [Box(0, n, 1, 1, 2 * (start + a), 2 * low, 2 * (start + b), 2 * high) for n, (a, b) in enumerate(pieces)]
    return _in_bands(bands[full[0] : full[-1] + 1], start, end, _INCH) if full else []
