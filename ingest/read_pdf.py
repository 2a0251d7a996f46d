"""A PDF's text layer, page by page, by pypdf in layout mode; runs in the sandbox.

pdfium opens what pypdf can't (locked without a password, damaged tables), and says which pages are pictures.
"""

import logging
import re
import time
from pathlib import Path
from typing import Any

from ingest.documents import READING, BadDocument, clean, tidy
from ingest.sandbox import Progress, silent

SCANT, STAMPED = 20, 400  # characters: a page with fewer has no text; with fewer, over a picture, only a stamp
_TABLES = 6.0  # seconds, after which tables are read from columns of text alone
_NO_TEXT = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]|/[Gg]\\d+|\\(cid:\\d+\\)")


def read(
    path: str, name: str, most: int, share: int, first: int = 0, end: int | None = None, progress: Progress = silent
) -> dict[str, Any]:
    """Pages `first` (from 0) to `end`: {"path", "count", "pages": [[number, text]], "scans": [numbers], "warnings"}.

    "path" is a mended copy where the file needed one; "scans" are the pages to recognise. Of a PDF of more than `share`
    pages, asked for whole, only "path", "count" and "warnings" are given. Raises `BadDocument`.
    """
    logging.disable(logging.CRITICAL)
    reader, where, warnings = _opened(path, name)
    count = len(reader.pages)
    if count > most:
        raise BadDocument(f"« {name} » a {count} pages ({most} au plus).")
    if not count:
        raise BadDocument(f"« {name} » n'a aucune page.")
    if end is None and count > share:
        return {"path": where, "count": count, "pages": [], "scans": [], "warnings": warnings}
    numbers = range(first, count if end is None else end)
    seen = _Pictures(where)
    pages: list[tuple[int, str]] = []
    scans, failed = [], []
    until = time.monotonic() + _TABLES
    for done, at in enumerate(numbers, 1):
        try:
            raw = reader.pages[at].extract_text(extraction_mode="layout")
        except (MemoryError, BadDocument):
            raise
        except Exception:  # pypdf raises whatever a broken page makes it stumble over
            raw = seen.text(at)
            if not raw.strip():
                failed.append(at + 1)
        text = tidy(raw)
        if count <= share and time.monotonic() < until and (drawn := clean(seen.tables(at))) and _as_much(drawn, raw):
            text = drawn
        if seen.is_scan(at, raw):
            scans.append(at + 1)
            text = "" if len(_NO_TEXT.findall(raw)) > 0.3 * len(raw.split()) + 5 else text
        pages.append((at + 1, text))
        progress(READING, done, len(numbers))
    failed = [number for number in failed if number not in scans]
    if len(failed) == len(numbers) == count:
        raise BadDocument(f"« {name} » est endommagé ou tronqué : ouvrez-le et enregistrez-le de nouveau en PDF.")
    if failed:
        warnings.append(f"Pages endommagées et non lues : {', '.join(map(str, failed[:20]))}.")
    return {"path": where, "count": count, "pages": pages, "scans": scans, "warnings": warnings if not first else []}


def _as_much(drawn: str, raw: str) -> bool:
    """Has the page read by its rules as many letters as the page read as columns (those of merged cells come again)?"""
    return sum(map(str.isalnum, drawn)) >= 0.995 * sum(map(str.isalnum, raw))


def _opened(path: str, name: str) -> tuple[Any, str, list[str]]:
    """pypdf's reader, the file that it reads, and warnings."""
    from pypdf import PdfReader

    warnings = []
    with Path(path).open("rb") as stream:
        stream.seek(max(0, Path(path).stat().st_size - 2048))
        if b"%%EOF" not in stream.read():
            warnings.append("Le fichier PDF semble incomplet : des pages peuvent manquer à la fin.")
    try:
        reader = PdfReader(Path(path).open("rb"))  # noqa: SIM115 (open as long as the process)
        if not reader.is_encrypted:
            len(reader.pages)
            return reader, path, warnings
    except MemoryError:
        raise
    except Exception:
        pass
    copy = _mended(path, name)
    try:
        reader = PdfReader(Path(copy).open("rb"))  # noqa: SIM115
        len(reader.pages)
    except MemoryError:
        raise
    except Exception:
        raise _damaged(name) from None
    return reader, copy, warnings


def _damaged(name: str) -> BadDocument:
    return BadDocument(f"« {name} » est endommagé ou tronqué : ouvrez-le et enregistrez-le de nouveau en PDF.")


def _mended(path: str, name: str) -> str:
    """A copy that pdfium makes: without its lock where it opens with no password, and with its tables made anew."""
    import pypdfium2  # type: ignore[import-untyped]
    import pypdfium2.raw as raw  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(path)
        copy = str(Path.cwd() / "mended.pdf")
        document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise BadDocument(f"« {name} » est protégé par un mot de passe : enregistrez-en une copie sans protection.") from None
        raise _damaged(name) from None
    return copy


class _Pictures:
    """pdfium's view of the same file, opened when a page has little text."""

    def __init__(self, path: str):
        self._path = path
        self._document: Any = None

    def _page(self, at: int) -> Any:
        import pypdfium2

        if self._document is None:
            self._document = pypdfium2.PdfDocument(self._path)
        return self._document[at]

    def text(self, at: int) -> str:
        """The page's text, columns lost, "" where there is none to be had."""
        try:
            return str(self._page(at).get_textpage().get_text_bounded())
        except MemoryError:
            raise
        except Exception:
            return ""

    def tables(self, at: int) -> str:
        """The page's text with its ruled tables read cell by cell, "" where it has none."""
        from ingest.pdf_tables import page_with_tables

        try:
            return page_with_tables(self._page(at))
        except MemoryError:
            raise
        except Exception:
            return ""

    def is_scan(self, at: int, raw: str) -> bool:
        """Is the page's text in a picture, or in letters that no table of its fonts explains?"""
        signs = len("".join(raw.split()))
        unread = len(_NO_TEXT.findall(raw)) > 0.3 * len(raw.split()) + 5
        if signs >= STAMPED and not unread:
            return False
        try:
            pictures, drawn = self._content(self._page(at))
        except MemoryError:
            raise
        except Exception:
            return False
        if signs < SCANT:
            return pictures > 0.02 or drawn > 200  # letters drawn as shapes are a picture too
        return unread or pictures > 0.6

    def _content(self, page: Any) -> tuple[float, int]:
        """The part of the page that pictures cover (0 to 1, overlaps counted twice) and how many shapes are drawn."""
        import pypdfium2.raw as raw

        width, height = page.get_size()
        covered, drawn = 0.0, 0
        for thing in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH), max_depth=4):
            if thing.type == raw.FPDF_PAGEOBJ_PATH:
                drawn += 1
                continue
            left, bottom, right, top = thing.get_bounds()
            covered += max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
        return covered / max(width * height, 1.0), drawn
