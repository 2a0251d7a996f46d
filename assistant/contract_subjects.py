"""Whether a word that a contract has nowhere is a subject it would have to speak of, or only a way of speaking.

"Combien de jours de télétravail ?" asks of a thing; "on peut basculer combien ?" may be answered by a contract that never
says "basculer". A logistic regression over the vector that the embedding model gives the word in its question, fitted by
`evals/train_subjects.py` on labelled questions (`contract_subjects.npz`: `mean` (d,), `weights` (d,), `bias`, `fingerprint`).
After query term recall (Zheng & Callan 2015, "Learning to Reweight Terms with Distributed Representations").
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant.contract_question import Asked
from assistant.fitted import Weights, centred, read_weights
from corpus.words import fold
from ingest.embedding import Embedder

WEIGHTS = Path(__file__).parent / "contract_subjects.npz"
_WORD = re.compile(r"[^\W_]+")


def word_vectors(text: str, embedder: Embedder) -> list[tuple[str, np.ndarray]]:
    """The folded words of a question, each with the unit vector (d,) of its tokens there; [] where the model gives no tokens."""
    tokens = embedder.query_tokens(text)[1]
    spans = embedder.query_spans(text)
    out = []
    for word in _WORD.finditer(text):
        of = [i for i, (start, end) in enumerate(spans) if start < word.end() and word.start() < end]
        if of:
            vector = tokens[of].mean(0)
            out.append((fold(word[0]), vector / (np.linalg.norm(vector) or 1.0)))
    return out


def subject_chances(text: str, embedder: Embedder, fitted: Weights | None = None) -> dict[str, float]:
    """How likely each folded word of a question is a subject, in [0, 1]; {} under another embedding model.

    `fitted`: other weights than those of `contract_subjects.npz`, to measure them.
    """
    fitted = fitted or read_weights(WEIGHTS)
    if str(fitted["fingerprint"]) != embedder.fingerprint:
        return {}
    out: dict[str, float] = {}
    for word, vector in word_vectors(text, embedder):
        out[word] = max(out.get(word, 0.0), chance(vector, fitted))
    return out


def chance(vector: np.ndarray, fitted: Weights) -> float:
    """How likely a word of that vector (d,) is a subject."""
    return float(1 / (1 + np.exp(-(fitted["weights"] @ centred(vector, fitted["mean"]) + fitted["bias"]))))


def temper(asked: Asked, chances: Mapping[str, float]) -> Asked:
    """The question with how likely each idea is its subject; one that its contract ignores weighs by it."""
    ideas = []
    for idea in asked.ideas:
        subject = max((chances[word] for word in _WORD.findall(idea.name) if word in chances), default=None)
        if idea.aside:
            idea = replace(idea, subject=0.0)
        elif subject is not None:
            weight = idea.weight * subject if idea.name in asked.unknown else idea.weight
            idea = replace(idea, subject=subject, weight=weight)
        ideas.append(idea)
    return replace(asked, ideas=ideas)
