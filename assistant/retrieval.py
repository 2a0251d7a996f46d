"""From a question to the articles that answer it: candidates by every view, then one exact score an article.

Views of an article: its passages (dense, lexical) and its card (summary, each question: dense; all fields: lexical).
Chroma and BM25 propose candidates; for these, every view's exact score is taken (an article's score in a view is its
best row's) and the features are added with the weights of `assistant/fusion.json`. An article that the question names
comes first.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.fusion import adapted, unit, weights
from assistant.question import Question, read_question
from assistant.rerank import DEPTH, Reranker, spread
from corpus.article import Passage, article_url
from corpus.cards import Card, place
from corpus.codes import CASF, CODES, key_of, split_key
from corpus.reference import ArticleRef, find_references, label_of
from corpus.words import fold, index_words
from ingest.embedding import Embedder
from ingest.generation import Index, row_num

Views = Literal["all", "text", "cards"]

SUBJECT = 0.05  # what a code's articles without card gain when the question names a subject of that code (`corpus/codes.yaml`)
EXACT = 20.0  # what being named adds: more than any other article can score
BESIDE = 10.0  # what standing beside a named article adds, where the question asks for a neighbour
ADDED = 0.35  # weight of a word that the lexicon adds, beside one of the question's own
POOL = 100  # rows that each view proposes
LONG = 140  # characters from which a question is also searched window by window
TOPIC = 70  # characters up to which what asks nothing is a title
_OVERSEAS = re.compile(
    r"mayotte|mahor|outre.?mer|guadeloup|martini|guyan|reunion|polynes|caledon|wallis|futuna|saint.pierre|miquelon|saint.martin|barthelemy|\bdom\b|antill|terres australes|alsace|moselle"
)


_NEIGHBOUR = re.compile(
    r"juste (?:apres|avant)|suivant|precedent|autour|voisin|a cote|appliqu|application|dans quel article|quel (?:autre )?article|renvoi"
)


def asks_for_neighbour(question: Question) -> bool:
    """Whether a question that names an article wants another one near it ("l'article juste après …")."""
    return bool(question.refs) and bool(_NEIGHBOUR.search(fold(question.text)))


@dataclass(slots=True)
class Hit:
    """One article with its score in [0, 1+], its best passage (None when only its card is here) and the views' scores."""

    num: str
    score: float
    passage: Passage | None
    card: Card | None
    asked: str = ""  # the card's question that is nearest to what was asked
    views: dict[str, float] = field(default_factory=dict)
    exact: bool = False

    @property
    def label(self) -> str:
        return label_of(self.num)

    @property
    def path(self) -> tuple[str, ...]:
        return self.passage.path if self.passage else ()

    @property
    def text(self) -> str:
        return self.passage.text if self.passage else (self.card.summary if self.card else "")


@lru_cache(maxsize=1)
def _subjects() -> Mapping[str, re.Pattern[str]]:
    """What names each other code's matters, plurals too, for folded text."""
    named = {code.name: (*code.subjects, code.title) for code in CODES.values() if code.subjects}
    return {
        name: re.compile(r"\b(?:" + "|".join(r"s?\s+".join(map(re.escape, fold(one).split())) for one in words) + r")s?\b")
        for name, words in named.items()
    }


def codes_about(text: str) -> set[str]:
    """The codes beside the CASF whose matters a question names."""
    folded = fold(text)
    return {name for name, pattern in _subjects().items() if pattern.search(folded)}


@dataclass(frozen=True, slots=True)
class Candidates:
    """The articles `nums` that the views propose: features `values` (n, len(names)) and each one's best row by view ("" none)."""

    nums: list[str]
    names: tuple[str, ...]
    values: np.ndarray
    rows: Mapping[str, list[str]]

    def with_column(self, name: str, column: np.ndarray) -> "Candidates":
        return Candidates(self.nums, (*self.names, name), np.column_stack([self.values, column]), self.rows)

    def weighed(self, system: str) -> np.ndarray:
        """The weighted sum of every candidate's features, shape (n,)."""
        own: Mapping[str, float] = weights()[system]
        return np.asarray(self.values @ np.array([own.get(name, 0.0) for name in self.names]))

    def scores(self, system: str) -> dict[str, float]:
        return dict(zip(self.nums, self.weighed(system).tolist(), strict=True))

    def features(self, num: str) -> dict[str, float]:
        return dict(zip(self.names, self.values[bisect_left(self.nums, num)].tolist(), strict=True))

    def row(self, view: str, num: str) -> str:
        return self.rows[view][bisect_left(self.nums, num)] if view in self.rows else ""


class Searcher:
    """Finds articles in one open index. `views` leaves out the cards or the text, for measuring."""

    def __init__(self, index: Index, embedder: Embedder, views: Views = "all", reranker: Reranker | None = None):
        index.check_model(embedder.fingerprint)
        self.index = index
        self.embedder = embedder
        self.reranker = reranker
        # What isn't there is not missed: another set of weights is used where only cards, or no cards, are indexed.
        if views == "all" and not (index.manifest["passages"] and index.manifest["cards"]):
            views = "text" if index.manifest["passages"] else "cards"
        self.views: Views = views
        self.known = index.known_nums()
        self._order = index.nums() or sorted(self.known)
        self._sections = index.sections()
        self._repealed = index.repealed()

    def search(self, question: Question, k: int = 10) -> list[Hit]:
        """The k best articles, best first, each once."""
        exact = {num for ref in question.refs for num in self.resolve(ref)}
        beside = self.neighbours(exact) if exact else set()
        found = self.candidates(question, exact | beside)
        scores = found.scores(self.views)
        if self.reranker:
            scores |= self._reread(question, scores, found)
        if about := codes_about(question.mended):
            for num in scores:
                scores[num] += SUBJECT if split_key(num)[1] in about and not self.index.card(num) else 0.0
        wanted = BESIDE if asks_for_neighbour(question) else 0.0
        for num in exact | beside:
            scores[num] += EXACT if num in exact else wanted
        best = sorted(scores, key=lambda num: (-scores[num], num))[:k]
        return [self._hit(num, scores[num], found, num in exact) for num in best]

    def neighbours(self, nums: Collection[str]) -> set[str]:
        """The articles before and after each in the code's order, those that it cites and those that cite it."""
        found: set[str] = set()
        ordered = self._order
        for num in nums:
            if num in ordered:
                at = ordered.index(num)
                found |= {*ordered[max(0, at - 2) : at + 3]}
            if article := self.index.article(num):
                found |= {other for ref in find_references(article.text) for other in self.resolve(ref)[:5]}
            found |= {row_num(ident) for ident, _ in self.index.lexical["passages"].best(index_words(num), 20)}
            found |= {other for card in self.index.cards_of(num) for other in card.see if other in self.known}
        return found - set(nums)

    def _reread(self, question: Question, scores: dict[str, float], found: Candidates) -> dict[str, float]:
        """Scores of the best fifty after the cross-encoder's reading, its opinion weighing as much as the first one's."""
        assert self.reranker
        best = sorted(scores, key=lambda num: (-scores[num], num))[:DEPTH]
        hits = [self._hit(num, scores[num], found, False) for num in best]
        texts = [f"{hit.card.title}. {hit.card.summary} {hit.text}" if hit.card else hit.text for hit in hits]
        first = np.array([scores[num] for num in best], np.float32)
        second = self.reranker.scores(question.mended, texts)
        both = (spread(first) + second) / 2
        width = float(first.max() - first.min()) if len(first) else 0.0
        return {num: float(first.min() + width * mark) for num, mark in zip(best, both, strict=True)}

    def resolve(self, ref: ArticleRef) -> list[str]:
        """The corpus numbers that a reference names: one, several when it has no letter or is a range, none when unknown."""
        letters = [ref.letter] if ref.letter or ref.code != CASF else ["L", "R", "D"]
        found = [
            key
            for letter in letters
            if (key := key_of(f"{letter}{ref.number}" if ref.letter != "Annexe" else ref.num, ref.code)) in self.known
        ]
        if ref.range_end:
            nums = self._order
            ends = [key for n in (ref.num, ref.range_end_num) if (key := key_of(n, ref.code)) in self.known]
            if len(ends) == 2:
                first, last = (nums.index(n) for n in ends)
                found = nums[first : last + 1][:40]
        return found

    def features(self, question: Question, exact: Collection[str] = ()) -> dict[str, dict[str, float]]:
        """The features (`assistant.fusion.FEATURES`) of every candidate by number, to fit weights and compare systems."""
        found = self.candidates(question, exact)
        return {num: found.features(num) for num in found.nums}

    def candidates(self, question: Question, exact: Collection[str] = ()) -> Candidates:
        """What every view proposes, and the articles `exact`, with their features."""
        dense = {"all": ("passages", "cards", "questions"), "text": ("passages",), "cards": ("cards", "questions")}[self.views]
        lexical = {"all": ("passages", "cards"), "text": ("passages",), "cards": ("cards",)}[self.views]
        long, topic = len(question.text) > LONG, is_topic(question.text)
        plain, tokens = self.embedder.query_tokens(question.mended)
        vectors = np.vstack([plain, adapted(plain, tokens, self.embedder.fingerprint, long)])

        proposed = set(exact)
        words: dict[str, dict[str, float]] = {}
        for field_name in lexical:
            best: dict[str, float] = {}
            for ident, score in self.index.lexical[field_name].best(question.words, POOL, question.added, ADDED):
                best.setdefault(row_num(ident), score)
            words[field_name] = best
            proposed |= set(best)
        between = unit(vectors[0] + vectors[1])
        for view in dense:
            rows = self.index.rows[view]
            near = rows.nearest(between, POOL) if rows.few else self.index.dense(view, between, POOL)
            proposed |= {row_num(ident) for ident, _ in near}

        nums = sorted(proposed)
        columns: dict[str, np.ndarray] = {}
        ids, cosines = {}, np.zeros((len(dense), len(nums), len(vectors)), np.float32)
        for i, view in enumerate(dense):
            ids[view], cosines[i] = self.index.rows[view].best(vectors, nums)
        # A view that the article lacks (no text fetched, no card) is worth its poorest other: neither reward nor penalty.
        cosines = np.where(np.isinf(cosines), cosines.min(axis=0), cosines)
        cosines[np.isinf(cosines)] = 0.0
        for i, view in enumerate(dense):
            columns[view], columns[f"adapted_{view}"] = cosines[i, :, 0], cosines[i, :, 1]
            if long and view != "passages":
                windows = cosines[i, :, 2 if len(vectors) > 2 else 1 :]
                columns[f"window_{view}"], columns[f"windows_{view}"] = windows.max(axis=1), windows.mean(axis=1)
        for field_name, name in (("passages", "text_words"), ("cards", "card_words")):
            own = words.get(field_name, {})
            columns[name] = np.array([own.get(num, 0.0) for num in nums]) / max(own.values(), default=1.0)
        # Where the question is about a code that has no cards, their words are worth those of the text.
        if about := codes_about(question.mended):
            lacks = [
                not ident and split_key(num)[1] in about
                for num, ident in zip(nums, ids.get("cards", [""] * len(nums)), strict=True)
            ]
            columns["card_words"] = np.where(lacks, columns["text_words"], columns["card_words"])
        columns["law"], columns["annex"], overseas = np.array([_kinds(num) for num in nums], float).reshape(-1, 3).T
        columns["repealed"] = np.array([num in self._repealed for num in nums], float)
        about_overseas = bool(_OVERSEAS.search(fold(" ".join([question.text, *question.added]))))
        columns["overseas"] = overseas * (not about_overseas)
        columns["long_card_words"] = columns["card_words"] * long
        for name in ("text_words", "card_words", "law"):
            columns[f"topic_{name}"] = columns[name] * topic
        found = Candidates(nums, tuple(columns), np.stack(list(columns.values()), axis=1).astype(float), ids)
        return found.with_column("section", self._section_support(found))

    def _section_support(self, found: Candidates) -> np.ndarray:
        """The prior score of the best other candidate of each one's section (a lone one gets the lowest), shape (n,)."""
        if not found.nums:
            return np.zeros(0)
        prior = found.weighed("prior")
        ranked: dict[str, list[float]] = {}
        for at in np.argsort(-prior, kind="stable"):
            ranked.setdefault(self._sections.get(found.nums[at], found.nums[at]), []).append(prior[at])
        lowest = prior.min()
        support = []
        for num, own in zip(found.nums, prior, strict=True):
            peers = ranked[self._sections.get(num, num)]
            support.append(peers[0] if own < peers[0] else peers[1] if len(peers) > 1 else lowest)
        return np.array(support)

    def _hit(self, num: str, score: float, found: Candidates, exact: bool) -> Hit:
        passage = None
        if row := found.row("passages", num):
            passage = self.index.passage(row)
        elif passages := self.index.passages_of(num):
            passage = passages[0]
        asked = ""
        if row := found.row("questions", num):
            ident, _, place = row.rpartition("?")
            card = next((c for c in self.index.cards_of(num) if c.id == ident), None)
            asked = card.questions[int(place)] if card else ""
        return Hit(num, round(score, 4), passage, self.index.card(num), asked, found.features(num), exact)


@lru_cache(maxsize=50_000)
def _kinds(num: str) -> tuple[bool, bool, bool]:
    """Whether an article is of the legislative part, an annex, of livre V."""
    return num.startswith("L") or num[0].isdigit(), num.startswith("Annexe"), is_overseas(num)


def is_topic(text: str) -> bool:
    """Whether a question is a bare title ("Obligation alimentaire") rather than a sentence that asks."""
    return len(text) <= TOPIC and "?" not in text


def is_overseas(num: str) -> bool:
    """Whether an article stands in livre V (territories)."""
    return num.lstrip("LORDA")[:1] == "5" and split_key(num)[1] == CASF


class ArticleRetriever(BaseRetriever):
    """The same search as a LangChain retriever: one `Document` an article, its best passage as content."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    searcher: Any
    k: int = 10

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(
                page_content=hit.text,
                metadata={"num": hit.num, "score": hit.score, "url": article_url(hit.num), "as_of": _as_of(hit)},
            )
            for hit in self.searcher.search(read_question(query), self.k)
        ]


def _as_of(hit: Hit) -> str:
    return hit.passage.as_of if hit.passage else (hit.card.as_of if hit.card else "")


def signals(question: Question, hits: Sequence[Hit], searcher: Searcher) -> dict[str, float]:
    """What the ranking says of itself, for `assistant.fusion.confidence`: all signals grow with trust.

    "question" and "card": best cosines with a card's question and summary; "margin": lead over the second article;
    "covered": share of the question's rare words that the best article (text or card) holds; "agree": share of the
    next four articles that stand in the best one's chapter; "known": share of the question's words that the code knows.
    """
    if not hits:
        return {"question": 0.0, "card": 0.0, "margin": 0.0, "covered": 0.0, "agree": 0.0, "known": 0.0}
    best, lexical = hits[0], searcher.index.lexical["cards" if searcher.index.manifest["cards"] else "passages"]
    count = max(1, len(lexical.ids))
    rarity = {w: math.log(1 + count / (1 + lexical.document_frequency(w))) for w in question.words}
    card = best.card
    article = searcher.index.article(best.num)
    told = " ".join(
        [article.text if article else "", *([card.title, card.summary, *card.questions, *card.keywords] if card else [])]
    )
    held = set(index_words(told))
    total = sum(rarity.values()) or 1.0
    known = [w for w in question.words if lexical.document_frequency(w) or w in searcher.index.lexical["passages"].vocabulary]
    return {
        "question": best.views.get("questions", 0.0) * 10,
        "card": best.views.get("cards", best.views.get("passages", 0.0)) * 10,
        "margin": min(0.5, best.score - hits[1].score if len(hits) > 1 else 0.5) * 10,
        "covered": sum(r for w, r in rarity.items() if w in held) / total,
        "agree": sum(place(h.num) == place(best.num) for h in hits[1:5]) / 4,
        "known": len(known) / max(1, len(question.words)),
    }
