"""The base LEGI of the DILA: archives read as a stream, or folders, and nothing of them but one code's articles.

An archive (tar.gz) is never unpacked: a member is read only when its path names the wanted text. Paths run
    legi/global/code_et_TNC_en_vigueur/…/LEGITEXT…/article/…/LEGIARTI….xml      (five two-digit folders from each identifier)
beside a twin tree "code_et_TNC_non_vigueur". One version can stand in both: the newer modification time wins. STAMP
("20250714-213015") stands in front in daily increments, with STAMP/liste_suppression_legi.dat: one path a line, without
".xml", that is to be deleted from what came before. Full archives are named Freemium_legi_global_STAMP.tar.gz,
increments LEGI_STAMP.tar.gz; given together they are applied in the order of their stamps.

A file that can't be read is left out with a warning that names it (an archive is over a gigabyte, and the rest of it is
sound); when more than one in twenty can't be read, the source is refused.
"""

import gzip
import io
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from corpus.article import Article
from corpus.numbers import order_key
from ingest.sources.base import BadSource, Progress, Warn, log_warning, silent, text_id
from ingest.sources.legi_xml import BadXml, article_of

ARCHIVES = (".tar.gz", ".tgz", ".tar")
_ARTICLE_FILE = re.compile(r"LEGIARTI\d{12}\.xml")
_TEXT_FOLDER = re.compile(r"(?:^|/)((?:LEGI|JORF)TEXT\d{12})(?:/|$)")
_STAMP = re.compile(r"(?<!\d)(\d{8}-\d{6})(?!\d)")
_LARGEST = 32_000_000  # bytes of one article's file; the largest of the base are under 10 MB
_BLOCK = 1 << 16  # bytes; tarfile copies what is left of a block at every read, so a large one is slow


@dataclass(frozen=True, slots=True)
class _Member:
    """A file of an archive or folder: its path ("/" between names), modification time (seconds), size (bytes)."""

    name: str
    mtime: float
    size: int
    read: Callable[[], bytes]


@dataclass
class _Reading:
    """What has been gathered: versions by (tree, identifier), deletions, and files that could not be read."""

    wanted: str
    code: str
    found: dict[tuple[str, str], tuple[tuple[str, int, float], Article]] = field(default_factory=dict)
    deleted: list[tuple[tuple[str, int], str, str]] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    read: int = 0
    newest: float = 0.0


def is_archive(path: Path) -> bool:
    """Does the name say that this is a tar archive?"""
    return path.name.lower().endswith(ARCHIVES)


def read(path: Path, code: str, warn: Warn = log_warning) -> list[Article]:
    """The articles of a code in force at the date of the archive(s), one a number, in the code's order.

    `path` is an archive, an unpacked folder, or a folder of archives (a full one and increments). Raises `BadSource`.
    """
    versions = read_versions([path], code, warn)
    on = versions[0].as_of if versions else ""
    if bare := [v.num or v.ident for v in versions if v.holds(on) and not (v.num and v.text)]:
        warn(f"En vigueur sans numéro ou sans texte, laissés de côté : {', '.join(bare[:10])}{'…' if len(bare) > 10 else ''}.")
    return in_force(versions, on)


def read_versions(
    paths: Iterable[Path], code: str, warn: Warn = log_warning, progress: Progress = silent
) -> list[Article]:  # fmt: skip
    """Every version of every article of a code, past, present and to come, in the code's order, oldest first.

    `as_of` of all is the date of the newest archive. `progress` counts the bytes read. Raises `BadSource`.
    """
    sources = sorted((s for path in paths for s in _archives_of(path)), key=lambda s: _stamp(s.name))
    reading = _Reading(text_id(code), code)
    for index, source in enumerate(sources):
        members = _tar_members(source, progress) if is_archive(source) else _folder_members(source, reading.wanted)
        _gather(reading, members, _stamp(source.name), index)
    if len(reading.damaged) * 20 > reading.read:
        raise BadSource(
            f"{len(reading.damaged)} fichiers sur {reading.read} sont illisibles dans « {sources[0].name} »,"
            f" dont {reading.damaged[0]}."
        )
    for name in reading.damaged:
        warn(f"Fichier laissé de côté : {name}.")
    versions = _surviving(reading)
    as_of = _date_of(reading, sources, versions)
    return [replace(article, as_of=as_of) for article in versions]


def reduce(path: Path, wanted: Collection[str], target: Path, progress: Progress = silent) -> None:
    """Write to `target` (tar.gz) what an archive holds of the wanted texts (LEGITEXT…), with its lists of deletions.

    `target` appears whole or not at all. Raises `BadSource` for a damaged archive, `OSError` when it can't be written.
    """
    work = target.with_name(target.name + ".part")
    try:
        with tarfile.open(work, "w:gz") as out:
            for member in _tar_members(path, progress):
                folder = _TEXT_FOLDER.search(member.name)
                if (folder and folder[1] in wanted) or member.name.endswith(".dat"):
                    data, info = member.read(), tarfile.TarInfo(member.name)
                    info.size, info.mtime = len(data), int(member.mtime)
                    out.addfile(info, io.BytesIO(data))
                    out.members.clear()  # type: ignore[attr-defined]
        os.replace(work, target)
    finally:
        work.unlink(missing_ok=True)


def in_force(versions: Iterable[Article], on: str) -> list[Article]:
    """Of all versions, those in force on a date (ISO), one a number, in the code's order; those without text left out."""
    chosen: dict[str, Article] = {}
    for version in versions:
        if version.num and version.text and version.holds(on):
            rival = chosen.get(version.num)
            if rival is None or _weight(version) > _weight(rival):
                chosen[version.num] = version
    return sorted(chosen.values(), key=lambda article: order_key(article.num))


def _weight(version: Article) -> tuple[bool, str, str]:
    return version.state in ("VIGUEUR", "ABROGE_DIFF"), version.start, version.ident


def _archives_of(path: Path) -> list[Path]:
    """The archives of a folder of archives, else the path itself."""
    if not path.is_dir():
        return [path]
    return sorted(p for p in path.iterdir() if p.is_file() and is_archive(p)) or [path]


def _stamp(name: str) -> str:
    match = _STAMP.search(name)
    return match[1] if match else ""


def _gather(reading: _Reading, members: Iterator[_Member], stamp: str, index: int) -> None:
    for member in members:
        last = member.name.rpartition("/")[2]
        wanted = _ARTICLE_FILE.fullmatch(last)
        if not wanted and not (last.startswith("liste_suppression") and last.endswith(".dat")):
            continue
        folder = _TEXT_FOLDER.search(member.name)
        if wanted and folder and folder[1] != reading.wanted:
            continue
        dated = _STAMP.search(member.name)
        when = (dated[1] if dated else stamp, index)
        if wanted:
            _add(reading, member, when)
        else:
            _delete(reading, member.read().decode("utf-8", "replace"), when)


def _add(reading: _Reading, member: _Member, when: tuple[str, int]) -> None:
    try:
        if member.size > _LARGEST:
            raise BadXml("fichier démesuré")
        article = article_of(member.read(), reading.wanted, reading.code)
    except BadXml as error:
        reading.read += 1
        reading.damaged.append(f"{member.name} ({error})")
        return
    if article is None:
        return
    reading.read += 1
    reading.newest = max(reading.newest, member.mtime)
    key, age = (_tree(member.name), article.ident), (*when, member.mtime)
    if key not in reading.found or reading.found[key][0] <= age:
        reading.found[key] = age, article


def _tree(path: str) -> str:
    match = re.search(r"code_et_TNC_(en|non)_vigueur", path)
    return match[1] if match else ""


def _delete(reading: _Reading, listing: str, when: tuple[str, int]) -> None:
    for line in listing.splitlines():
        path = line.strip().removesuffix(".xml").rstrip("/")
        folder = _TEXT_FOLDER.search(path)
        ident = path.rpartition("/")[2]
        if re.fullmatch(r"LEGIARTI\d{12}", ident) and (not folder or folder[1] == reading.wanted):
            reading.deleted.append((when, _tree(path), ident))
        elif ident == reading.wanted:  # the whole text leaves this tree
            reading.deleted.append((when, _tree(path), ""))


def _surviving(reading: _Reading) -> list[Article]:
    """What is left once deletions are applied and of each version the newest copy is kept.

    A deletion strikes what came earlier: a file that its own increment brings stays.
    """
    whole: dict[tuple[str, str], tuple[str, int]] = {}
    for when, tree, ident in reading.deleted:
        whole[tree, ident] = max(when, whole.get((tree, ident), when))
    best: dict[str, tuple[tuple[str, int, float], Article]] = {}
    for (tree, ident), (age, article) in reading.found.items():
        strikes = [whole[key] for key in ((tree, ident), ("", ident), (tree, ""), ("", "")) if key in whole]
        if any(strike > age[:2] for strike in strikes):
            continue
        if ident not in best or age > best[ident][0] or (age == best[ident][0] and tree == "en"):
            best[ident] = age, article
    return sorted((a for _, a in best.values()), key=lambda a: (order_key(a.num), a.start, a.ident))


def _date_of(reading: _Reading, sources: list[Path], versions: list[Article]) -> str:
    """The ISO date of the newest archive: its name's, else its newest file's, else the newest version already begun."""
    stamps = [_stamp(s.name) for s in sources] + [age[0] for age, _ in reading.found.values()]
    if stamp := max(stamps, default=""):
        return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"
    newest = datetime.fromtimestamp(reading.newest, UTC).date()
    if newest.year >= 2000:
        return newest.isoformat()
    today = date.today().isoformat()
    return max((v.start for v in versions if v.start <= today), default=today)


def _folder_members(root: Path, wanted: str) -> Iterator[_Member]:
    """The files of an unpacked archive, in a fixed order, without going into other texts' folders."""
    # LEGITEXT000006074069 lies in TEXT/00/00/06/07/40: the two-digit folders lead to it, others need not be opened.
    digits = [wanted[8 + i : 10 + i] for i in range(0, 10, 2)]
    for folder, folders, files in os.walk(root):
        parts = Path(folder).relative_to(root).parts
        depth = len(parts) - 1 - max((i for i, part in enumerate(parts) if part == "TEXT"), default=len(parts))
        if 0 <= depth < len(digits):
            folders[:] = [name for name in folders if name == digits[depth]]
        else:
            folders[:] = sorted(n for n in folders if not _TEXT_FOLDER.search(n) or n == wanted)
        for file in sorted(files):
            if file.endswith((".xml", ".dat")):
                path = Path(folder) / file
                with _damage(path):
                    stat = path.stat()
                name = path.relative_to(root.parent).as_posix()
                yield _Member(name, stat.st_mtime, stat.st_size, partial(_bytes_of, path))


class _Counted:
    """A file that tells how far it has been read."""

    def __init__(self, raw: IO[bytes], tell: Callable[[int], None]):
        self.raw, self.tell_progress, self.done = raw, tell, 0

    def read(self, size: int = -1) -> bytes:
        data = self.raw.read(size)
        self.done += len(data)
        self.tell_progress(self.done)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


def _tar_members(path: Path, progress: Progress) -> Iterator[_Member]:
    """The files of an archive, in a stream; the members already passed are forgotten, so memory does not grow.

    Raises `BadSource` when it is cut short or damaged, checked to its last byte.
    """
    with _damage(path), path.open("rb") as raw:
        total, label = path.stat().st_size, f"Lecture de {path.name}"
        counted: Any = _Counted(raw, lambda done: progress(label, done, total))
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: Any = gzip.GzipFile(fileobj=counted) if packed else counted
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_BLOCK) as tar:
            while (info := tar.next()) is not None:
                if info.isfile():
                    yield _Member(info.name, info.mtime, info.size, partial(_content, path, tar, info))
                # tarfile keeps every header it has read: gigabytes on the full archive.
                tar.members.clear()  # type: ignore[attr-defined]
            _check_end(tar)


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Says in French what goes wrong while an archive or a folder is read."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile):
        raise BadSource(f"L'archive « {path.name} » est tronquée ou endommagée : téléchargez-la de nouveau.") from None
    except OSError as error:
        raise BadSource(f"« {path.name} » ne peut pas être lu ({error.strerror or error}).") from None


def _content(path: Path, tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    with _damage(path):
        file = tar.extractfile(info)
        return file.read() if file else b""


def _bytes_of(path: Path) -> bytes:
    with _damage(path):
        return path.read_bytes()


def _check_end(tar: tarfile.TarFile) -> None:
    """tarfile stops without a word at a damaged or missing header: after the end only zeros may follow, and gzip's own sum."""
    stream: Any = tar.fileobj
    if stream.tell() <= tar.offset:  # type: ignore[attr-defined]
        raise EOFError
    while block := stream.read(_BLOCK):
        if block.strip(b"\0"):
            raise tarfile.ReadError
