"""What every source shares: the error that people read, the codes' identifiers, warnings and progress."""

import logging
from collections.abc import Callable
from pathlib import Path

from corpus.codes import CODES
from corpus.errors import CasfError

Warn = Callable[[str], None]  # one French sentence about something skipped or doubtful
Progress = Callable[[str, int, int], None]  # what is done, how many are, how many there are (0: unknown)

# Identifiers of the codes in the base LEGI (the address of each code on Légifrance ends with it).
TEXT_IDS: dict[str, str] = {name: code.id for name, code in CODES.items() if code.id}


class BadSource(CasfError):
    """Raised when a source is missing, damaged, refused, or of no known kind; its text is one French sentence."""


def silent(_what: str, _done: int, _total: int) -> None:
    """The progress report of those who don't want one."""


def log_warning(message: str) -> None:
    """Where warnings go when the caller names no other place: Python's log, at level WARNING."""
    logging.getLogger("casf.sources").warning(message)


def text_id(code: str) -> str:
    """The LEGITEXT identifier of a code; an identifier is taken as it is. Raises `BadSource` for an unknown code."""
    if code.startswith("LEGITEXT"):
        return code
    try:
        return TEXT_IDS[code]
    except KeyError:
        raise BadSource(f"Code inconnu : « {code} ». Codes connus : {', '.join(TEXT_IDS)}.") from None


def code_named(identifier: str, default: str) -> str:
    """The code that a LEGITEXT identifier names, `default` when it names none, the identifier itself when it is unknown."""
    if not identifier:
        return default
    return next((code for code, known in TEXT_IDS.items() if known == identifier), identifier)


def text_of(path: Path) -> str:
    """A file's text (UTF-8, with or without a byte order mark). Raises `BadSource`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadSource(f"« {path.name} » n'est pas un texte en UTF-8.") from None
    except OSError as error:
        raise BadSource(f"« {path.name} » ne peut pas être lu ({error.strerror}).") from None
