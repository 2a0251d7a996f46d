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

from assistant.fusion import adapted, fused
from assistant.question import Question, read_question
from corpus.article import Passage, article_url
from corpus.cards import Card, place
from corpus.codes import CASF, CODES, key_of, split_key
from corpus.reference import ArticleRef, label_of
from corpus.words import fold, index_words
from ingest.embedding import Embedder
from ingest.generation import Index, row_num

Views = Literal["all", "text", "cards"]

SUBJECT = 0.1  # what a code's articles gain when the question names one of its subjects (`corpus/codes.yaml`)
EXACT = 10.0  # what being named adds: more than any other article can score
ADDED = 0.35  # weight of a word that the lexicon adds, beside one of the question's own
POOL = 100  # rows that each view proposes
LONG = 140  # characters from which a question is also searched sentence by sentence
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_OVERSEAS = re.compile(
    r"mayotte|mahor|outre.?mer|guadeloup|martini|guyan|reunion|polynes|caledon|wallis|futuna|saint.pierre|saint.martin|barthelemy|\bdom\b|antill|terres australes|alsace|moselle"
)


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

    def __init__(self, index: Index, embedder: Embedder, views: Views = "all"):
        index.check_model(embedder.fingerprint)
        self.index = index
        self.embedder = embedder
        self.views: Views = views
        self.known = index.known_nums()
        self._sections = index.sections()
        self._repealed = index.repealed()

    def search(self, question: Question, k: int = 10) -> list[Hit]:
        """The k best articles, best first, each once."""
        exact = {num for ref in question.refs for num in self.resolve(ref)}
        rows, features = self.features(question, exact)
        scores = {num: fused(own, self.views) + (EXACT if num in exact else 0.0) for num, own in features.items()}
        if about := codes_about(question.mended):
            scores |= {num: score + SUBJECT for num, score in scores.items() if split_key(num)[1] in about}
        best = sorted(scores, key=lambda num: (-scores[num], num))[:k]
        return [self._hit(num, scores[num], rows, features[num], num in exact) for num in best]

    def resolve(self, ref: ArticleRef) -> list[str]:
        """The corpus numbers that a reference names: one, several when it has no letter or is a range, none when unknown."""
        letters = [ref.letter] if ref.letter or ref.code != CASF else ["L", "R", "D"]
        found = [
            key
            for letter in letters
            if (key := key_of(f"{letter}{ref.number}" if ref.letter != "Annexe" else ref.num, ref.code)) in self.known
        ]
        if ref.range_end:
            nums = self.index.nums() or sorted(self.known)
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
        sentences = [s for s in _SENTENCE.split(question.mended) if len(s.split()) >= 4][:5] if len(question.text) > LONG else []
        plain = self.embedder.queries([question.mended, *sentences])
        turned = adapted(plain, self.embedder.fingerprint)
        between = plain[0] + turned[0]
        between /= np.linalg.norm(between) or 1.0

        candidates = set(exact)
        words: dict[str, dict[str, float]] = {}
        for field_name in lexical:
            best: dict[str, float] = {}
            for ident, score in self.index.lexical[field_name].best(question.words, POOL, question.added, ADDED):
                best.setdefault(row_num(ident), score)
            words[field_name] = best
            candidates |= set(best)
        for view in dense:
            candidates |= {row_num(ident) for ident, _ in self.index.dense(view, between, POOL)}

        rows = {view: self.index.rows[view].best(plain[0], candidates) for view in dense}
        turned_rows = {view: self.index.rows[view].best(turned[0], candidates) for view in dense}
        by_sentence = {
            view: [self.index.rows[view].best(vector, candidates) for vector in turned[1:]]
            for view in dense
            if view != "passages"
        }
        about = codes_about(question.mended)
        about_overseas = bool(_OVERSEAS.search(fold(question.text)))
        features: dict[str, dict[str, float]] = {}
        for num in candidates:
            # A view that the article lacks (no text fetched, no card) is worth its poorest other: neither reward nor penalty.
            own = _filled({view: rows[view][num][1] for view in dense if num in rows[view]}, dense)
            turned_own = _filled({view: turned_rows[view][num][1] for view in dense if num in turned_rows[view]}, dense)
            own |= {f"adapted_{view}": cosine for view, cosine in turned_own.items()}
            for field_name, name in (("passages", "text_words"), ("cards", "card_words")):
                if best := words.get(field_name, {}):
                    own[name] = best.get(num, 0.0) / max(best.values())
            # Where the question is about a code that has no cards, their words are worth those of the text.
            if about and num not in rows.get("cards", {}) and split_key(num)[1] in about:
                own["card_words"] = own.get("text_words", 0.0)
            for view, found in by_sentence.items():
                if found:
                    own[f"sentence_{view}"] = max(f[num][1] if num in f else turned_own[view] for f in found)
            own["law"] = float(num.startswith("L") or num[0].isdigit())
            own["repealed"] = float(num in self._repealed)
            own["overseas"] = float(is_overseas(num) and not about_overseas)
            features[num] = own
        self._add_section_support(features)
        return rows, features

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


def _filled(scores: dict[str, float], views: Collection[str]) -> dict[str, float]:
    """Scores by view, those missing given the poorest of the others."""
    poorest = min(scores.values(), default=0.0)
    return {view: scores.get(view, poorest) for view in views}


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
