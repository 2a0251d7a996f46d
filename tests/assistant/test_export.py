"""One Markdown text, three files."""

from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader

from assistant.export import as_bytes, blocks, write_document
from corpus.errors import CasfError

TEXT = """# Séance d'été — œuvre

Un **mot fort**, un [lien](https://exemple.fr/a?b=1&c=2), <script>alert(1)</script> et [piège](javascript:alert(1)).

1. premier
2. second
   - dessous

Entre deux.

1. de nouveau

> Une citation de 1 234 €
>
> en deux alinéas

| Année | Places |
|---|---|
| 2031 | 45 |
"""


def test_docx_has_true_headings_lists_links_and_table_headings():
    document = Document(BytesIO(as_bytes(TEXT, ".docx", "Séance")))
    styles = {p.text: p.style.name for p in document.paragraphs}
    assert styles["Séance d'été — œuvre"] == "Heading 1"
    assert styles["premier"] == "List Number" and styles["dessous"] == "List Bullet 2"
    assert styles["en deux alinéas"] == "Intense Quote"
    assert [[c.text for c in row.cells] for row in document.tables[0].rows] == [["Année", "Places"], ["2031", "45"]]
    assert "w:tblHeader" in document.tables[0].rows[0]._tr.xml
    targets = [r.target_ref for r in document.part.rels.values() if r.is_external]
    assert targets == ["https://exemple.fr/a?b=1&c=2"]  # and no javascript
    assert document.core_properties.title == "Séance"
    numbers = {p.text: p._p.pPr.numPr.numId.val for p in document.paragraphs if p.style.name == "List Number"}
    assert numbers["premier"] == numbers["second"] != numbers["de nouveau"]  # a new list starts at 1 again


def test_pdf_says_everything_has_an_outline_and_pages():
    pdf = PdfReader(BytesIO(as_bytes(TEXT + "\nUn alinéa.\n" * 200, ".pdf", "Séance")))
    text = pdf.pages[0].extract_text()
    for said in (
        "œuvre",
        "mot fort",
        "<script>alert(1)</script>",
        "2. second".split()[1],
        "1\u00a0234 €".replace("\u00a0", " "),
        "Places",
    ):
        assert said in text.replace("\u00a0", " ")
    assert pdf.outline[0].title == "Séance d'été — œuvre" and len(pdf.pages) > 1
    assert pdf.metadata.title == "Séance"


def test_control_characters_of_a_scan_reach_no_file():
    assert as_bytes("avant\x00\x0bapr\u00e8s", ".docx", "t") and [
        r.text for b in blocks("avant\x00\x0bapr\u00e8s") for r in b.runs
    ] == ["avantapr\u00e8s"]


def test_another_format_and_a_missing_folder_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(CasfError, match="choisissez un fichier"):
        write_document(TEXT, tmp_path / "séance.xls", "t")
    with pytest.raises(CasfError, match="n'existe pas"):
        write_document(TEXT, tmp_path / "absent" / "séance.pdf", "t")
    write_document(TEXT, tmp_path / "séance.md", "t")
    assert (tmp_path / "séance.md").read_text(encoding="utf-8") == TEXT and len(list(tmp_path.iterdir())) == 1
