"""Does a quotation stand in the article that it is attributed to, word for word? Else how does it differ, and where is it?

Words are compared folded (case, accents, ligatures, apostrophes and punctuation do not count: sources print them
differently); what is shown is always the article's own text. Cuts that the author marks ("[…]") are allowed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from assistant.retrieval import Searcher
from corpus.words import fold, index_words
from ingest.generation import row_num

ALTERED = 0.65  # likeness from which a passage is the quotation's source, changed
RESEMBLES = 0.3  # and from which it is worth showing as the nearest
CANDIDATES = 20  # passages compared, by words and by meaning

_TOKEN = re.compile(r"\w+(?:°)?")
_CUT = re.compile(r"[\[(]\s*(?:…|\.\.\.)\s*[\])]|…|\.\.\.|\[[^\]]{1,80}\]")


@dataclass(frozen=True, slots=True)
class Token:
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What the quotation says (`quoted`) where the article says `article`; one of them is empty when words were added or left out."""

    quoted: str
    article: str


@dataclass(frozen=True, slots=True)
class Found:
    """The stretch of an article that is nearest to a quotation; `score` 1 means word for word."""

    num: str
    text: str
    score: float
    differences: tuple[Difference, ...] = ()


def tokens(text: str) -> list[Token]:
    """The words of a text, folded, with their offsets."""
    return [Token(fold(m[0]), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def pieces(quote: str) -> list[list[Token]]:
    """The words of a quotation, cut where its author says that something is left out or put in his own words."""
    cuts = [(0, 0), *(m.span() for m in _CUT.finditer(quote)), (len(quote), len(quote))]
    parts = [[Token(t.word, t.start + a, t.end + a) for t in tokens(quote[a:b])] for (_, a), (b, _) in pairwise(cuts)]
    return [part for part in parts if part]


class Quotes:
    """Finds quotations in one index."""

    def __init__(self, searcher: Searcher):
        self.searcher = searcher
        self.index = searcher.index
        self.tokens = lru_cache(maxsize=500)(self._tokens)

    def _tokens(self, num: str) -> tuple[Token, ...]:
        article = self.index.article(num)
        return tuple(tokens(article.text)) if article else ()

    def in_article(self, quote: str, num: str) -> Found | None:
        """The stretch of one article that is nearest to a quotation; None when the article's text isn't here."""
        article = self.index.article(num)
        parts = pieces(quote)
        if article is None or not parts:
            return None
        own = self.tokens(num)
        if span := _word_for_word(parts, own):
            return Found(num, article.text[own[span[0]].start : own[span[1] - 1].end], 1.0)
        return _nearest([t for part in parts for t in part], own, num, quote, article.text)

    def anywhere(self, quote: str) -> Found | None:
        """The stretch of the whole code that is nearest to a quotation, when one resembles it."""
        passages = self.index.lexical["passages"]
        near = [ident for ident, _ in passages.best(list(dict.fromkeys(index_words(quote))), CANDIDATES)]
        if self.index.manifest["passages"]:
            vector = self.searcher.embedder.query(quote)
            near += [ident for ident, _ in self.index.dense("passages", vector, CANDIDATES)]
        nums = list(dict.fromkeys(map(row_num, near)))
        parts = pieces(quote)
        exact = next((num for num in nums if parts and _word_for_word(parts, self.tokens(num))), None)
        found = [self.in_article(quote, num) for num in ([exact] if exact else nums)]
        best = max((f for f in found if f), key=lambda f: f.score, default=None)
        return best if best and best.score >= RESEMBLES else None


def _word_for_word(parts: Sequence[Sequence[Token]], own: Sequence[Token]) -> tuple[int, int] | None:
    """Where the parts follow one another in the article, as token places (first, after the last)."""
    words = [t.word for t in own]
    starts = [i for i, word in enumerate(words) if word == parts[0][0].word]
    for first in starts:
        at = first
        for k, part in enumerate(parts):
            wanted = [t.word for t in part]
            places = [at] if k == 0 else range(at, len(words) - len(wanted) + 1)
            hit = next((i for i in places if words[i : i + len(wanted)] == wanted), None)
            if hit is None:
                break
            at = hit + len(wanted)
        else:
            return first, at
    return None


def _nearest(quoted: Sequence[Token], own: Sequence[Token], num: str, quote: str, text: str) -> Found:
    """The stretch with the best share of common words in common order (difflib's ratio), and what differs."""
    size = len(quoted)
    wanted = Counter(t.word for t in quoted)
    # The window with most of the quotation's words, then its neighbourhood compared word by word.
    have: Counter[str] = Counter()
    common = best = at = 0
    for i, token in enumerate(own):
        have[token.word] += 1
        common += have[token.word] <= wanted[token.word]
        if i >= size:
            old = own[i - size].word
            common -= have[old] <= wanted[old]
            have[old] -= 1
        if common > best:
            best, at = common, max(0, i - size + 1)
    first, last = max(0, at - size // 2), min(len(own), at + size + size // 2)
    near = own[first:last]
    matcher = SequenceMatcher(None, [t.word for t in quoted], [t.word for t in near], autojunk=False)
    blocks = [b for b in matcher.get_matching_blocks() if b.size]
    if not blocks:
        return Found(num, "", 0.0)
    # Words that match by chance far from the rest would stretch the passage: keep what makes the likeness highest.
    start, end, score = 0, 0, -1.0
    for i in range(len(blocks)):
        matched = 0
        for j in range(i, len(blocks)):
            matched += blocks[j].size
            likeness = 2 * matched / (size + blocks[j].b + blocks[j].size - blocks[i].b)
            if likeness > score:
                start, end, score = blocks[i].b, blocks[j].b + blocks[j].size, likeness
    near = near[start:end]
    matcher = SequenceMatcher(None, [t.word for t in quoted], [t.word for t in near], autojunk=False)
    differences = tuple(
        Difference(
            quote[quoted[i1].start : quoted[i2 - 1].end] if i2 > i1 else "",
            text[near[j1].start : near[j2 - 1].end] if j2 > j1 else "",
        )
        for op, i1, i2, j1, j2 in matcher.get_opcodes()
        if op != "equal"
    )
    return Found(num, text[near[0].start : near[-1].end], round(min(score, 0.999), 3), differences)
