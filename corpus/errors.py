"""The errors whose message is written for the person who asked."""

import errno
import shutil
from contextlib import suppress
from pathlib import Path


class CasfError(Exception):
    """Something that the user can mend; `str(error)` is one clear French sentence (exit status 2)."""


class UnknownArticle(CasfError):
    """Raised when a number names no article of the corpus at hand."""

    def __init__(self, num: str):
        super().__init__(f"L'article « {num} » n'est pas dans les textes disponibles ici.")
        self.num = num


class NoIndex(CasfError):
    """Raised when a command needs an index and none has been built in this home folder."""

    def __init__(self) -> None:
        super().__init__("Aucun index n'est prêt : lancez d'abord « casf index build ».")


LEFT = 5_000_000  # bytes: with less, what a database says is broken is most often its disk


def disk_refusal(error: BaseException, folder: Path | None = None) -> str:
    """Why a disk refused to write, in French, without a full stop; "" when that is not what the error says.

    SQLite and Chroma have errors of their own for a full disk: with `folder`, where they wrote, its room tells.
    """
    if not isinstance(error, OSError):
        foreign = isinstance(error, Exception) and not isinstance(error, CasfError)
        with suppress(OSError):
            if foreign and folder and shutil.disk_usage(folder).free < LEFT:
                return "Le disque est plein"
        return ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Le disque est plein"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "Le dossier des données est protégé en écriture"
    return ""
