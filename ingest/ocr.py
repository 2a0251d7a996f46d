"""A scanned page as text: drawn by pdfium, straightened, its tables read cell by cell, the rest as a page. In the sandbox.

Tesseract is a program of the user's machine, with its French model; nothing is sent anywhere.
"""

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
from PIL import Image

from ingest.documents import clean
from ingest.flow import Cell, Table, lines_of
from ingest.page_words import DPI, Word, is_in, joined, rows_of, split_columns, split_rows
from ingest.ruled import Box, Picture, ruled_tables
from ingest.sandbox import Progress, silent
from ingest.unruled import white_tables

MOST_PIXELS = 25_000_000
SECONDS = 45  # for one call of Tesseract
_ABOVE, _BESIDE = 20, 30  # pixels of paper around a cell's picture
INK = 60  # how much darker than its paper a letter is (of 255)
_LETTER = 22  # pixels, about, of a capital letter at 300 dpi: what a gap is measured in until the page is known


# What Tesseract sees in the sign of a section: "8 15. La dotation".
_SECTION = re.compile(r"^( *)[8&$S](?= \d{1,2}(?: bis| ter| quater)?\. [A-ZÀ-Ý])", re.MULTILINE)

# What Tesseract sees in a bullet or a dash at a line's start.
_BULLETS = dict.fromkeys(("•", "·", "+", "*", "°", "¢", "®", "©", "»", "e", "o", "eo", "e_", "+_", "*_", "°_"), "•")
_BULLETS |= dict.fromkeys(("-", "–", "—", "-_", "–_", "—_", "_"), "-")


def tools(progress: Progress = silent) -> dict[str, Any]:
    """{"program": path of Tesseract or "", "missing": true when it or its French is not there}."""
    places = [
        "/opt/homebrew/bin/tesseract", "/usr/local/bin/tesseract",
        *(rf"{os.environ.get(v, '')}\Tesseract-OCR\tesseract.exe" for v in ("PROGRAMFILES", "PROGRAMFILES(X86)")),
    ]  # fmt: skip
    program = shutil.which("tesseract") or next((p for p in places if sys.platform != "linux" and Path(p).is_file()), "")
    if not program:
        return {"program": "", "missing": True}
    listed = subprocess.run(
        [program, "--list-langs"], capture_output=True, encoding="utf-8", errors="replace", timeout=15, check=False
    )
    return {"program": program, "missing": "fra" not in (listed.stdout + listed.stderr).split()}


def read_page(path: str, number: int, program: str, progress: Progress = silent) -> dict[str, Any]:
    """{"text", "confidence"} of page `number` (from 1): layout form, and 0 to 100; "" for a blank page."""
    Image.MAX_IMAGE_PIXELS = None  # pictures here are of our own making
    page = drawn(path, number)
    if _is_blank(page):
        return {"text": "", "confidence": 100.0}
    reader = _Reader(program)
    page = straightened(page)
    lines, sure = reader.read(page)
    if sure < 50:  # upside down, or lying on its side?
        turn = reader.turn(page)
        if turn:
            again, surer = reader.read(straightened(np.rot90(page, k=-turn // 90)))
            lines, sure = (again, surer) if surer > sure else (lines, sure)
    text = re.sub(r"\b[il]er\b", "1er", "\n".join(lines))  # no French word
    text = _SECTION.sub(r"\1§", text)
    return {"text": clean(text), "confidence": round(sure, 1)}


def places(path: str, number: int, program: str) -> tuple[list[Word], tuple[int, int]]:
    """The words of page `number` (from 1) in the order of reading, and the size in pixels in which their places are told."""
    page = drawn(path, number)
    return _Reader(program)._words([page], 3)[0], (page.shape[1], page.shape[0])


def drawn(path: str, number: int) -> Picture:
    """The page in grey at `DPI`; a page larger than paper is drawn coarser."""
    document = pypdfium2.PdfDocument(path)
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(DPI / 72, (MOST_PIXELS / max(width * height, 1)) ** 0.5)
    return np.array(page.render(scale=scale, grayscale=True).to_numpy()).squeeze()


def _is_blank(page: Picture) -> bool:
    """Less ink than a line of text leaves."""
    return int((page < _paper(page) - INK).sum()) < 400


def _paper(page: Picture) -> int:
    return int(np.median(page[::7, ::7]))


def straightened(page: Picture) -> Picture:
    """The page turned (two degrees and a half at most) so that its lines lie flat, its stray dots removed."""
    small = Image.fromarray(page).reduce(6)
    ink = Image.fromarray(((np.asarray(small) < _paper(page) - INK) * 255).astype(np.uint8))

    def flatness(angle: float) -> float:
        turned = ink.rotate(angle, Image.Resampling.BILINEAR).resize((1, ink.height), Image.Resampling.BOX)
        profile = np.asarray(turned, np.float64)[:, 0]
        return float(((profile[1:] - profile[:-1]) ** 2).sum())

    angle = 0.0
    for reach, step in ((2.4, 0.4), (0.3, 0.1), (0.05, 0.05)):
        angle = float(max(angle + np.arange(-reach, reach + step / 2, step), key=flatness))
    if abs(angle) > 0.04:
        paper = _paper(page)
        page = np.asarray(Image.fromarray(page).rotate(angle, Image.Resampling.BICUBIC, fillcolor=paper))
    return _without_dust(page)


def _without_dust(page: Picture) -> Picture:
    """The page without the small dots that stand alone: near a digit, dust is read as a sign."""
    ink = page < _paper(page) - INK
    sums = np.zeros((page.shape[0] + 1, page.shape[1] + 1), np.int32)
    sums[1:, 1:] = ink.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    ys, xs = np.nonzero(ink)
    reach = 24  # a colon's or a semicolon's dots stay: together they are more than dust
    top, bottom = np.maximum(ys - reach, 0), np.minimum(ys + reach + 1, page.shape[0])
    left, right = np.maximum(xs - reach, 0), np.minimum(xs + reach + 1, page.shape[1])
    near = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    page = page.copy()
    lone = near <= 28
    for dy in (-2, -1, 0, 1, 2):
        for dx in (-2, -1, 0, 1, 2):
            page[np.clip(ys[lone] + dy, 0, page.shape[0] - 1), np.clip(xs[lone] + dx, 0, page.shape[1] - 1)] = _paper(page)
    return page


def _widened(boxes: Sequence[Box]) -> list[Box]:
    """Cells as wide as their columns and as high as half the white around their rows, told by the words that were read in them."""
    full = [box for box in boxes if box.right > box.left]
    left = {n: min(b.left for b in full if b.column == n) for n in {b.column for b in full if b.columns == 1}}
    right = {n: max(b.right for b in full if b.column == n and b.columns == 1) for n in left}
    tops, bottoms = {b.row: b.top for b in full}, {b.row: b.bottom for b in full}
    out = []
    for box in boxes:
        first, last = box.column, box.column + box.columns - 1
        if first not in left or last not in left or box.row not in tops:
            continue
        above, below = bottoms.get(box.row - 1, tops[box.row] - 20), tops.get(box.row + 1, bottoms[box.row] + 20)
        edges = (left[first] - 6, (above + tops[box.row]) // 2, right[last] + 6, (bottoms[box.row] + below) // 2)
        out.append(Box(box.row, first, box.rows, box.columns, *edges))
    return out


def _filled(boxes: Sequence[Box], words: Sequence[Word]) -> tuple[list[Cell], list[tuple[int, float]]]:
    """Cells with the words that stand in them, and the length of each word and how sure it is."""
    cells, sure, left = [], [], list(words)
    for box in boxes:
        inside = [word for word in left if is_in(word, box, 0)]
        left = [word for word in left if not is_in(word, box, 0)]
        cells.append(Cell(joined(rows_of(inside)), box.row, box.column, box.rows, box.columns))
        sure += [(len(word.text), word.sure) for word in inside]
    return cells, sure


class _Reader:
    """Tesseract on the pictures of one page."""

    def __init__(self, program: str):
        self.program = program
        self.made = 0

    def read(self, page: Picture) -> tuple[list[str], float]:
        """The page's lines of text, top to bottom, and how sure they are on the mean."""
        rest, paper = page.copy(), _paper(page)
        tables = []
        for boxes in ruled_tables(page, DPI):
            table, sure = self._table(page, boxes)
            if table.cells:
                top, bottom = min(b.top for b in boxes), max(b.bottom for b in boxes)
                rest[max(top - 9, 0) : bottom + 9, max(min(b.left for b in boxes) - 9, 0) : max(b.right for b in boxes) + 9] = (
                    paper
                )
                tables.append((top, table, sure))
        words = self._words([rest], 3)[0]
        words = [word for word in words if not _is_scrawl(word, words, page.shape[0])]
        for boxes in map(_widened, white_tables([word for word in words if word.text.strip("|¦")])):
            words = [word for word in words if not any(is_in(word, box) for box in boxes)]
            table, sure = self._table(page, boxes)  # cell by cell, what stands beside a cell of two lines is no noise
            tables.append((min(b.top for b in boxes), replace(table, header=1), sure))
        marks = [(len(word.text), word.sure) for word in words] + [mark for _, _, sure in tables for mark in sure]
        count = sum(size for size, _ in marks)
        lines = _page_lines(rows_of(words), [(top, table) for top, table, _ in tables])
        return lines, sum(size * sure for size, sure in marks) / count if count else 0.0

    def _table(self, page: Picture, boxes: Sequence[Box]) -> tuple[Table, list[tuple[int, float]]]:
        """A ruled table and, for each cell, its length and how sure it is. Unsure cells get a second reading."""
        crops = [_cropped(page, box) for box in boxes]
        filled = [n for n, crop in enumerate(crops) if crop is not None]
        read_once = self._words([crops[n] for n in filled], 6)
        readings = {n: [_placed(words, boxes[n], 1)] for n, words in zip(filled, read_once, strict=True)}
        unsure = [n for n in filled if _sure(readings[n][0]) < (90 if _is_number(readings[n][0]) else 60)]
        for factor in (0.8, 1.3):
            again = self._words([_scaled(crops[n], factor) for n in unsure], 6)
            for n, words in zip(unsure, again, strict=True):
                readings[n].append(_placed(words, boxes[n], factor))
        read = {n: _best(given) for n, given in readings.items()}
        words = [word for given in read.values() for word in given if word.text.strip("|¦")]  # the frame is no letter
        cells, sure = _filled(split_columns(split_rows(boxes, words), words), words)
        return Table(cells), sure

    def turn(self, page: Picture) -> int:
        """By how many degrees, clockwise, the page is to be turned to stand upright: 0, 90, 180 or 270."""
        told = self._run([self._saved(page)], ["--psm", "0"])
        found = re.search(r"Rotate: (\d+)", told)
        return int(found[1]) if found else 0

    def _words(self, pictures: Sequence[Picture | None], mode: int) -> list[list[Word]]:
        """The words of each picture, with Tesseract's page segmentation `mode`."""
        if not pictures:
            return []
        told = self._run(
            [self._saved(p) for p in pictures if p is not None], ["-l", "fra", "--psm", str(mode), "--dpi", str(DPI), "tsv"]
        )
        found: list[list[Word]] = [[] for _ in pictures]
        for row in csv.reader(io.StringIO(told), delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) == 12 and row[0] == "5" and row[11].strip():
                left, top, width, height = (int(value) for value in row[6:10])
                found[int(row[1]) - 1].append(Word(row[11].strip(), left, top, width, height, float(row[10])))
        return found

    def _saved(self, picture: Picture) -> str:
        self.made += 1
        file = f"page-{os.getpid()}-{self.made}.pgm"
        Image.fromarray(np.ascontiguousarray(picture)).save(file)
        return file

    def _run(self, files: Sequence[str], options: Sequence[str]) -> str:
        """What Tesseract says of pictures, one after the other in one process."""
        listed = Path(f"list-{os.getpid()}.txt")
        listed.write_text("\n".join(files) + "\n", encoding="utf-8")
        try:
            return subprocess.run(
                [self.program, str(listed) if len(files) > 1 else files[0], "-", *options],
                stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace", timeout=SECONDS, check=True,
            ).stdout  # fmt: skip
        finally:
            for file in (listed, *map(Path, files)):
                file.unlink(missing_ok=True)


def _cropped(page: Picture, box: Box) -> Picture | None:
    """A cell's picture, black on white, with paper around it; None when there is nothing in it."""
    cell = page[max(box.top, 0) : box.bottom, max(box.left, 0) : box.right]
    if cell.size == 0:
        return None
    ground = int(np.median(cell))
    if ground < _paper(page) - INK:  # white on black
        cell, ground = 255 - cell, 255 - ground
    if int((cell < ground - INK).sum()) < 25:
        return None
    around = np.full((cell.shape[0] + 2 * _ABOVE, cell.shape[1] + 2 * _BESIDE), ground, np.uint8)
    around[_ABOVE:-_ABOVE, _BESIDE:-_BESIDE] = cell
    return around


def _placed(words: Sequence[Word], box: Box, factor: float) -> list[Word]:
    """The words of a cell's picture, drawn at `factor` times its size, where they stand on the page."""
    left, top = max(box.left, 0) - _BESIDE, max(box.top, 0) - _ABOVE
    return [
        replace(
            word, left=left + round(word.left / factor), top=top + round(word.top / factor),
            width=max(1, round(word.width / factor)), height=max(1, round(word.height / factor)),
        )
        for word in words
    ]  # fmt: skip


def _scaled(picture: Picture | None, factor: float) -> Picture:
    assert picture is not None
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def _sure(words: Sequence[Word]) -> float:
    return min((word.sure for word in words), default=0.0)


def _is_number(words: Sequence[Word]) -> bool:
    text = joined(rows_of(words))
    return len(text) <= 14 and bool(re.search(r"\d", text))


def _best(readings: Sequence[list[Word]]) -> list[Word]:
    """The surest of a cell's readings; of a number's, the digits that most were sure of, then with its decimal comma."""
    best = max(readings, key=_sure)
    numbers = [words for words in readings if _is_number(words) and _sure(words) > 0]
    if len(readings) == 1 or not _is_number(best) or not numbers:
        return best
    votes: dict[str, float] = {}
    for words in numbers:
        votes[_digits(words)] = votes.get(_digits(words), 0.0) + _sure(words)
    chosen = [words for words in numbers if _digits(words) == max(votes, key=lambda d: votes[d])]

    def merit(words: list[Word]) -> tuple[int, float]:
        """Commas and units are easily lost in a scan and hardly ever seen where there are none."""
        text = joined(rows_of(words))
        return (("," in text) + bool(re.search("[%€]", text)) if _sure(words) > 55 else 0, _sure(words))

    return max(chosen, key=merit)


def _digits(words: Sequence[Word]) -> str:
    return re.sub(r"\D", "", joined(rows_of(words)))


def _is_scrawl(word: Word, words: Sequence[Word], height: int) -> bool:
    """Is this a paraph or a smear, not a word? Such stand at the foot of each page and read otherwise on each."""
    if not any(c.isalnum() for c in word.text):
        return word.sure < 30 and (word.height < 5 or word.height > 2 * _LETTER)
    usual = min(max(float(np.median([w.height for w in words])), 1.2 * _LETTER), 1.5 * _LETTER)
    at_edge = word.middle > 0.92 * height or word.middle < 0.04 * height
    return (at_edge and (word.sure < 60 or (word.sure < 75 and word.height > 1.4 * usual))) or (
        word.sure < 5 and len(word.text) < 3
    )


def _page_lines(rows: Sequence[Sequence[Word]], tables: Sequence[tuple[int, Table]]) -> list[str]:
    """Rows and tables by their height on the page, with blank lines where the page leaves room."""
    words = [word for row in rows for word in row]
    letter = float(np.median([w.width / len(w.text) for w in words if len(w.text) > 2] or [_LETTER]))
    left = min((w.left for w in words), default=0)
    usual = float(np.median([float(w.height) for w in words] or [_LETTER * 1.4]))
    steps = np.array([after[0].middle - row[0].middle for row, after in pairwise(rows)] or [0.0])
    steps = steps[steps > 0.8 * usual] if (steps > 0.8 * usual).any() else steps  # less is a cell's line beside another
    # The step inside a paragraph is among the short ones; a page of lone lines has none.
    step = min(float(np.percentile(steps, 30)), 2.6 * usual) or 2 * usual
    out: list[str] = []
    things: list[tuple[float, Any]] = [(row[0].middle, row) for row in rows] + list(tables)
    before: float | None = None
    for at, thing in sorted(things, key=lambda t: t[0]):
        if isinstance(thing, Table):
            for line in lines_of([thing]):
                out += [""] * (line.gap - 1) + [line.text]
            out += ["", ""]
            before = None
            continue
        if before is not None and at - before > 1.22 * step:
            out.append("")
        out.append(_spaced(thing, left, letter))
        before = at
    return out


def _spaced(row: Sequence[Word], left: int, letter: float) -> str:
    """A row with gaps as runs of spaces, so that what stands in a column stays in one."""
    line, last = "", None
    if (
        len(row) > 1
        and (row[1].left - row[0].right) > 0.8 * letter
        and row[0].sure < 100
        and (bullet := _BULLETS.get(row[0].text))
    ):
        rest = row[2:] if row[1].text == "_" and len(row) > 2 else row[1:]
        row = [replace(row[0], text=bullet), *rest]
    for word in row:
        gap = (word.left - last.right) / letter if last else 0
        if last is None:
            line = " " * min(round((word.left - left) / letter), 60)
        elif gap > 2.2 and not re.fullmatch(r"\s*(?:[-–—•]|\d{1,2}[.)°]|[a-z]\))", line):
            line += " " * max(3, round((word.left - left) / letter) - len(line))
        else:
            line += " "
        line += word.text
        last = word
    return line
