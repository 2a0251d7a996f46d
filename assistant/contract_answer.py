"""A question on a contract: the clause, its page, and the exact value that was asked for."""

import json
import re
from dataclasses import dataclass

import numpy as np

from assistant.answer import Answer, Citation, Value, abstain
from assistant.question import Question
from corpus.article import Passage
from corpus.values import Value as Found
from corpus.values import find_values
from corpus.words import index_words
from ingest.contract_passages import passage_view
from ingest.embedding import Embedder
from ingest.workspace import OpenContract

SHOWN = 3

_YEAR = re.compile(r"\b(20\d\d)\b")


@dataclass(slots=True)
class Ranked:
    """A passage of the contract with its fused score in [0, 1] and its cosine with the question."""

    passage: Passage
    score: float
    cosine: float
    overlap: float


def rank(question: Question, opened: OpenContract, embedder: Embedder, kind: str) -> list[Ranked]:
    """The contract's passages, best first: dense and lexical alike, and a little for holding the kind of value asked."""
    cosines = opened.dense(embedder.queries([question.text])[0])
    lexical = opened.lexical.scores(question.words)
    dense = _unit(cosines)
    words = _unit(lexical)
    ranked = []
    for i, passage in enumerate(opened.passages):
        bonus = 0.12 if kind in ("date", "amount", "percent", "duration", "number") and find_values(passage.text, kind) else 0.0
        own = set(index_words(passage_view(passage)))
        overlap = sum(w in own for w in question.words) / max(1, len(set(question.words)))
        ranked.append(Ranked(passage, float(0.5 * dense[i] + 0.5 * words[i]) + bonus, float(cosines[i]), overlap))
    return sorted(ranked, key=lambda r: -r.score)


def _unit(scores: np.ndarray) -> np.ndarray:
    low, top = (float(scores.min()), float(scores.max())) if len(scores) else (0.0, 0.0)
    return (scores - low) / (top - low) if top > low else np.zeros_like(scores)


def answer_contract(question: Question, opened: OpenContract, embedder: Embedder) -> Answer:
    """The value where one is asked and found, the clauses that say it, each with its page."""
    kind = question.kind
    ranked = rank(question, opened, embedder, kind)
    if not ranked or (ranked[0].cosine < 0.80 and ranked[0].overlap < 0.25):
        return abstain(question.text, "not_in_contract")
    best = ranked[: SHOWN + 2]
    value, holder = None, best[0]
    for candidate in best:
        if found := pick_value(question, candidate.passage, kind):
            value, holder = found, candidate
            break
    order = [holder, *(r for r in best if r is not holder)][:SHOWN]
    citations = [contract_citation(n, r.passage, opened) for n, r in enumerate(order, 1)]
    lines = []
    if value:
        lines += [f"**{value.text}** [1]", ""]
    for citation in citations:
        lines += [f"**{citation.label}** [{citation.n}]", "", f"> {' '.join(citation.quote.split())}", ""]
    return Answer(question.text, "\n".join(lines).strip(), value=value, citations=citations)


def contract_citation(n: int, passage: Passage, opened: OpenContract) -> Citation:
    return Citation(
        n, "contract", passage.id, passage.label, "", opened.contract.added[:10], passage.page, passage.text, "",
        "contract", passage.path, passage.text,
    )  # fmt: skip


def pick_value(question: Question, passage: Passage, kind: str) -> Value | None:
    """The value of the asked kind that stands nearest to the question's words in a passage, or in the right cell of a row."""
    if kind not in ("date", "amount", "percent", "duration", "number"):
        return None
    if passage.extra.get("kind") == "row":
        return _from_row(question, json.loads(passage.extra["cells"]), kind)
    text = passage.text
    found = find_values(text, kind)
    if not found:
        return None
    wanted = set(question.words)
    best = max(found, key=lambda v: (_nearness(text, v, wanted), -v.start))
    return Value(best.text, kind, best.normalized)


def _nearness(text: str, value: Found, wanted: set[str]) -> float:
    """How many of the wanted words stand around a value; those of its own sentence count double."""
    start = max(text.rfind(". ", 0, value.start), text.rfind("; ", 0, value.start), 0)
    stops = [i for i in (text.find(". ", value.end), text.find(" ;", value.end)) if i >= 0]
    sentence = text[start : min(stops, default=len(text))]
    around = text[max(0, value.start - 80) : value.end + 60]
    return 2.0 * len(wanted & set(index_words(sentence))) + len(wanted & set(index_words(around)))


def _from_row(question: Question, cells: list[list[str]], kind: str) -> Value | None:
    """The cell whose column heading the question names (a year above all), of the asked kind."""
    years = _YEAR.findall(question.text)
    wanted = set(question.words)
    best: tuple[float, Value] | None = None
    for place, (heading, text) in enumerate(cells):
        if place == 0 and len(cells) > 1:
            continue
        found = find_values(text, kind)
        if not found and kind in ("percent", "amount", "number") and re.fullmatch(r"[\d\s.,]+", text):
            found = find_values(text, "number")
        if not found:
            continue
        score = 3.0 * any(y in heading for y in years) + len(wanted & set(index_words(heading))) - 0.01 * place
        if best is None or score > best[0]:
            best = (score, Value(found[0].text, kind, found[0].normalized))
    return best[1] if best else None
