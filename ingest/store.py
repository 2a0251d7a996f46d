"""Chroma, as this product uses it: vectors with cosine distance, no telemetry, on disk or on a server."""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import chromadb
import httpx
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import NotFoundError

from corpus.errors import CasfError

# Exact enough that the approximate search misses nothing that counts (checked in tests against brute force).
HNSW = {"hnsw": {"space": "cosine", "ef_construction": 100, "ef_search": 300, "max_neighbors": 24}}
BATCH = 4000


class StoreDown(CasfError):
    """Raised when the Chroma server of CASF_CHROMA_URL does not answer; nothing has to be rebuilt for it."""

    def __init__(self) -> None:
        super().__init__(
            f"Le serveur Chroma ({server_url()}) ne répond pas : relancez-le, ou corrigez CASF_CHROMA_URL. Rien n'est perdu."
        )


def server_url() -> str:
    """The address of the Chroma server; "" when the collections are on this disk."""
    return os.environ.get("CASF_CHROMA_URL", "")


@contextmanager
def reaching() -> Iterator[None]:
    """Says `StoreDown` for what Chroma's client raises when its server is away."""
    try:
        yield
    except httpx.TransportError:
        raise StoreDown from None
    except ValueError as error:  # what the client makes of it when it opens
        if server_url() and "connect" in str(error):
            raise StoreDown from None
        raise


def open_client(folder: Path) -> Client:
    """The Chroma client of one folder, or of the server that CASF_CHROMA_URL names. Analytics are off in both.

    Raises `StoreDown`, and `CasfError` when CASF_CHROMA_URL is no address.
    """
    settings = Settings(anonymized_telemetry=False)
    if url := server_url():
        try:
            parts = urlparse(url)
            host, port, secure = parts.hostname, parts.port, parts.scheme == "https"
        except ValueError:
            host = port = None
        if not host or parts.scheme not in ("http", "https"):
            raise CasfError(f"CASF_CHROMA_URL doit être une adresse comme http://localhost:8000 (lu : « {url} »).")
        with reaching():
            return chromadb.HttpClient(  # type: ignore[return-value]
                host=host, port=port or (443 if secure else 8000), ssl=secure, settings=settings
            )
    folder.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(path=str(folder), settings=settings)  # type: ignore[return-value]


def write_collection(
    client: Client, name: str, ids: Sequence[str], vectors: np.ndarray, texts: Sequence[str], metadatas: Sequence[dict[str, Any]]
) -> None:
    """Make the collection `name` anew with its rows; `vectors` has shape (len(ids), d)."""
    drop_collection(client, name)
    with reaching():
        collection = client.create_collection(name, embedding_function=None, configuration=HNSW)  # type: ignore[arg-type]
        for i in range(0, len(ids), BATCH):
            part = slice(i, i + BATCH)
            collection.add(
                ids=list(ids[part]), embeddings=vectors[part], documents=list(texts[part]), metadatas=list(metadatas[part])
            )


def get_collection(client: Client, name: str) -> Any:
    """An existing collection; raises `StoreDown`, and Chroma's own error when there is none."""
    with reaching():
        return client.get_collection(name, embedding_function=None)


def drop_collection(client: Client, name: str) -> None:
    """Remove a collection if it is there; raises `StoreDown`."""
    with reaching(), suppress(NotFoundError):
        client.delete_collection(name)


def copy_store(old: Path, new: Path) -> bool:
    """Copy the Chroma folder `old` to `new`, also while others read it (SQLite's own backup); False, and nothing of it
    left, when it is damaged."""
    try:
        shutil.copytree(old, new, ignore=shutil.ignore_patterns("chroma.sqlite3*"))
        with (
            closing(sqlite3.connect(old / "chroma.sqlite3")) as source,
            closing(sqlite3.connect(new / "chroma.sqlite3")) as target,
        ):
            source.backup(target)
            if target.execute("pragma quick_check").fetchone() == ("ok",):
                return True
    except (sqlite3.Error, OSError):  # a full disk is met again, and said, when the collections are written
        pass
    shutil.rmtree(new, ignore_errors=True)
    return False


def is_sound(client: Client, name: str, vectors: np.ndarray) -> bool:
    """Whether a collection holds as many rows as `vectors` (n, d) and finds the first, the middle and the last of them."""
    try:
        collection = client.get_collection(name, embedding_function=None)
        picked = vectors[[0, len(vectors) // 2, -1]] if len(vectors) else vectors
        return collection.count() == len(vectors) and all(nearest(collection, v, 1)[0][1] > 0.99 for v in picked)
    except Exception:  # whatever is broken, the collection is written anew
        return False


def nearest(collection: Any, vector: np.ndarray, k: int, where: dict[str, Any] | None = None) -> list[tuple[str, float]]:
    """The k rows nearest to `vector` (d,) as (id, cosine), best first."""
    with reaching():
        found = collection.query(query_embeddings=[vector.tolist()], n_results=k, include=["distances"], where=where)
    return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]
