"""A page of a PDF as a picture, with the words of a quotation highlighted. `draw` runs in the sandbox: the file is a stranger's."""

import base64
import ctypes
import io
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import CasfError
from ingest import sandbox
from ingest.sandbox import Progress, SandboxFailure, silent

WIDTH = 1000  # pixels
MOST_PIXELS = 4_000_000  # of a page that is much longer than wide
SECONDS = 30.0
SHORTEST = 5  # letters of a part of the quotation that is looked for by itself
COLOUR = (255, 229, 92)
Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels


@lru_cache(maxsize=64)
def page_image(path: Path, number: int, quote: str, recognise: bool = False) -> dict[str, Any]:
    """Page `number` (from 1): {"image": WebP in base64, "width", "height" in pixels, "marked": whether the quote was found}.

    `recognise` finds the quotation's place on a page that is only a picture, which takes seconds. Raises `CasfError` when the
    page can't be drawn.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="casf-", ignore_cleanup_errors=True) as work:
            drawn: dict[str, Any] = sandbox.run(
                "ingest.page_image:draw",
                {"path": str(path), "number": number, "quote": quote, "recognise": recognise},
                Path(work),
                SECONDS,
            )
            return drawn
    except SandboxFailure:
        raise CasfError("Cette page ne peut pas être dessinée ; son texte est ci-dessous.") from None


def draw(path: str, number: int, quote: str, recognise: bool = False, progress: Progress = silent) -> dict[str, Any]:
    """See `page_image`."""
    import pypdfium2  # type: ignore[import-untyped]
    from PIL import Image, ImageChops

    document = pypdfium2.PdfDocument(path)
    if not 1 <= number <= len(document):
        raise CasfError("Ce document n'a pas cette page.")
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(WIDTH / width, (MOST_PIXELS / (width * height)) ** 0.5)
    picture = page.render(scale=scale).to_pil().convert("RGB")
    boxes = _recognised_boxes(path, number, quote, picture.size) if recognise else _boxes(page, quote, picture.size)
    for box in boxes:
        part = picture.crop(box)
        picture.paste(ImageChops.multiply(part, Image.new("RGB", part.size, COLOUR)), box[:2])
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80)
    return {
        "image": base64.b64encode(out.getvalue()).decode(),
        "width": picture.width, "height": picture.height, "marked": bool(boxes),
    }  # fmt: skip


def letters(text: str) -> str:
    """What is compared: letters and digits, without accents or case."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


def stretches(page: str, quote: str) -> list[tuple[int, int]]:
    """Where a quotation stands in a page, both as `letters`-like strings: whole, else its lines and cells one by one.

    `page` is already reduced to letters; offsets are in it.
    """
    whole = letters(quote)
    if whole and (at := page.find(whole)) >= 0:
        return [(at, at + len(whole))]
    found = []
    for part in re.split(r"\n|\s{2,}|\|", quote):
        small = letters(part)
        if len(small) >= SHORTEST and (at := page.find(small)) >= 0:
            found.append((at, at + len(small)))
    return found


def _boxes(page: Any, quote: str, size: tuple[int, int]) -> list[Box]:
    """Rectangles in pixels (left, top, right, bottom) around the quotation's words, one a line."""
    from pypdfium2 import raw

    text = page.get_textpage()
    shown, places = [], []
    for i in range(text.count_chars()):
        for c in letters(chr(raw.FPDFText_GetUnicode(text, i))):
            shown.append(c)
            places.append(i)
    boxes: list[Box] = []
    x, y = ctypes.c_int(), ctypes.c_int()
    for start, end in stretches("".join(shown), quote):
        for i in dict.fromkeys(places[start:end]):
            left, bottom, right, top = text.get_charbox(i, loose=True)
            corners = []
            for px, py in ((left, top), (right, bottom)):
                raw.FPDF_PageToDevice(page, 0, 0, *size, 0, px, py, x, y)
                corners.append((x.value, y.value))
            (x0, y0), (x1, y1) = corners
            boxes.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return _lines(boxes)


def _recognised_boxes(path: str, number: int, quote: str, size: tuple[int, int]) -> list[Box]:
    """The same on a page that is only a picture, whose words are recognised again for their places; none without Tesseract."""
    from ingest import ocr

    program = ocr.tools()["program"]
    if not program:
        return []
    words, (width, height) = ocr.places(path, number, program)
    shown, places = [], []
    for word in words:
        small = letters(word.text)
        shown.append(small)
        places += [word] * len(small)
    found = [word for start, end in stretches("".join(shown), quote) for word in dict.fromkeys(places[start:end])]
    across, down = size[0] / width, size[1] / height
    return _lines(
        [
            (
                round(w.left * across) - 2,
                round(w.top * down) - 2,
                round(w.right * across) + 2,
                round((w.top + w.height) * down) + 2,
            )
            for w in found
        ]
    )


def _lines(boxes: Sequence[Box]) -> list[Box]:
    """Rectangles of letters or words, those that follow each other on a line made one."""
    out: list[Box] = []
    for box in boxes:
        last = out[-1] if out else None
        if last and min(last[3], box[3]) - max(last[1], box[1]) > 0.5 * (box[3] - box[1]) and -4 <= box[0] - last[2] < 40:
            out[-1] = (last[0], min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        elif box[2] > box[0] and box[3] > box[1]:
            out.append(box)
    return out
