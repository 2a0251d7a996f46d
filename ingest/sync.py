"""Bring the official text up to date from its source, only when asked: fetch, compare, build, swap.

A source is named by a word or a place:
  "markdown" (default)  the public Markdown copy of the base LEGI, one file of about 4 MB a code (unofficial, daily)
  "dila"                the DILA's own archives: over a gigabyte the first time, then what was published since
  "piste"               the Légifrance API, with the keys of CASF_PISTE_ID and CASF_PISTE_SECRET
  "markdown=URL", "dila=URL"   the same from a mirror
  a file or a folder, or the address of one file that `ingest.sources` reads
What is fetched lies under home/sources. Until the last step, the swap of the generation, nothing that serves is touched.
"""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from corpus.article import Article
from corpus.cards import Card
from corpus.codes import CASF
from corpus.errors import CasfError, NoIndex
from ingest.embedding import Embedder
from ingest.generation import Busy, build
from ingest.history import Change, changes, merge
from ingest.index import Index, OldFormat
from ingest.provenance import provenance, sha256_of
from ingest.sources import BadSource, fetch, legi, piste, read_source
from ingest.sources.base import Progress, Warn, silent, text_id
from ingest.sources.web import Patience

WHOLE = 0.8  # a source with a smaller share of the articles in force is taken for an incomplete one


@dataclass(slots=True)
class Synced:
    """What a synchronisation found and did. `folder` is the new generation, None when nothing had to be built (or on a
    dry run); `source` is the provenance that the manifest keeps; `as_of` the ISO date of the newest text read."""

    changes: list[Change]
    source: dict[str, Any]
    as_of: str
    folder: Path | None = None
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)


def sync(
    home: Path, where: str, cards: Sequence[Card], embedder: Callable[[], Embedder], dry_run: bool = False,
    sha256: str = "", patience: Patience | None = None, progress: Progress = silent,
) -> Synced:  # fmt: skip
    """Bring the index of `home` up to date; the articles of codes that the source doesn't hold stay.

    `sha256` is the checksum that a fetched or local file must have. Raises `BadSource` (source missing, damaged,
    refused, incomplete), `Busy` (another update is under way), `CasfError` (disk full or not writable); each time the
    earlier generation goes on serving.
    """
    started = time.perf_counter()
    warnings: list[str] = []
    with _kept_serving(home), _alone(home):
        old = _opened(home)
        held = list(old.versions()) if old else []
        codes = list(dict.fromkeys(article.code for article in held)) or [CASF]
        readings, source = _obtain(home, where or "markdown", codes, held, sha256, patience, warnings.append, progress)
        read = [article for reading in readings for article in reading]
        _check_whole(held, read)
        if source["kind"] == "dila":  # every version there is: one that is no longer among them has been struck out
            whole = {article.code for article in read}
            kept = [article for article in held if article.code not in whole or not article.state]
        else:
            kept = held
        merged = merge(kept, *readings)
        as_of = max((article.as_of for article in read), default="")
        if (latest := max((a.as_of for a in held), default="")) > as_of:
            warnings.append(
                f"La source est datée du {as_of}, avant le texte en service ({latest}) : seul l'historique s'enrichit."
            )
        found = Synced(changes(old, merged), source, as_of, warnings=warnings)
        if not dry_run and (old is None or merged != held):
            found.folder = build(home, merged, cards, embedder(), source, progress)
    found.seconds = round(time.perf_counter() - started, 1)
    return found


def _obtain(
    home: Path, where: str, codes: Collection[str], held: Sequence[Article], sha256: str,
    patience: Patience | None, warn: Warn, progress: Progress,
) -> tuple[list[list[Article]], dict[str, Any]]:  # fmt: skip
    """What the source says, one reading a code or file, and where it comes from."""
    word, _, base = where.partition("=")
    folder = home / "sources"
    if word == "piste":
        access = piste.Access.from_env()
        known = {article.ident: article for article in held if article.ident}
        with piste.Piste(access, patience) as api:
            readings = [piste.read(api, code, known=known, warn=warn, progress=progress) for code in codes]
        return readings, provenance([], [], "piste", access.api)
    if word == "dila":
        base = base or fetch.ARCHIVES
        kept = folder / "-".join(["legi", *(text_id(code)[-10:] for code in codes)])
        _fetch_archives(kept, base, codes, patience, progress)
        readings = [read_versions(kept, codes, warn)]
        return readings, provenance([kept], readings, "dila", base)
    if word == "markdown":
        base = base or fetch.MARKDOWN
        paths = [fetch.fetch_markdown(folder, code, base, patience, progress) for code in codes]
    elif "://" in where:
        word, base = "file", where
        paths = [fetch.download(where, folder / (Path(urlsplit(where).path).name or "source"), sha256, patience, progress)]
    else:
        word, base, paths = "file", "", [Path(where).expanduser()]
    for path in paths:
        _check_sum(path, sha256)
    readings = [read_versions(path, codes, warn) for path in paths]
    return readings, provenance(paths, readings, "dila" if any(map(_is_legi, paths)) else word, base)


def read_versions(path: Path, codes: Iterable[str], warn: Warn) -> list[Article]:
    """Every version that a file or folder holds of the codes (of LEGI all, past and to come; elsewhere the only one)."""
    if not _is_legi(path):
        return read_source(path, warn=warn)
    if not path.exists():
        raise BadSource(f"Fichier introuvable : « {path} ».")
    versions = [version for code in codes for version in legi.read_versions([path], code, warn) if version.num and version.text]
    if not versions:
        raise BadSource(f"Aucun article trouvé dans « {path.name} ».")
    return versions


def _is_legi(path: Path) -> bool:
    return path.is_dir() or legi.is_archive(path)


def _fetch_archives(folder: Path, base: str, codes: Iterable[str], patience: Patience | None, progress: Progress) -> None:
    """LEGI's archives up to today in `folder`, of which only the files of `codes` are kept: some megabytes, not gigabytes."""
    wanted = {text_id(code) for code in codes}
    folder.mkdir(parents=True, exist_ok=True)
    since = max((fetch.stamp_of(path.name) for path in folder.iterdir()), default="")
    fresh = fetch.needed(fetch.list_archives(base, patience), since)
    for left in (folder / "whole").glob("*"):  # of an update that was broken off
        if not any(left.name.startswith(name) for name in fresh):
            left.unlink()
    for name in fresh:
        # Fetched whole under another folder, and here once it is reduced: that alone says that it is done.
        whole = fetch.download(f"{base.rstrip('/')}/{name}", folder / "whole" / name, patience=patience, progress=progress)
        legi.reduce(whole, wanted, folder / name, progress)
        whole.unlink()
    archives = sorted((p for p in folder.iterdir() if fetch.stamp_of(p.name)), key=lambda p: fetch.stamp_of(p.name))
    full = max((i for i, path in enumerate(archives) if path.name.startswith("Freemium")), default=0)
    for path in archives[:full]:  # a full archive holds what came before
        path.unlink()


def _check_sum(path: Path, sha256: str) -> None:
    if sha256 and path.is_file() and sha256_of(path) != sha256.lower():
        raise BadSource(f"« {path.name} » n'a pas la somme de contrôle attendue : il est abîmé, ou ce n'est pas le bon.")


def _check_whole(held: Iterable[Article], read: Iterable[Article]) -> None:
    """Raises `BadSource` when the source holds much less of a code than what serves: a copy that was cut short would
    otherwise repeal what it lacks."""
    serving, brought = _numbers(held), _numbers(read)
    for code, nums in brought.items():
        if len(nums) < WHOLE * len(serving.get(code, ())):
            raise BadSource(
                f"La source n'a que {len(nums)} articles ({code}) contre {len(serving[code])} en service : elle paraît incomplète,"
                " rien n'est changé. Pour un extrait : « casf index build --source … »."
            )


def _numbers(articles: Iterable[Article]) -> dict[str, set[str]]:
    """By code, the numbers in force at the articles' own date."""
    found: dict[str, set[str]] = {}
    for article in articles:
        if article.text and article.holds(article.as_of):
            found.setdefault(article.code, set()).add(article.num)
    return found


def _opened(home: Path) -> Index | None:
    try:
        return Index.open(home)
    except (NoIndex, OldFormat):  # an older program's index: built anew, its vectors taken over
        return None


@contextmanager
def _alone(home: Path) -> Any:
    """One synchronisation at a time: two would write the same files."""
    (home / "sources").mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home / "sources" / ".lock", timeout=0):
            yield
    except Timeout:
        raise Busy from None


@contextmanager
def _kept_serving(home: Path) -> Any:
    """Says in French why nothing could be written, and that what served still serves."""
    still = "l'index précédent reste en service."
    try:
        yield
    except CasfError:
        raise
    except Exception as error:
        # SQLite and Chroma say it in words, not as an OSError.
        if getattr(error, "errno", 0) in (28, 122) or "disk is full" in str(error) or "No space left" in str(error):
            raise CasfError(f"Le disque est plein : libérez de la place et relancez ; {still}") from None
        if isinstance(error, OSError):
            raise CasfError(f"Impossible d'écrire dans « {home} » ({error.strerror or error}) : {still}") from None
        raise
