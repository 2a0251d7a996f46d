"""A word-processor file (a zip package): checked, then read as DOCX or ODT; LibreOffice for its pages. Runs in the sandbox."""

import logging
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpus.errors import CasfError
from ingest.documents import FORMATS, BadDocument
from ingest.flow import Break, Line, lines_of, pages_of, sections_of
from ingest.flow import place as placed
from ingest.sandbox import Progress, silent

MOST_PARTS = 5000
MOST_UNPACKED = 400 * 1024 * 1024  # bytes, pictures included
MOST_XML = 60 * 1024 * 1024  # bytes of one XML part: some two thousand pages
_PACKED = 200  # times smaller than its content: what no document reaches once it has some size


def read(path: str, name: str, progress: Progress = silent) -> dict[str, Any]:
    """{"kind", "paged", "pages": [[number, text]], "warnings", "blocks"}; "paged" is false when the pages are sections.

    "blocks" are then the lines that `place` puts on the pages of `to_pdf`. Raises `BadDocument`.
    """
    logging.disable(logging.CRITICAL)
    kind = _checked(path, name)
    try:
        if kind == "docx":
            from ingest.read_docx import read_parts
        else:
            from ingest.read_odt import read_parts
        parts, counted = read_parts(path)
    except MemoryError:
        raise
    except Exception:  # the libraries raise whatever a broken package makes them stumble over
        raise BadDocument(f"« {name} » est endommagé : ouvrez-le et enregistrez-le de nouveau.") from None
    ends = [part for part in parts if isinstance(part, Break)]
    lines = lines_of(parts)
    # The ends of pages that the program noted are right only if they make as many pages as it counted.
    if any(end.sure for end in ends) and counted in (0, len(ends) + 1):
        return {"kind": kind, "paged": True, "pages": pages_of(lines), "warnings": [], "blocks": []}
    blocks = [asdict(line) for line in lines]
    return {"kind": kind, "paged": False, "pages": sections_of(lines), "warnings": [], "blocks": blocks}


def place(blocks: list[dict[str, Any]], laid: list[list[Any]], progress: Progress = silent) -> list[tuple[int, str]]:
    """`ingest.flow.place` on what `read` and the PDF's reader give. Raises `CasfError` when they don't match."""
    return placed([Line(**block) for block in blocks], [(number, text) for number, text in laid])


def _checked(path: str, name: str) -> str:
    """ "docx" or "odt"; refuses packages that are neither, or that unpack to more than a document holds."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            _refuse_bombs(parts, Path(path).stat().st_size, name)
            kind = _kind(package, names, name)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with package.open(part) as stream:
                        _refuse_entities(stream.read(65536), name)
    except BadDocument:
        raise
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, NotImplementedError, RuntimeError, EOFError, zipfile.zlib.error):  # type: ignore[attr-defined]
        raise BadDocument(f"« {name} » est endommagé ou tronqué : ouvrez-le et enregistrez-le de nouveau.") from None
    return kind


def _refuse_bombs(parts: list[zipfile.ZipInfo], size: int, name: str) -> None:
    unpacked = sum(part.file_size for part in parts)
    largest = max((part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))), default=0)
    swollen = unpacked > 20 * 1024 * 1024 and unpacked > _PACKED * size
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or largest > MOST_XML or swollen:
        raise BadDocument(
            f"« {name} » est refusé : une fois décompressé, il serait démesuré ({unpacked // 1048576} Mo, {len(parts)} éléments)."
        )


def _refuse_entities(start: bytes, name: str) -> None:
    """Office files define no entities: those who do want to fill the memory or to read other files."""
    for encoding in ("ascii", "utf-16-le", "utf-16-be"):
        if "<!ENTITY".encode(encoding) in start:
            raise BadDocument(f"« {name} » est refusé : il contient des définitions (entités XML) qu'un document n'a pas.")


def _kind(package: zipfile.ZipFile, names: set[str], name: str) -> str:
    refused = f"« {name} » n'est pas un PDF, un DOCX ni un ODT lisible"
    if "[Content_Types].xml" in names:
        types = package.read("[Content_Types].xml")[:1_000_000].decode("utf-8", "replace")
        if "wordprocessingml.document.main+xml" in types:
            main = package.read("word/document.xml")[:2000] if "word/document.xml" in names else b""
            if b"purl.oclc.org/ooxml" in main:
                raise BadDocument(f"{refused} : il est au format « Strict Open XML » ; enregistrez-le en DOCX ordinaire.")
            return "docx"
        for sign, what in (
            ("wordprocessingml", "un modèle Word ou un document à macros"), ("macroEnabled", "un document à macros"),
            ("spreadsheetml", "un classeur Excel"), ("presentationml", "une présentation PowerPoint"),
        ):  # fmt: skip
            if sign in types:
                raise BadDocument(f"{refused} : c'est {what} ; enregistrez-le en DOCX ou en PDF.")
    if "content.xml" in names:
        if "META-INF/manifest.xml" in names and b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise BadDocument(f"« {name} » est protégé par un mot de passe : enregistrez-en une copie sans protection.")
        kind = package.read("mimetype").decode("ascii", "replace").strip() if "mimetype" in names else ""
        if kind.startswith("application/vnd.oasis.opendocument.text"):
            return "odt"
        raise BadDocument(f"{refused} : c'est un autre document LibreOffice ; enregistrez-le en ODT ou en PDF.")
    raise BadDocument(f"{refused} : c'est une archive ZIP. {FORMATS}.")


def to_pdf(path: str, kind: str, progress: Progress = silent) -> str:
    """The PDF that LibreOffice makes of the file, in the folder of work. Raises `CasfError` where it makes none."""
    program = _libreoffice()
    if not program:
        raise CasfError("LibreOffice n'est pas installé.")
    source = Path.cwd() / f"source.{kind}"
    _without_links(path, source)
    profile = (Path.cwd() / "profile").as_uri()
    subprocess.run(
        [program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck", "--convert-to", "pdf",
         "--outdir", str(Path.cwd()), str(source)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    made = source.with_suffix(".pdf")
    if not made.is_file():
        raise CasfError("LibreOffice n'a pas lu le fichier.")
    return str(made)


def _libreoffice() -> str:
    places = [
        "/Applications/LibreOffice.app/Contents/MacOS/soffice",
        *(rf"{os.environ.get(v, '')}\LibreOffice\program\soffice.exe" for v in ("PROGRAMFILES", "PROGRAMFILES(X86)")),
    ]
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in places if sys.platform != "linux" and Path(place).is_file()), "")


def _without_links(path: str, target: Path) -> None:
    """A copy that makes LibreOffice fetch nothing: no linked picture, template or object, wherever it lies."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for part in source.infolist():
            data = source.read(part)
            if part.filename.endswith(".rels"):
                data = re.sub(rb"<Relationship\b[^>]*TargetMode=[\"']External[\"'][^>]*>", _kept_link, data)
            elif part.filename.endswith(".xml") and target.suffix == ".odt":
                data = re.sub(rb"(xlink:href=)([\"'])(?:[a-zA-Z][\w+.-]*:|//|\.\./|/)[^\"']*\2", rb"\1\2\2", data)
            copy.writestr(part, data)


def _kept_link(found: re.Match[bytes]) -> bytes:
    """A relation to the outside, its target made harmless (a hyperlink is only followed by a click)."""
    return found[0] if b"/hyperlink" in found[0] else re.sub(rb"Target=[\"'][^\"']*[\"']", b'Target="about:blank"', found[0])
