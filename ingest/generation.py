"""One generation of the index: everything that answering needs, built in its own folder, put live by one atomic swap.

home/index/CURRENT            name of the live generation
home/index/gen-…/manifest.json   written last: a folder without it is an unfinished build
                /articles.db     SQLite: articles, passages, cards
                /chroma/         collections "passages", "cards", "questions"
                /lexical/        BM25 of "passages" and "cards"
                /rows/           the same vectors row by row (.npy, half precision, memory-mapped) for exact scores
                /vectors.npz     vectors by text, so that the next build embeds only what is new
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from corpus.article import Article, Passage
from corpus.cards import Card, card_from, place
from corpus.errors import CasfError, NoIndex
from corpus.lexicon import entries
from corpus.words import fold
from ingest.embedding import Embedder, Progress, VectorFile, silent
from ingest.lexical import LexicalIndex
from ingest.passages import article_passages, passage_view
from ingest.store import nearest, open_client, write_collection

FORMAT = 1
VIEWS = ("passages", "cards", "questions")
PREBUILT = Path(str(files("corpus"))) / "cards" / "vectors.npz"


class Busy(CasfError):
    """Raised when another process is already building in the same home."""

    def __init__(self) -> None:
        super().__init__("Une autre mise à jour de l'index est en cours dans ce dossier ; réessayez quand elle sera finie.")


class DamagedIndex(CasfError):
    """Raised when the live generation can't be opened."""

    def __init__(self, why: str):
        super().__init__(f"L'index est endommagé ou incomplet ({why}). Relancez « casf index build ».")


def card_view(card: Card) -> str:
    """What is embedded of a card as a whole."""
    return f"passage: {card.title}. {card.summary}"


def card_words(card: Card) -> str:
    """What the lexical index holds of a card."""
    return ". ".join([card.title, card.summary, *card.questions, *card.keywords])


def build(
    home: Path, articles: Sequence[Article], cards: Sequence[Card], embedder: Embedder,
    source: dict[str, Any], progress: Progress = silent,
) -> Path:  # fmt: skip
    """Build a generation and put it live; returns its folder.

    Cards of articles that `articles` lacks are kept (they are answered from, as summaries). Until the last line the
    earlier generation serves; a build that dies leaves a folder without manifest, removed by the next one.
    Raises `Busy` when another build holds the lock, `CasfError` when the disk is full.
    """
    root = home / "index"
    root.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(root / ".lock", timeout=0):
            _clean(root)
            folder = root / f"gen-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
            try:
                _fill(folder, articles, cards, embedder, source, progress, _earlier_vectors(home, embedder))
            except OSError as error:
                shutil.rmtree(folder, ignore_errors=True)
                if error.errno in (28, 122):
                    raise CasfError("Le disque est plein : l'index précédent reste en service.") from None
                raise
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            _point(root, folder.name)
            _clean(root)
            return folder
    except Timeout:
        raise Busy from None


def _earlier_vectors(home: Path, embedder: Embedder) -> VectorFile:
    """Vectors that need no embedding: those shipped with the cards, and those of the live generation."""
    known = VectorFile.read(PREBUILT, embedder.fingerprint)
    if folder := live_folder(home):
        known.rows.update(VectorFile.read(folder / "vectors.npz", embedder.fingerprint).rows)
    return known


def _fill(
    folder: Path, articles: Sequence[Article], cards: Sequence[Card], embedder: Embedder,
    source: dict[str, Any], progress: Progress, known: VectorFile,
) -> None:  # fmt: skip
    started = time.perf_counter()
    folder.mkdir()
    passages = [p for article in articles for p in article_passages(article)]
    views: dict[str, tuple[list[str], list[str], list[str], list[dict[str, Any]]]] = {
        "passages": (
            [p.id for p in passages],
            ["passage: " + passage_view(p) for p in passages],
            [p.text for p in passages],
            [
                {"num": p.num, "start": p.start, "end": p.end, "first": p.first, "last": p.last, "as_of": p.as_of}
                for p in passages
            ],
        ),
        "cards": (
            [c.id for c in cards],
            [card_view(c) for c in cards],
            [c.title for c in cards],
            [{"num": c.num} for c in cards],
        ),
        "questions": (
            [f"{c.id}?{i}" for c in cards for i in range(len(c.questions))],
            [f"query: {q}" for c in cards for q in c.questions],
            [q for c in cards for q in c.questions],
            [{"num": c.num} for c in cards for _ in c.questions],
        ),
    }
    texts = [text for _, view_texts, _, _ in views.values() for text in view_texts]
    vectors = known.encode(texts, embedder, progress)
    VectorFile.write(folder / "vectors.npz", texts, vectors, embedder.fingerprint)
    client = open_client(folder / "chroma")
    (folder / "rows").mkdir()
    at = 0
    for name, (ids, view_texts, documents, metadatas) in views.items():
        progress("Écriture de l'index", at, len(texts))
        np.save(folder / "rows" / f"{name}.npy", vectors[at : at + len(ids)].astype(np.float16))
        (folder / "rows" / f"{name}.json").write_text(json.dumps(ids, ensure_ascii=False), encoding="utf-8")
        write_collection(client, f"{folder.name}-{name}", ids, vectors[at : at + len(ids)], documents, metadatas)
        at += len(view_texts)
    _write_synced(
        folder / "vocabulary.txt", "\n".join(f"{word} {count}" for word, count in sorted(vocabulary(articles, cards).items()))
    )
    LexicalIndex.build(views["passages"][0], [passage_view(p) for p in passages]).save(folder / "lexical" / "passages")
    LexicalIndex.build([c.id for c in cards], [card_words(c) for c in cards]).save(folder / "lexical" / "cards")
    _write_database(folder / "articles.db", articles, passages, cards)
    progress("Écriture de l'index", at, len(texts))
    manifest = {
        "format": FORMAT, "model": embedder.fingerprint, "dimension": int(vectors.shape[1]),
        "built": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": round(time.perf_counter() - started, 1),
        "articles": len(articles), "cards": len(cards), "passages": len(passages), "questions": len(views["questions"][0]),
        "dates": sorted({a.as_of for a in articles if a.as_of}), "source": source, "checksum": checksum(articles, cards),
    }  # fmt: skip
    _write_synced(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))


def vocabulary(articles: Iterable[Article], cards: Iterable[Card]) -> Counter[str]:
    """Every folded word of the texts, the cards and the lexicon, counted: what a typing mistake is measured against."""
    words: Counter[str] = Counter()
    for text in [*(a.text for a in articles), *(card_words(c) for c in cards)]:
        words.update(re.findall(r"[a-z]{2,}", fold(text)))
    for entry in entries():
        words.update(re.findall(r"[a-z]{2,}", fold(" ".join([entry.term, *entry.also, *entry.means]))))
    return words


def checksum(articles: Iterable[Article], cards: Iterable[Card]) -> str:
    """A digest of what was indexed: the same content gives the same digest."""
    digest = hashlib.sha256()
    for entry in [*map(asdict, articles), *map(asdict, cards)]:
        digest.update(json.dumps(entry, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


def _write_database(path: Path, articles: Sequence[Article], passages: Sequence[Passage], cards: Sequence[Card]) -> None:
    with sqlite3.connect(path) as db:
        db.executescript(
            """create table article(num text primary key, position integer, path text, text text, as_of text, ident text);
            create table passage(id text primary key, num text, position integer, start integer, end integer, first integer, last integer);
            create index passage_num on passage(num);
            create table card(id text primary key, num text, position integer, data text);
            create index card_num on card(num);"""
        )
        db.executemany(
            "insert into article values (?,?,?,?,?,?)",
            ((a.num, i, json.dumps(a.path, ensure_ascii=False), a.text, a.as_of, a.ident) for i, a in enumerate(articles)),
        )
        db.executemany(
            "insert into passage values (?,?,?,?,?,?,?)",
            ((p.id, p.num, i, p.start, p.end, p.first, p.last) for i, p in enumerate(passages)),
        )
        db.executemany(
            "insert into card values (?,?,?,?)",
            ((c.id, c.num, i, json.dumps(asdict(c), ensure_ascii=False)) for i, c in enumerate(cards)),
        )
    db.close()


def _write_synced(path: Path, text: str) -> None:
    work = path.with_name(path.name + ".part")
    with work.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(work, path)


def _point(root: Path, name: str) -> None:
    """Make `name` the live generation, and remember the one before (`casf index rollback`)."""
    current = root / "CURRENT"
    if current.is_file():
        _write_synced(root / "PREVIOUS", current.read_text(encoding="utf-8"))
    _write_synced(current, name)


def _clean(root: Path) -> None:
    """Remove unfinished builds and generations older than the previous one."""
    keep = {(root / name).read_text(encoding="utf-8").strip() for name in ("CURRENT", "PREVIOUS") if (root / name).is_file()}
    for folder in root.glob("gen-*"):
        if folder.name not in keep:
            if os.environ.get("CASF_CHROMA_URL"):
                client = open_client(folder)
                for found in client.list_collections():
                    if found.name.startswith(folder.name):
                        client.delete_collection(found.name)
            shutil.rmtree(folder, ignore_errors=True)


def live_folder(home: Path) -> Path | None:
    """The live generation's folder, None when there is none."""
    try:
        folder = home / "index" / (home / "index" / "CURRENT").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return folder if (folder / "manifest.json").is_file() else None


def row_num(ident: str) -> str:
    """The article number inside a row's id ("L313-11#2", "L313-11|I?3", "L313-11")."""
    for mark in ("#", "|", "?"):
        ident = ident.split(mark)[0]
    return ident


class Rows:
    """The vectors of one view, memory-mapped: exact cosines for chosen articles, reading only their rows."""

    def __init__(self, folder: Path, view: str):
        self.ids: list[str] = json.loads((folder / f"{view}.json").read_text(encoding="utf-8"))
        self.vectors = np.load(folder / f"{view}.npy", mmap_mode="r")
        self._of: dict[str, list[int]] = {}
        for i, ident in enumerate(self.ids):
            self._of.setdefault(row_num(ident), []).append(i)

    def best(self, vector: np.ndarray, nums: Iterable[str]) -> dict[str, tuple[str, float]]:
        """For each article that has rows here: its best row's id and cosine."""
        owners = [(num, self._of[num]) for num in nums if num in self._of]
        rows = [i for _, own in owners for i in own]
        if not rows:
            return {}
        cosines = self.vectors[rows].astype(np.float32) @ vector
        out, at = {}, 0
        for num, own in owners:
            k = int(np.argmax(cosines[at : at + len(own)]))
            out[num] = (self.ids[own[k]], float(cosines[at + k]))
            at += len(own)
        return out


class Index:
    """The live generation, open for reading; safe to share between threads."""

    def __init__(self, folder: Path):
        self.folder = folder
        try:
            self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if self.manifest["format"] != FORMAT:
                raise DamagedIndex("autre version du programme")
            lines = (folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
            self.vocabulary = {word: int(count) for word, count in (line.split() for line in lines)}
            self._db = sqlite3.connect(f"file:{folder / 'articles.db'}?mode=ro", uri=True, check_same_thread=False)
            self._client = open_client(folder / "chroma")
            self.collections = {v: self._client.get_collection(f"{folder.name}-{v}", embedding_function=None) for v in VIEWS}
            self.rows = {v: Rows(folder / "rows", v) for v in VIEWS}
            self.lexical = {v: LexicalIndex.load(folder / "lexical" / v) for v in ("passages", "cards")}
        except CasfError:
            raise
        except Exception as error:  # whatever is broken below, people are told to rebuild
            raise DamagedIndex(type(error).__name__) from error
        self.passage = lru_cache(maxsize=20_000)(self._passage)
        self.article = lru_cache(maxsize=5_000)(self._article)
        self.cards_of = lru_cache(maxsize=10_000)(self._cards_of)

    @classmethod
    def open(cls, home: Path) -> "Index":
        """The live generation of `home`; raises `NoIndex` or `DamagedIndex`."""
        folder = live_folder(home)
        if folder is None:
            raise NoIndex
        return cls(folder)

    def check_model(self, fingerprint: str) -> None:
        """Raises `CasfError` when the index was built with another model than the one that would read questions."""
        if self.manifest["model"] != fingerprint:
            raise CasfError(
                "L'index a été construit avec un autre modèle de recherche que celui qui est réglé :"
                " relancez « casf index build » (ou retirez CASF_MODEL)."
            )

    def nums(self) -> list[str]:
        """Numbers of the articles whose official text is here, in the source's order."""
        return [row[0] for row in self._db.execute("select num from article order by position")]

    def known_nums(self) -> set[str]:
        """Numbers that have a text or a card."""
        return {row[0] for row in self._db.execute("select num from article union select num from card")}

    def sections(self) -> dict[str, str]:
        """The section of each article: its headings where the text is here, else the chapter of its number."""
        out = {row[0]: place(row[0]) for row in self._db.execute("select num from card")}
        return out | {row[0]: row[1] for row in self._db.execute("select num, path from article")}

    def repealed(self) -> set[str]:
        """Numbers whose card says that the article is repealed."""
        return {row[0] for row in self._db.execute("select num from card where json_extract(data, '$.status') = 'repealed'")}

    def _article(self, num: str) -> Article | None:
        row = self._db.execute("select num, path, text, as_of, ident from article where num=?", (num,)).fetchone()
        return Article(row[0], tuple(json.loads(row[1])), row[2], row[3], row[4]) if row else None

    def _cards_of(self, num: str) -> tuple[Card, ...]:
        rows = self._db.execute("select data from card where num=? order by position", (num,)).fetchall()
        return tuple(card_from(json.loads(row[0]), "index") for row in rows)

    def card(self, num: str) -> Card | None:
        """The main card of an article."""
        cards = self.cards_of(num)
        return next((c for c in cards if not c.part), None)

    def _passage(self, ident: str) -> Passage:
        num, start, end, first, last = self._db.execute(
            "select num, start, end, first, last from passage where id=?", (ident,)
        ).fetchone()
        article = self.article(num)
        assert article is not None
        return Passage(
            ident, "article", num, article.label, article.path, article.text[start:end], start, end, first, last, article.as_of
        )

    def passages_of(self, num: str) -> list[Passage]:
        rows = self._db.execute("select id from passage where num=? order by position", (num,)).fetchall()
        return [self.passage(row[0]) for row in rows]

    def dense(self, view: str, vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        """The k rows of a view nearest to `vector`, as (id, cosine), best first."""
        count = {"passages": "passages", "cards": "cards", "questions": "questions"}[view]
        k = min(k, int(self.manifest[count]))
        return nearest(self.collections[view], vector, k) if k else []


def status(home: Path) -> dict[str, Any]:
    """What `casf index status` says: the manifest, the numbers present, and the space taken in bytes."""
    folder = live_folder(home)
    if folder is None:
        raise NoIndex
    index = Index(folder)
    nums = index.nums()
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    return {**index.manifest, "generation": folder.name, "distinct": len(set(nums)), "bytes": size, "nums": nums}
