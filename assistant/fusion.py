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

FEATURES = {
    "passages": "cosinus du meilleur passage avec la question",
    "cards": "cosinus du résumé de la fiche",
    "questions": "cosinus de la question de fiche la plus proche",
    "adapted_passages": "le même, question adaptée",
    "adapted_cards": "le même, question adaptée",
    "adapted_questions": "le même, question adaptée",
    "text_words": "BM25 du meilleur passage, rapporté au meilleur de la question",
    "card_words": "BM25 de la fiche, rapporté au meilleur de la question",
    "sentence_cards": "question longue : meilleur cosinus d'une de ses phrases avec le résumé",
    "sentence_questions": "question longue : meilleur cosinus d'une de ses phrases avec une question de fiche",
    "section": "score du meilleur autre article de la même section",
    "law": "1 pour un article L, 0 pour un R ou un D",
    "repealed": "1 si la fiche dit l'article abrogé",
    "overseas": "1 pour le livre V, si la question ne parle pas d'outre-mer",
}


@lru_cache(maxsize=1)
def weights() -> Mapping[str, Any]:
    """The weights file: for each of "all", "text", "cards" the weights by feature; "prior", and "confidence"."""
    loaded: Mapping[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return loaded


def fused(features: Mapping[str, float], system: str) -> float:
    """The score of one article: the weighted sum of its features, an absent one counting nothing."""
    own: Mapping[str, float] = weights()[system]
    return sum(own.get(name, 0.0) * value for name, value in features.items())


@lru_cache(maxsize=4)
def adapter(fingerprint: str) -> np.ndarray | None:
    """The question adapter, shape (d, d), when it was fitted for the model in use; None for another model."""
    if not ADAPTER.is_file():
        return None
    with np.load(ADAPTER, allow_pickle=False) as data:
        return data["matrix"].astype(np.float32) if str(data["fingerprint"]) == fingerprint else None


def adapted(vectors: np.ndarray, fingerprint: str) -> np.ndarray:
    """Question vectors (n, d) after the adapter, unit length; unchanged when there is none for this model."""
    matrix = adapter(fingerprint)
    if matrix is None:
        return vectors
    out = vectors @ matrix.T
    unit: np.ndarray = out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    return unit


def confidence(signals: Mapping[str, float]) -> float:
    """Probability in [0, 1] that the best article answers, from retrieval signals (logistic, calibrated in `evals/`)."""
    model: Mapping[str, float] = weights()["confidence"]
    z = model["intercept"] + sum(model[name] * value for name, value in signals.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))
