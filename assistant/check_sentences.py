"""A text cut into sentences, titles, list items and table rows, and where its quotations stand; no law needed."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.reference import ArticleRef

QUOTE_WORDS = 5  # shorter quotations are words that an author holds at arm's length, not quotations of a text


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (or title, list item, table row): `text[start:end]`; `line` numbers its paragraph."""

    text: str
    start: int
    end: int
    line: int
    item: bool = False
    row: bool = False
    refs: tuple[ArticleRef, ...] = ()


_ITEM = re.compile(r"\s*(?:[-–—•▪◦‣*·]|\d{1,2}[.)°]|[a-z]\))\s+")
_STOP = re.compile(r"[.!?…]+(?:\s?[»”\")\]])*(?=\s+[A-ZÀ-ÝŒ«“\"(\[\d])|;(?=\s*\n)")
_SHORT = re.compile(r"(?:\b(?:art|al|cf|pp?|n|ex|mme|mm|dr|st|ste|réf|min|max|env|av|c|civ|loc|op|cit|[a-z]))\.$", re.IGNORECASE)


def split(text: str, refs: Sequence[ArticleRef] = (), quotes: Sequence[tuple[int, int]] = ()) -> tuple[Sentence, ...]:
    """The sentences of a text; no cut inside a reference ("art. L. 313-11") or a quotation."""
    closed = _merged([*((ref.start, ref.end) for ref in refs), *quotes])
    opened = [start for start, _ in closed]
    starts = [ref.start for ref in refs]

    def ends(stop: re.Match[str], first: int) -> bool:
        k = bisect_left(opened, stop.end()) - 1
        short = stop[0] == "." and _SHORT.search(text, max(first, stop.end() - 6), stop.end())
        return not short and not (k >= 0 and stop.end() < closed[k][1])

    found: list[Sentence] = []
    for line, (start, end) in enumerate(_lines(text)):
        mark = _ITEM.match(text, start, end)
        first = mark.end() if mark and mark.end() < end else start
        row = text.count(" | ", first, end) > 1 or text.startswith("|", first)
        cuts = [] if row else [stop.end() for stop in _STOP.finditer(text, first, end) if ends(stop, first)]
        for cut in [*cuts, end]:
            raw = text[first:cut]
            if raw.strip():
                a, b = first + len(raw) - len(raw.lstrip()), first + len(raw.rstrip())
                own = tuple(refs[bisect_left(starts, a) : bisect_left(starts, b)])
                found.append(Sentence(text[a:b], a, b, line, bool(mark), row, own))
            first = cut
    return tuple(found)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _lines(text: str) -> list[tuple[int, int]]:
    """The paragraphs, titles and list items of a text as offsets; lines broken by width alone are joined."""
    lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text) if m[0].strip()]
    lengths = sorted(b - a for a, b in lines)
    # Text kept at 60 to 120 columns was broken by a program: there a full line goes on in the next one.
    wrapped = bool(lengths) and lengths[-1] <= 130 and lengths[len(lengths) // 2] >= 55
    joined: list[tuple[int, int]] = []
    for start, end in lines:
        if joined:
            before = text[joined[-1][0] : joined[-1][1]].rstrip()
            blank = text.count("\n", joined[-1][1], start) > 1
            here = text[start:end].lstrip()
            full = wrapped and len(before.rsplit("\n", 1)[-1]) >= 55
            goes_on = here[:1].islower() or (full and not before.endswith((".", ":", ";", "!", "?", "»", "”")))
            if goes_on and not blank and not _ITEM.match(here) and not here.startswith((">", "#")):
                joined[-1] = (joined[-1][0], end)
                continue
        joined.append((start, end))
    return joined


# Straight marks pair within a paragraph, from its first one on: short pairs must be matched too, or the words between two
# of them would look quoted.
_QUOTED = re.compile(r"«[^«»]{1,4000}»|“[^“”]{1,4000}”|„[^„“”]{1,4000}[“”]|\"(?:[^\"\n]|\n(?=\s*[a-zà-ÿ(])){1,1500}\"")
_BLOCK = re.compile(r"(?:^[ \t]*>[^\n]*\n?)+", re.MULTILINE)


def quotation_spans(text: str) -> list[tuple[int, int]]:
    """Where the quotations stand, marks included: « … », “…”, "…", and Markdown's "> " blocks; outermost ones only."""
    found = sorted(
        (m.span() for pattern in (_QUOTED, _BLOCK) for m in pattern.finditer(text)), key=lambda span: (span[0], -span[1])
    )
    spans: list[tuple[int, int]] = []
    for start, end in found:
        inside = text[start:end].strip()
        if (spans and end <= spans[-1][1]) or "\n\n" in inside or len(re.findall(r"\w+", inside)) < QUOTE_WORDS:
            continue
        spans.append((start, end))
    return spans
