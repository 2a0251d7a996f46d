"""Turns a drawn PDF into a scan of itself: grey images, a little askew and dirty, and no text layer."""

import io
import random
from typing import Any

import numpy as np
import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

DPI = 200
QUALITY = 62


def dirty(image: Any, rng: Any, angle: float) -> Any:
    """One page as a copier gives it back: turned, softened, on greyish paper, with grain and dust."""
    turned = image.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.6))
    ink = np.asarray(turned, dtype=np.float32)
    height, width = ink.shape
    shadow = np.linspace(0, 9, width, dtype=np.float32)[None, :]
    page = 22 + ink * (243 - 22) / 255 - shadow + rng.normal(0, 4.5, ink.shape).astype(np.float32)
    for _ in range(40):
        y, x, size = int(rng.integers(height - 4)), int(rng.integers(width - 4)), int(rng.integers(1, 4))
        page[y : y + size, x : x + size] = 90
    return Image.fromarray(page.clip(0, 255).astype(np.uint8))


def scanned(drawn: bytes, seed: int = 2024) -> bytes:
    """The same pages, as images only; the same bytes for the same drawing and libraries."""
    rng, tilt = np.random.default_rng(seed), random.Random(seed)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    document = pypdfium2.PdfDocument(drawn)
    for number in range(len(document)):
        picture = document[number].render(scale=DPI / 72, grayscale=True).to_pil().convert("L")
        angle = tilt.choice((-1, 1)) * tilt.uniform(0.15, 0.7)
        jpeg = io.BytesIO()
        dirty(picture, rng, angle).save(jpeg, "JPEG", quality=QUALITY)
        canvas.drawImage(ImageReader(jpeg), 0, 0, *A4)
        canvas.showPage()
    document.close()
    canvas.save()
    return out.getvalue()
