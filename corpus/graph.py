"""What articles say of one another, as a graph: which cite which, and which decrees apply which law.

Edges come from the articles' own words (`corpus.reference`), with what a reader would supply: "l'article précédent" is
resolved by the code's order, a range reaches every article that stands in it, an article of another code that is quoted
in full ("ci-après reproduites") speaks for that code. Where the source is LEGI, its CITATION links between versions that
are here are added.

`applies` goes from a regulation (R, D, A) to each law article (L, LO) of its code that it cites, `applied_by` back. The
surest come first: "pour l'application de l'article L. …", then those of the same chapter (chapter 313 of the decrees
applies chapter 313 of the law: the code is numbered so), then mere mentions.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from corpus.article import Article
from corpus.codes import key_of, split_key
from corpus.numbers import Key, order_key
from corpus.reference import ArticleRef, find_references, label_of

KINDS = ("cites", "cited_by", "applies", "applied_by")
MENTION, SAME_CHAPTER, APPLICATION = 0, 1, 2  # how sure it is that a decree applies a law
_WIDEST = 150  # articles of a range that are taken one by one; of a wider one (a whole livre) only the ends
_APPLYING = re.compile(r"\b(?:pour l['’]|en |par )application (?:de l|du|des|de)\b[^;\n]{0,60}$", re.IGNORECASE)
_QUOTED = re.compile(r"ci-après reproduit[^:«“\"]*[:«“\"]")
_COUNTS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5}
_NEIGHBOUR = re.compile(
    r"\b(?:l['’]article|(?P<count>deux|trois|quatre|cinq)\s+articles)\s+(?:(?P<before>précédents?|qui précèden?t?)|suivants?|qui suiven?t?)\b(?!\s*:)",
    re.IGNORECASE,
)


class Node(NamedTuple):
    """An article of a code: the code (a key of `corpus.codes.CODES`) and the number."""

    code: str
    num: str

    @classmethod
    def of(cls, key: str) -> "Node":
        """The article of a key ("L313-11", "375 C. civ.")."""
        num, code = split_key(key)
        return cls(code, num)

    @property
    def key(self) -> str:
        return key_of(self.num, self.code)

    @property
    def label(self) -> str:
        return label_of(self.key)


Edge = tuple[Node, int]  # what is cited, and how sure it is that it is applied


class Graph:
    """The references between articles. `edges` gives, for each article, what it cites in the order of its text."""

    def __init__(self, edges: dict[Node, list[Edge]]):
        self._cites = edges
        self._cited_by: dict[Node, list[Edge]] = {}
        for source, targets in edges.items():
            for target, sure in targets:
                self._cited_by.setdefault(target, []).append((source, sure))

    @classmethod
    def of(cls, articles: Iterable[Article]) -> "Graph":
        """The graph of a set of articles, one version of each (about a second for five thousand)."""
        articles = list(articles)
        codes: dict[str, _Numbers] = {}
        for code in {a.code for a in articles}:
            codes[code] = _Numbers(a.num for a in articles if a.code == code)
        idents = {a.ident: Node(a.code, a.num) for a in articles if a.ident}
        edges: dict[Node, dict[Node, int]] = {}
        for article in articles:
            source = Node(article.code, article.num)
            for target, applying in _named(article, codes):
                _add(edges, source, target, applying)
            for kind, sense, _, ident in article.links:
                if kind == "CITATION" and (other := idents.get(ident)):
                    _add(edges, *((source, other) if sense == "source" else (other, source)))
        return cls({source: list(targets.items()) for source, targets in edges.items()})

    def neighbours(self, key: str) -> dict[str, list[Node]]:
        """The articles round one, by kind (`KINDS`); none for one that nothing cites and that cites nothing.

        "cites" runs as the text does, "cited_by" as the source of the articles does, the other two the surest first.
        """
        node = Node.of(key)
        cites, cited_by = self._cites.get(node, []), self._cited_by.get(node, [])
        return {
            "cites": [target for target, _ in cites],
            "cited_by": [source for source, _ in cited_by],
            "applies": [t for t, _ in sorted(cites, key=_surest) if _may_apply(node, t)],
            "applied_by": [s for s, _ in sorted(cited_by, key=_surest) if _may_apply(s, node)],
        }

    def dumps(self) -> str:
        """The graph as JSON text."""
        return json.dumps([[*s, [[*t, sure] for t, sure in targets]] for s, targets in self._cites.items()], ensure_ascii=False)

    @classmethod
    def loads(cls, text: str) -> "Graph":
        """What `dumps` wrote. Raises `ValueError` (with `TypeError`) when it is something else."""
        return cls({Node(code, num): [(Node(c, n), sure) for c, n, sure in targets] for code, num, targets in json.loads(text)})


class _Numbers:
    """The numbers of a code in their order."""

    def __init__(self, nums: Iterable[str]):
        keyed = sorted((order_key(num), num) for num in set(nums))
        self.keys: list[Key] = [key for key, _ in keyed]
        self.nums = [num for _, num in keyed]
        self.known = set(self.nums)

    def between(self, first: str, last: str) -> list[str]:
        """The numbers of a range that are here, of its letter; the known ones of its ends when it is too wide."""
        run = self.nums[bisect_left(self.keys, order_key(first)) : bisect_right(self.keys, order_key(last))]
        letter = _letter(first)
        run = [num for num in run if _letter(num) == letter]
        return run if len(run) <= _WIDEST else [num for num in (first, last) if num in self.known]

    def beside(self, num: str, steps: int) -> list[str]:
        """The articles just before (steps < 0) or after one, nearest last or first, within its part of the code."""
        at = bisect_left(self.keys, order_key(num))
        run = self.nums[max(0, at + steps) : at] if steps < 0 else self.nums[at + 1 : at + 1 + steps]
        return [other for other in run if order_key(other)[0] == order_key(num)[0]]

    def lettered(self, number: str) -> str:
        """The number with the letter that it has in this code ("312-1" -> "L312-1"), "" when it has none."""
        return next((num for letter in ("", "L", "R", "D", "A", "LO") if (num := letter + number) in self.known), "")


def _named(article: Article, codes: dict[str, _Numbers]) -> Iterator[tuple[Node, bool]]:
    """What an article's text names, in its order, with whether it says that it applies it."""
    own = article.code
    quoted = _QUOTED.search(article.text)
    end = quoted.end() if quoted else len(article.text)
    head = find_references(article.text[:end], own)
    for ref in head:
        before = article.text[max(0, ref.start - 90) : ref.start]
        yield from ((node, bool(_APPLYING.search(before))) for node in _nodes(ref, codes))
    for match in _NEIGHBOUR.finditer(article.text, 0, end):
        count = _COUNTS.get((match["count"] or "").lower(), 1)
        for num in codes[own].beside(article.num, -count if match["before"] else count):
            yield Node(own, num), False
    if quoted:
        other = next((ref.code for ref in reversed(head) if ref.code != own), own)
        for ref in find_references(article.text[end:], other):
            yield from ((node, False) for node in _nodes(ref, codes))


def _nodes(ref: ArticleRef, codes: dict[str, _Numbers]) -> Iterator[Node]:
    """The articles that a reference names. One of a code that is not here is kept under the name that it is given."""
    numbers = codes.get(ref.code)
    if numbers is None:
        yield Node(ref.code, ref.num)
        if ref.range_end:
            yield Node(ref.code, ref.range_end_num)
        return
    first, last = ref.num, ref.range_end_num or ref.range_end
    if not ref.letter:
        first, last = numbers.lettered(ref.num), numbers.lettered(last) if last else ""
    if first:  # a letterless number that this code doesn't have is some other text's
        yield Node(ref.code, first)
    if first and last:
        for num in numbers.between(first, last) or [last]:
            yield Node(ref.code, num)


def _add(edges: dict[Node, dict[Node, int]], source: Node, target: Node, applying: bool = False) -> None:
    if source == target:
        return
    sure = APPLICATION if applying else SAME_CHAPTER if _chapter(source.num) == _chapter(target.num) else MENTION
    known = edges.setdefault(source, {})
    known[target] = max(sure, known.get(target, sure))


def _letter(num: str) -> str:
    match = re.match(r"(?:Annexe|LO|[LRDA])(?=[ \d])", num)
    return match[0] if match else ""


def _chapter(num: str) -> str:
    """The first member of a number, which is its chapter's in a code with letters ("L313-11" -> "313")."""
    match = re.match(r"(?:LO|[LRDA])(\d+)", num)
    return match[1] if match else num


def _surest(edge: Edge) -> int:
    return -edge[1]


def _may_apply(source: Node, target: Node) -> bool:
    return source.code == target.code and _letter(source.num) in ("R", "D", "A") and _letter(target.num) in ("L", "LO")
