"""Texts to vectors behind LangChain's `Embeddings`, by ONNX Runtime or sentence-transformers; no text is embedded twice.

Vectors are unit length, so a dot product is the cosine.
"""

import hashlib
import logging
import os
import threading
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.encoder import Encoder
from ingest.model import ModelFolder, build_torch, configured_model, default_model

Progress = Callable[[str, int, int], None]  # what is done, how many are, how many there are


def silent(_what: str, _done: int, _total: int) -> None:
    """The progress report of those who don't want one."""


class Embedder(Embeddings):
    """E5-style embeddings ("query: " and "passage: " prefixes), loaded at first use and safe to share between threads."""

    def __init__(self, folder: ModelFolder):
        self.folder = folder
        self.fingerprint = folder.fingerprint
        self._model: Any = None
        self._encoder: Encoder | None = None
        self._lock = threading.Lock()
        self._read = lru_cache(maxsize=16)(self._query_tokens)  # one question is weighed, searched and judged: read it once

    def load(self) -> Any:
        """The sentence-transformers model (about a second once the library is imported, five for the library)."""
        with self._lock:
            if self._model is None:
                if self.folder.encoder:
                    build_torch(Path(self.folder.path))
                if self.folder.local:
                    os.environ.setdefault("HF_HUB_OFFLINE", "1")
                from sentence_transformers import SentenceTransformer
                from transformers.utils import logging as hf_logging

                hf_logging.set_verbosity_error()
                hf_logging.disable_progress_bar()
                logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
                self._model = SentenceTransformer(
                    self.folder.path, device="cpu", local_files_only=self.folder.local, trust_remote_code=False
                )
            return self._model

    def encoder(self) -> Encoder | None:
        """The model for ONNX Runtime: no torch to import, and faster; None for a configured model."""
        with self._lock:
            if self._encoder is None and self.folder.encoder:
                self._encoder = Encoder(self.folder.encoder)
            return self._encoder

    def embed_query(self, text: str) -> list[float]:
        return self.query(text).tolist()  # type: ignore[no-any-return]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.passages(texts).tolist()  # type: ignore[no-any-return]

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of questions, shape (len(texts), dimension), float32."""
        return self._encode(["query: " + t for t in texts])

    def query_tokens(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """One question's vector (d,) and, from the same reading, those of its tokens (n, d), float32; not to be written on."""
        return self._read(text)

    def query_spans(self, text: str) -> list[tuple[int, int]]:
        """Where each token of `query_tokens` stands in the question, (start, end); [] for a configured model."""
        encoder, before = self.encoder(), len("query: ")
        return [(start - before, end - before) for start, end in encoder.spans("query: " + text)] if encoder else []

    def query(self, text: str) -> np.ndarray:
        """The vector of one question, shape (d,), float32; not to be written on."""
        return self.query_tokens(text)[0]

    def _query_tokens(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        text = "query: " + text
        if encoder := self.encoder():
            return encoder.tokens(text)
        (read,) = self.load().encode([text], output_value=None, show_progress_bar=False)
        return read["sentence_embedding"].cpu().numpy(), read["token_embeddings"].cpu().numpy()

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of passages, shape (len(texts), dimension), float32."""
        return self._encode(["passage: " + t for t in texts])

    def _encode(self, texts: list[str]) -> np.ndarray:
        encoder = self.encoder()
        return encoder.encode(texts) if encoder else self._by_torch(texts)

    def _by_torch(self, texts: list[str]) -> np.ndarray:
        return np.asarray(self.load().encode(texts, batch_size=32, show_progress_bar=False), dtype=np.float32)

    def encode_many(self, texts: Sequence[str], progress: Progress = silent, what: str = "Vecteurs") -> np.ndarray:
        """Vectors of prefixed `texts`, shape (n, dimension), float32; the longest are read last."""
        if not texts:
            return np.zeros((0, 0), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out: list[np.ndarray | None] = [None] * len(texts)
        done = 0
        progress(what, 0, len(texts))
        while done < len(order):
            chunk = order[done : done + 64]
            for i, vector in zip(chunk, self._encode([texts[i] for i in chunk]), strict=True):
                out[i] = vector
            done += len(chunk)
            progress(what, done, len(texts))
        return np.stack([v for v in out if v is not None])


def make_embedder(home: Path, model: str = "", say: Callable[[str], None] = lambda _: None) -> Embedder:
    """The configured model (folder or Hub name) or, by default, the one that is built under `home`."""
    return Embedder(configured_model(model) if model else default_model(home, say))


def text_key(text: str) -> bytes:
    """16 bytes that stand for a text in a `VectorFile`."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class VectorFile:
    """Vectors by text, in one .npz: `keys` (n, 16) u1, `vectors` (n, d) i1, `scales` (n,) f4, `fingerprint`.

    int8 with one scale a vector keeps the cosine above 0.9999; a file made by another model counts as empty.
    """

    def __init__(self, rows: dict[bytes, np.ndarray] | None = None):
        self.rows = rows or {}

    @classmethod
    def read(cls, path: Path, fingerprint: str) -> "VectorFile":
        if not path.is_file():
            return cls()
        try:
            with np.load(path, allow_pickle=False) as data:
                if str(data["fingerprint"]) != fingerprint:
                    return cls()
                vectors = data["vectors"].astype(np.float32) * data["scales"][:, None]
                keys = data["keys"]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):  # damaged: its vectors are made again
            return cls()
        return cls({key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)})

    @staticmethod
    def write(path: Path, texts: Sequence[str], vectors: np.ndarray, fingerprint: str) -> None:
        """Save `vectors` (n, d) of `texts`; rows are sorted by key so that the file depends on its content alone."""
        keys = np.frombuffer(b"".join(text_key(t) for t in texts), np.uint8).reshape(-1, 16)
        order = np.lexsort(keys.T[::-1])
        scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / 127.0
        quantized = np.rint(vectors / scales[:, None]).astype(np.int8)
        with path.open("wb") as stream:
            np.savez(
                stream, keys=keys[order], vectors=quantized[order],
                scales=scales[order].astype(np.float32), fingerprint=np.array(fingerprint),
            )  # fmt: skip

    def encode(self, texts: Sequence[str], embedder: Embedder, progress: Progress = silent, what: str = "Vecteurs") -> np.ndarray:
        """Vectors of `texts`, shape (n, d): those known here, and the others embedded once each."""
        missing = list(dict.fromkeys(t for t in texts if text_key(t) not in self.rows))
        for text, vector in zip(missing, embedder.encode_many(missing, progress, what), strict=True):
            self.rows[text_key(text)] = vector
        return np.stack([self.rows[text_key(t)] for t in texts])
