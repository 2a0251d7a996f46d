"""From a question to the articles that answer it: candidates by every view, then one exact score an article.

Views of an article: its passages (dense, lexical) and its card (summary, each question: dense; all fields: lexical).
Chroma and BM25 propose candidates; for these, every view's exact score is taken (an article's score in a view is its
best row's) and the features are added with the weights of `assistant/fusion.json`. An article that the question names
comes first.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.fusion import adapted, fused, unit
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
        rows, features = self.features(question, exact | beside)
        scores = {num: fused(own, self.views) for num, own in features.items()}
        if self.reranker:
            scores |= self._reread(question, scores, rows)
        if about := codes_about(question.mended):
            for num in scores:
                scores[num] += SUBJECT if split_key(num)[1] in about and not self.index.card(num) else 0.0
        wanted = BESIDE if asks_for_neighbour(question) else 0.0
        for num in scores:
            scores[num] += EXACT if num in exact else wanted if num in beside else 0.0
        best = sorted(scores, key=lambda num: (-scores[num], num))[:k]
        return [self._hit(num, scores[num], rows, features[num], num in exact) for num in best]

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

    def _reread(
        self, question: Question, scores: dict[str, float], rows: dict[str, dict[str, tuple[str, float]]]
    ) -> dict[str, float]:
        """Scores of the best fifty after the cross-encoder's reading, its opinion weighing as much as the first one's."""
        assert self.reranker
        best = sorted(scores, key=lambda num: (-scores[num], num))[:DEPTH]
        hits = [self._hit(num, scores[num], rows, {}, False) for num in best]
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

    def features(
        self, question: Question, exact: Collection[str] = ()
    ) -> tuple[dict[str, dict[str, tuple[str, float]]], dict[str, dict[str, float]]]:
        """Best row of every candidate by view, and its features (`assistant.fusion.FEATURES`) by number."""
        dense = {"all": ("passages", "cards", "questions"), "text": ("passages",), "cards": ("cards", "questions")}[self.views]
        lexical = {"all": ("passages", "cards"), "text": ("passages",), "cards": ("cards",)}[self.views]
        long, topic = len(question.text) > LONG, is_topic(question.text)
        plain, tokens = self.embedder.query_tokens(question.mended)
        vectors = np.vstack([plain, adapted(plain, tokens, self.embedder.fingerprint, long)])

        candidates = set(exact)
        words: dict[str, dict[str, float]] = {}
        for field_name in lexical:
            best: dict[str, float] = {}
            for ident, score in self.index.lexical[field_name].best(question.words, POOL, question.added, ADDED):
                best.setdefault(row_num(ident), score)
            words[field_name] = best
            candidates |= set(best)
        between = unit(vectors[0] + vectors[1])
        for view in dense:
            candidates |= {row_num(ident) for ident, _ in self.index.dense(view, between, POOL)}

        if not candidates:
            return {}, {}
        highest = {name: max(own.values(), default=1.0) for name, own in words.items()}
        found = {view: self.index.rows[view].best(vectors, candidates) for view in dense}
        about = codes_about(question.mended)
        about_overseas = bool(_OVERSEAS.search(fold(" ".join([question.text, *question.added]))))
        # A view that the article lacks (no text fetched, no card) is worth its poorest other: neither reward nor penalty.
        ordered = sorted(candidates)
        absent = np.full(len(vectors), np.inf, np.float32)
        cosines = np.array([[found[view][num][1] if num in found[view] else absent for view in dense] for num in ordered])
        cosines = np.where(np.isinf(cosines), cosines.min(axis=1, keepdims=True, initial=np.inf), cosines)
        cosines[np.isinf(cosines)] = 0.0
        columns: dict[str, np.ndarray] = {}
        for i, view in enumerate(dense):
            columns[view], columns[f"adapted_{view}"] = cosines[:, i, 0], cosines[:, i, 1]
            if long and view != "passages":
                windows = cosines[:, i, 2 if len(vectors) > 2 else 1 :]
                columns[f"window_{view}"], columns[f"windows_{view}"] = windows.max(axis=1), windows.mean(axis=1)
        features: dict[str, dict[str, float]] = {}
        for num, row in zip(ordered, np.stack(list(columns.values()), axis=1).tolist(), strict=True):
            own = dict(zip(columns, row, strict=True))
            for field_name, name in (("passages", "text_words"), ("cards", "card_words")):
                if best := words.get(field_name, {}):
                    own[name] = best.get(num, 0.0) / highest[field_name]
            # Where the question is about a code that has no cards, their words are worth those of the text.
            if about and num not in found.get("cards", {}) and split_key(num)[1] in about:
                own["card_words"] = own.get("text_words", 0.0)
            own["law"] = float(num.startswith("L") or num[0].isdigit())
            own["repealed"] = float(num in self._repealed)
            own["annex"] = float(num.startswith("Annexe"))
            own["overseas"] = float(is_overseas(num) and not about_overseas)
            own["long_card_words"] = own.get("card_words", 0.0) * long
            for name in ("text_words", "card_words", "law"):
                own[f"topic_{name}"] = own.get(name, 0.0) * topic
            features[num] = own
        self._add_section_support(features)
        return {view: {num: (ident, float(c[0])) for num, (ident, c) in own.items()} for view, own in found.items()}, features

    def _add_section_support(self, features: dict[str, dict[str, float]]) -> None:
        """Feature "section": the prior score of the best other candidate of the same section (a lone one gets the lowest)."""
        prior = {num: fused(own, "prior") for num, own in features.items()}
        best: dict[str, list[tuple[float, str]]] = {}
        for num, score in sorted(prior.items(), key=lambda pair: -pair[1]):
            top = best.setdefault(self._sections.get(num, num), [])
            if len(top) < 2:
                top.append((score, num))
        lowest = min(prior.values(), default=0.0)
        for num, own in features.items():
            others = [score for score, other in best[self._sections.get(num, num)] if other != num]
            own["section"] = others[0] if others else lowest

    def _hit(
        self, num: str, score: float, rows: dict[str, dict[str, tuple[str, float]]], views: dict[str, float], exact: bool
    ) -> Hit:
        passage = None
        if num in rows.get("passages", {}):
            passage = self.index.passage(rows["passages"][num][0])
        elif passages := self.index.passages_of(num):
            passage = passages[0]
        asked = ""
        if num in rows.get("questions", {}):
            ident, _, place = rows["questions"][num][0].rpartition("?")
            card = next((c for c in self.index.cards_of(num) if c.id == ident), None)
            asked = card.questions[int(place)] if card else ""
        return Hit(num, round(score, 4), passage, self.index.card(num), asked, views, exact)


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
