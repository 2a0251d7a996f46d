"""The ruled tables of a page's picture: lines found, cells drawn between them. Coordinates are pixels of the picture.

Recognising a table cell by cell is what makes it right: a cell of one line beside a cell of two, read as a page, is noise.
Where only the rows are ruled, the columns are what stays white from row to row.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Picture = np.ndarray  # grey, uint8, 0 black; rows, columns

_H, _V = 0.4, 0.24  # inches: a shorter stroke is a letter's
_NEAR = 0.07  # inches: how far apart the ends of two rules may be that meet
_LEAST = 1.5  # inches: a narrower stack of rules is a stamp's
_MOST_SEEN = 0.4  # the share of a rule that is seen, at least
APART = 0.3  # inches of white between two rows: more is between paragraphs
TIGHT = 0.5, 2.0  # of a line's height: less white may be between the lines of one cell, where rows have so many times more
AIRY = 1.0, 1.35  # as `TIGHT`, of a text set with much white between its lines
_PALE = 8  # how much darker than its surroundings a rule is (of 255), on the mean


@dataclass(frozen=True, slots=True)
class Box:
    """A cell: rows and columns from 0, how many it covers, and its place inside its rules (right and bottom excluded)."""

    row: int
    column: int
    rows: int
    columns: int
    left: int
    top: int
    right: int
    bottom: int


@dataclass(slots=True)
class _Rule:
    """A rule along its axis: `at` ± half its thickness, from `start` to `end`."""

    low: int
    high: int
    start: int
    end: int

    @property
    def at(self) -> float:
        return (self.low + self.high) / 2


def ruled_tables(page: Picture, dpi: int) -> list[list[Box]]:
    """The cells of each ruled table of the page, top first; frames around text (one column or one cell) are none."""
    even = page[: page.shape[0] // 2 * 2, : page.shape[1] // 2 * 2]
    small, pale = _halved(even, np.minimum), _halved(even, np.maximum)
    inch = dpi / 2
    near = _NEAR * inch
    fills = _fills(small, inch)
    edges = [_Rule(at, at, fill.start, fill.end) for fill in fills for at in (fill.low, fill.high)]
    across = _joined(_thin(_gathered(_strokes(_ridges(small, 0.1 * inch, _PALE), int(_H * inch)), inch), inch) + edges, inch)
    turned = np.ascontiguousarray(small.T)
    down = _joined(_thin(_gathered(_strokes(_ridges(turned, 0.03 * inch, 2 * _PALE), int(_V * inch)), inch), inch), inch)
    for rule in down:  # the rules between columns go up through a dark heading, if unseen
        for fill in fills:
            if fill.start - near <= rule.at <= fill.end + near and fill.low - near <= rule.start <= fill.high + near:
                rule.start = fill.low
    tables: list[list[Box]] = []
    alone: list[_Rule] = []
    stacks: list[list[_Rule]] = []
    for lying, standing in _meeting(across, down, near):
        mended = _mend(lying, standing, near, small), _mend(standing, lying, near, turned)
        h, v = _ending_well(*_closed(*mended, near), near)
        if len(h) > 1 and len(_places(v, near)) > 2:
            tables.append(_cells(h, v, near))
        elif v:  # a frame around rows
            stacks += _stacks(h, fills, inch)
        else:
            alone += h
    stacks += _stacks(alone, fills, inch)
    for stack in stacks:
        ys, start, end = _places(stack, near), min(r.start for r in stack), max(r.end for r in stack)
        tables.append(_banded(small, pale, [*_above(small, pale, ys, start, end, inch), *ys], start, end, inch))
    return sorted((cells for cells in tables if len({c.column for c in cells}) > 1), key=lambda cells: cells[0].top)


def _halved(page: Picture, choice: np.ufunc) -> Picture:
    """The page at half its size, of each four pixels the darkest or the lightest."""
    rows = choice(page[::2], page[1::2])
    half: Picture = choice(rows[:, ::2], rows[:, 1::2])
    return half


def _fills(small: Picture, inch: float) -> list[_Rule]:
    """The bands of a line's height or more that are dark all over: headings, written in white."""
    solid = small < np.median(small[::7, ::7]) - 60
    thick = [r for r in _gathered(_strokes(solid, int(_H * inch)), inch) if r.high - r.low > 0.1 * inch]
    return [r for r in thick if solid[r.low : r.high, r.start : r.end].mean() > 0.6]


def _ridges(small: Picture, length: float, darker: int) -> np.ndarray:
    """The pixels on thin lines along the rows: `darker` than what lies above and below, a pale hairline's too.

    The mean of `length` pixels in a row is taken, for the grain of a scan is as dark as a hairline but not as long.
    """
    width, away = int(length), 5
    sums = np.zeros((small.shape[0], small.shape[1] + width), np.int32)
    sums[:, width // 2 + 1 : width // 2 + 1 + small.shape[1]] = np.cumsum(small, axis=1, dtype=np.int32)
    sums[:, width // 2 + 1 + small.shape[1] :] = sums[:, width // 2 + small.shape[1]][:, None]
    mean = (sums[:, width:] - sums[:, :-width]) // width
    ridges = np.zeros(small.shape, bool)
    middle = mean[away:-away]
    ridges[away:-away] = np.minimum(mean[: -2 * away], mean[2 * away :]) - middle >= _PALE
    return ridges


def _strokes(dark: np.ndarray, length: int) -> np.ndarray:
    """The dark pixels that belong to a row of at least `length`, a few holes allowed."""
    sums = np.zeros((dark.shape[0], dark.shape[1] + 1), np.int32)
    np.cumsum(dark, axis=1, dtype=np.int32, out=sums[:, 1:])
    whole = (sums[:, length:] - sums[:, :-length]) >= 0.96 * length
    edges = np.zeros(sums.shape, np.int32)
    edges[:, : whole.shape[1]] += whole
    edges[:, length : length + whole.shape[1]] -= whole
    strokes: np.ndarray = (np.cumsum(edges, axis=1)[:, :-1] > 0) & dark
    return strokes


def _gathered(strokes: np.ndarray, inch: float) -> list[_Rule]:
    """Strokes of adjoining rows as one rule, which may be a thick one."""
    padded = np.zeros((strokes.shape[0], strokes.shape[1] + 2), np.int8)
    padded[:, 1:-1] = strokes
    change = np.diff(padded, axis=1)
    rows, starts = np.nonzero(change == 1)
    ends = np.nonzero(change == -1)[1]
    rules: list[_Rule] = []
    live: list[_Rule] = []
    for row, start, end in zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True):
        live = [rule for rule in live if row - rule.high <= 3]
        for rule in live:
            if start <= rule.end + 0.1 * inch and end >= rule.start - 0.1 * inch:
                rule.high, rule.start, rule.end = row, min(rule.start, start), max(rule.end, end)
                break
        else:
            rules.append(_Rule(row, row, start, end))
            live.append(rules[-1])
    return rules


def _thin(rules: list[_Rule], inch: float) -> list[_Rule]:
    """Thicker is a filled band, or the copier's edge."""
    return [rule for rule in rules if rule.high - rule.low <= 0.06 * inch]


def _joined(rules: list[_Rule], inch: float) -> list[_Rule]:
    """Rules in line with each other as one, small gaps allowed."""
    joined: list[_Rule] = []
    for rule in sorted(rules, key=lambda r: (r.low, r.start)):
        for other in joined:
            if (
                abs(rule.at - other.at) <= 0.03 * inch
                and rule.start <= other.end + 0.2 * inch
                and rule.end >= other.start - 0.2 * inch
            ):
                other.start, other.end = min(rule.start, other.start), max(rule.end, other.end)
                other.low, other.high = min(rule.low, other.low), max(rule.high, other.high)
                break
        else:
            joined.append(rule)
    return joined


def _meeting(across: list[_Rule], down: list[_Rule], near: float) -> list[tuple[list[_Rule], list[_Rule]]]:
    """Rules by table: those that meet, directly or through others."""
    nodes: list[tuple[bool, _Rule]] = [(True, rule) for rule in across] + [(False, rule) for rule in down]
    parent = list(range(len(nodes)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, h in enumerate(across):
        for j, v in enumerate(down, len(across)):
            if h.start - near <= v.at <= h.end + near and v.start - near <= h.at <= v.end + near:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[_Rule], list[_Rule]]] = defaultdict(lambda: ([], []))
    for i, (is_across, rule) in enumerate(nodes):
        groups[root(i)][0 if is_across else 1].append(rule)
    return list(groups.values())


def _mend(rules: list[_Rule], others: list[_Rule], near: float, picture: Picture) -> list[_Rule]:
    """The rules with those that fade, as a scan's hairlines do, drawn out: what stands in line with itself, is seen for a good
    part of its table and is crossed by no letter goes from one end of it to the other. `picture` has the rules along its rows."""
    if len(others) < 2:
        return rules
    start, end = round(min(other.at for other in others)), round(max(other.at for other in others))
    ink = np.median(picture[::7, ::7]) / 2
    mended: list[_Rule] = []
    for rule in sorted(rules, key=lambda r: r.at):
        line = [r for r in rules if abs(r.at - rule.at) <= 0.4 * near]
        seen = sum(min(r.end, end) - max(r.start, start) for r in line if r.end > start and r.start < end)
        low, high = min(r.low for r in line), max(r.high for r in line)
        hidden = np.ones(end - start, bool)
        for r in line:
            hidden[max(0, r.start - start) : max(0, r.end - start)] = False
        for other in others:  # what crosses it there is no letter
            hidden[max(0, other.low - start - 2) : max(0, other.high - start + 3)] = False
        strip = picture[max(0, low - 1) : high + 2, start:end].min(0) < ink
        if seen < _MOST_SEEN * (end - start) or (strip & hidden).any():
            mended.append(rule)
        elif not any(abs(m.at - rule.at) <= 0.4 * near for m in mended):
            first, last = min(r.start for r in line), max(r.end for r in line)
            mended.append(_Rule(low, high, min(first, start), max(last, end)))
    return mended


def _closed(across: list[_Rule], down: list[_Rule], near: float) -> tuple[list[_Rule], list[_Rule]]:
    """The rules of a grid without a frame, with the frame: where two rules or more run on to one line past the last that crosses
    them, the outer cells end there."""
    return [*across, *_frame(down, across, near)], [*down, *_frame(across, down, near)]


def _frame(rules: list[_Rule], crossed: list[_Rule], near: float) -> list[_Rule]:
    """The two sides of a frame at which `rules` end beyond all those they cross."""
    if len(rules) < 2 or not crossed:
        return []
    first, last = min(c.at for c in crossed), max(c.at for c in crossed)
    start, end = round(min(c.start for c in crossed)), round(max(c.end for c in crossed))
    out = []
    for far, ends in (
        (min(r.start for r in rules), [r.start for r in rules]),
        (max(r.end for r in rules), [r.end for r in rules]),
    ):
        past = far < first - 2 * near or far > last + 2 * near
        if past and sum(abs(at - far) <= near for at in ends) >= max(2, len(rules) / 2):
            out.append(_Rule(far, far, start, end))
    return out


def _ending_well(across: list[_Rule], down: list[_Rule], near: float) -> tuple[list[_Rule], list[_Rule]]:
    """The rules that run from one rule to another, as a table's do; strokes of letters in line end anywhere."""

    def held(rule: _Rule, others: list[_Rule]) -> bool:
        meeting = [other.at for other in others if other.start - near <= rule.at <= other.end + near]
        return all(any(abs(end - at) <= near for at in meeting) for end in (rule.start, rule.end))

    while True:
        kept = [v for v in down if held(v, across)]
        ends = {round(end) for h in across for end in (h.start, h.end)}
        bounds = (min(ends, default=0), max(ends, default=0))
        wide = [
            h for h in across
            if held(h, kept) or (abs(h.start - bounds[0]) <= 1.5 * near and abs(h.end - bounds[1]) <= 1.5 * near)
        ]  # fmt: skip
        if len(wide) == len(across) and len(kept) == len(down):
            return wide, kept
        across, down = wide, kept


def _places(rules: Sequence[_Rule], near: float) -> list[float]:
    """Where rules stand across their axis, those close to each other as one."""
    places: list[list[float]] = []
    for at in sorted(rule.at for rule in rules):
        if places and at - places[-1][-1] <= near:
            places[-1].append(at)
        else:
            places.append([at])
    return [sum(group) / len(group) for group in places]


def _cells(across: list[_Rule], down: list[_Rule], near: float) -> list[Box]:
    """The cells between rules, in reading order; places that no rule parts are one cell."""
    ys, xs = _places(across, near), _places(down, near)
    count, width = len(ys) - 1, len(xs) - 1
    parent = {(r, c): (r, c) for r in range(count) for c in range(width)}

    def root(place: tuple[int, int]) -> tuple[int, int]:
        while parent[place] != place:
            place = parent[place]
        return place

    def parted(rules: list[_Rule], at: float, start: float, end: float) -> bool:
        """Does a rule stand at `at` over the middle of what lies from `start` to `end`?"""
        margin = (end - start) * 0.25
        return any(abs(r.at - at) <= near and r.start <= start + margin and r.end >= end - margin for r in rules)

    for r, c in parent:
        if c + 1 < width and not parted(down, xs[c + 1], ys[r], ys[r + 1]):
            parent[root((r, c + 1))] = root((r, c))
        if r + 1 < count and not parted(across, ys[r + 1], xs[c], xs[c + 1]):
            parent[root((r + 1, c))] = root((r, c))
    members: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for place in parent:
        members[root(place)].append(place)
    inset = near / 2
    boxes = []
    for group in members.values():
        top, left = min(r for r, _ in group), min(c for _, c in group)
        bottom, right = max(r for r, _ in group) + 1, max(c for _, c in group) + 1
        edges = (xs[left] + inset, ys[top] + inset, xs[right] - inset, ys[bottom] - inset)
        boxes.append(Box(top, left, bottom - top, right - left, *(round(2 * edge) for edge in edges)))
    return sorted(boxes, key=lambda box: (box.row, box.column))


def _stacks(rules: list[_Rule], fills: list[_Rule], inch: float, reach: float = 2) -> list[list[_Rule]]:
    """Rules of the same ends, one below the other by `reach` inches at most: three are a table whose rows alone are ruled.

    A filled band is a table's first row, so it begins another stack.
    """
    tops = [fill.low for fill in fills]
    stacks: list[list[_Rule]] = []
    for rule in sorted(rules, key=lambda r: r.at):
        begins = any(abs(rule.at - top) < 0.03 * inch for top in tops)
        for stack in reversed(stacks):
            last = stack[-1]
            if (
                not begins
                and abs(rule.start - last.start) + abs(rule.end - last.end) < 0.3 * inch
                and rule.at - last.at < reach * inch
            ):
                stack.append(rule)
                break
        else:
            stacks.append([rule])
    return [
        stack for stack in stacks if len(stack) > 2 and max(r.end for r in stack) - min(r.start for r in stack) > _LEAST * inch
    ]


def _above(small: Picture, pale: Picture, ys: list[float], start: int, end: int, inch: float) -> list[float]:
    """Where a heading without a rule above it begins, over the first of the rules at `ys`: its words stand over the columns of
    the first row, one stretch of them over each; [] where there is none."""
    reach = round(0.5 * inch)
    top, first = round(ys[0]) - reach, round(ys[1] - ys[0])
    if top < 0 or first < 0.06 * inch:
        return []
    over = _ink(small[top : round(ys[0] - 0.025 * inch), start:end], pale[top : round(ys[0] - 0.025 * inch), start:end])
    lines = _runs(over.any(axis=1), 2, 0.03 * inch)
    while len(lines) > 1 and lines[-1][0] - lines[-2][1] < 0.07 * inch:  # a heading of several lines
        lines[-2:] = [(lines[-2][0], lines[-1][1])]
    if not lines or over.shape[0] - lines[-1][1] > 0.12 * inch:
        return []
    inside = slice(round(ys[0] + 0.025 * inch), round(ys[1] - 0.025 * inch))
    row = _runs(_ink(small[inside, start:end], pale[inside, start:end]).any(axis=0), 0.08 * inch, 0.02 * inch)
    head = _runs(over[lines[-1][0] : lines[-1][1]].any(axis=0), 0.08 * inch, 0.02 * inch)
    alike = len(row) == len(head) > 1 and all(a < d and c < b for (a, b), (c, d) in zip(row, head, strict=True))
    return [top + lines[-1][0] - 0.03 * inch] if alike else []


def _ink(dark: Picture, light: Picture) -> np.ndarray:
    """Where there is ink, black on white or white on black: `dark` has the darkest of each four pixels, `light` the lightest."""
    ink: np.ndarray = (dark < np.median(dark) - 50) | (light > np.median(light) + 50)
    return ink


def _banded(small: Picture, pale: Picture, ys: list[float], start: int, end: int, inch: float) -> list[Box]:
    """The cells of rows between rules at `ys`."""
    bands: list[tuple[int, int, list[tuple[int, int]]]] = []
    start, end = start + round(0.055 * inch), end - round(0.055 * inch)  # inside the frame
    for top, bottom in pairwise(ys):
        low, high = round(top + 0.025 * inch), round(bottom - 0.025 * inch)
        crop, light = small[low:high, start:end], pale[low:high, start:end]
        if crop.shape[0] < 0.06 * inch:
            continue
        ink = _ink(crop, light)
        pieces = _runs(ink.any(axis=0), 0.08 * inch, 0.02 * inch)
        lines = [len(_runs(ink[:, a:b].any(axis=1), 2, 0.03 * inch)) for a, b in pieces]
        several = len(pieces) > 1 and min(lines) > 2  # rows with no rule between them
        written = [(low + a, low + b) for a, b in _runs(ink.any(axis=1), 2, 0.03 * inch)]
        usual = float(np.median([b - a for a, b in written])) if written else 0.0
        columns = bands[0][2] if bands else []
        aligned = len(columns) > 1 and all(any(a < d and c < b for c, d in columns) for a, b in pieces)
        rows = unruled_rows(written, 1.4 * usual, inch, several) if aligned and len(pieces) > 1 else []
        if several and not rows:
            return []
        for a, b in rows or [(low, high)]:
            bands.append((a, b, _runs(ink[a - low : b - low].any(axis=0), 0.08 * inch, 0.02 * inch) if rows else pieces))
    return _in_bands(bands, start, end, inch)


def unruled_rows(
    lines: Sequence[tuple[int, int]], usual: float, inch: float, surely: bool, tight: tuple[float, float] = TIGHT
) -> list[tuple[int, int]]:
    """The rows of a table that no rule parts, told by the white between its `lines` (top, bottom; `usual` is a line's height):
    where a cell has several lines those stand closer than rows do. [] where white is as wide as between paragraphs, where there
    is one row, and, unless there are `surely` several, where no line stands apart from the next."""
    gaps = [b[0] - a[1] for a, b in pairwise(lines)]
    if not gaps or max(gaps) > APART * inch or not (surely or max(gaps) > TIGHT[0] * usual):
        return []
    close = min(gaps) < tight[0] * usual and max(gaps) > tight[1] * max(min(gaps), 1)
    rows: list[tuple[int, int]] = []
    for line in lines:
        if rows and close and line[0] - rows[-1][1] < (min(gaps) + max(gaps)) / 2:
            rows[-1] = (rows[-1][0], line[1])
        else:
            rows.append(line)
    return rows if len(rows) > 1 else []


def _in_bands(bands: list[tuple[int, int, list[tuple[int, int]]]], start: int, end: int, inch: float) -> list[Box]:
    """The cells of bands (top, bottom, pieces from left to right), in the columns that most of them leave white between."""
    if sum(len(pieces) > 1 for _, _, pieces in bands) < 2:
        return []
    many = [pieces for _, _, pieces in bands if len(pieces) > 2]
    told = many if len(many) > 1 else [pieces for _, _, pieces in bands]  # titles and sentences say little of columns
    cover = np.zeros(end - start, np.int32)
    for pieces in told:
        for a, b in pieces:
            cover[a:b] += 1
    # White in two rows in five is a gap between columns: the others have a cell that lies over it.
    columns = _runs(cover > len(told) - max(2, 0.4 * len(told)), 0.06 * inch, 0.04 * inch)
    if not columns:  # rules between scattered words
        return []
    boxes = []
    for row, (low, high, pieces) in enumerate(bands):
        placed: list[list[int]] = []  # first and last column, left and right end
        for a, b in pieces:
            over = [n for n, (c, d) in enumerate(columns) if min(b, d) - max(a, c) > 0.3 * min(b - a, d - c)]
            first, last = (over[0], over[-1]) if over else (_nearest(columns, a), _nearest(columns, a))
            if placed and first <= placed[-1][1]:
                placed[-1] = [placed[-1][0], max(last, placed[-1][1]), placed[-1][2], b]
            else:
                placed.append([first, last, a, b])
        margin = round(0.04 * inch)
        for first, last, a, b in placed:
            left, right = max(start + a - margin, start), min(start + b + margin, end)
            boxes.append(Box(row, first, 1, last - first + 1, 2 * left, 2 * low, 2 * right, 2 * high))
        taken = {n for first, last, _, _ in placed for n in range(first, last + 1)}
        boxes += [Box(row, n, 1, 1, 2 * start, 2 * low, 2 * start, 2 * low) for n in range(len(columns)) if n not in taken]
    return sorted(boxes, key=lambda box: (box.row, box.column))


def _nearest(columns: list[tuple[int, int]], at: int) -> int:
    return min(range(len(columns)), key=lambda n: abs((columns[n][0] + columns[n][1]) / 2 - at))


def _runs(used: Any, gap: float, least: float) -> list[tuple[int, int]]:
    """Stretches of True, those less than `gap` apart as one, those shorter than `least` left out."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], used.astype(np.int8), [0]))))
    runs: list[tuple[int, int]] = []
    for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if runs and a - runs[-1][1] < gap:
            runs[-1] = (runs[-1][0], b)
        else:
            runs.append((a, b))
    return [(a, b) for a, b in runs if b - a >= least]
