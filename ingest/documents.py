"""A file that a user gives, read into pages of text. Layout is kept (columns stay columns), so that tables can be read.

The file is a stranger's: it is only opened in a process of its own (`ingest/sandbox.py`) that is bound in time and memory.
`ingest/read_pdf.py`, `ingest/office.py` (DOCX, ODT) and `ingest/ocr.py` (scanned pages) read it there.
"""

import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from corpus.contract import Page
from corpus.errors import CasfError
from ingest import sandbox
from ingest.headings import heading_of
from ingest.sandbox import Progress, SandboxFailure, silent

MAX_BYTES = 200 * 1024 * 1024
MAX_PAGES = 2000
TEXT_SECONDS = 18.0  # for all that is not recognition: the promise is twenty
CONVERT_SECONDS = 12.0  # LibreOffice, for the page numbers of a DOCX or an ODT
SCAN_SECONDS = 60.0  # for one scanned page
SCANS_AT_ONCE = 2
SHARE = 150  # pages that one process reads; a longer PDF is shared out
READING, RECOGNISING = "Lecture du document", "Reconnaissance des pages scannées"

FORMATS = "Formats acceptés : PDF, DOCX, ODT"
INSTALL_OCR = (
    "Pour lire les pages scannées, installez Tesseract avec le français (Debian, Ubuntu : « apt-get install tesseract-ocr "
    "tesseract-ocr-fra » ; Windows : l'installateur de Tesseract, en cochant « French » ; macOS : la formule « tesseract-lang » "
    "de Homebrew), puis ajoutez de nouveau le document"
)


class BadDocument(CasfError):
    """Raised when a file can't be read as a contract; the message says why and what to do."""


class BarePage(Page):
    """A page without running header or footer, since its reader left them out: no line of it is `furniture`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a document, and what its reader should know of how (French sentences)."""

    pages: tuple[Page, ...]
    warnings: tuple[str, ...] = ()


def read_document(path: Path, name: str = "", progress: Progress = silent) -> list[Page]:
    """The pages of a document. `name` is what the user called the file. Raises `BadDocument`."""
    return list(read_with_warnings(path, name, progress).pages)


def read_with_warnings(path: Path, name: str = "", progress: Progress = silent) -> Reading:
    """The pages of a PDF, DOCX or ODT file, and warnings. `name` is only ever shown. Raises `BadDocument`."""
    name = shown_name(name or path.name)
    kind = _kind(path, name)
    with tempfile.TemporaryDirectory(prefix="casf-", ignore_cleanup_errors=True) as folder:
        job = _Job(path.resolve(), name, Path(folder), progress, time.monotonic() + TEXT_SECONDS)
        reading = job.read_pdf() if kind == "pdf" else job.read_office()
    if not any(page.text.strip() for page in reading.pages):
        why = f" {reading.warnings[0]}" if reading.warnings else " Ses pages sont blanches."
        raise BadDocument(f"« {name} » ne contient aucun texte.{why}")
    return reading


def _kind(path: Path, name: str) -> str:
    """ "pdf" or "zip", by the file's first bytes: its name proves nothing."""
    try:
        if path.is_dir():
            raise BadDocument(f"« {name} » est un dossier : choisissez un fichier. {FORMATS}.")
        if not path.is_file():
            raise BadDocument(f"Fichier introuvable : « {name} ».")
        size = path.stat().st_size
        if not size:
            raise BadDocument(f"« {name} » est vide.")
        if size > MAX_BYTES:
            raise BadDocument(f"« {name} » est trop gros ({-(-size // 1048576)} Mo ; {MAX_BYTES // 1048576} Mo au plus).")
        with path.open("rb") as stream:
            head = stream.read(4096)
    except (OSError, ValueError):
        raise BadDocument(f"« {name} » ne peut pas être ouvert : vérifiez son nom et vos droits d'accès.") from None
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    raise BadDocument(f"« {name} » n'est pas un PDF, un DOCX ni un ODT lisible{_what_it_is(path, head)}. {FORMATS}.")


def _what_it_is(path: Path, head: bytes) -> str:
    """A clause on files that are often taken for contracts."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if head.startswith((b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")):
        return " : c'est un programme"
    if start.startswith((b"<!doctype html", b"<html", b"<head")):
        return " : c'est une page web, à imprimer en PDF"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        with path.open("rb") as stream:  # an OLE container: an encrypted DOCX, or the Word of before 2007
            locked = "EncryptedPackage".encode("utf-16-le") in stream.read(1 << 20)
        if locked:
            return " : il est protégé par un mot de passe ; enregistrez-en une copie sans protection"
        return " : c'est un ancien fichier Office (.doc) ; enregistrez-le en DOCX ou en PDF"
    if start.startswith(b"{\\rtf"):
        return " : c'est un fichier RTF ; enregistrez-le en DOCX ou en PDF"
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"II*\x00", b"MM\x00*", b"GIF8")) or head[4:12] == b"ftypheic":
        return " : c'est une image ; rassemblez les pages dans un PDF"
    return ""


class _Job:
    """The reading of one file: its processes, its folder of work, its deadline."""

    def __init__(self, path: Path, name: str, work: Path, progress: Progress, deadline: float):
        self.path, self.name, self.work, self.progress, self.deadline = path, name, work, progress, deadline

    def ask(self, task: str, seconds: float | None = None, report: Progress = silent, **arguments: Any) -> Any:
        """What a function of ours returns, run in a process of its own. Raises `SandboxFailure`, `CasfError`."""
        left = self.deadline - time.monotonic() if seconds is None else seconds
        return sandbox.run(task, arguments, self.work, max(left, 0.1), report)

    def asked(self, task: str, report: Progress = silent, **arguments: Any) -> Any:
        """The same, with every failure as a `BadDocument`."""
        try:
            return self.ask(task, report=report, name=self.name, **arguments)
        except SandboxFailure as failure:
            raise BadDocument(f"« {self.name} » {_WHY[failure.kind]}.") from None
        except CasfError as error:
            raise BadDocument(str(error)) from None

    def read_pdf(self) -> Reading:
        """A PDF's pages: its text, and what is recognised where it has none."""
        found = self.asked("ingest.read_pdf:read", self.progress, path=str(self.path), most=MAX_PAGES, share=SHARE)
        path = found["path"]  # a copy where the original was locked or had to be mended
        if found["count"] > SHARE:
            found |= self._shared(path, found["count"])
        pages = [Page(number, text) for number, text in found["pages"]]
        warnings = list(found["warnings"])
        if found["scans"]:
            pages, more = self._recognised(path, pages, found["scans"])
            warnings += more
        bare = [p.number for p in pages if len(p.text.strip()) < 20 and p.number not in found["scans"]]
        if bare and len(bare) < len(pages):
            warnings.append(f"{_pages(bare)} sans texte.")
        return Reading(tuple(pages), tuple(warnings))

    def _shared(self, path: str, count: int) -> dict[str, Any]:
        """A long PDF, read by as many processes as there are processors (four at most)."""
        shares = [(first, min(first + SHARE, count)) for first in range(0, count, SHARE)]
        done: Counter[int] = Counter()

        def one(share: tuple[int, int]) -> Any:
            def report(what: str, read: int, _total: int) -> None:
                done[share[0]] = read
                self.progress(what, sum(done.values()), count)

            return self.asked(
                "ingest.read_pdf:read", report, path=path, most=MAX_PAGES, share=SHARE, first=share[0], end=share[1]
            )

        parts = list(_together(one, shares, min(4, os.cpu_count() or 1)))
        return {key: [row for part in parts for row in part[key]] for key in ("pages", "scans", "warnings")}

    def _recognised(self, path: str, pages: list[Page], scans: list[int]) -> tuple[list[Page], list[str]]:
        """The pages with the scanned ones recognised, where Tesseract is installed, and warnings."""
        tools = self.ask("ingest.ocr:tools", seconds=20)
        if tools["missing"]:
            reason = "Tesseract n'a pas le français" if tools["program"] else "Tesseract n'est pas installé"
            if all(len(page.text.strip()) < 20 for page in pages):
                raise BadDocument(f"« {self.name} » est un scan (des images de pages) et {reason}. {INSTALL_OCR}.")
            unread = [n for n in scans if len(pages[n - 1].text.strip()) < 20]
            return pages, [f"{_pages(unread)} non lues, car scannées : {reason}. {INSTALL_OCR}."] if unread else []
        done: list[int] = []
        self.progress(RECOGNISING, 0, len(scans))

        def one(number: int) -> tuple[int, str, float] | None:
            try:
                page = self.ask("ingest.ocr:read_page", SCAN_SECONDS, path=path, number=number, program=tools["program"])
            except (SandboxFailure, CasfError):
                page = None
            done.append(number)
            self.progress(RECOGNISING, len(done), len(scans))
            return (number, page["text"], page["confidence"]) if page else None

        read = {row[0]: row for row in _together(one, scans, SCANS_AT_ONCE) if row}
        # A stamp's few words are kept where the picture gives no more than they say.
        better = {n: text for n, text, _ in read.values() if len(text) > len(pages[n - 1].text)}
        pages = [Page(p.number, better[p.number], ocr=True) if p.number in better else p for p in pages]
        warnings = []
        if better:
            warnings.append(f"{_pages(sorted(better))} : texte reconnu sur une image ; vérifiez les chiffres sur le document.")
        if failed := [n for n in scans if n not in read]:
            warnings.append(f"{_pages(failed)} : la reconnaissance du texte a échoué.")
        if blank := [n for n in scans if n in read and len(pages[n - 1].text.strip()) < 20]:
            warnings.append(f"{_pages(blank)} sans texte reconnu.")
        if doubtful := [n for n in sorted(better) if read[n][2] < 70 and n not in blank]:
            warnings.append(f"{_pages(doubtful)} : texte reconnu avec peu de certitude.")
        return pages, warnings

    def read_office(self) -> Reading:
        """A DOCX's or ODT's pages: as its program last set them, else as LibreOffice sets them, else its sections."""
        self.progress(READING, 0, 1)
        found = self.asked("ingest.office:read", path=str(self.path))
        pages, warnings = found["pages"], list(found["warnings"])
        if not found["paged"]:
            try:
                pages = self._set_by_libreoffice(found)
                warnings.append(
                    "Les numéros de page sont ceux que donne LibreOffice : Word peut couper ses pages un peu autrement."
                )
            except (SandboxFailure, CasfError):
                warnings.append(
                    "Ce fichier ne dit pas où ses pages se terminent : les numéros de page cités sont ceux de ses sections, "
                    "dans l'ordre. Pour de vrais numéros de page, enregistrez-le en PDF et ajoutez ce PDF."
                )
        self.progress(READING, 1, 1)
        return Reading(tuple(BarePage(number, text) for number, text in pages), tuple(warnings))

    def _set_by_libreoffice(self, found: dict[str, Any]) -> list[list[Any]]:
        """The text over the pages of the PDF that LibreOffice makes of it."""
        pdf = self.ask("ingest.office:to_pdf", CONVERT_SECONDS, path=str(self.path), kind=found["kind"])
        laid = self.ask("ingest.read_pdf:read", 8, path=pdf, name=self.name, most=MAX_PAGES, share=MAX_PAGES)
        pages: list[list[Any]] = self.ask("ingest.office:place", 8, blocks=found["blocks"], laid=laid["pages"])
        return pages


_WHY = {
    "time": "est trop long ou trop compliqué à lire : enregistrez-le de nouveau, ou coupez-le en plusieurs fichiers",
    "memory": "demande trop de mémoire pour être lu : enregistrez-le de nouveau, ou coupez-le en plusieurs fichiers",
    "crash": "est endommagé ou tronqué : ouvrez-le et enregistrez-le de nouveau en PDF",
}


def _together(one: Callable[[Any], Any], rows: Sequence[Any], at_once: int) -> list[Any]:
    """`one` of every row, `at_once` at a time, in order; the first failure, or an interruption, stops those not begun."""
    with ThreadPoolExecutor(at_once) as pool:
        futures = [pool.submit(one, row) for row in rows]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _pages(numbers: Sequence[int]) -> str:
    """ "Page 3" or "Pages 3, 4, 5 et 12 autres"."""
    listed = ", ".join(map(str, numbers[:20]))
    more = f" et {len(numbers) - 20} autres" if len(numbers) > 20 else ""
    return f"Page{'s' if len(numbers) > 1 else ''} {listed}{more}"


def shown_name(name: str) -> str:
    """A file's name as a message may show it: no folder, no markup, nothing unprintable, 80 characters at most."""
    name = re.split(r"[\\/]", name)[-1]
    name = "".join(c for c in name if c.isprintable() and c not in "<>\"'&`«»").strip()
    return (name if len(name) <= 80 else name[:60] + "…" + name[-15:]) or "document"


_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffe\uffff]")
# Bullets of symbol fonts: private characters, signs that layout does not know, and what they become without their font.
_ODD_BULLET = re.compile(r"^(\s*)(?:[➢➤➔➜❖◦○◆◇▶►▸‣⁃⮚✓✔✗✘☐☑☒□❑❒]|[§ØüÜ·](?=\s+[^\W\d])|o(?=\s+[^\W\d]))(?=\s+\S)", re.MULTILINE)


def tidy(text: str) -> str:
    """Page text without trailing spaces, without more than one blank line in a row; columns untouched."""
    return re.sub(r"\n{3,}", "\n\n", clean(text))


def clean(text: str) -> str:
    """Page text in plain characters: ordinary spaces, no control character, « • » for every odd bullet, no trailing space."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = re.sub(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]", " ", text)
    text = re.sub(r"\u00ad(?=[ ]*(?:\n|$))", "-", text).replace("\u00ad", "")  # a soft hyphen at a line's end is seen
    text = re.sub("[ﬀ-ﬆ]", lambda m: _LIGATURES[m[0]], text).replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    text = re.sub("[\ue000-\uf8ff]", "•", _UNSEEN.sub("", text))
    return "\n".join(line.rstrip() for line in _ODD_BULLET.sub(r"\1•", text).split("\n")).strip("\n")


def searchable(text: str) -> str:
    """A passage's text for the search: one line, words that a line's end cuts made whole again. Not for quoting."""
    text = re.sub(r"(?<=[^\W\d_])-\n\s*(?=[a-zà-öø-ÿœ])", "", text)
    return " ".join(text.split())


_COUNTER = re.compile(r"\W{0,3}0\s?(?:/|sur)\s?0\W{0,3}")


def furniture(pages: Sequence[Page]) -> set[str]:
    """Running headers, footers and page numbers: the shapes (digits as 0) that stand at page edges again and again."""
    edges: dict[str, list[tuple[int, list[int]]]] = {}
    outer: set[str] = set()
    pages = [page for page in pages if not isinstance(page, BarePage)]
    for page in pages:
        lines = [line for line in page.text.splitlines() if line.strip()]
        for shape, line in {line_shape(line): line for line in lines[:3] + lines[-3:]}.items():
            edges.setdefault(shape, []).append((page.number, [int(n[-9:]) for n in re.findall(r"\d+", line)]))
        # A part of the document (an avenant) has a header of its own on few pages; table headings are no headers.
        outer |= {line_shape(line) for line in lines[:1] + lines[-1:] if len(re.split(r" {3,}", line.strip())) < 3}
    often = max(3, round(0.4 * len(pages)))
    scanned = any(page.ocr for page in pages)  # its page numbers may be misread
    found = set()
    for shape, places in edges.items():
        # The numbers of a running line stay or count the pages; those of "Article 12" at a page's top do neither.
        counts = all(
            len(set(column)) == 1 or len({n - page for n, (page, _) in zip(column, places, strict=True)}) == 1
            for column in zip(*(numbers for _, numbers in places), strict=True)
        )
        follows = any(b - a == 1 for (a, _), (b, _) in pairwise(places))
        if (len(places) >= often and (counts or (scanned and not heading_of(shape)))) or (shape in outer and counts and follows):
            found.add(shape)
        elif scanned and _COUNTER.fullmatch(shape) and any(numbers and numbers[0] == page for page, numbers in places):
            found.add(shape)  # on each page read in another way: "-1/7-", "— 3/7 —"
    return found


def line_shape(line: str) -> str:
    """A line with its digits and spaces made equal, to compare page edges."""
    return re.sub(r"\d+", "0", " ".join(line.split()))
