"""A generation's Chroma collections, made from the earlier generation's: only rows that are new or changed are written.

Beside the rows of each view stands NAME.keys.npz: a digest of everything that Chroma holds of a row (`keys`, (n, 16) u1),
and how many rows have been removed or replaced since the collection was last written from nothing (`worn`).
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from chromadb.errors import ChromaError

from ingest.store import BATCH, copy_store, drop_collection, is_sound, open_client, server_url, write_collection

WORN = 0.2  # share of rows removed or replaced from which a collection is written from nothing: its graph has holes


class Collections:
    """The collections of the generation in `folder`, named after it; `earlier` is the folder of the one that serves."""

    def __init__(self, folder: Path, earlier: Path | None, model: str):
        self.folder, self.earlier, self.model = folder, earlier, model
        # A server keeps its collections to itself: there they are always written from nothing.
        if not earlier or server_url() or not copy_store(earlier / "chroma", folder / "chroma"):
            self.earlier = None
        self.client = open_client(folder / "chroma")

    def write(
        self, view: str, ids: Sequence[str], views: Sequence[str], vectors: np.ndarray, texts: Sequence[str],
        metadatas: Sequence[dict[str, Any]],
    ) -> None:  # fmt: skip
        """Write a view: `views` are the texts that were embedded, `vectors` (n, d) what came out, `texts` what is shown."""
        keys = [self._key(*row) for row in zip(views, texts, metadatas, strict=True)]
        before, worn = self._before(view)
        fresh = [i for i, (ident, key) in enumerate(zip(ids, keys, strict=True)) if before.get(ident) != key]
        gone = list(before.keys() - set(ids))
        worn += len(gone) + sum(ids[i] in before for i in fresh)
        name = f"{self.folder.name}-{view}"
        if before and worn <= WORN * len(ids):
            try:
                self._revise(view, name, gone, fresh, ids, vectors, texts, metadatas)
                if not is_sound(self.client, name, vectors):
                    before = {}
            except ChromaError:  # the earlier one is damaged
                before = {}
        if not before or worn > WORN * len(ids):
            worn = 0
            self._drop(view)
            write_collection(self.client, name, ids, vectors, texts, metadatas)
        np.savez(
            self.folder / "rows" / f"{view}.keys.npz", keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16), worn=worn
        )

    def _key(self, view: str, text: str, metadata: dict[str, Any]) -> bytes:
        whole = json.dumps([self.model, view, text, metadata], ensure_ascii=False, sort_keys=True)
        return hashlib.blake2b(whole.encode(), digest_size=16).digest()

    def _before(self, view: str) -> tuple[dict[str, bytes], int]:
        """The rows of the earlier collection, by id, and how worn it is."""
        if self.earlier is None:
            return {}, 0
        try:
            ids = json.loads((self.earlier / "rows" / f"{view}.json").read_text(encoding="utf-8"))
            with np.load(self.earlier / "rows" / f"{view}.keys.npz", allow_pickle=False) as data:
                return dict(zip(ids, map(bytes, data["keys"]), strict=True)), int(data["worn"])
        except (OSError, ValueError, KeyError):
            return {}, 0

    def _revise(
        self, view: str, name: str, gone: Sequence[str], fresh: Sequence[int], ids: Sequence[str], vectors: np.ndarray,
        texts: Sequence[str], metadatas: Sequence[dict[str, Any]],
    ) -> None:  # fmt: skip
        assert self.earlier is not None
        collection = self.client.get_collection(f"{self.earlier.name}-{view}", embedding_function=None)
        collection.modify(name=name)
        for at in range(0, len(gone), BATCH):
            collection.delete(ids=list(gone[at : at + BATCH]))
        for at in range(0, len(fresh), BATCH):
            part = list(fresh[at : at + BATCH])
            collection.upsert(
                ids=[ids[i] for i in part], embeddings=vectors[part],
                documents=[texts[i] for i in part], metadatas=[metadatas[i] for i in part],
            )  # fmt: skip

    def _drop(self, view: str) -> None:
        """Remove the earlier generation's collection, which was copied with the others."""
        if self.earlier is not None:
            drop_collection(self.client, f"{self.earlier.name}-{view}")
