"""Reading a generation of the index: articles as they stand on a day, their passages, vectors and words.

An index is read as of a day, today unless told otherwise (`Index.at`). Each article then has at most one version, and
nothing of the others can be found. The search structures (Chroma, BM25, rows) hold apart what was in force on the day
of the build ("passages") and every other version ("others"): an ordinary question never meets the second. On any
other day the exact rows of both are read, those of the versions in force that day.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from copy import copy
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from corpus.article import Article, Passage
from corpus.cards import Card, card_from, place
from corpus.codes import CASF
from corpus.errors import CasfError, NoIndex
from corpus.graph import Graph
from corpus.reference import ArticleRef
from corpus.words import index_words
from ingest.history import in_force
from ingest.lexical import LexicalIndex, SomeOf
from ingest.store import get_collection, nearest, open_client

FORMAT = 2
VIEWS = ("passages", "cards", "questions")  # searched; "others" stands beside, for other days
COLUMNS = "num, path, text, as_of, ident, state, start, end, code, links, note, spelt"


class DamagedIndex(CasfError):
    """Raised when the live generation can't be opened."""

    def __init__(self, why: str):
        super().__init__(f"L'index est endommagé ou incomplet ({why}). Relancez « casf index build ».")


class OldFormat(CasfError):
    """Raised when the generation was written by another version of this program."""

    def __init__(self) -> None:
        super().__init__(
            "Cet index a été construit par une autre version du programme : reconstruisez-le avec"
            " « casf index build --source … » (les textes inchangés ne sont pas recalculés)."
        )


def live_folder(home: Path) -> Path | None:
    """The live generation's folder, None when there is none."""
    try:
        folder = home / "index" / (home / "index" / "CURRENT").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return folder if (folder / "manifest.json").is_file() else None


@lru_cache(maxsize=100_000)
def row_num(ident: str) -> str:
    """The article's key inside a row's id ("L313-11#2", "L313-11@2009-01-01#2", "L313-11|I?3", "375 C. civ.#0")."""
    for mark in ("#", "|", "?", "@"):
        ident = ident.split(mark)[0]
    return ident


class Rows:
    """The vectors of one view, (n, d): exact cosines. Few rows lie in memory in full precision, and are compared all at once
    faster than Chroma proposes some; of many, in half precision on the disk, those of the articles asked for are read."""

    FEW = 20_000

    def __init__(self, ids: list[str], vectors: np.ndarray):
        self.ids = ids
        self.vectors = vectors
        self._of: dict[str, list[int]] = {}
        for i, ident in enumerate(self.ids):
            self._of.setdefault(row_num(ident), []).append(i)

    @property
    def few(self) -> bool:
        """Whether comparing every row is the fastest way to the nearest ones."""
        return len(self.ids) <= self.FEW

    @classmethod
    def read(cls, folder: Path, view: str) -> "Rows":
        ids = json.loads((folder / f"{view}.json").read_text(encoding="utf-8"))
        vectors = np.load(folder / f"{view}.npy", mmap_mode="r")
        return cls(ids, np.array(vectors, np.float32) if view in VIEWS and len(ids) <= cls.FEW else vectors)

    @classmethod
    def some(cls, parts: Sequence[tuple["Rows", np.ndarray]]) -> "Rows":
        """The rows kept of several, each with its mask of shape (n,)."""
        ids = [ident for rows, mask in parts for ident, kept in zip(rows.ids, mask, strict=True) if kept]
        return cls(ids, np.concatenate([rows.vectors[mask] for rows, mask in parts]))

    def cosines(self, vector: np.ndarray) -> np.ndarray:
        """Cosines of every row with `vector` (d,), shape (n,), float32."""
        return np.asarray(np.asarray(self.vectors, np.float32) @ vector)

    def nearest(self, vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        """The k rows nearest to `vector` (d,) as (id, cosine), best first, by comparing them all."""
        cosines = self.cosines(vector)
        top = np.argpartition(-cosines, k - 1)[:k] if k < len(cosines) else np.arange(len(cosines))
        return [(self.ids[i], float(cosines[i])) for i in top[np.lexsort((top, -cosines[top]))]]

    def best(self, vectors: np.ndarray, nums: Sequence[str]) -> tuple[list[str], np.ndarray]:
        """For each article of `nums` the id of its row nearest to the first of `vectors` (k, d), and its best cosines (k,),
        shape (len(nums), k); "" and infinity where it has no row here."""
        owners = [self._of.get(num, ()) for num in nums]
        ids, highest = [""] * len(nums), np.full((len(nums), len(vectors)), np.inf, np.float32)
        present = [i for i, own in enumerate(owners) if own]
        rows = [row for i in present for row in owners[i]]
        if not rows:
            return ids, highest
        cosines = np.asarray(self.vectors[rows], np.float32) @ vectors.T
        sizes = np.array([len(owners[i]) for i in present])
        starts = np.cumsum(sizes) - sizes
        highest[present] = np.maximum.reduceat(cosines, starts)
        hits = np.flatnonzero(cosines[:, 0] == np.repeat(highest[present, 0], sizes))
        for i, at in zip(present, hits[np.searchsorted(hits, starts)], strict=True):
            ids[i] = self.ids[rows[at]]
        return ids, highest


class Index:
    """The live generation as of a day, open for reading; safe to share between threads.

    `on` is that day (ISO), `dated` whether it is another than today: then only what has a text of that day is found.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        try:
            self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if self.manifest["format"] != FORMAT:
                raise OldFormat
            lines = (folder / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
            self.vocabulary = {word: int(count) for word, count in (line.split() for line in lines)}
            if not self.vocabulary:  # the lexicon's words are always there
                raise ValueError("vocabulary.txt")
            self._db = sqlite3.connect(f"file:{folder / 'articles.db'}?mode=ro", uri=True, check_same_thread=False)
            self.client = open_client(folder / "chroma")
            self.collections = {v: get_collection(self.client, f"{folder.name}-{v}") for v in VIEWS}
            self._rows = {v: Rows.read(folder / "rows", v) for v in (*VIEWS, "others")}
            self._lexical = {v: LexicalIndex.load(folder / "lexical" / v) for v in ("passages", "others", "cards")}
            self._read_as_of(date.today().isoformat())
        except CasfError:
            raise
        except Exception as error:  # whatever is broken below, people are told to rebuild
            raise DamagedIndex(type(error).__name__) from error

    @classmethod
    def open(cls, home: Path) -> "Index":
        """The live generation of `home`; raises `NoIndex`, `OldFormat` or `DamagedIndex`."""
        folder = live_folder(home)
        if folder is None:
            raise NoIndex
        return cls(folder)

    def at(self, on: str) -> "Index":
        """This index as of another day (ISO). Raises `CasfError` when no text of that day is here."""
        if on == self.on:
            return self
        other = copy(self)
        other._read_as_of(on)
        return other

    def _read_as_of(self, on: str) -> None:
        self.on, self.dated = on, on != date.today().isoformat()
        self._current: dict[str, int] = dict(
            self._db.execute(
                "select key, id from article where stands and start <= ?1 and (end = '' or end > ?1) order by start, ident", (on,)
            )
        )
        if self.dated and not self._current:
            raise CasfError(self._nothing_on(on))
        self._carded = self._told_by_cards()
        current, main = set(self._current.values()), {row[0] for row in self._db.execute("select id from article where main")}
        self.whole = current == main and not self.dated
        self.rows, self.lexical = self._rows, self._lexical
        if not self.whole:
            masks = self._masks(current)
            both = ("passages", "others")
            self.rows = {
                "passages": Rows.some([(self._rows[v], masks[v]) for v in both]),
                **{v: Rows.some([(self._rows[v], masks[v])]) for v in ("cards", "questions")},
            }
            self.lexical = {
                "passages": SomeOf([(self._lexical[v], masks[v]) for v in both]),
                "cards": SomeOf([(self._lexical["cards"], masks["cards"])]),
            }
        self._graph: Graph | None = None
        self._version = lru_cache(maxsize=5_000)(self._read_version)
        self.passage = lru_cache(maxsize=20_000)(self._passage)
        self.cards_of = lru_cache(maxsize=10_000)(self._cards_of)

    def _told_by_cards(self) -> set[str]:
        """Keys whose cards may be read: today all; on another day those of articles whose version then is the one that the
        card was written from (a card of the RSA says nothing of the RMI that stood under its number)."""
        days = self._db.execute("select num, json_extract(data, '$.as_of') from card").fetchall()
        if not self.dated:
            return {num for num, _ in days}
        spans = {i: (start, end) for i, start, end in self._db.execute("select id, start, end from article")}
        told = set()
        for num, day in days:
            start, end = spans.get(self._current.get(num, -1), ("9999", ""))
            if start <= day and (not end or day < end):
                told.add(num)
        return told

    def _masks(self, current: set[int]) -> dict[str, np.ndarray]:
        """Which rows of each view belong to what is read: passages of the versions `current`, cards of their articles."""
        owner = dict(self._db.execute("select id, article from passage"))
        masks = {v: np.array([owner[i] in current for i in self._rows[v].ids], bool) for v in ("passages", "others")}
        for view in ("cards", "questions"):
            masks[view] = np.array([row_num(i) in self._carded for i in self._rows[view].ids], bool)
        return masks

    def _nothing_on(self, on: str) -> str:
        first = self._db.execute("select min(start) from article where stands").fetchone()[0]
        if not first:
            return "Le texte officiel n'est pas indexé avec ses dates : il n'y a pas de version à une date donnée."
        return f"Aucun texte indexé n'est connu au {on} : les textes indexés commencent au {first}."

    def check_model(self, fingerprint: str) -> None:
        """Raises `CasfError` when the index was built with another model than the one that would read questions."""
        if self.manifest["model"] != fingerprint:
            raise CasfError(
                "L'index a été construit avec un autre modèle de recherche que celui qui est réglé :"
                " relancez « casf index build » (ou retirez CASF_MODEL)."
            )

    def nums(self) -> list[str]:
        """Keys of the articles whose official text is here and in force, in the source's order."""
        return [key for key, i in self._db.execute("select key, id from article order by id") if self._current.get(key) == i]

    def known_nums(self) -> set[str]:
        """Keys that have a text in force or a card."""
        return self._carded | self._current.keys()

    def sections(self) -> dict[str, str]:
        """The section of each article: its headings where the text is here, else the chapter of its number."""
        out = {row[0]: place(row[0]) for row in self._db.execute("select num from card")}
        paths = self._db.execute("select id, key, path from article")
        return out | {key: path for i, key, path in paths if self._current.get(key) == i}

    def repealed(self) -> set[str]:
        """Numbers whose card says that the article is repealed (today)."""
        if self.dated:
            return set()
        return {row[0] for row in self._db.execute("select num from card where json_extract(data, '$.status') = 'repealed'")}

    def article(self, key: str, on: str = "") -> Article | None:
        """The version of an article in force on the index's day, or on another (ISO); None when there is none."""
        if on and on != self.on:
            return next(iter(in_force(self.versions(key), on).values()), None)
        return self._version(self._current[key]) if key in self._current else None

    @cached_property
    def titles(self) -> tuple[frozenset[str], ...]:
        """The words of each card's title, as the lexical index has them."""
        found = self._db.execute("select distinct json_extract(data, '$.title') from card")
        return tuple(frozenset(index_words(title)) for (title,) in found)

    @cached_property
    def led_to(self) -> Counter[str]:
        """How many cards lead to each article, whatever the day: what a field turns round (L312-1) has many."""
        return Counter(num for (num,) in self._db.execute("select value from card, json_each(data, '$.see')"))

    def versions(self, key: str = "") -> tuple[Article, ...]:
        """Every version of one article, oldest first; of all of them, in the source's order, without `key`."""
        if key:
            return tuple(
                map(
                    _article, self._db.execute(f"select {COLUMNS} from article where key=? order by start, id", (key,)).fetchall()
                )
            )
        return tuple(map(_article, self._db.execute(f"select {COLUMNS} from article order by id").fetchall()))

    @property
    def graph(self) -> Graph:
        """Which article cites which, on the index's day: read in hundredths of a second, on another day a second's work."""
        if self._graph is None:
            file = self.folder / "graph.json"
            if self.whole and file.is_file():
                self._graph = Graph.loads(file.read_text(encoding="utf-8"))
            else:
                self._graph = Graph.of(article for key in self.nums() if (article := self.article(key)))
        return self._graph

    def history(self, key: str) -> list[tuple[Article, list[Passage]]]:
        """Every version of one article with its passages, oldest first."""
        owners = self._db.execute("select id from article where key=? order by start, id", (key,)).fetchall()
        return [(self._version(owner), self._passages(owner)) for (owner,) in owners]

    def near(self, passage: str, k: int) -> list[tuple[str, float]]:
        """The k passages of the index's day nearest to a stored one (of any version), as (id, cosine), best first."""
        view = next((v for v in ("passages", "others") if passage in self._rows[v].ids), "")
        if not view:
            return []
        return self.dense("passages", self._rows[view].vectors[self._rows[view].ids.index(passage)].astype(np.float32), k)

    def _read_version(self, ident: int) -> Article:
        return _article(self._db.execute(f"select {COLUMNS} from article where id=?", (ident,)).fetchone())

    def _cards_of(self, num: str) -> tuple[Card, ...]:
        if num not in self._carded:
            return ()
        rows = self._db.execute("select data from card where num=? order by position", (num,)).fetchall()
        return tuple(card_from(json.loads(row[0]), "index") for row in rows)

    def spelt(self, ref: ArticleRef) -> list[str]:
        """The keys that a reference may stand for: without a letter, those of L, R and D that have a text or a card."""
        if ref.letter or ref.code != CASF:
            return [ref.key]
        return [key for letter in "LRD" if self.versions(key := letter + ref.number) or self.cards_of(key)]

    def first_day(self, code: str) -> str:
        """The day (ISO) of the oldest text of a code."""
        return str(self.manifest["codes"].get(code, {}).get("first", ""))

    def card(self, num: str) -> Card | None:
        """The main card of an article."""
        cards = self.cards_of(num)
        return next((c for c in cards if not c.part), None)

    def _passage(self, ident: str) -> Passage:
        owner, start, end, first, last = self._db.execute(
            "select article, start, end, first, last from passage where id=?", (ident,)
        ).fetchone()
        a = self._version(owner)
        return Passage(ident, "article", a.key, a.label, a.path, a.text[start:end], start, end, first, last, a.as_of)

    def passages_of(self, key: str) -> list[Passage]:
        return self._passages(self._current.get(key, -1))

    def _passages(self, owner: int) -> list[Passage]:
        rows = self._db.execute("select id from passage where article=? order by start", (owner,)).fetchall()
        return [self.passage(row[0]) for row in rows]

    def dense(self, view: str, vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        """The k rows of a view nearest to `vector`, as (id, cosine), best first."""
        k = min(k, len(self.rows[view].ids))
        if not k:
            return []
        if not self.whole:
            return self.rows[view].nearest(vector, k)
        try:
            return nearest(self.collections[view], vector, k)
        except CasfError:  # a server that is away
            raise
        except Exception as error:  # Chroma reads its vectors at the first question only, and its errors are of every kind
            raise DamagedIndex(type(error).__name__) from error


def _article(row: Sequence[Any]) -> Article:
    num, path, text, as_of, ident, state, start, end, code, links, note, spelt = row
    return Article(
        num, tuple(json.loads(path)), text, as_of, ident, state, start, end, code,
        tuple((kind, sense, other, target) for kind, sense, other, target in json.loads(links)), note, spelt,
    )  # fmt: skip


def status(home: Path) -> dict[str, Any]:
    """What `casf index status` says: the manifest, the keys present, and the space taken in bytes."""
    folder = live_folder(home)
    if folder is None:
        raise NoIndex
    index = Index(folder)
    nums = index.nums()
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    return {**index.manifest, "generation": folder.name, "distinct": len(set(nums)), "bytes": size, "nums": nums}
