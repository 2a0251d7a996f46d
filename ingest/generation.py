"""One generation of the index: everything that answering needs, built in its own folder, put live by one atomic swap.

home/index/CURRENT            name of the live generation
home/index/gen-…/manifest.json   written last: a folder without it is an unfinished build
                /articles.db     SQLite: every version of every article, passages, cards
                /chroma/         collections "passages" (of the versions in force at the build), "cards", "questions"
                /lexical/        BM25 of "passages", "others" (passages of past and future versions) and "cards"
                /rows/           the same vectors row by row (.npy, half precision, memory-mapped) for exact scores
                /graph.json      which article cites which (of those in force at the build)
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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from corpus.article import Article, Passage
from corpus.cards import Card
from corpus.errors import CasfError, NoIndex, disk_refusal
from corpus.graph import Graph
from corpus.lexicon import entries
from corpus.words import fold
from ingest.embedding import Embedder, Progress, VectorFile, silent
from ingest.history import Change, changes, in_force
from ingest.index import COLUMNS, FORMAT, VIEWS, DamagedIndex, Index, OldFormat, Rows, live_folder, row_num, status
from ingest.lexical import LexicalIndex
from ingest.passages import article_passages, passage_view
from ingest.store import drop_collection, open_client, server_url
from ingest.unchanged import digests, holds, maker
from ingest.views import Collections

__all__ = [
    "VIEWS", "Busy", "Change", "DamagedIndex", "Index", "OldFormat", "Rows", "build", "changes", "live_folder", "rollback",
    "row_num", "status",
]  # fmt: skip

PREBUILT = Path(str(files("corpus"))) / "cards" / "vectors.npz"


class Busy(CasfError):
    """Raised when another process is already building in the same home."""

    def __init__(self) -> None:
        super().__init__("Une autre mise à jour de l'index est en cours dans ce dossier ; réessayez quand elle sera finie.")


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

    `articles` are all the versions to keep (several readings are made one by `ingest.history.merge`); `source` says where
    they come from and goes into the manifest. When the live generation is whole and holds just this, it stays. A text that the live generation holds is not embedded again. Cards of
    articles that `articles` lacks are kept (they are answered from, as summaries). Until the last line the earlier
    generation serves; a build that dies leaves a folder without manifest, removed by the next one.
    Raises `Busy` when another build holds the lock, `CasfError` when the disk is full.
    """
    root = home / "index"
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / ".lock", timeout=0):
            _clean(root)
            wanted = {
                "format": FORMAT, "made_by": maker(), "model": embedder.fingerprint, "source": source,
                "checksum": checksum(articles, cards),
            }  # fmt: skip
            if (live := live_folder(home)) and holds(live, wanted):
                return live
            folder = root / f"gen-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
            try:
                _fill(folder, articles, cards, embedder, wanted, progress, live)
            except BaseException as error:
                why = disk_refusal(error, root)  # asked before the room is made again
                shutil.rmtree(folder, ignore_errors=True)
                if why:
                    raise CasfError(f"{why} : l'index précédent reste en service.") from None
                raise
            _point(root, folder.name)
            _clean(root)
            return folder
    except Timeout:
        raise Busy from None
    except OSError as error:
        if why := disk_refusal(error):
            raise CasfError(f"{why} : l'index n'a pas été construit.") from None
        raise


def rollback(home: Path) -> Path:
    """Put the generation before the live one back, and keep the live one in its place; returns the folder now live.

    Raises `CasfError` when there is none, or none that this program reads; `Busy` during a build.
    """
    root = home / "index"
    try:
        with FileLock(root / ".lock", timeout=0):
            live = live_folder(home)
            try:
                name = (root / "PREVIOUS").read_text(encoding="utf-8").strip()
                known = json.loads((root / name / "manifest.json").read_text(encoding="utf-8"))["format"]
            except (OSError, ValueError, KeyError):
                name, known = "", 0
            if live is None or not name or name == live.name:
                raise CasfError("Aucune génération précédente de l'index n'est gardée : il n'y a rien à rétablir.")
            if known != FORMAT:
                raise OldFormat
            _point(root, name)
            return root / name
    except Timeout:
        raise Busy from None
    except OSError:  # no index folder at all
        raise NoIndex from None


def _known_vectors(earlier: Path | None, embedder: Embedder) -> VectorFile:
    """Vectors that need no embedding: those shipped with the cards, and those of the live generation."""
    known = VectorFile.read(PREBUILT, embedder.fingerprint)
    if earlier:
        known.rows.update(VectorFile.read(earlier / "vectors.npz", embedder.fingerprint).rows)
    return known


def _fill(
    folder: Path, articles: Sequence[Article], cards: Sequence[Card], embedder: Embedder,
    wanted: dict[str, Any], progress: Progress, earlier: Path | None,
) -> None:  # fmt: skip
    started = time.perf_counter()
    folder.mkdir()
    versions = [article for article in articles if article.text]
    current = {id(article) for article in in_force(versions, date.today().isoformat()).values()}
    cut = _cut(versions, current)
    passages = [p for article in versions if id(article) in current for p in cut[id(article)]]
    others = [p for article in versions if id(article) not in current for p in cut[id(article)]]
    views: dict[str, tuple[list[str], list[str], list[str], list[dict[str, Any]]]] = {
        "passages": _passage_rows(passages),
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
        "others": _passage_rows(others),
    }
    texts = [text for _, view_texts, _, _ in views.values() for text in view_texts]
    vectors = _known_vectors(earlier, embedder).encode(texts, embedder, progress)
    VectorFile.write(folder / "vectors.npz", texts, vectors, embedder.fingerprint)
    (folder / "rows").mkdir()
    collections = Collections(folder, earlier, embedder.fingerprint)
    at = 0
    for name, (ids, view_texts, documents, metadatas) in views.items():
        progress("Écriture de l'index", at, len(texts))
        np.save(folder / "rows" / f"{name}.npy", vectors[at : at + len(ids)].astype(np.float16))
        (folder / "rows" / f"{name}.json").write_text(json.dumps(ids, ensure_ascii=False), encoding="utf-8")
        if name in VIEWS:
            collections.write(name, ids, view_texts, vectors[at : at + len(ids)], documents, metadatas)
        at += len(view_texts)
    _write_synced(
        folder / "vocabulary.txt", "\n".join(f"{word} {count}" for word, count in sorted(vocabulary(versions, cards).items()))
    )
    for name, part in (("passages", passages), ("others", others)):
        LexicalIndex.build(views[name][0], [passage_view(p) for p in part]).save(folder / "lexical" / name)
    LexicalIndex.build([c.id for c in cards], [card_words(c) for c in cards]).save(folder / "lexical" / "cards")
    _write_database(folder / "articles.db", versions, current, cut, cards)
    _write_synced(folder / "graph.json", Graph.of(article for article in versions if id(article) in current).dumps())
    progress("Écriture de l'index", at, len(texts))
    manifest = {
        **wanted, "files": digests(folder), "dimension": int(vectors.shape[1]),
        "built": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": round(time.perf_counter() - started, 1),
        "articles": len(current), "versions": len(versions), "codes": _codes(versions, current), "cards": len(cards),
        "passages": len(passages), "others": len(others), "questions": len(views["questions"][0]),
        "dates": sorted({a.as_of for a in versions if a.as_of and id(a) in current}),
    }  # fmt: skip
    _write_synced(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))


def _cut(versions: Sequence[Article], current: set[int]) -> dict[int, list[Passage]]:
    """The passages of each version, by `id`: named after the article alone where the version is in force, else also after
    the day that it began."""
    named: Counter[str] = Counter()
    cut = {}
    for article in versions:
        name = article.key
        if id(article) not in current:
            name = f"{name}@{article.start or article.as_of}"
            named[name] += 1
            name += f"~{named[name]}" if named[name] > 1 else ""
        cut[id(article)] = article_passages(article, name)
    return cut


def _passage_rows(passages: Sequence[Passage]) -> tuple[list[str], list[str], list[str], list[dict[str, Any]]]:
    """Ids, texts to embed, texts, metadata."""
    return (
        [p.id for p in passages],
        ["passage: " + passage_view(p) for p in passages],
        [p.text for p in passages],
        # Not the day of the text (articles.db has it): it moves on at every update, and the whole collection would with it.
        [{"num": p.num, "start": p.start, "end": p.end, "first": p.first, "last": p.last} for p in passages],
    )


def _codes(versions: Sequence[Article], current: set[int]) -> dict[str, dict[str, Any]]:
    """By code: its articles in force, its versions, and the days of the texts (first, last)."""
    codes: dict[str, dict[str, Any]] = {}
    for article in versions:
        own = codes.setdefault(article.code, {"articles": 0, "versions": 0, "first": article.as_of, "last": article.as_of})
        own["articles"] += id(article) in current
        own["versions"] += 1
        own["first"], own["last"] = min(own["first"], article.as_of), max(own["last"], article.as_of)
    return codes


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
    content: list[Article | Card] = [*articles, *cards]
    for entry in content:
        fields = {field.name: getattr(entry, field.name) for field in dataclass_fields(entry)}  # `asdict` would copy each value
        digest.update(json.dumps(fields, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


def _write_database(
    path: Path, versions: Sequence[Article], current: set[int], cut: Mapping[int, Sequence[Passage]], cards: Sequence[Card]
) -> None:  # fmt: skip
    """`main` marks the versions in force on the day of the build; `stands` those that dates alone decide on."""
    with sqlite3.connect(path) as db:
        db.executescript(
            f"""create table article(id integer primary key, key text, main integer, stands integer, {COLUMNS});
            create index article_key on article(key);
            create table passage(id text primary key, article integer, start integer, end integer, first integer, last integer);
            create index passage_article on passage(article);
            create table card(id text primary key, num text, position integer, data text);
            create index card_num on card(num);"""
        )
        db.executemany(
            f"insert into article values ({','.join('?' * (4 + len(COLUMNS.split(','))))})",
            (
                (
                    i, a.key, id(a) in current, a.holds(a.start), a.num, json.dumps(a.path, ensure_ascii=False), a.text, a.as_of,
                    a.ident, a.state, a.start, a.end, a.code, json.dumps(a.links, ensure_ascii=False), a.note, a.spelt,
                )
                for i, a in enumerate(versions)
            ),
        )  # fmt: skip
        db.executemany(
            "insert into passage values (?,?,?,?,?,?)",
            ((p.id, i, p.start, p.end, p.first, p.last) for i, a in enumerate(versions) for p in cut[id(a)]),
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
            if server_url():
                client = open_client(folder)
                for view in VIEWS:
                    drop_collection(client, f"{folder.name}-{view}")
            shutil.rmtree(folder, ignore_errors=True)
