"""A second look at the best fifty by a cross-encoder, where the user names one (`CASF_RERANKER`); none by default.

The model is any `CrossEncoder` of sentence-transformers: a folder, or a Hub name (then, and only then, the Hub may be asked).
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from corpus.errors import CasfError
from ingest.model import ModelFolder, configured_model

DEPTH = 50  # articles that are read again
LONGEST = 1200  # characters of an article that are shown to the model


class Reranker:
    """Scores (question, article) pairs; the model is loaded at the first question. Safe to share between threads."""

    def __init__(self, name: str):
        self.folder: ModelFolder = configured_model(name)
        self._model: Any = None
        self._lock = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """How well each text answers, shape (len(texts),), float32, spread over [0, 1]; raises `CasfError` when unusable."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            raw = np.asarray(
                self._model.predict([(question, text[:LONGEST]) for text in texts], show_progress_bar=False), np.float32
            )
        if raw.shape != (len(texts),):
            raise CasfError(f"Le modèle de relecture « {self.folder.path} » ne rend pas une note par texte (CASF_RERANKER).")
        return spread(raw)

    def _load(self) -> Any:
        from sentence_transformers import CrossEncoder

        try:
            return CrossEncoder(
                self.folder.path, device="cpu", max_length=512, local_files_only=self.folder.local, trust_remote_code=False
            )
        except (OSError, ValueError, KeyError) as error:
            raise CasfError(f"Le modèle de relecture « {self.folder.path} » ne se charge pas (CASF_RERANKER).") from error


def spread(values: np.ndarray) -> np.ndarray:
    """Values stretched to [0, 1]; all 0 when they are equal."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    return np.asarray((values - low) / (high - low) if high > low else np.zeros_like(values), np.float32)
