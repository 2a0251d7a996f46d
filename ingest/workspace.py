"""A user's own contracts: read, indexed and kept in a folder and a Chroma database that no other user's query can name.

    home/workspaces/<digest of the user>/<contract>/document.pdf, contract.json, passages.json, lexical/, chroma/

Each contract has a Chroma database of its own, because a database keeps freed pages: removing the folder is the only
deletion that leaves no word on the disk. `contract.json` is written last: a contract without it is not there yet.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import sqlite3
import textwrap
import threading
import weakref
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from corpus.article import Passage
from corpus.contract import Contract, Page
from corpus.errors import CasfError, disk_refusal
from ingest.contract_passages import contract_passages, passage_view
from ingest.documents import BadDocument, read_with_warnings
from ingest.embedding import Embedder, Progress, VectorFile, silent
from ingest.lexical import LexicalIndex
from ingest.store import StoreDown, drop_collection, get_collection, nearest, open_client, server_url, write_collection

DEMO = "demo"
OPEN = 8  # contracts that one user keeps open at once
QUOTA = 2 * 1024**3  # bytes that one user's contracts may take, their indexes included
DEMO_FILE = Path(str(files("corpus"))) / "demo" / "cpom-demo.pdf"
DEMO_VECTORS = DEMO_FILE.with_name("vectors.npz")  # shipped, so that the first question on it doesn't wait


class UnknownContract(CasfError):
    """Raised when a user has no contract of that id; it says nothing about other users."""

    def __init__(self, ident: str):
        super().__init__(f"Contrat inconnu : « {ident} ». La commande « casf contract list » montre les vôtres.")


@dataclass(frozen=True)
class OpenContract:
    """A contract ready for questions."""

    contract: Contract
    passages: tuple[Passage, ...]
    lexical: LexicalIndex
    collection: Any
    client: Any

    def dense(self, vector: np.ndarray) -> np.ndarray:
        """Cosines of every passage with `vector`, shape (len(passages),), in the order of `passages`."""
        found = dict(nearest(self.collection, vector, len(self.passages)))
        low = min(found.values(), default=0.0)
        return np.array([found.get(p.id, low) for p in self.passages], np.float32)


class Workspace:
    """The contracts of one user under one home."""

    def __init__(self, home: Path, user: str, embedder: Embedder):
        self.root = home / "workspaces" / hashlib.sha256(user.encode()).hexdigest()[:24]
        self.user = user
        self.embedder = embedder
        self._home = home
        self._opened: dict[str, OpenContract] = {}
        self._lock = threading.Lock()

    def add(self, path: Path, name: str = "", ident: str = "", progress: Progress = silent) -> Contract:
        """Read, index and keep a document; returns the contract. Raises `BadDocument` and leaves nothing behind."""
        name = clean_name(name or path.name)
        self._refuse_beyond_quota(path, name)
        reading = read_with_warnings(path, name, progress)
        pages = list(reading.pages)
        ident = ident or secrets.token_hex(8)
        contract = Contract(
            ident, title_of(pages, name), name, datetime.now(UTC).isoformat(timespec="seconds"), tuple(pages),
            reading.warnings,
        )  # fmt: skip
        passages = contract_passages(contract)
        if not passages:
            raise BadDocument(f"« {name} » ne contient pas de texte exploitable.")
        work = self.root / ident
        try:
            work.mkdir(parents=True)
            shutil.copyfile(
                path, work / f"document{path.suffix.lower() if path.suffix.lower() in ('.pdf', '.docx', '.odt') else '.pdf'}"
            )
            views = [passage_view(p) for p in passages]
            known = VectorFile.read(DEMO_VECTORS, self.embedder.fingerprint)
            vectors = known.encode(["passage: " + v for v in views], self.embedder, progress, "Lecture du contrat")
            with open_client(work / "chroma") as client:
                self._write_vectors(client, ident, passages, vectors)
            LexicalIndex.build([p.id for p in passages], views).save(work / "lexical")
            (work / "passages.json").write_text(json.dumps([asdict(p) for p in passages], ensure_ascii=False), encoding="utf-8")
            facts = asdict(contract) | {"model": self.embedder.fingerprint, "bytes": path.stat().st_size}
            part = work / "contract.json.part"
            part.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
            os.replace(part, work / "contract.json")
        except BaseException as error:
            why = disk_refusal(error, self._home)  # asked before the room is made again
            with suppress(StoreDown):
                self._drop(ident)
            shutil.rmtree(work, ignore_errors=True)
            if why:
                raise CasfError(f"{why} : le contrat n'a pas été ajouté.") from None
            raise
        return contract

    def _refuse_beyond_quota(self, path: Path, name: str) -> None:
        used = sum(file.stat().st_size for file in self.root.rglob("*") if file.is_file())
        if path.is_file() and used + path.stat().st_size > QUOTA:
            raise CasfError(
                f"« {name} » n'a pas été ajouté : vos contrats occupent déjà {used / 1e6:.0f} Mo sur {QUOTA / 1e6:.0f} Mo. "
                "Supprimez-en un (casf contract list, casf contract delete)."
            )

    def list(self) -> list[dict[str, Any]]:
        """The user's contracts, newest first: id, title, filename, added, pages, bytes."""
        rows = []
        for file in self.root.glob("[!.]*/contract.json"):
            with suppress(OSError, ValueError, KeyError, TypeError):  # damaged: opening it says so
                facts = json.loads(file.read_text(encoding="utf-8"))
                rows.append({k: facts[k] for k in ("id", "title", "filename", "added", "bytes")} | {"pages": len(facts["pages"])})
        return sorted(rows, key=lambda row: row["added"], reverse=True)

    def open(self, ident: str) -> OpenContract:
        """The user's contract `ident`, or the demonstration one ("demo"). Raises `UnknownContract`."""
        if ident == DEMO:
            return demo_workspace(self._home, self.embedder)._kept_open(DEMO)
        if not re.fullmatch(r"[0-9a-f]{16}", ident) or not (self.root / ident / "contract.json").is_file():
            raise UnknownContract(ident)
        return self._kept_open(ident)

    def _kept_open(self, ident: str) -> OpenContract:
        """A contract, kept open for the next questions; the one opened longest ago is let go beyond `OPEN`."""
        with self._lock:
            if ident not in self._opened:
                if len(self._opened) >= OPEN:
                    del self._opened[next(iter(self._opened))]
                opened = self._opened[ident] = self._load(ident)
                weakref.finalize(opened, opened.client.close)  # once nobody asks it anything any more, not before
            return self._opened[ident]

    def delete(self, ident: str) -> None:
        """Remove a contract: its file, pages, passages, lexical index and vectors. Raises `UnknownContract`."""
        if not re.fullmatch(r"[0-9a-f]{16}", ident) or not (self.root / ident).is_dir():
            raise UnknownContract(ident)
        self._drop(ident)

    def document(self, ident: str) -> Path:
        """The kept file of a contract."""
        root = demo_workspace(self._home, self.embedder).root if ident == DEMO else self.root
        self.open(ident)
        return next((root / ident).glob("document.*"))

    def _drop(self, ident: str) -> None:
        folder = self.root / ident
        if ident in self._opened:
            self._opened.pop(ident).client.close()
        if server_url():
            with open_client(folder) as client:
                drop_collection(client, self._collection(ident))
        (folder / "contract.json").unlink(missing_ok=True)  # first: what is left of a failed removal is no contract
        shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _forget_vectors(folder: Path) -> None:
        if not os.environ.get("CASF_CHROMA_URL"):
            shutil.rmtree(folder / "chroma", ignore_errors=True)

    def _write_vectors(self, client: Any, ident: str, passages: Sequence[Passage], vectors: np.ndarray) -> None:
        write_collection(
            client, self._collection(ident), [p.id for p in passages], vectors,
            [p.text for p in passages], [{"page": p.page or 0, "label": p.label} for p in passages],
        )  # fmt: skip

    def _collection(self, ident: str) -> str:
        return f"contract-{self.root.name[:12]}-{ident}"

    def _load(self, ident: str) -> OpenContract:
        folder = self.root / ident
        try:
            facts = json.loads((folder / "contract.json").read_text(encoding="utf-8"))
            contract = Contract(
                facts["id"], facts["title"], facts["filename"], facts["added"],
                tuple(Page(**page) for page in facts["pages"]), tuple(facts["warnings"]),
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError):
            raise CasfError("Ce contrat est endommagé sur le disque : supprimez-le et ajoutez-le de nouveau.") from None
        if facts["model"] != self.embedder.fingerprint:
            raise CasfError("Ce contrat a été lu avec un autre modèle de recherche : ajoutez-le de nouveau.")
        # Whatever else is gone or damaged is made again from what is kept: passages from pages, indexes from passages.
        try:
            rows = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
            passages = tuple(Passage(**(row | {"path": tuple(row["path"])})) for row in rows)
        except (OSError, ValueError, KeyError, TypeError):
            passages = tuple(contract_passages(contract))
        try:
            lexical = LexicalIndex.load(folder / "lexical")
            if lexical.ids != [p.id for p in passages]:
                raise ValueError
        except Exception:
            lexical = LexicalIndex.build([p.id for p in passages], [passage_view(p) for p in passages])
            with suppress(OSError):
                lexical.save(folder / "lexical")
        client, collection = self._vectors(folder, ident, passages)
        return OpenContract(contract, passages, lexical, collection, client)

    def _vectors(self, folder: Path, ident: str, passages: Sequence[Passage]) -> tuple[Any, Any]:
        """The Chroma client and collection of a contract, written anew when they are gone or damaged."""
        if os.environ.get("CASF_CHROMA_URL"):
            return self._vectors_of_server(folder, ident, passages)
        client = None
        try:
            # Chroma keeps a client that failed to open, and fails with it for ever: a file that is no database goes first.
            with closing(sqlite3.connect(folder / "chroma" / "chroma.sqlite3")) as db:
                db.execute("select count(*) from collections")
        except sqlite3.Error:
            self._forget_vectors(folder)
        try:
            client = open_client(folder / "chroma")
            collection = client.get_collection(self._collection(ident), embedding_function=None)
            held = collection.get(limit=1, include=["embeddings"])["embeddings"]
            if collection.count() == len(passages) and held is not None and nearest(collection, np.asarray(held[0]), 1):
                return client, collection
        except Exception:  # Chroma's errors are of every kind
            pass
        if client is not None:
            client.close()
        self._forget_vectors(folder)
        client = open_client(folder / "chroma")
        self._write_vectors(client, ident, passages, self.embedder.encode_many(["passage: " + passage_view(p) for p in passages]))
        return client, client.get_collection(self._collection(ident), embedding_function=None)

    def _vectors_of_server(self, folder: Path, ident: str, passages: Sequence[Passage]) -> tuple[Any, Any]:
        """The same on a Chroma server, which heals its own files; raises `StoreDown` when it doesn't answer."""
        client = open_client(folder / "chroma")
        try:
            return client, get_collection(client, self._collection(ident))
        except StoreDown:
            raise
        except Exception:  # no such collection there any more
            vectors = self.embedder.encode_many(["passage: " + passage_view(p) for p in passages])
            self._write_vectors(client, ident, passages, vectors)
            return client, get_collection(client, self._collection(ident))


_MAKING_DEMO = threading.Lock()


def demo_workspace(home: Path, embedder: Embedder) -> Workspace:
    """The workspace that holds only the demonstration contract, made at first use (once, whoever comes meanwhile)."""
    (home / "workspaces").mkdir(parents=True, exist_ok=True)
    with _MAKING_DEMO, FileLock(home / "workspaces" / ".demo.lock"):  # other threads, other servers of the same home
        return _demo_workspace(home, embedder)


@lru_cache(maxsize=4)
def _demo_workspace(home: Path, embedder: Embedder) -> Workspace:
    workspace = Workspace(home, "\0demo", embedder)
    digest = hashlib.sha256(DEMO_FILE.read_bytes()).hexdigest()
    mark = workspace.root / "digest"
    if (
        not (workspace.root / DEMO / "contract.json").is_file()
        or not mark.is_file()
        or mark.read_text(encoding="utf-8") != digest + embedder.fingerprint
    ):
        workspace._drop(DEMO)
        workspace.add(DEMO_FILE, "cpom-demo.pdf", ident=DEMO)
        mark.write_text(digest + embedder.fingerprint, encoding="utf-8")
    return workspace


def clean_name(name: str) -> str:
    """A file name without folders, control characters or markup, 120 characters at most; only ever shown, never a path."""
    name = re.split(r"[\\/]", name)[-1]
    name = "".join(c for c in name if c.isprintable() and c not in "<>\"'&`")
    return name.strip(". ")[:120] or "contrat"


def title_of(pages: list[Page], name: str) -> str:
    """What the document calls itself on its first page, else its file name."""
    for page in pages[:2]:
        text = " ".join(page.text.split())
        if match := re.search(r"(?:contrat pluriannuel d.objectifs et de moyens|CPOM)[^.;]{0,140}", text, re.IGNORECASE):
            return textwrap.shorten(match[0].strip(" -–:,"), 100, placeholder="…")
    return name
