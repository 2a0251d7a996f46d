"""One file that holds an installation, and an installation from that file.

The archive is a tar.gz of the home: contracts, accounts, conversations and the live index. Databases are copied by SQLite's
own backup, so that it can be made while the page is served. The model is left out: it is built again in seconds.
"""

import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import CasfError

LEFT_OUT = ("model", "tmp", "PREVIOUS")
MARK = "casf-backup-1"


def backup(home: Path, target: Path) -> int:
    """Write `home` to the .tar.gz `target`; returns the number of files. Raises `CasfError`; a failed one leaves no file."""
    if target.resolve().is_relative_to(home.resolve()):
        raise CasfError("La sauvegarde doit être écrite hors du dossier des données.")
    if not home.is_dir():
        raise CasfError(f"Rien à sauvegarder : « {home} » n'existe pas.")
    work = target.with_name(target.name + ".part")
    count = 0
    try:
        with tarfile.open(work, "w:gz", compresslevel=6) as archive, tempfile.TemporaryDirectory() as spare:
            mark = Path(spare) / MARK
            mark.write_text(MARK, encoding="ascii")
            archive.add(mark, MARK)
            for path in _files(home):
                copied = _database(path, Path(spare)) if path.suffix in (".sqlite3", ".db", ".sqlite") else path
                archive.add(copied, str(Path("home") / path.relative_to(home)), recursive=False)
                count += 1
        work.replace(target)
    except OSError as error:
        work.unlink(missing_ok=True)
        raise CasfError(f"La sauvegarde n'a pas pu être écrite ({error.strerror or 'erreur du disque'}).") from None
    return count


def restore(source: Path, home: Path) -> int:
    """Make `home`, absent or empty but for a model, from an archive of `backup`; returns the number of files.

    Raises `CasfError` and changes nothing when the archive is no backup, is damaged, or `home` holds data.
    """
    if home.is_dir() and any(p.name not in ("model", "tmp", "restoring") for p in home.iterdir()):
        raise CasfError(f"« {home} » contient déjà des données : restaurez dans un dossier neuf (casf --home DOSSIER …).")
    home.mkdir(parents=True, exist_ok=True)
    work = home / "restoring"
    shutil.rmtree(work, ignore_errors=True)
    try:
        with tarfile.open(source, "r:gz") as archive:
            if archive.next() is None or archive.getnames()[0] != MARK:
                raise CasfError(f"« {source.name} » n'est pas une sauvegarde de cet assistant.")
            archive.extractall(work, filter="data")  # refuses links and places outside
        count = 0
        for entry in sorted((work / "home").iterdir()):
            entry.rename(home / entry.name)
        count = sum(1 for path in _files(home))
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise CasfError(
            f"« {source.name} » est illisible ou endommagée : rien n'a été restauré ({type(error).__name__})."
        ) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return count


def _files(home: Path) -> Iterator[Path]:
    current = home / "index" / "CURRENT"
    live = current.read_text(encoding="utf-8").strip() if current.is_file() else ""
    for path in sorted(home.rglob("*")):
        parts = path.relative_to(home).parts
        stale = parts[0] == "index" and len(parts) > 2 and parts[1].startswith("gen-") and parts[1] != live
        # -wal and -shm files belong to a database that is open: its backup holds what they hold.
        passing = path.name.endswith((".part", ".lock", "-wal", "-shm", "-journal"))
        left_out = passing or stale or parts[0] in LEFT_OUT or parts[-1] in LEFT_OUT
        if not left_out and path.is_file() and not path.is_symlink():
            yield path


def _database(path: Path, spare: Path) -> Path:
    """A copy of an SQLite database as of one moment, whoever writes to it."""
    copy = spare / "copy.db"
    copy.unlink(missing_ok=True)
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    target = sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    return copy
