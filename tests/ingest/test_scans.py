"""Scanned pages: recognised by Tesseract where it is installed, said to be unread where it is not; and how long it takes."""

import io
import os
import re
import time

import numpy as np
import pytest

from corpus.contract import Contract, Page
from ingest.contract_passages import contract_passages, passage_view
from ingest.documents import BadDocument, read_document, read_with_warnings, searchable
from ingest.ocr import _best, _page_lines, tools
from ingest.page_image import page_image
from ingest.page_words import Word, rows_of
from ingest.ruled import ruled_tables
from ingest.workspace import Workspace
from tests.ingest.written import pdf_of, saved

NO_OCR = tools()["missing"]
needs_ocr = pytest.mark.skipif(NO_OCR, reason="Tesseract ou son français n'est pas installé")


def views(pages: list[Page]) -> list[str]:
    return [passage_view(p) for p in contract_passages(Contract("x", "t", "f", "d", tuple(pages)))]


def scan(*drawn: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter

    from evals.contracts.scan import scanned

    writer = PdfWriter()
    for one in drawn:
        for page in PdfReader(io.BytesIO(one)).pages:
            writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    return scanned(out.getvalue())


def ruled_page() -> bytes:
    """A page with a ruled table whose cells have one line beside two."""
    from reportlab.lib import colors
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

    style = getSampleStyleSheet()["Normal"]
    rows = [
        ["Indicateur", "2025", "2026"],
        ["Taux d'occupation de l'hébergement permanent", "95,5 %", "96 %"],
        ["Délai, en jours", "12", "9"],
    ]
    table = Table([[Paragraph(cell, style) for cell in row] for row in rows], colWidths=[140, 70, 70])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
    out = io.BytesIO()
    SimpleDocTemplate(out, invariant=1).build(
        [Paragraph("Article 6. Les indicateurs du contrat sont les suivants.", style), table]
    )
    return out.getvalue()


@needs_ocr
def test_a_scan_is_recognised_tables_and_dates_too(tmp_path):
    words = "Article 1. Le contrat prend effet le 01/01/2024 et expire le 31/12/2028.\nIl compte 48 places, pour 812 640 euros."
    path = saved(tmp_path, "scan.pdf", scan(pdf_of(words), ruled_page()))
    steps = []
    pages = read_document(path, progress=lambda *step: steps.append(step))
    assert [page.ocr for page in pages] == [True, True]
    assert "prend effet le 01/01/2024 et expire le 31/12/2028" in searchable(pages[0].text)
    found = views(pages)
    assert any("Taux d'occupation de l'hébergement permanent ; 2025 : 95,5 % ; 2026 : 96 %" in v.replace("’", "'") for v in found)
    assert any("2026 : 9" in v for v in found)
    assert ("Reconnaissance des pages scannées", 2, 2) in steps


@needs_ocr
@pytest.mark.ci
def test_a_scanned_table_is_read_however_it_is_drawn(tmp_path):
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

    from tests.ingest.test_layout import STYLES

    style = getSampleStyleSheet()["Normal"]
    style.fontSize, style.leading = 11, 13
    told = Paragraph("Les places du contrat sont réparties entre les maisons comme le dit le tableau qui suit.", style)
    drawn = ("no rule", "coloured heading", "rules between rows", "three rules")
    story = []
    for n, name in enumerate(drawn, 41):
        rows = [["Site", "Accueil", "Nombre"], [f"Le Grand Môle {n}", "Insertion et urgence, regroupé ou diffus", str(n)], [f"La Digue {n}", "Stabilisation", str(n + 30)], [f"Le Quai {n}", "Urgence", str(n + 40)]]  # fmt: skip
        rules = [*STYLES[name], ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("TOPPADDING", (0, 0), (-1, -1), 6), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]  # fmt: skip
        story += [told, Spacer(1, 8), Table([[Paragraph(c, style) for c in row] for row in rows], colWidths=[130, 150, 80], style=rules), Spacer(1, 12)]  # fmt: skip
        story += [PageBreak()] if n == 42 else []
    out = io.BytesIO()
    SimpleDocTemplate(out, invariant=1).build(story)
    found = [view.replace("’", "'") for view in views(read_document(saved(tmp_path, "scan.pdf", scan(out.getvalue()))))]
    for n, name in enumerate(drawn, 41):
        assert any(f"Site : Le Grand Môle {n} ; Accueil : Insertion et urgence, regroupé ou diffus ; Nombre : {n}" in view for view in found), (name, found)  # fmt: skip
        assert any(f"Site : La Digue {n} ; Accueil : Stabilisation ; Nombre : {n + 30}" in view for view in found), (name, found)


def test_without_tesseract_it_is_said_what_to_install(tmp_path, monkeypatch):
    if tools()["program"].startswith(("/opt/homebrew", "/usr/local")) or os.name == "nt":
        pytest.skip("Tesseract y est trouvé sans PATH")
    monkeypatch.setenv("PATH", str(tmp_path))
    path = saved(tmp_path, "scan.pdf", scan(pdf_of("Une page scannée de ce contrat")))
    with pytest.raises(BadDocument, match="apt-get install tesseract-ocr tesseract-ocr-fra"):
        read_document(path)

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for one in (pdf_of("Une page de texte, lue comme les autres"), path.read_bytes()):
        writer.add_page(PdfReader(io.BytesIO(one)).pages[0])
    writer.write(tmp_path / "mixte.pdf")
    reading = read_with_warnings(tmp_path / "mixte.pdf")
    assert "lue comme les autres" in reading.pages[0].text
    assert reading.warnings[0].startswith("Page 2 ")
    assert "tesseract-ocr-fra" in reading.warnings[0]


def test_words_in_columns_stay_apart():
    row = [Word("Nord", 100, 100, 80, 30, 95), Word("41", 600, 101, 40, 30, 95), Word("43", 900, 99, 40, 30, 95)]
    below = [Word("-", 100, 160, 10, 5, 95), Word("former", 150, 150, 120, 30, 95)]
    lines = _page_lines(rows_of([*row, *below]), [])
    assert re.fullmatch(r"Nord {3,}41 {3,}43", lines[0])
    assert lines[-1] == "- former"


def test_the_rules_of_a_stamp_are_no_table():
    page = np.full((1400, 2400), 255, np.uint8)
    for row in range(4):
        page[200 + 60 * row : 204 + 60 * row, 200:430] = 0
        for word in (220, 330):
            page[220 + 60 * row : 240 + 60 * row, word : word + 70] = 0
    assert ruled_tables(page, 300) == []
    wide = np.repeat(page[:, 200:430], 4, axis=1)
    assert ruled_tables(np.pad(wide, ((0, 0), (200, 200)), constant_values=255), 300)  # the same, as wide as a table


def test_rules_between_scattered_words_are_no_table():
    page = np.full((1400, 2400), 255, np.uint8)
    for row in range(5):
        page[200 + 150 * row : 204 + 150 * row, 200:2200] = 0
        for word in range(2):
            left = 300 + 200 * row + 900 * word
            page[250 + 150 * row : 290 + 150 * row, left : left + 120] = 0
    assert ruled_tables(page, 300) == []


def test_of_several_readings_of_a_number_the_surest_digits_and_their_comma_are_kept():
    def reading(text: str, sure: float) -> list[Word]:
        return [Word(text, 0, 0, 60, 30, sure)]

    assert _best([reading("17", 60), reading("17", 74), reading("1,7", 97)])[0].text == "1,7"
    assert _best([reading("119", 51), reading("115", 96), reading("113", 41)])[0].text == "115"
    assert _best([reading("Preuves", 40), reading("Preuves", 90)])[0].sure == 90


@pytest.mark.ci
@needs_ocr
def test_a_quotation_is_found_again_on_the_picture_of_its_page(tmp_path):
    file = tmp_path / "scan.pdf"
    file.write_bytes(scan(ruled_page()))
    assert not page_image(file, 1, "Les indicateurs du contrat")["marked"]  # no letters but those of the picture
    assert page_image(file, 1, "Les indicateurs du contrat", recognise=True)["marked"]
    assert not page_image(file, 1, "Nulle part sur cette page", recognise=True)["marked"]


@pytest.mark.slow
@needs_ocr
def test_a_whole_scanned_contract(tmp_path):
    from evals.contracts.make_contracts import drawing
    from evals.contracts.scan import scanned

    path = saved(tmp_path, "chrs.pdf", scanned(drawing("chrs")))
    start = time.monotonic()
    pages = read_document(path)
    seconds = time.monotonic() - start
    assert seconds * 30 / len(pages) < 90 * max(1, os.getloadavg()[0] / 2)
    found = views(pages)
    for wanted in (
        "MESURE : taux ; 2023 : 31% ; 2024 : 33% ; 2025 : 35% ; 2026 : 38% ; 2027 : 40% ; 2028 : 42%",
        "Délai d'entrée après orientation du SIAO, en jours ; 2023 : 16 ; 2024 : 14 ; 2025 : 12 ; 2026 : 10 ; 2027 : 9 ; 2028 : 8",
        "FINESS : 990500132",
        "COÛT : 640.000 € ; SUBVENTION : 384.000 € ; FIN PRÉVUE : 30/06/2027",
        "RESPONSABLE : Mme Nora VALLEMBERT ; ÉCHÉANCE : 31/12/2026",
        "prend effet le 01/01/2024 et expire le 31/12/2028",
    ):
        assert any(wanted in view for view in found), wanted


def thirty_pages() -> bytes:
    """Thirty pages of our own words, two thousand characters each."""
    lines = [f"{{0}}.{n} Le gestionnaire s'engage à porter le taux n° {n} à {60 + n} % avant l'échéance." for n in range(1, 27)]
    return pdf_of(*["\n".join([f"Article {page}", *lines]).replace("{0}", str(page)) for page in range(1, 31)])


@pytest.mark.slow
def test_thirty_text_pages_are_read_and_indexed_in_ten_seconds(tmp_path, engine):
    path = saved(tmp_path, "c.pdf", thirty_pages())
    start = time.monotonic()
    contract = Workspace(tmp_path / "home", "alice", engine.embedder).add(path)
    seconds = time.monotonic() - start
    assert len(contract.pages) == 30
    assert seconds < 10 * crowd()


@pytest.mark.slow
@needs_ocr
def test_thirty_scanned_pages_are_recognised_in_ninety_seconds(tmp_path):
    path = saved(tmp_path, "scan.pdf", scan(thirty_pages()))
    start = time.monotonic()
    reading = read_with_warnings(path)
    seconds = time.monotonic() - start
    assert all(page.ocr for page in reading.pages)
    assert "texte reconnu sur une image" in reading.warnings[0]
    assert seconds < 90 * crowd()


def crowd() -> float:
    """How many times slower a machine is that has more to do than its processors can: the promise is for an idle one."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else 1.0


def test_a_rule_that_fades_is_drawn_out():
    page = np.full((900, 1200), 245, np.uint8)
    for y in (100, 250, 400, 550):
        page[y : y + 3, 100:1100] = 120
    for x in (100, 600, 1097):
        page[100:553, x : x + 3] = 120
    page[400:403, 700:1000] = 245  # the rule under the second row, rubbed out
    page[170:320, 600:603] = 245
    (boxes,) = ruled_tables(page, 300)
    assert {(box.row, box.column) for box in boxes} == {(r, c) for r in range(3) for c in range(2)}
