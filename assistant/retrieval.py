"""From a question to the articles that answer it: candidates by every view, then one exact score an article.

Views of an article: its passages (dense, lexical) and its card (summary, each question: dense; all fields: lexical).
Chroma and BM25 propose candidates; for these, every view's exact score is taken (an article's score in a view is its
best row's) and the scores are added with fixed weights. An article that the question names comes first.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.question import Question, read_question
from corpus.article import Passage, article_url
from corpus.cards import Card
from corpus.reference import ArticleRef, printed
from ingest.embedding import Embedder
from ingest.generation import Index, row_num

Views = Literal["all", "text", "cards"]

# Weights of the views: cosines as they are, BM25 scores divided by the question's best.
WEIGHTS: dict[str, dict[str, float]] = {
    "all": {"passages": 1.2, "cards": 2.0, "questions": 2.0, "text_words": 0.10, "card_words": 0.25},
    "text": {"passages": 4.0, "text_words": 0.10},
    "cards": {"cards": 2.0, "questions": 2.0, "card_words": 0.25},
}
ADDED = 0.35  # weight of a word that the lexicon adds, beside one of the question's own
POOL = 100  # rows that each view proposes


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
        return self.num if self.num.startswith("Annexe") else f"Article {printed(self.num)}"

    @property
    def path(self) -> tuple[str, ...]:
        return self.passage.path if self.passage else ()

    @property
    def text(self) -> str:
        return self.passage.text if self.passage else (self.card.summary if self.card else "")


class Searcher:
    """Finds articles in one open index. `views` leaves out the cards or the text, for measuring."""

    def __init__(self, index: Index, embedder: Embedder, views: Views = "all"):
        index.check_model(embedder.fingerprint)
        self.index = index
        self.embedder = embedder
        self.views = views
        self.known = index.known_nums()

    def search(self, question: Question, k: int = 10) -> list[Hit]:
        """The k best articles, best first, each once."""
        vector = self.embedder.queries([question.mended])[0]
        exact = {num for ref in question.refs for num in self.resolve(ref)}
        weights = WEIGHTS[self.views]
        rows, views = self._score(question, vector, exact)
        fused = {num: sum(weights[v] * s for v, s in own.items()) + (1.0 if num in exact else 0.0) for num, own in views.items()}
        best = sorted(fused, key=lambda num: (-fused[num], num))[:k]
        return [self._hit(num, fused[num], rows, views[num], num in exact) for num in best]

    def resolve(self, ref: ArticleRef) -> list[str]:
        """The corpus numbers that a reference names: one, several when it has no letter or is a range, none when unknown."""
        if ref.code != "CASF":
            return []
        letters = [ref.letter] if ref.letter else ["L", "R", "D"]
        found = [num for letter in letters if (num := ref.num if ref.letter else letter + ref.number) in self.known]
        if ref.range_end:
            nums = self.index.nums() or sorted(self.known)
            ends = [n for n in (ref.num, ref.range_end_num) if n in self.known]
            if len(ends) == 2:
                first, last = (nums.index(n) for n in ends)
                found = nums[first : last + 1][:40]
        return found

    def _score(
        self, question: Question, vector: np.ndarray, exact: set[str]
    ) -> tuple[dict[str, dict[str, tuple[str, float]]], dict[str, dict[str, float]]]:
        """Best row of every candidate by view, and its exact score in each view."""
        dense = {"all": ("passages", "cards", "questions"), "text": ("passages",), "cards": ("cards", "questions")}[self.views]
        lexical = {"all": ("passages", "cards"), "text": ("passages",), "cards": ("cards",)}[self.views]
        candidates = set(exact)
        words: dict[str, dict[str, float]] = {}
        for field_name in lexical:
            best: dict[str, float] = {}
            for ident, score in self.index.lexical[field_name].best(question.words, POOL, question.added, ADDED):
                best.setdefault(row_num(ident), score)
            words[field_name] = best
            candidates |= set(best)
        for view in dense:
            candidates |= {row_num(ident) for ident, _ in self.index.dense(view, vector, POOL)}
        rows = {view: self.index.rows[view].best(vector, candidates) for view in dense}
        scores = {}
        for num in candidates:
            own = {view: rows[view][num][1] for view in dense if num in rows[view]}
            # A view that the article lacks (no text fetched, no card) is worth its poorest other: neither reward nor penalty.
            poorest = min(own.values(), default=0.0)
            own = {view: own.get(view, poorest) for view in dense}
            for field_name, name in (("passages", "text_words"), ("cards", "card_words")):
                if best := words.get(field_name, {}):
                    own[name] = best.get(num, 0.0) / max(best.values())
            scores[num] = own
        return rows, scores

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
