"""Is there anything to build? Not where the live generation holds the same content, made by the same program, and is whole.

Whole: every file has the digest that the manifest gives, Chroma's database is sound and each collection answers for its rows.
"""

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import corpus
from ingest.index import VIEWS, Index
from ingest.store import is_sound

MANIFEST = "manifest.json"


@cache
def maker() -> str:
    """A digest of the code and the word lists that decide what an index holds."""
    digest = hashlib.sha256()
    for room in (Path(next(iter(corpus.__path__))), Path(__file__).parent):
        for file in sorted([*room.glob("*.py"), *room.glob("*.yaml")]):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of a generation, by path, but Chroma's database, which changes when it is opened, and the manifest,
    which has these."""
    found = {}
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and not name.startswith("chroma/chroma.sqlite3") and name != MANIFEST:
            with file.open("rb") as stream:
                found[name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found


def holds(folder: Path, wanted: Mapping[str, Any]) -> bool:
    """Whether the generation in `folder` is whole, is read today as it was built, and its manifest says all of `wanted`."""
    try:
        index = Index(folder)
        return (
            wanted.items() <= index.manifest.items()
            and index.whole  # no version has come into force since
            and index.manifest.get("files") == digests(folder)
            and all(_sound(index, folder, view) for view in VIEWS)
            and _store_whole(folder / "chroma" / "chroma.sqlite3")
        )
    except Exception:  # whatever is broken, it is built anew
        return False


def _sound(index: Index, folder: Path, view: str) -> bool:
    return is_sound(index.client, f"{folder.name}-{view}", np.asarray(index.rows[view].vectors, np.float32))


def _store_whole(file: Path) -> bool:
    if not file.is_file():
        return True  # on a server
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        (found,) = db.execute("pragma quick_check").fetchone()
    return bool(found == "ok")
