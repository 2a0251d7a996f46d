"""The words of a page and the cells that hold them, whether read from a PDF's letters or recognised in a picture. Pixels."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from corpus.values import MONTH_NAMES
from ingest.ruled import AIRY, Box, unruled_rows

_FIGURE = re.compile(
    r"[-+−–]?\s?(?:\d[\d\s.,/]*\s?(?:%|€|k€|M€)?|[–-])"
    rf"|(?:le )?\d{{1,2}}(?:er)? (?:{'|'.join(MONTH_NAMES)})(?: \d{{4}})?"
)
_BAND = 60  # pixels: a white band that wide, all down a table, is between two columns
DPI = 300  # of the pixels in which words stand
_SLACK = 10.5  # pixels: how far outside its cell a word may stand


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word and its place, in pixels; `sure` from 0 to 100, which is a word that was not recognised but read."""

    text: str
    left: int
    top: int
    width: int
    height: int
    sure: float

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def rows_of(words: Sequence[Word]) -> list[list[Word]]:
    """Words that stand beside each other, left to right; rows top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.middle):
        for row in reversed(rows[-4:]):
            usual = float(np.median([w.height for w in row]))
            if abs(word.middle - float(np.median([w.middle for w in row]))) < 0.5 * max(usual, min(word.height, 1.5 * usual)):
                row.append(word)
                break
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w.left) for row in rows]


def joined(rows: Sequence[Sequence[Word]]) -> str:
    """A cell's rows on one line, words cut at a line's end made whole."""
    text = "\n".join(" ".join(word.text for word in row) for row in rows)
    if re.fullmatch(r"(?:19|20)\d\d", text.replace("\n", "")):  # a year that a narrow column cuts
        return text.replace("\n", "")
    text = re.sub(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])", "", text).replace("\n", " ")
    return re.sub(r"^[‘’'`´.,·:;|~]\s*(?=\w)|\s*[|‘`´]$", "", text)  # a rule's end or a grain of dust, read as a sign


def split_rows(boxes: Sequence[Box], words: Sequence[Word]) -> list[Box]:
    """A table's cells, the rows that no rule parts cut apart: where figures or dates stand one under the other."""
    out: list[Box] = []
    shift = 0
    for row in sorted({box.row for box in boxes}):
        band = [box for box in boxes if box.row == row]
        lines = {box: rows_of([w for w in words if is_in(w, box)]) for box in band}
        several = [found for found in lines.values() if len(found) > 1]
        figures = [found for found in several if is_figures(found)]
        most = max((len(found) for found in figures), default=0)
        cuts: list[int] = []
        if most and len(several) > 1 and all(box.rows == 1 for box in band):
            middles = [round(sum(w.middle for w in line) / len(line)) for line in next(f for f in figures if len(f) == most)]
            inside = sorted((w.top, w.top + w.height) for found in lines.values() for line in found for w in line)
            cuts = [_gap(inside, above, below) for above, below in pairwise(middles)]
        elif len(several) > 1 and all(box.rows == 1 for box in band):
            cuts = _between_words(list(lines.values()))
        edges = [band[0].top, *cuts, band[0].bottom]
        for box in band:
            for n, (top, bottom) in enumerate(pairwise(edges)):
                ends = (box.top if n == 0 else top, box.bottom if n == len(cuts) else bottom)
                out.append(replace(box, row=box.row + shift + n, top=ends[0], bottom=ends[1]))
        shift += len(cuts)
    return out


def _between_words(cells: Sequence[Sequence[Sequence[Word]]]) -> list[int]:
    """Where the rows of cells of words are cut apart, by the white between them: each row has a cell of one line, and, where all
    lines stand as far apart, words in every cell."""
    words = [w for cell in cells for line in cell for w in line]
    spans = merged([(w.top, w.top + w.height) for w in words], 1)
    rows = unruled_rows(spans, float(np.median([w.height for w in words])), DPI, surely=True, tight=AIRY)
    counts = [[sum(top <= line[0].middle <= bottom for line in cell) for cell in cells] for top, bottom in rows]
    sure = all(1 in row for row in counts) if len(rows) < len(spans) else len(rows) > 2 and all(0 not in row for row in counts)
    return [(above + below) // 2 for (_, above), (below, _) in pairwise(rows)] if sure else []


def merged(spans: Sequence[tuple[int, int]], gap: float) -> list[tuple[int, int]]:
    """Spans less than `gap` apart as one, in order."""
    out: list[tuple[int, int]] = []
    for a, b in sorted(spans):
        if out and a - out[-1][1] < gap:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out


def split_columns(boxes: Sequence[Box], words: Sequence[Word]) -> list[Box]:
    """A scanned table's cells, two columns cut apart where the rule between them has faded: in each of their rows words stand
    on both sides of one wide white band."""
    out = list(boxes)
    for column in sorted({box.column for box in boxes}, reverse=True):
        own = [(box, held) for box in out if box.column == column and (held := [w for w in words if is_in(w, box, 0)])]
        if len(own) < 3 or any(box.columns > 1 for box, _ in own):
            continue
        spans: list[tuple[int, int]] = []
        for word in sorted((word for _, held in own for word in held), key=lambda w: w.left):
            if spans and word.left - spans[-1][1] < _BAND:
                spans[-1] = (spans[-1][0], max(spans[-1][1], word.right))
            else:
                spans.append((word.left, word.right))
        both = all(any(a <= word.left <= b for word in held) for a, b in spans for _, held in own)
        if len(spans) != 2 or not both:
            continue
        cut = (spans[0][1] + spans[1][0]) // 2
        moved = []
        for box in out:
            if box.column == column and box.columns == 1:
                moved += [replace(box, right=cut), replace(box, column=column + 1, left=cut)]
            elif box.column > column:
                moved.append(replace(box, column=box.column + 1))
            else:  # a heading over this column is one over both
                moved.append(replace(box, columns=box.columns + (box.column + box.columns > column)))
        out = sorted(moved, key=lambda box: (box.row, box.column))
    return out


def _gap(spans: Sequence[tuple[int, int]], above: int, below: int) -> int:
    """The middle of the widest white band between two heights."""
    best, at = 0, (above + below) // 2
    reach = above
    for top, bottom in spans:
        if bottom <= above:
            continue
        if top - reach > best and reach < below and top > above:
            best, at = min(top, below) - reach, (min(top, below) + reach) // 2
        reach = max(reach, bottom)
    return at


def is_figures(rows: Sequence[Sequence[Word]]) -> bool:
    """Whether each of a cell's rows is a figure, a date or a dash; "1er mars" over "2026" is one date on two lines."""
    said = [joined([row]) for row in rows]
    cut = any(text[-1:].isalpha() and re.fullmatch(r"20\d\d", below) for text, below in pairwise(said))
    return not cut and all(_FIGURE.fullmatch(text) for text in said)


def is_in(word: Word, box: Box, slack: float = _SLACK) -> bool:
    """Whether the middle of a word stands in a cell, or no further than `slack` from it."""
    across = word.left + word.width / 2
    return box.left - slack <= across <= box.right + slack and box.top - slack <= word.middle <= box.bottom + slack
