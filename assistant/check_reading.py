"""A text to check, read without any index: its sentences, its references, its quotations, and what it ties to which article."""

import re
from dataclasses import dataclass

from assistant.check_sentences import Sentence, quotation_spans, split
from assistant.check_ties import Tie, ties_of, topic_of
from corpus.reference import CASF, ArticleRef, find_references

NEAR = 2  # sentences between a quotation and the reference that it is attributed to


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation, marks left out: offsets in the text, and the references it may come from, likeliest first."""

    text: str
    start: int
    end: int
    refs: tuple[ArticleRef, ...]
    attributed: bool = False  # its own sentence speaks of the first of `refs`


@dataclass(frozen=True, slots=True)
class Reading:
    sentences: tuple[Sentence, ...]
    refs: tuple[ArticleRef, ...]
    quotations: tuple[Quotation, ...]
    ties: tuple[Tie, ...]
    topic: ArticleRef | None


def read(text: str) -> Reading:
    """Everything that can be said of a text before looking at the law."""
    refs = tuple(find_references(text))
    spans = quotation_spans(text)
    sentences = split(text, refs, spans)
    topic = topic_of(sentences)
    # What a quotation refers to is the law's business, not its author's.
    ties = tuple(tie for tie in ties_of(sentences, topic) if not _inside(tie, spans))
    return Reading(sentences, refs, tuple(_quotations(text, spans, sentences, ties)), ties, topic)


def _inside(tie: Tie, spans: list[tuple[int, int]]) -> bool:
    """Whether a sentence names the article of its tie only inside a quotation."""
    return tie.start <= tie.ref.start < tie.end and any(a <= tie.ref.start < b for a, b in spans)


def _quotations(
    text: str, spans: list[tuple[int, int]], sentences: tuple[Sentence, ...], ties: tuple[Tie, ...]
) -> list[Quotation]:
    """The quotations that stand near a reference to this code, each with the references it may come from."""
    found = []
    for start, end in spans:
        inside = re.sub(r"(?m)^[ \t]*>[ \t]?", "", text[start:end]).strip().strip('«»“”„"').strip()
        place = max((i for i, s in enumerate(sentences) if s.start <= start), default=0)
        here = sentences[place].start <= start < sentences[place].end
        tied = [tie.ref for tie in ties if tie.start <= start < tie.end]
        near: list[ArticleRef] = []
        for i in (place, *(place + step * way for step in range(1, NEAR + 1) for way in (-1, 1))):
            if 0 <= i < len(sentences):
                outside = [ref for ref in sentences[i].refs if not start <= ref.start < end]
                near += sorted(outside, key=lambda ref: abs(ref.start - start))
        attributed = bool(tied) or (here and any(ref in near for ref in sentences[place].refs))
        refs = [*near, *tied] if attributed and not tied else [*tied, *near]
        if refs and refs[0].code == CASF:
            unique = {ref.num: ref for ref in reversed(refs) if ref.code == CASF}
            found.append(Quotation(inside, start, end, tuple(reversed(unique.values())), attributed))
    return found


def quoted_in(start: int, end: int, quotations: tuple[Quotation, ...]) -> list[Quotation]:
    """The quotations that stand in `text[start:end]`."""
    return [q for q in quotations if start <= q.start < end]
