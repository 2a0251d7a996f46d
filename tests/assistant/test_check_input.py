"""A text to check is read from each format, and what can't be read is said in one French sentence."""

import io
import zipfile
from pathlib import Path

import pytest

from assistant.check_input import BadText, read_text, unwrapped

SAID = "L'article L. 900-1 ouvre la cantine."


def docx(path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_paragraph(SAID)
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "L. 900-2", "Prix du repas"
    document.save(str(path))


def odt(path: Path) -> None:
    from odf.opendocument import OpenDocumentText
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentText()
    document.text.addElement(P(text=SAID))
    table = Table(name="t")
    row = TableRow()
    for text in ("L. 900-2", "Prix du repas"):
        cell = TableCell()
        cell.addElement(P(text=text))
        row.addElement(cell)
    table.addElement(row)
    document.text.addElement(table)
    document.save(str(path))


def pptx(path: Path) -> None:
    a, r = (
        "http://schemas.openxmlformats.org/drawingml/2006/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    )
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    p = "http://schemas.openxmlformats.org/presentationml/2006/main"
    slide = f'<p:sld xmlns:p="{p}" xmlns:a="{a}"><a:p><a:r><a:t>L\'article L. 900-1 </a:t></a:r><a:r><a:t>ouvre la cantine.</a:t></a:r></a:p></p:sld>'
    notes = f'<p:notes xmlns:p="{p}" xmlns:a="{a}"><a:tr><a:tc><a:p><a:r><a:t>L. 900-2</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>Prix du repas</a:t></a:r></a:p></a:tc></a:tr></p:notes>'
    with zipfile.ZipFile(path, "w") as pack:
        pack.writestr(
            "ppt/presentation.xml",
            f'<p:presentation xmlns:p="{p}" xmlns:r="{r}"><p:sldIdLst><p:sldId id="1" r:id="rId7"/></p:sldIdLst></p:presentation>',
        )
        pack.writestr(
            "ppt/_rels/presentation.xml.rels",
            f'<Relationships xmlns="{links}"><Relationship Id="rId7" Type="{r}/slide" Target="slides/slide3.xml"/></Relationships>',
        )
        pack.writestr("ppt/slides/slide3.xml", slide)
        pack.writestr(
            "ppt/slides/_rels/slide3.xml.rels",
            f'<Relationships xmlns="{links}"><Relationship Id="rId1" Type="{r}/notesSlide" Target="../notesSlides/notesSlide1.xml"/></Relationships>',
        )
        pack.writestr("ppt/notesSlides/notesSlide1.xml", notes)


def pdf(path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    canvas.drawString(72, 700, SAID)
    canvas.drawString(72, 640, "L. 900-2 | Prix du repas | 2020")
    canvas.save()


def plain(path: Path) -> None:
    path.write_bytes(f"{SAID}\r\nL. 900-2 | Prix du repas été\n".encode("cp1252"))


@pytest.mark.parametrize("write", [docx, odt, pptx, pdf, plain])
def test_every_format_gives_its_paragraphs_and_rows(tmp_path, write):
    path = tmp_path / "texte"
    write(path)
    lines = read_text(str(path)).splitlines()
    assert lines[0] == SAID
    assert any(line.startswith("L. 900-2 | Prix du repas") for line in lines)


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\ufeffL'été".encode())))
    assert read_text("-") == "L'été"


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr(name, "<x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "aucun texte"),
        (b"\x00\x01\x02\x03\x04", "texte lisible"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien Office"),
        (b"{\\rtf1 bonjour", "RTF"),
        (b"%PDF-1.7 rien", "endommagé"),
        (b"PK\x03\x04 rien", "endommagé"),
        (zipped("word/document.xml"), "endommagé"),
        (zipped("feuille.xml"), "ni un DOCX"),
    ],
)
def test_what_cannot_be_read_is_said_in_french(tmp_path, data, said):
    path = tmp_path / "x.docx"
    path.write_bytes(data)
    with pytest.raises(BadText, match=said):
        read_text(str(path))


@pytest.mark.parametrize(("body", "said"), [("while True: pass", "trop de temps"), ("bytearray(1 << 62)", "trop de mémoire")])
def test_a_file_that_never_ends_or_fills_the_memory_is_given_up(tmp_path, monkeypatch, body, said):
    """The reader replaced by one that loops or eats, in the process of its own."""
    (tmp_path / "sitecustomize.py").write_text(f"import pypdf\ndef never(*_, **__):\n    {body}\npypdf.PdfReader = never\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("assistant.check_input.SECONDS", 1.5 if "temps" in said else 20.0)
    pdf(tmp_path / "x.pdf")
    with pytest.raises(BadText, match=said):
        read_text(str(tmp_path / "x.pdf"))


def test_a_pdf_s_lines_are_joined():
    page = "Une ligne assez longue pour remplir la largeur de la page, qui continue à la ligne sui-\nvante et finit ici.\nTitre\nAutre phrase."
    assert unwrapped(page).splitlines() == [
        "Une ligne assez longue pour remplir la largeur de la page, qui continue à la ligne suivante et finit ici.",
        "Titre",
        "Autre phrase.",
    ]
