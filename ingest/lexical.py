"""The lexical index: BM25 (bm25s; Robertson & Zaragoza 2009) over French stems, one index a field.

Built with the generation, saved beside it, memory-mapped when read.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np

from corpus.words import index_words


class LexicalIndex:
    """BM25 scores of a question for every document of one field; `ids[i]` names document i."""

    def __init__(self, ids: list[str], bm25: bm25s.BM25 | None):
        self.ids = ids
        self._bm25 = bm25

    @classmethod
    def build(cls, ids: Sequence[str], texts: Sequence[str]) -> "LexicalIndex":
        if not ids:
            return cls([], None)
        bm25 = bm25s.BM25(k1=1.2, b=0.75)
        bm25.index([index_words(t) or ["∅"] for t in texts], show_progress=False)
        return cls(list(ids), bm25)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ids.json").write_text(json.dumps(self.ids, ensure_ascii=False), encoding="utf-8")
        if self._bm25:
            self._bm25.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        ids = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        if not ids:
            return cls(ids, None)
        bm25 = bm25s.BM25.load(folder, mmap=True, show_progress=False)
        # The same memory-mapped bytes as plain arrays: a `np.memmap` takes ten times as long to be sliced.
        bm25.scores = {k: np.asarray(v) if isinstance(v, np.memmap) else v for k, v in bm25.scores.items()}
        return cls(ids, bm25)

    @property
    def vocabulary(self) -> dict[str, int]:
        """Every stem of the field."""
        return self._bm25.vocab_dict if self._bm25 else {}

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """BM25 scores, shape (len(ids),), float32; zeros where no word is known."""
        known = [w for w in words if w in self.vocabulary]
        if not known or self._bm25 is None:
            return np.zeros(len(self.ids), np.float32)
        return np.asarray(self._bm25.get_scores(known), np.float32)

    def best(self, words: Sequence[str], k: int, added: Sequence[str] = (), weight: float = 0.0) -> list[tuple[str, float]]:
        """The k best documents with a positive score, best first; words of `added` count for `weight`."""
        scores = self.scores(words)
        if added and weight:
            scores = scores + weight * self.scores(added)
        k = min(k, len(scores))
        if not k:
            return []
        top = np.argpartition(-scores, k - 1)[:k]
        top = top[np.argsort(-scores[top], kind="stable")]
        return [(self.ids[i], float(scores[i])) for i in top if scores[i] > 0]

    def document_frequency(self, word: str) -> int:
        """In how many documents a stem stands."""
        place = self.vocabulary.get(word)
        if place is None or self._bm25 is None:
            return 0
        bounds = self._bm25.scores["indptr"]
        return int(bounds[place + 1] - bounds[place])


class SomeOf(LexicalIndex):
    """Documents chosen out of several indexes, as one; words are weighed as each index weighs them."""

    def __init__(self, parts: Sequence[tuple[LexicalIndex, np.ndarray]]):
        """`parts` pairs an index with the documents kept of it, a mask of shape (len(index.ids),)."""
        super().__init__([ident for index, mask in parts for ident, kept in zip(index.ids, mask, strict=True) if kept], None)
        self._parts = parts
        self._vocabulary = {word: at for index, _ in parts for word, at in index.vocabulary.items()}

    @property
    def vocabulary(self) -> dict[str, int]:
        return self._vocabulary

    def scores(self, words: Sequence[str]) -> np.ndarray:
        return np.concatenate([index.scores(words)[mask] for index, mask in self._parts])

    def document_frequency(self, word: str) -> int:
        return sum(index.document_frequency(word) for index, _ in self._parts)
