"""One installation, open for questions: the index, the model, the users' contracts. Everything that asks goes through here."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

from assistant.answer import Answer, abstain, french_date
from assistant.asked_day import asked_days, without_days
from assistant.both import answer_both, asks_both, subject
from assistant.check_claims import Judge
from assistant.contract_answer import answer_contract
from assistant.fusion import confidence
from assistant.history import answer_history, only_elsewhere, other_codes
from assistant.law_answer import answer_law
from assistant.premise import find_premise, warned
from assistant.question import Question, in_conversation, read_question
from assistant.rerank import Reranker
from assistant.retrieval import Hit, Searcher, signals
from assistant.scope import refuse
from assistant.settings import Settings
from corpus.cards import load_cards
from corpus.errors import CasfError
from ingest.embedding import Embedder, Progress, make_embedder, silent
from ingest.generation import Index, build, live_folder
from ingest.history import merge
from ingest.provenance import provenance
from ingest.sources import read_source
from ingest.workspace import Workspace

# Under this confidence nothing is answered: on our own questions one answerable in a hundred stands below it.
TOO_UNSURE = 0.26
DAYS_KEPT = 4  # other days than today whose versions stay ready to be searched


class Engine:
    """Answers questions from one home folder; safe to share between threads, follows a new generation by itself."""

    def __init__(self, settings: Settings, say: Callable[[str], None] = lambda _: None):
        self.settings = settings
        self.say = say
        self._embedder: Embedder | None = None
        self._reranker = Reranker(settings.reranker) if settings.reranker else None
        self._searcher: Searcher | None = None
        self._dated: dict[str, Searcher] = {}
        self._judge: Judge | None = None
        self._workspaces: dict[str, Workspace] = {}
        self._lock = threading.Lock()
        self._making = threading.Lock()
        # A question's products take a millisecond on one core; waiting for another that is busy takes ten.
        threadpool_limits(1, "blas")

    @property
    def embedder(self) -> Embedder:
        with self._making:
            if self._embedder is None:
                self._embedder = make_embedder(self.settings.home, self.settings.model, self.say)
            return self._embedder

    def searcher(self) -> Searcher:
        """The search over the live generation; raises `NoIndex` when there is none."""
        folder = live_folder(self.settings.home)
        with self._lock:
            # "Today" moves on: what is in force is read again after midnight.
            if self._searcher is None or (folder, date.today().isoformat()) != (
                self._searcher.index.folder,
                self._searcher.index.on,
            ):
                self._searcher = Searcher(Index.open(self.settings.home), self.embedder, reranker=self._reranker)
                self._dated = {}
            return self._searcher

    def searcher_at(self, day: str) -> Searcher:
        """The search over the versions in force on a day (ISO). Raises `CasfError` when no text of that day is here."""
        today = self.searcher()
        if not day or day == today.index.on:
            return today
        with self._lock:
            if day not in self._dated:
                if len(self._dated) >= DAYS_KEPT:
                    self._dated.pop(next(iter(self._dated)))
                self._dated[day] = Searcher(today.index.at(day), self.embedder, reranker=self._reranker)
            return self._dated[day]

    def judge(self, searcher: Searcher) -> Judge:
        """Who compares what is said of an article with the articles of a search (made at the first question that names one)."""
        with self._lock:
            if self._judge is None or self._judge.searcher is not searcher:
                self._judge = Judge(searcher)
            return self._judge

    def workspace(self, user: str) -> Workspace:
        with self._lock:
            if user not in self._workspaces:
                self._workspaces[user] = Workspace(self.settings.home, user, self.embedder)
            return self._workspaces[user]

    def has_index(self) -> bool:
        return live_folder(self.settings.home) is not None

    def build(self, sources: list[Path], progress: Progress = silent) -> Path:
        """Build the index from source files (none: the cards alone) and put it live."""
        readings = [read_source(path) for path in sources]
        source = provenance(sources, readings)
        return build(self.settings.home, merge(*readings), load_cards(), self.embedder, source, progress)

    def search(self, text: str, k: int = 10) -> tuple[list[Hit], float]:
        """The k best articles and the milliseconds it took."""
        start = time.perf_counter()
        searcher = self.searcher()
        hits = searcher.search(read_question(text, searcher.index.vocabulary), k)
        return hits, _ms(start)

    def ask(
        self, text: str, contract: str | None = None, user: str | None = None, day: str = "", history: Sequence[str] = ()
    ) -> Answer:
        """Answer a question, in the words of the language model when one is set. Raises `CasfError` for people to read.

        `day` (ISO) asks for the law as it stood that day; else the question itself may name one. `history`: the questions
        asked before in the same conversation, oldest first; a follow-up ("et son conjoint ?") is read with them.
        """
        *_, last = self.stream(text, contract, user, day, history)
        return last

    def stream(
        self, text: str, contract: str | None = None, user: str | None = None, day: str = "", history: Sequence[str] = ()
    ) -> Iterator[Answer]:
        """The extractive answer at once; then, with a language model, its verified text as it grows; the last one is final."""
        answer = self.extract(text, contract, user, day, history)
        yield answer
        if self.settings.llm and not answer.abstained:
            from assistant.generate import generate

            yield from generate(answer, self.settings.llm, self.settings.llm_timeout)

    def extract(
        self, text: str, contract: str | None = None, user: str | None = None, day: str = "", history: Sequence[str] = ()
    ) -> Answer:
        """Answer a question on the law, or on the user's contract `contract`, without a language model."""
        start = time.perf_counter()
        timing = {"retrieval": 0.0}
        asked, text = text, in_conversation(text, history)

        def found() -> None:
            timing["retrieval"] = _ms(start)

        answer = self._on_contract(text, contract, user, found) if contract else self._on_law(text, day, found)
        answer.question = asked
        total = _ms(start)
        answer.timing_ms = {**timing, "answer": round(total - timing["retrieval"], 1), "total": total}
        return answer

    def _on_contract(self, text: str, contract: str, user: str | None, found: Callable[[], None]) -> Answer:
        question = read_question(text)
        opened = self.workspace(user or self.settings.user).open(contract)
        found()
        both = asks_both(question) and self.has_index()
        question = subject(question) if both else question
        answer = answer_contract(question, opened, self.embedder, exists=both and "clause" in text.lower())
        return answer_both(question, answer, self.searcher()) if both else answer

    def _on_law(self, text: str, day: str, found: Callable[[], None]) -> Answer:
        searcher = self.searcher()
        question = read_question(text, searcher.index.vocabulary)
        if told := answer_history(question, searcher.index, day):
            return told
        searcher, preface = self._searcher_for(question, day)
        if only_elsewhere(question, searcher.index):
            return abstain(text, "not_in_corpus", " ".join(preface))
        if searcher.index.dated and not day:
            question = read_question(without_days(text), searcher.index.vocabulary)
        refusal = None
        premise = find_premise(question, searcher, self.judge(searcher)) if question.refs else None
        if premise:
            question, hits = premise.question or question, list(premise.hits)
        else:
            # What names an article that exists is never out of scope.
            named = any(searcher.resolve(ref) for ref in question.refs)
            refusal = None if named else refuse(question, searcher)
            hits = [] if refusal else searcher.search(question, 10)
        found()
        trust = confidence(signals(question, hits, searcher)) if hits and not any(hit.exact for hit in hits) else 1.0
        if refusal:
            answer = abstain(text, refusal.reason, refusal.more)
        elif not hits or trust < TOO_UNSURE:
            answer = abstain(text, "not_in_corpus", "Reformulez-la, ou nommez l'article auquel vous pensez.")
        else:
            # On a wrong premise no one-line answer: what is asked may rest on it as well.
            answer = answer_law(question, hits, searcher, 0.0 if premise else trust)
            answer.confidence = round(trust, 2)
        if premise:
            answer = warned(answer, premise)
        answer.question, answer.answer = text, "\n\n".join([*preface, answer.answer])
        return answer

    def _searcher_for(self, question: Question, day: str) -> tuple[Searcher, list[str]]:
        """The search over the day's versions, and what must be said first: the day, the codes named that are not here."""
        today = self.searcher()
        said = other_codes(question, today.index)
        asked = day or next(iter(asked_days(question.text)), "")
        if not asked or asked == today.index.on:
            return today, said
        try:
            searcher = self.searcher_at(asked)
        except CasfError as error:
            if day:
                raise
            return today, [*said, f"{error} Voici ce que disent les textes les plus récents."]
        known = len(searcher.index.nums())
        return searcher, [
            *said,
            f"*D'après les versions en vigueur le {french_date(asked)} ({known} articles connus ici à cette date).*",
        ]

    def warm(self) -> None:
        """Load the model, the index and the word lists, so that the first questions are as fast as the others (several at
        once would each load them)."""
        self.embedder.queries(["mise en route"])
        if self.has_index():
            self.extract("Qui peut demander l'aide sociale ?")  # no language model is asked unasked


def hit_json(rank: int, hit: Hit) -> dict[str, Any]:
    """One line of `casf search --json`."""
    return {
        "rank": rank, "id": hit.passage.id if hit.passage else f"card:{hit.num}", "kind": "article", "num": hit.num,
        "label": hit.label, "path": list(hit.path), "text": hit.text, "score": hit.score,
    }  # fmt: skip


def _ms(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 1)
