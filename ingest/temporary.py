"""Temporary files of a process, inside the home: what was given or made for a user is never left in the system's folder.

Each process has a folder under `home`/tmp and holds a lock beside it. The folder goes when the process ends; what a killed
one left goes when the next one starts, since its lock is then free.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def own_temporary(home: Path) -> Iterator[None]:
    """Have `tempfile` (hence Gradio and the sandboxes) write in a folder of this process alone, erased at the end.

    A home that can't be written leaves the system's folder in use.
    """
    try:
        folder, lock = _made(home / "tmp")
    except OSError:
        yield
        return
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)


def _made(root: Path) -> tuple[Path, FileLock]:
    """A new folder and its lock, once the folders without a living process are erased."""
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / ".lock", timeout=10):  # nobody takes for dead a folder whose lock is not yet held
        for folder in [f for f in root.iterdir() if f.is_dir()]:
            lock = FileLock(f"{folder}.lock", timeout=0)
            try:
                with lock:
                    shutil.rmtree(folder, ignore_errors=True)
            except Timeout:
                continue
            Path(lock.lock_file).unlink(missing_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="", dir=root))
        lock = FileLock(f"{folder}.lock", timeout=0)
        lock.acquire()
    return folder, lock
