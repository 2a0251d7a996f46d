"""Contracts in whatever form, and files that are none: each reader, each limit, each refusal."""

import io
import os
import re
import zipfile
from pathlib import Path

import pytest

from corpus.contract import Contract, Page
from corpus.errors import CasfError
from ingest.contract_passages import contract_passages, passage_view
from ingest.documents import (
    BadDocument,
    BarePage,
    clean,
    furniture,
    read_document,
    read_with_warnings,
    searchable,
    shown_name,
    tidy,
)  # fmt: skip
from ingest.flow import Break, Cell, Table, Text, lines_of, pages_of, place, sections_of
from ingest.ocr import tools
from ingest.word_numbers import written
from ingest.workspace import DEMO_FILE
from tests.ingest.written import pdf_of, saved, zipped

NO_OCR = tools()["missing"]
needs_ocr = pytest.mark.skipif(NO_OCR, reason="Tesseract ou son français n'est pas installé")


def views(pages: list[Page]) -> list[str]:
    return [passage_view(p) for p in contract_passages(Contract("x", "t", "f", "d", tuple(pages)))]


# Text


def test_page_text_is_in_plain_characters():
    assert tidy("a\u00a0b\u202fc\u00ad d  \n\n\n\ne\x00\ufeff") == "a b c d\n\ne"
    assert clean("accompa\u00ad\ngnement") == "accompa-\ngnement"
    assert clean("ﬁnancement eﬀectif\tvu") == "financement effectif    vu"
    assert clean("\ud83d seul").endswith(" seul")


@pytest.mark.parametrize("bullet", ["\uf0b7", "\uf0a7", "\uf0d8", "➢", "❖", "o", "§", "Ø", "·"])
def test_odd_bullets_become_bullets(bullet):
    assert clean(f"  {bullet}  former les équipes") == "  •  former les équipes"
    assert clean("§ 2 du texte, un seul o") == "§ 2 du texte, un seul o"


def test_words_cut_at_a_line_s_end_are_whole_for_the_search_only():
    page = Page(1, "Le contrat engage un accompa-\n   gnement de qualité à Saint-\nGermain.")
    assert searchable(page.text) == "Le contrat engage un accompagnement de qualité à Saint- Germain."
    assert "accompa-\n" in page.text


def test_names_are_shown_without_markup_or_folders():
    assert shown_name("../../etc/passwd") == "passwd"
    assert shown_name("C:\\x\\<b>y</b>.pdf") == "b.pdf"
    assert len(shown_name("é" * 300 + ".pdf")) <= 80
    assert "\n" not in shown_name("a\nb\u202e.pdf")


# PDF


def test_a_pdf_keeps_its_columns_and_pages(tmp_path):
    path = saved(tmp_path, "c.pdf", pdf_of("Article 1. Objet\nTaux        95 %        96 %", "Seconde page du contrat"))
    steps = []
    pages = read_document(path, progress=lambda *step: steps.append(step))
    assert [page.number for page in pages] == [1, 2]
    assert re.search(r"Taux {3,}95 % {3,}96 %", pages[0].text)
    assert steps[-1][1:] == (2, 2)
    assert not any(page.ocr for page in pages)


def test_a_long_pdf_is_shared_out_and_put_together_again(tmp_path):
    path = saved(tmp_path, "c.pdf", pdf_of(*[f"Ceci est la page numéro {n} du contrat" for n in range(1, 332)]))
    pages = read_document(path)
    assert [page.number for page in pages] == list(range(1, 332))
    assert all(f"numéro {page.number} du" in page.text for page in pages)


def test_a_pdf_that_only_its_owner_may_change_is_read(tmp_path):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of("Texte que chacun peut lire"))))
    writer.encrypt("", owner_password="secret", algorithm="RC4-128")
    writer.write(tmp_path / "c.pdf")
    assert "chacun peut lire" in read_document(tmp_path / "c.pdf")[0].text


def test_an_incomplete_pdf_is_refused_or_says_so(tmp_path):
    whole = DEMO_FILE.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        path = saved(tmp_path, "c.pdf", whole[: int(len(whole) * share)])
        try:
            reading = read_with_warnings(path)
        except BadDocument as error:
            assert "endommagé" in str(error)
        else:
            assert any("incomplet" in warning for warning in reading.warnings)


# DOCX


@pytest.fixture(scope="module")
def word(tmp_path_factory) -> list[Page]:
    from evals.contracts.make_contracts import word

    return read_document(saved(tmp_path_factory.mktemp("word"), "c.docx", word()))


def test_a_word_file_keeps_its_order_and_its_tables(word):
    text = "\n".join(page.text for page in word)
    marks = ["1.1 Les textes", "1.2 Les signataires", "3.2 L'activité", "Annexe 4. Définitions"]
    assert [text.index(mark) for mark in marks] == sorted(text.index(mark) for mark in marks)
    assert any("IME Les Passerelles" in v and "2024 : 12 500" in v for v in views(word))
    assert any("Absentéisme, ensemble de la Fondation" in v and "2026 : 7,5 %" in v for v in views(word))


def test_a_text_box_is_read_once_and_footnotes_after_their_paragraph(word):
    text = "\n".join(page.text for page in word)
    assert text.count("VOTRE INTERLOCUTRICE") == 1
    assert "à la MAS. (note 2 : Taux calculé en jours ouvrés" in text
    assert "| page" not in text  # the footer


def test_what_is_not_seen_in_word_is_not_read(tmp_path):
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = Document()
    document.sections[0].header.paragraphs[0].text = "En-tête courant"
    paragraph = document.add_paragraph("Le forfait est de ")
    for tag, inner in (("del", "delText"), ("ins", "t")):
        words = "10 euros" if tag == "del" else "12 euros"
        run = f'<w:{tag} {nsdecls("w")} w:id="1" w:author="x"><w:r><w:{inner}>{words}</w:{inner}></w:r></w:{tag}>'
        paragraph._p.append(parse_xml(run))
    paragraph.add_run(" caché").font.hidden = True
    document.save(tmp_path / "c.docx")
    text = read_document(tmp_path / "c.docx")[0].text
    assert text == "Le forfait est de 12 euros"


def test_the_numbers_that_word_makes_are_written_out(tmp_path):
    from docx import Document

    document = Document()
    for text in ("Premier point", "Second point"):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("Une puce", style="List Bullet")
    document.save(tmp_path / "c.docx")
    text = read_document(tmp_path / "c.docx")[0].text
    assert text == "1. Premier point\n2. Second point\n• Une puce"
    assert [written(n, kind) for n, kind in ((4, "upperRoman"), (3, "a"), (7, "decimalZero"), (28, "A"))] == [
        "IV",
        "c",
        "07",
        "BB",
    ]


def test_merged_cells_of_a_word_table_are_undone(tmp_path):
    from docx import Document

    document = Document()
    table = document.add_table(4, 4)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Indicateur"
    table.cell(0, 1).merge(table.cell(1, 1)).text = "Site"
    table.cell(0, 2).merge(table.cell(0, 3)).text = "Objectif"
    table.cell(1, 2).text, table.cell(1, 3).text = "2025", "2026"
    table.cell(2, 0).merge(table.cell(3, 0)).text = "Taux d'occupation"
    for r, row in enumerate((("Nord", "91 %", "92 %"), ("Sud", "93 %", "94 %")), 2):
        for c, text in enumerate(row, 1):
            table.cell(r, c).text = text
    document.save(tmp_path / "c.docx")
    found = views(read_document(tmp_path / "c.docx"))
    assert any("Indicateur : Taux d'occupation ; Site : Sud ; Objectif 2025 : 93 % ; Objectif 2026 : 94 %" in v for v in found)


def test_the_pages_that_word_noted_are_kept(tmp_path):
    from docx import Document
    from docx.oxml import OxmlElement

    document = Document()
    document.add_paragraph("Première page du contrat")
    run = document.add_paragraph().add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    run.add_text("Deuxième page du contrat")
    document.add_page_break()
    run = document.add_paragraph().add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    run.add_text("Troisième page du contrat")
    raw = io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(tmp_path / "c.docx", "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, re.sub(rb"<Pages>\d+<", b"<Pages>3<", content))
    reading = read_with_warnings(tmp_path / "c.docx")
    assert [page.text.split()[0] for page in reading.pages] == ["Première", "Deuxième", "Troisième"]
    assert reading.warnings == ()


def test_sections_stand_for_pages_and_it_is_said(tmp_path, monkeypatch):
    from docx import Document

    monkeypatch.setenv("PATH", str(tmp_path))  # no LibreOffice
    document = Document()
    for n in (1, 2):
        document.add_heading(f"Titre {n}", 1)
        document.add_paragraph("Le gestionnaire s'engage. " * 60)
    document.save(tmp_path / "c.docx")
    reading = read_with_warnings(tmp_path / "c.docx")
    assert [page.text.split("\n")[0] for page in reading.pages] == ["Titre 1", "Titre 2"]
    assert "sections" in reading.warnings[0]
    assert furniture(reading.pages) == set()


@pytest.mark.skipif(os.name != "posix", reason="le faux LibreOffice est un script")
def test_libreoffice_gives_the_pages_where_it_is_installed(tmp_path, monkeypatch):
    from docx import Document

    saved(tmp_path, "laid.pdf", pdf_of("Objet du contrat et parties", "Duree du contrat et revision"))
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "soffice"
    script.write_text(f'#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\n/bin/cp {tmp_path}/laid.pdf "$2/source.pdf"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    document = Document()
    for text in ("Objet du contrat et parties", "Duree du contrat et revision"):
        document.add_paragraph(text)
    document.save(tmp_path / "c.docx")
    reading = read_with_warnings(tmp_path / "c.docx")
    assert [page.text.split()[0] for page in reading.pages] == ["Objet", "Duree"]
    assert "LibreOffice" in reading.warnings[0]


def test_libreoffice_is_given_nothing_to_fetch(tmp_path):
    from ingest.office import _without_links

    link = '<Relationship Id="r1" Type="http://x/{}" Target="http://x.example/p.png" TargetMode="External"/>'
    path = saved(tmp_path, "c.docx", zipped(**{"word/_rels/document.xml.rels": link.format("image") + link.format("hyperlink")}))
    _without_links(str(path), tmp_path / "copy.docx")
    with zipfile.ZipFile(tmp_path / "copy.docx") as package:
        found = package.read("word/_rels/document.xml.rels").decode()
    assert found.count("about:blank") == 1
    assert found.count("p.png") == 1


# ODT


def odt(path: Path) -> Path:
    """A small ODT: a heading, a footnote, a table with a merged cell, a text box, a list, a deletion, a page end."""
    from odf import draw, meta, table, text
    from odf.opendocument import OpenDocumentText

    def row(*cells: tuple[str, dict[str, int]]) -> table.TableRow:
        made = table.TableRow()
        for words, spans in cells:
            cell = table.TableCell(**spans)
            cell.addElement(text.P(text=words))
            made.addElement(cell)
        return made

    document = OpenDocumentText()
    document.meta.addElement(meta.DocumentStatistic(pagecount=2))
    document.text.addElement(text.H(outlinelevel=1, text="Article 1. Durée"))
    paragraph = text.P(text="Le contrat dure")
    paragraph.addElement(text.S(c=1))
    paragraph.addElement(text.Span(text="cinq ans"))
    note = text.Note(noteclass="footnote")
    note.addElement(text.NoteCitation(text="1"))
    body = text.NoteBody()
    body.addElement(text.P(text="Du 1er janvier 2025 au 31 décembre 2029."))
    note.addElement(body)
    paragraph.addElement(note)
    paragraph.addText(".")
    document.text.addElement(paragraph)
    document.text.addElement(text.SoftPageBreak())
    made = table.Table()
    heads = table.TableHeaderRows()
    heads.addElement(row(("Site", {}), ("Année", {}), ("Places", {})))
    made.addElement(heads)
    made.addElement(row(("Nord", {"numberrowsspanned": 2}), ("2025", {}), ("41", {})))
    second = row(("2026", {}), ("43", {}))
    second.insertBefore(table.CoveredTableCell(), second.firstChild)
    made.addElement(second)
    document.text.addElement(made)
    paragraph = text.P()
    frame = draw.Frame(width="5cm", height="2cm")
    box = draw.TextBox()
    box.addElement(text.P(text="Encadré unique"))
    frame.addElement(box)
    paragraph.addElement(frame)
    document.text.addElement(paragraph)
    document.save(path)
    return path


def test_an_odt_is_read_with_its_pages_notes_boxes_and_tables(tmp_path):
    reading = read_with_warnings(odt(tmp_path / "c.odt"))
    assert len(reading.pages) == 2
    assert reading.warnings == ()
    assert "Le contrat dure cinq ans. (note 1 : Du 1er janvier 2025 au 31 décembre 2029.)" in reading.pages[0].text
    assert reading.pages[1].text.count("Encadré unique") == 1
    assert any("Site : Nord ; Année : 2026 ; Places : 43" in v for v in views(list(reading.pages)))


# Pages out of paragraphs and tables


def test_lines_know_their_pages_and_headings_are_said_again():
    cells = [
        Cell(t, r, c) for r, row in enumerate((("Site", "Places"), ("Nord", "41"), ("Sud", "43"))) for c, t in enumerate(row)
    ]
    lines = lines_of([Text("Avant", 1), Break(), Table(cells, header=1, breaks=[2])])
    assert pages_of(lines) == [(1, "Avant"), (2, "Site    Places\n\nNord    41"), (3, "Site    Places\n\nSud     43")]


def test_figures_beside_labels_are_told_by_the_word_above_them():
    def table(*rows):
        return lines_of([Table([Cell(t, r, c) for r, row in enumerate(rows) for c, t in enumerate(row)], header=0)])

    def seen(lines):
        return views([Page(number, text) for number, text in pages_of(lines)])

    told = table(("Métier", "ETP"), ("Cuisine", "3,2"), ("Nuit", "5"))
    assert any("Métier : Cuisine ; ETP : 3,2" in view for view in seen(told))
    marks = table(("Début", "1er mai 2025"), ("Fin", "30 avril 2030"), ("Durée", "5 ans"))
    assert not any("Début : Fin" in view for view in seen(marks))


def test_a_section_ends_before_a_heading_and_not_after_one():
    parts = [Text(f"{n} Titre" if n % 2 == 0 else "Phrase. " * 120, 2 if n % 2 == 0 else 0) for n in range(20)]
    sections = sections_of(lines_of(parts))
    assert len(sections) > 2
    assert all(text.split("\n")[0].endswith("Titre") and not text.endswith("Titre") for _, text in sections)


def test_lines_find_their_place_on_the_pages_of_another_program():
    lines = lines_of([Text("Objet du contrat"), Text("Durée : cinq ans"), Text("Annexe des indicateurs")])
    laid = [(1, "CPOM p. 1 Objet du con-\ntrat"), (2, "CPOM p. 2 Durée : cinq\nans"), (3, "Annexe des indicateurs"), (4, "")]
    assert [text for _, text in place(lines, laid)] == ["Objet du contrat", "Durée : cinq ans", "Annexe des indicateurs", ""]
    with pytest.raises(CasfError):
        place(lines_of([Text("Tout autre chose")]), laid)


def test_only_pages_with_running_headers_have_furniture():
    assert furniture([Page(n, f"CPOM du site\n\ntexte {n}\n\nPage {n}") for n in range(1, 5)])
    assert furniture([BarePage(n, f"CPOM du site\n\ntexte {n}\n\nPage {n}") for n in range(1, 5)]) == set()
