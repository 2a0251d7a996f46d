"""Articles and contract pages cut into passages: runs of whole alinéas, never inside a sentence."""

import re
from collections.abc import Iterator

from corpus.article import Article, Passage, Span, alineas

# About 350 tokens of French law: long enough to hold a rule with its conditions, short enough for a 512-token model.
TARGET = 1300
_SENTENCE_END = re.compile(r"(?<=[.;:!?])\s+(?=[A-ZÀ-ÝŒ0-9«\-–(])|\n")


def split_long(text: str, span: Span, target: int = TARGET) -> list[Span]:
    """A span cut at sentence ends so that pieces stay near `target` characters; one long sentence stays whole."""
    if span.end - span.start <= target * 1.5:
        return [span]
    cuts = [m.end() for m in _SENTENCE_END.finditer(text, span.start, span.end)] + [span.end]
    pieces, start, last = [], span.start, span.start
    for cut in cuts:
        if cut - start > target and last > start:
            pieces.append((start, last))
            start = last
        last = cut
    pieces.append((start, span.end))
    return [Span(s, s + len(text[s:e].rstrip())) for s, e in pieces if text[s:e].strip()]


def runs(text: str, target: int = TARGET) -> Iterator[tuple[Span, int, int]]:
    """Passages of a text as (span, first alinéa, last alinéa): alinéas gathered up to `target` characters.

    A run that would end on an alinéa announcing a list (":") takes what it announces while it fits.
    """
    start = first = -1
    end = last = -1
    for number, alinea in enumerate(alineas(text), 1):
        pieces = split_long(text, alinea, target)
        if len(pieces) > 1 or (start >= 0 and alinea.end - start > target):
            if start >= 0:
                yield Span(start, end), first, last
                start = -1
            if len(pieces) > 1:
                for piece in pieces:
                    yield piece, number, number
                continue
        if start < 0:
            start, first = alinea.start, number
        end, last = alinea.end, number
    if start >= 0:
        yield Span(start, end), first, last


def article_passages(article: Article, name: str = "") -> list[Passage]:
    """The passages of an article, in order; ids are "L313-11#0", "L313-11#1"…, or begin with `name` (another version's)."""
    return [
        Passage(
            id=f"{name or article.key}#{i}", kind="article", num=article.key, label=article.label, path=article.path,
            text=article.text[span.start : span.end], start=span.start, end=span.end,
            first=first, last=last, as_of=article.as_of,
        )
        for i, (span, first, last) in enumerate(runs(article.text))
    ]  # fmt: skip


def passage_view(passage: Passage) -> str:
    """What is embedded and indexed of a passage: its nearest headings, its number, its text."""
    headings = " > ".join(re.sub(r"^[^:]{1,40} : ", "", h) for h in passage.path[-2:])
    return f"{headings}. {passage.label}. {passage.text}"
