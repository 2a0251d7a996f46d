"""A text to check, from a file or from standard input: plain text, Markdown, DOCX, ODT, PPTX, PDF. Told by content, not by name.

One paragraph a line, a table row a line with " | " between cells, so that sentences and rows are found again. A PDF or a
packed file is a stranger's: it is opened, as a contract is, in a process of its own that is bound in time and memory.
"""

import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

from corpus.errors import CasfError
from ingest import sandbox
from ingest.sandbox import Progress, SandboxFailure, silent

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 300 * 1024 * 1024  # of the parts of a DOCX, ODT or PPTX once unpacked
MAX_PAGES = 1000
SECONDS = 120.0  # to read one file
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
ACCEPTED = "Formats acceptés : TXT, Markdown, DOCX, ODT, PPTX, PDF."


class BadText(CasfError):
    """Raised when a text to check can't be read; the message says why and what to do."""


def read_text(source: str) -> str:
    """The text of a file, or of standard input for "-". Raises `BadText`."""
    if source == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
        name = "l'entrée standard"
    else:
        path, name = Path(source), f"« {source} »"
        try:
            if not path.is_file():
                raise BadText(f"Fichier introuvable : {name}.")
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise BadText(f"Impossible de lire {name} ({error.strerror}).") from None
    if len(data) > MAX_BYTES:
        raise BadText(f"{_capital(name)} est trop gros ({MAX_BYTES // 1048576} Mo au plus) : vérifiez-le par parties.")
    text = _text_of(data, name)
    if not re.search(r"\w", text):
        raise BadText(f"{_capital(name)} ne contient aucun texte à vérifier.")
    return text


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _text_of(data: bytes, name: str) -> str:
    if b"%PDF-" in data[:1024] or data[:4] in _ZIP:
        return _apart(data, name)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadText(f"{_capital(name)} est au format d'un ancien Office : enregistrez-le en DOCX ou en PPTX.")
    if data[:5] == b"{\\rtf":
        raise BadText(f"{_capital(name)} est au format RTF : enregistrez-le en DOCX.")
    return _plain(data, name)


_WHY = {
    "time": "demande trop de temps",
    "memory": "demande trop de mémoire",
    "crash": "ne peut pas être lu : il est sans doute endommagé",
}


def _apart(data: bytes, name: str) -> str:
    """What `unpacked` returns, in the sandbox."""
    with tempfile.TemporaryDirectory(prefix="casf-", ignore_cleanup_errors=True) as work:
        path = Path(work) / "texte"
        path.write_bytes(data)
        try:
            text: str = sandbox.run("assistant.check_input:unpacked", {"path": str(path), "name": name}, Path(work), SECONDS)
        except SandboxFailure as failure:
            raise BadText(f"{_capital(name)} {_WHY[failure.kind]} ; vérifiez-le par parties, ou collez son texte.") from None
        except CasfError as error:
            raise BadText(str(error)) from None
    return text


def unpacked(path: str, name: str, progress: Progress = silent) -> str:
    """The text of a PDF, DOCX, ODT or PPTX; `name` is what it is called in a message. Raises `BadText`. Runs in the sandbox."""
    data = Path(path).read_bytes()
    return _packed(data, name) if data[:4] in _ZIP else _pdf(data, name)


def _plain(data: bytes, name: str) -> str:
    """Text in UTF-8 (or 16, with its mark), else in Windows' Western encoding; Markdown comments blanked, offsets kept."""
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(ord(c) < 32 and c not in "\n\r\t\f" for c in text[:20_000]) > 2:
            break
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return re.sub(r"<!--.*?-->", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.DOTALL)
    raise BadText(f"{_capital(name)} n'est pas un texte lisible. {ACCEPTED}")


# --- PDF -------------------------------------------------------------------------------------------------------------


def _pdf(data: bytes, name: str) -> str:
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadText(f"{_capital(name)} est protégé par un mot de passe : enregistrez-en une copie sans protection.")
        if len(reader.pages) > MAX_PAGES:
            raise BadText(f"{_capital(name)} a {len(reader.pages)} pages ({MAX_PAGES} au plus).")
        pages = [page.extract_text() for page in reader.pages]
    except (BadText, MemoryError):
        raise
    except Exception:  # pypdf meets damaged files with errors of every kind
        raise BadText(f"{_capital(name)} est endommagé : ouvrez-le et enregistrez-le de nouveau en PDF.") from None
    if not any(re.search(r"\w", page) for page in pages):
        raise BadText(f"{_capital(name)} ne contient aucun texte : c'est une image (un scan).")
    return "\n\n".join(unwrapped(page) for page in pages)


def unwrapped(page: str) -> str:
    """The lines of a page joined into paragraphs: a line goes on unless it ends a sentence or is much shorter than the others."""
    page = page.replace("\u00ad", "").replace("\u00a0", " ").replace("\u202f", " ")
    lines = [" ".join(line.split()) for line in page.splitlines()]
    lengths = sorted(len(line) for line in lines if line)
    usual = lengths[int(len(lengths) * 0.8)] if lengths else 0
    out: list[str] = []
    full = False
    for line in lines:
        starts = bool(re.match(r"(?:[-–—•▪◦‣*·]|\d{1,2}[.)]|[a-z]\))\s", line))
        if out and full and line and not starts:
            # A word cut at the end of its line is put together again.
            joined = out[-1][:-1] if re.search(r"[a-zà-ÿ]-$", out[-1]) and line[:1].islower() else out[-1] + " "
            out[-1] = joined + line
        else:
            out.append(line)
        full = bool(line) and len(line) >= 0.7 * usual and not line.endswith((".", "!", "?", ":", "»"))
    return "\n".join(out)


# --- DOCX, ODT, PPTX -------------------------------------------------------------------------------------------------


def _packed(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            if sum(part.file_size for part in pack.infolist()) > MAX_UNPACKED:
                raise BadText(f"{_capital(name)} est trop gros une fois décompressé.")
            parts = set(pack.namelist())
            if "word/document.xml" in parts:
                return "\n".join([_docx(data), *_footnotes(pack)])
            if "ppt/presentation.xml" in parts:
                return _pptx(pack)
            if "content.xml" in parts and "opendocument.text" in pack.read("mimetype").decode("ascii", "replace"):
                return _odt(data)
    except (BadText, MemoryError):
        raise
    except Exception:  # each library has its own errors for a damaged file
        raise BadText(f"{_capital(name)} est endommagé : ouvrez-le et enregistrez-le de nouveau.") from None
    raise BadText(f"{_capital(name)} n'est ni un DOCX, ni un ODT, ni un PPTX. {ACCEPTED}")


def _docx(data: bytes) -> str:
    from docx import Document
    from docx.table import Table

    lines: list[str] = []
    for block in Document(io.BytesIO(data)).iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = [" ".join(cell.text.split()) for cell in row.cells]
                # A merged cell comes once for each column that it covers.
                lines.append(" | ".join(cell for i, cell in enumerate(cells) if i == 0 or cell != cells[i - 1]))
        else:
            lines.append(block.text)
    return "\n".join(lines)


_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _footnotes(pack: zipfile.ZipFile) -> list[str]:
    """The notes of a DOCX, one a line: references often stand there, and python-docx doesn't read them."""
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    parts = [part for part in ("word/footnotes.xml", "word/endnotes.xml") if part in pack.namelist()]
    notes = [note for part in parts for note in fromstring(pack.read(part))]
    return [text for note in notes if (text := "".join(t.text or "" for t in note.iter(f"{_WORD}t")).strip())]


def _odt(data: bytes) -> str:
    from odf import opendocument, teletype  # type: ignore[import-untyped]

    document = opendocument.load(io.BytesIO(data))

    def lines(node: Any) -> Iterator[str]:
        for child in node.childNodes:
            if child.nodeType != 1:
                continue
            if child.qname[1] in ("p", "h"):
                yield teletype.extractText(child)
            elif child.qname[1] == "table-row":
                yield " | ".join(" ".join(lines(cell)) for cell in child.childNodes if cell.nodeType == 1)
            elif child.qname[1] not in ("tracked-changes", "annotation"):
                yield from lines(child)

    return "\n".join(lines(document.text))


_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def _pptx(pack: zipfile.ZipFile) -> str:
    """The slides in order, each followed by its notes, read from their XML (no entity is ever expanded)."""
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    def links(part: str) -> dict[str, tuple[str, str]]:
        """Relations of a part: identifier to (kind, part)."""
        path = f"{dirname(part)}/_rels/{part.rsplit('/', 1)[-1]}.rels"
        if path not in pack.namelist():
            return {}
        return {
            link.get("Id", ""): (
                link.get("Type", "").rsplit("/", 1)[-1],
                normpath(f"{dirname(part)}/{link.get('Target', '')}").lstrip("/"),
            )
            for link in fromstring(pack.read(path))
        }

    def paragraphs(part: str) -> Iterator[str]:
        root = fromstring(pack.read(part))
        rows = list(root.iter(f"{_DRAWING}tr"))
        inside = {id(paragraph) for row in rows for paragraph in row.iter(f"{_DRAWING}p")}
        for paragraph in root.iter(f"{_DRAWING}p"):
            if id(paragraph) not in inside:
                yield _run_text(paragraph)
        for row in rows:
            yield " | ".join(" ".join(map(_run_text, cell.iter(f"{_DRAWING}p"))) for cell in row.iter(f"{_DRAWING}tc"))

    main = "ppt/presentation.xml"
    known = links(main)
    slides = [known[s.get(f"{_LINK}id")][1] for s in fromstring(pack.read(main)).iter(f"{_SLIDE}sldId")]
    blocks = []
    for slide in slides:
        notes = [part for kind, part in links(slide).values() if kind == "notesSlide"]
        blocks.append("\n".join(line for part in (slide, *notes) for line in paragraphs(part) if line.strip()))
    return "\n\n".join(blocks)


def _run_text(paragraph: Any) -> str:
    """The text of one paragraph of a slide; a line break inside it is a space."""
    return "".join(
        node.text or "" if node.tag == f"{_DRAWING}t" else " "
        for node in paragraph.iter()
        if node.tag in (f"{_DRAWING}t", f"{_DRAWING}br")
    )
