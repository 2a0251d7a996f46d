"""A file that a user gives, read into pages of text. Layout is kept (columns stay columns), so that tables can be read."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from corpus.contract import Page
from corpus.errors import CasfError

MAX_BYTES = 200 * 1024 * 1024
MAX_PAGES = 2000


class BadDocument(CasfError):
    """Raised when a file can't be read as a contract; the message says why and what to do."""


def read_document(path: Path, name: str = "") -> list[Page]:
    """The pages of a document. `name` is what the user called the file. Raises `BadDocument`."""
    name = name or path.name
    if not path.is_file():
        raise BadDocument(f"Fichier introuvable : « {name} ».")
    size = path.stat().st_size
    if not size:
        raise BadDocument(f"« {name} » est vide.")
    if size > MAX_BYTES:
        raise BadDocument(f"« {name} » est trop gros ({size // 1048576} Mo ; 200 Mo au plus).")
    with path.open("rb") as stream:
        head = stream.read(1024)
    if b"%PDF-" not in head:
        raise BadDocument(f"« {name} » n'est pas un PDF lisible. Formats acceptés : PDF.")
    return read_pdf(path, name)


def read_pdf(path: Path, name: str) -> list[Page]:
    """The pages of a PDF with a text layer, by pypdf in layout mode."""
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadDocument(f"« {name} » est protégé par un mot de passe : enregistrez-en une copie sans protection.")
        if len(reader.pages) > MAX_PAGES:
            raise BadDocument(f"« {name} » a {len(reader.pages)} pages ({MAX_PAGES} au plus).")
        pages = [Page(number, tidy(page.extract_text(extraction_mode="layout"))) for number, page in enumerate(reader.pages, 1)]
    except BadDocument:
        raise
    except (PdfReadError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError):
        raise BadDocument(f"« {name} » est endommagé ou tronqué : ouvrez-le et enregistrez-le de nouveau en PDF.") from None
    if not any(page.text for page in pages):
        raise BadDocument(f"« {name} » ne contient aucun texte : c'est une image (un scan) ou une page blanche.")
    return pages


def tidy(text: str) -> str:
    """Page text without trailing spaces, without more than one blank line in a row; columns untouched."""
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u00ad", "")
    lines = [line.rstrip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def furniture(pages: Sequence[Page]) -> set[str]:
    """Running headers, footers and page numbers: the shapes (digits as 0) that stand at page edges again and again."""
    edges: Counter[str] = Counter()
    first_or_last: Counter[str] = Counter()
    for page in pages:
        lines = [line for line in page.text.splitlines() if line.strip()]
        edges.update({line_shape(line) for line in lines[:3] + lines[-3:]})
        # A part of the document (an avenant) has a header of its own on few pages; table headings are no headers.
        first_or_last.update({line_shape(line) for line in lines[:1] + lines[-1:] if len(re.split(r" {3,}", line.strip())) < 3})
    often = max(3, round(0.4 * len(pages)))
    return {shape for shape, n in edges.items() if n >= often} | {shape for shape, n in first_or_last.items() if n >= 2}


def line_shape(line: str) -> str:
    """A line with its digits and spaces made equal, to compare page edges."""
    return re.sub(r"\d+", "0", " ".join(line.split()))
