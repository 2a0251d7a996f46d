"""The errors whose message is written for the person who asked."""

import errno


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


def disk_refusal(error: OSError) -> str:
    """Why a disk refused to write, in French, without a full stop; "" when that is not what the error says."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Le disque est plein"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "Le dossier des données est protégé en écriture"
    return ""
