"""One score an article from a dozen named features, with weights that a person can read (`assistant/fusion.json`).

The features are those of `FEATURES`; the weights are fitted by `evals/train_fusion.py` (listwise softmax over candidates,
Cao et al. 2007, "Learning to rank: from pairwise approach to listwise approach"), cross-validated there. The adapter is
a linear map of the question's vector, fitted on the cards' own questions alone by `evals/train_adapter.py`.
"""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
WEIGHTS = HERE / "fusion.json"
ADAPTER = HERE / "adapter.npz"

# Windows of a long question, in tokens: their length, the step from one to the next, how many at most.
WINDOW, STRIDE, WINDOWS = 14, 6, 24
SKIP = 3  # the first tokens: the prefix "query: "

FEATURES = {
    "passages": "cosinus du meilleur passage avec la question",
    "cards": "cosinus du résumé de la fiche",
    "questions": "cosinus de la question de fiche la plus proche",
    "adapted_passages": "le même, question adaptée",
    "adapted_cards": "le même, question adaptée",
    "adapted_questions": "le même, question adaptée",
    "text_words": "BM25 du meilleur passage, rapporté au meilleur de la question",
    "card_words": "BM25 de la fiche, rapporté au meilleur de la question",
    "window_cards": "question longue : meilleur cosinus d'un de ses passages avec le résumé",
    "window_questions": "question longue : meilleur cosinus d'un de ses passages avec une question de fiche",
    "windows_cards": "question longue : cosinus moyen de ses passages avec le résumé",
    "windows_questions": "question longue : cosinus moyen de ses passages avec une question de fiche",
    "long_card_words": "question longue : BM25 de la fiche",
    "topic_text_words": "simple intitulé : BM25 du meilleur passage",
    "topic_card_words": "simple intitulé : BM25 de la fiche",
    "topic_law": "simple intitulé : 1 pour un article L",
    "section": "score du meilleur autre article de la même section",
    "law": "1 pour un article L, 0 pour un R ou un D",
    "repealed": "1 si la fiche dit l'article abrogé",
    "annex": "1 pour une annexe",
    "overseas": "1 pour le livre V, si la question ne parle pas d'outre-mer",
}


@lru_cache(maxsize=1)
def weights() -> Mapping[str, Any]:
    """The weights file: for each of "all", "text", "cards" the weights by feature; "prior", and "confidence"."""
    loaded: Mapping[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=4)
def adapter(fingerprint: str) -> np.ndarray | None:
    """The question adapter, shape (d, d), when it was fitted for the model in use; None for another model."""
    if not ADAPTER.is_file():
        return None
    with np.load(ADAPTER, allow_pickle=False) as data:
        return data["matrix"].astype(np.float32) if str(data["fingerprint"]) == fingerprint else None


def adapted(whole: np.ndarray, tokens: np.ndarray, fingerprint: str, windows: bool) -> np.ndarray:
    """Question vectors after the adapter, unit length, shape (1 + windows, d): the whole, then, if asked, every window.

    `whole` (d,) is the question's own vector, `tokens` (n, d) its tokens'; a window is the mean of a run of tokens, which
    costs no other reading (after "late chunking", Günther et al. 2024). With no adapter for this model, `whole` alone.
    """
    matrix = adapter(fingerprint)
    if matrix is None:
        return whole[None]
    starts = range(SKIP, max(SKIP + 1, len(tokens) - 1), STRIDE)[:WINDOWS] if windows else ()
    return np.stack([unit(matrix @ vector) for vector in (whole, *(tokens[at : at + WINDOW].mean(axis=0) for at in starts))])


def unit(vector: np.ndarray) -> np.ndarray:
    """A vector scaled to length 1 (a null one stays null)."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def confidence(signals: Mapping[str, float]) -> float:
    """Probability in [0, 1] that the best article answers, from retrieval signals (logistic, calibrated in `evals/`)."""
    model: Mapping[str, float] = weights()["confidence"]
    z = model["intercept"] + sum(model[name] * value for name, value in signals.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))
