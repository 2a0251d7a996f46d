"""A page's lines become passages: none is lost, headings give the place, rows keep their column headings."""

import re

import pytest

from corpus.article import Passage
from corpus.contract import Contract, Page
from ingest.contract_passages import contract_passages, passage_view
from ingest.documents import furniture, line_shape, read_document
from ingest.headings import LEADERS, heading_of
from ingest.layout import read_blocks


def passages(*pages: str) -> list[Passage]:
    return contract_passages(Contract("x", "t", "f", "d", tuple(Page(n, text) for n, text in enumerate(pages, 1))))


def lost_words(pages: list[Page]) -> list[tuple[int, str]]:
    """The words of body lines that no passage of their page says, in its text, its table's headings or its place."""
    skip = furniture(pages)
    said: dict[int, set[str]] = {}
    for p in contract_passages(Contract("x", "t", "f", "d", tuple(pages))):
        words = f"{p.text} {' '.join(p.path)} {p.extra.get('caption', '')} {passage_view(p)}"
        said.setdefault(p.page or 0, set()).update(re.findall(r"\w+", words))
    return [
        (page.number, line.strip())
        for page in pages
        for line in page.text.splitlines()
        if line_shape(line) not in skip and not LEADERS.search(line)
        and not set(re.findall(r"\w+", line)) <= said.get(page.number, set())
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["demo", "ehpad", "handicap", "chrs"])
def test_no_word_of_a_page_is_lost(name, pages_of):
    assert lost_words(pages_of(name)) == []


def test_no_word_of_a_word_file_is_lost(tmp_path):
    from evals.contracts.make_contracts import word

    (tmp_path / "c.docx").write_bytes(word())
    assert lost_words(read_document(tmp_path / "c.docx")) == []


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("TITRE II – DIAGNOSTIC PARTAGÉ", "TITRE II – DIAGNOSTIC PARTAGÉ"),
        ("Article 24 – Investissements", "Article 24 – Investissements"),
        ("ARTICLE 24.2", "ARTICLE 24.2"),
        ("Article 5. Durée du contrat.", "Article 5. Durée du contrat."),
        ("3.1 Axe A – Des parcours sans rupture", "3.1 Axe A – Des parcours sans rupture"),
        ("2-1. Structures tarifées", "2-1. Structures tarifées"),
        ("III.E. Bâtir et chauffer", "III.E. Bâtir et chauffer"),
        ("A1. Structures et places", "A1. Structures et places"),
        ("Annexe 3", "Annexe 3"),
        ("AVENANT N° 1", "AVENANT N° 1"),
        ("DEUXIÈME AVENANT AU CONTRAT", "DEUXIÈME AVENANT AU CONTRAT"),
        ("LES PARTIES", "LES PARTIES"),
        ("Article 9 – Objet. Le contrat fixe les objectifs de chacun.", "Article 9 – Objet"),
        ("4.2 La dotation progresse de 1,2 % par an à compter de 2026.", "4.2"),
        ("Article 12. Le présent contrat prend effet le 1er janvier 2025.", "Article 12"),
    ],
)
def test_headings_give_their_place(line, title):
    found = heading_of(line)
    assert found
    assert found.title == title
    assert found.said == (line.endswith(".") and title != line)


@pytest.mark.parametrize(
    "line",
    [
        "Article 5 du contrat antérieur", "Annexe 3 est mise à jour chaque année par les parties signataires.",
        "3 places d'hébergement temporaire", "C1 Taux d'absentéisme", "I.A.E. du secteur", "1. Le gestionnaire remet son rapport aux autorités avant le 30 avril ;",
        "ENTRE", "IL EST CONVENU CE QUI SUIT :", "Article 7 – Suivi . . . . . . . . . . . . . 12",
    ],
)  # fmt: skip
def test_other_lines_are_no_headings(line):
    assert heading_of(line) is None


def test_numbered_sentences_are_paragraphs_of_their_clause():
    found = passages(
        "Article 4 – Dotation\n"
        "4.1 La dotation globale est fixée à 812 640 euros pour l'année 2025 et versée par\n"
        "douzièmes.\n"
        "4.2 La dotation progresse de 1,2 % par an à compter de 2026.\n"
        "4.3 Crédits ponctuels\nIls ne sont pas reconduits."
    )
    assert [p.text.split()[0] for p in found] == ["4.1", "4.2", "Ils"]
    assert found[0].text.endswith("par\ndouzièmes.")
    assert [p.label for p in found] == ["Article 4.1, p. 1", "Article 4.2, p. 1", "Article 4.3 Crédits ponctuels, p. 1"]
    assert all(p.path[0] == "Article 4 – Dotation" for p in found)


def test_a_heading_over_two_lines_is_one_and_a_bare_number_takes_its_title_below():
    found = passages(
        "Article 12 – Fin de vie, hospitalisation à domicile et filière\ngériatrique\n\n"
        "Le gestionnaire signe une convention avec un service d'hospitalisation.\n\n"
        "TITRE II\nLES MOYENS\n\nArticle 13\nDurée\n\nCinq ans."
    )
    assert found[0].path == ("Article 12 – Fin de vie, hospitalisation à domicile et filière gériatrique",)
    assert found[1].path == ("TITRE II – LES MOYENS", "Article 13 – Durée")


def test_a_list_of_headings_is_a_list():
    found = passages(
        "Article 30 – Annexes\n\nSont annexés au contrat :\n\nAnnexe 1 : fiches actions\nAnnexe 2 : indicateurs\n"
        "Annexe 3 : effectifs\n\nFait en trois exemplaires originaux."
    )
    assert {p.path for p in found} == {("Article 30 – Annexes",)}


def test_an_avenant_holds_all_that_is_stapled_with_it():
    body = "Article 1 – Durée\n\nLe contrat dure cinq ans. L'avenant n° 1 du contrat précédent est caduc.\n"
    avenant = (
        "AVENANT N° 2 AU CONTRAT\n\nEntre les mêmes parties, il est convenu ce qui suit.\n\n"
        "TITRE I – OBJET\n\nArticle 1 – Terme\n\nLa date du 31 décembre 2028 est remplacée par le 31 décembre 2029.\n"
    )
    found = passages(body, "ANNEXE 1 – EFFECTIFS\n\nDouze emplois.", avenant, "ANNEXE 1 – EFFECTIFS MODIFIÉS\n\nTreize emplois.")
    assert [bool(p.path) and p.path[0].startswith("AVENANT N° 2") for p in found] == [False, False, True, True, True]
    assert found[3].label == "Avenant n° 2, Article 1 Terme, p. 3"


def test_headings_at_the_top_of_pages_are_no_running_headers():
    pages = [f"Article {n}\n\nLe gestionnaire tient l'engagement qu'il prend ici, page {n * n}." for n in (3, 4, 6, 9)]
    found = passages(*pages)
    assert [p.path for p in found] == [("Article 3",), ("Article 4",), ("Article 6",), ("Article 9",)]


def test_running_headers_and_page_numbers_are_left_out():
    pages = [f"CPOM de la Vallée – page {n}\n\nPhrase propre à la page, numéro {'abcdef'[n]}.\n\n{n} / 5" for n in range(1, 6)]
    assert all("Vallée" not in p.text and "/ 5" not in p.text for p in passages(*pages))


def test_a_scan_s_page_numbers_are_left_out_however_each_was_read():
    feet = ["-1/4-", "— 2/4 —", "- —", "— 4/4 —"]
    pages = [Page(n, f"Phrase propre à cette page, la {foot}.\n\n{foot}", ocr=True) for n, foot in enumerate(feet, 1)]
    assert {line_shape(feet[0]), line_shape(feet[1])} <= furniture(pages)
    assert not furniture([Page(1, "Fait à Brive en\n\n12/2024", ocr=True), Page(2, "Annexe", ocr=True)])


def test_a_line_alone_above_a_table_is_its_heading():
    rows = "Année    SAVS\n2025    486 200 €\n2026    491 100 €"
    found = passages(f"Ce que verse l'Agence\n\nElle verse par douzièmes.\n\nCe que verse le Département\n\n{rows}")
    assert {p.path for p in found if p.extra["kind"] == "row"} == {("Ce que verse le Département",)}
    found = passages(f"Ce que verse l'Agence\n\nElle verse par douzièmes.\n\nMontants en milliers d'euros\n\n{rows}")
    assert {p.path for p in found if p.extra["kind"] == "row"} == {("Ce que verse l'Agence",)}  # a unit heads nothing


def test_a_cover_s_lines_are_kept():
    found = passages(
        "CONTRAT PLURIANNUEL\nD'OBJECTIFS ET DE MOYENS\n\nAssociation Les Ormes\n\n2025-2029", "Article 1 – Objet\n\nTexte."
    )
    said = " ".join(f"{' '.join(p.path)} {p.text}" for p in found if p.page == 1)
    assert all(words in said for words in ("CONTRAT PLURIANNUEL D'OBJECTIFS", "Les Ormes", "2025-2029"))


def test_a_ruled_table_is_read_cell_by_cell(tmp_path):
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()["Normal"]
    rows = [
        ["Établissement", "Indicateur", "Cibles", ""], ["", "", "2025", "2026"],
        ["EHPAD Les Tilleuls", "Taux d'occupation de l'hébergement permanent", "95,5 %", "96 %"], ["", "Chutes graves", "12", "9"],
    ]  # fmt: skip
    table = Table([[Paragraph(cell, style) for cell in row] for row in rows], colWidths=[80, 110, 60, 60])
    spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (1, 1)), ("SPAN", (2, 0), (3, 0)), ("SPAN", (0, 2), (0, 3))]
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), *spans])
    SimpleDocTemplate(str(tmp_path / "c.pdf")).build([Paragraph("Article 6 – Cibles", style), table])
    pages = read_document(tmp_path / "c.pdf")
    views = [passage_view(p) for p in passages(pages[0].text)]
    assert any(
        "Établissement : EHPAD Les Tilleuls ; Indicateur : Taux d'occupation de l'hébergement permanent ; "
        "Cibles 2025 : 95,5 % ; Cibles 2026 : 96 %" in view for view in views
    )  # fmt: skip
    assert any("EHPAD Les Tilleuls ; Indicateur : Chutes graves ; Cibles 2025 : 12" in view for view in views)
    assert lost_words(pages) == []


def test_headings_of_a_table_over_figures_keep_their_first_row():
    (first, *_) = passages("Tableau 3\nSite              Tarif de 60 ans\nNord              61,85 €\nSud               57,40 €\n")
    assert "Site : Nord ; Tarif de 60 ans : 61,85 €" in passage_view(first)


def test_a_section_sign_begins_a_heading_or_numbers_a_sentence():
    from ingest.headings import heading_of

    titled = heading_of("§ 7. Personnel")
    assert titled is not None and titled.title == "§ 7. Personnel" and not titled.said
    told = heading_of(
        "§ 15. La dotation globale est fixée, pour la durée du contrat, aux montants ci-dessous, année après année."
    )
    assert told is not None and told.title == "§ 15" and told.said
    assert heading_of("§ 3 et § 4 ci-dessus") is None


def test_a_section_sign_stands_under_its_article():
    paths = [b.path for b in read_blocks([Page(1, "Article 4 – Dotation\n\n§ 1. Elle est versée chaque mois par l'Agence.\n\n§ 2. Elle est revue chaque année en juin.\n\nArticle 5 – Suivi\n\n§ 1. Un bilan est fait chaque année en mars.\n")]) if b.kind == "paragraph"]  # fmt: skip
    assert paths == [("Article 4 – Dotation", "§ 1"), ("Article 4 – Dotation", "§ 2"), ("Article 5 – Suivi", "§ 1")]


@pytest.mark.parametrize(
    ("rules", "tall"),
    [
        ([("BOX", (0, 0), (-1, -1), 0.8, "black"), ("LINEAFTER", (0, 0), (-2, -1), 0.3, "black")], 1),
        ([("LINEABOVE", (0, 0), (-1, 0), 0.8, "black"), ("LINEBELOW", (0, -1), (-1, -1), 0.8, "black")], 1),
        ([("LINEABOVE", (0, 0), (-1, 0), 0.8, "black"), ("LINEBELOW", (0, -1), (-1, -1), 0.8, "black")], 6),
    ],
    ids=["columns ruled", "three rules", "three rules far apart"],
)
def test_rows_that_no_rule_parts_are_read_apart(tmp_path, rules, tall):
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()["BodyText"]
    rows = [["Site", "GMP", "Places"], *[["La Glane", "742", "82"], ["Le Parc aux grands tilleuls argentés", "698", "60"]] * tall]
    rows += [["Les Sorbiers", "701", "44"]]
    table = Table([[Paragraph(cell, style) for cell in row] for row in rows], colWidths=[110, 70, 70])
    table.setStyle([*rules, ("LINEBELOW", (0, 0), (-1, 0), 0.8, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    SimpleDocTemplate(str(tmp_path / "c.pdf")).build([Paragraph("Article 6 – Dépendance", style), table])
    views = [passage_view(p) for p in passages(read_document(tmp_path / "c.pdf")[0].text)]
    assert any("Site : Le Parc aux grands tilleuls argentés ; GMP : 698 ; Places : 60" in view for view in views), views


HEAD, BODY, ALL = ((0, 0), (-1, 0)), ((0, 1), (-1, -1)), ((0, 0), (-1, -1))
STYLES = {
    "grid": [("GRID", *ALL, 0.5, "black")],
    "no rule": [],
    "striped": [("ROWBACKGROUNDS", *BODY, ("whitesmoke", "white")), ("BACKGROUND", *HEAD, "lightgrey")],
    "coloured heading": [("BACKGROUND", *HEAD, "lightblue")],
    "rule under the heading": [("LINEBELOW", *HEAD, 1, "black")],
    "three rules": [("LINEABOVE", *HEAD, 1, "black"), ("LINEBELOW", *HEAD, 0.6, "black"), ("LINEBELOW", (0, -1), (-1, -1), 1, "black")],
    "rules between rows": [("LINEBELOW", *ALL, 0.3, "grey")],
    "dotted": [("GRID", *ALL, 0.5, "black", None, (1, 2))],
    "no frame": [("INNERGRID", *ALL, 0.3, "black"), ("BACKGROUND", *HEAD, "aliceblue")],
    "frame": [("BOX", *ALL, 1, "black"), ("LINEBELOW", *HEAD, 1, "black")],
    "frame and columns": [("BOX", *ALL, 1, "black"), ("LINEAFTER", (0, 0), (-2, -1), 0.3, "black"), ("LINEBELOW", *HEAD, 1, "black")],
    "columns": [("LINEAFTER", (0, 0), (-2, -1), 0.3, "black")],
    "white rules": [("BACKGROUND", *ALL, "whitesmoke"), ("BACKGROUND", *HEAD, "lightgrey"), ("GRID", *ALL, 1, "white")],
}  # fmt: skip


@pytest.mark.parametrize("rules", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("last", ["Équipe mobile", "Astreinte d'infirmier, la nuit et les jours fériés"])
def test_rows_of_words_are_read_apart_with_their_heading(tmp_path, rules, last):
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()["Normal"]
    rows = [["Nature", "Maison", "Condition"], ["Accueil de jour", "La Glane", "transport compris"], ["Pôle d'activités et de soins adaptés", "Le Parc", "labellisation"], [last, "Les trois", "bilan chaque année"]]  # fmt: skip
    table = Table([[Paragraph(cell, style) for cell in row] for row in rows], colWidths=[110, 90, 120])
    table.setStyle([*rules, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("TOPPADDING", (0, 0), (-1, -1), 5), ("BOTTOMPADDING", (0, 0), (-1, -1), 5)])  # fmt: skip
    told = Paragraph("Ces financements sont suivis chaque année par les deux autorités, qui en arrêtent les suites.", style)
    SimpleDocTemplate(str(tmp_path / "c.pdf")).build([Paragraph("Article 6 – Financements", style), table, told, told])
    views = [passage_view(p) for p in passages(read_document(tmp_path / "c.pdf")[0].text)]
    for row in rows[1:]:
        assert any("; ".join(f"{h} : {c} " for h, c in zip(rows[0], row, strict=True)).strip() in view for view in views), views


def test_a_table_that_goes_on_over_the_page_keeps_its_heading_over_the_first_rows(tmp_path):
    from reportlab.platypus import SimpleDocTemplate, Spacer, Table

    rows = [["Maison", "Forfait 2026", "Part versée"], ["La Glane", "402 900 €", "le tiers"], ["Le Parc", "305 760 €", "la moitié"], ["Les Sorbiers", "187 020 €", "le tout"]]  # fmt: skip
    rules = [("LINEABOVE", (0, 0), (-1, 0), 1, "black"), ("LINEBELOW", (0, 0), (-1, 0), 0.6, "black"), ("LINEBELOW", (0, -1), (-1, -1), 1, "black")]  # fmt: skip
    SimpleDocTemplate(str(tmp_path / "c.pdf")).build(
        [Spacer(1, 635), Table(rows, colWidths=[120, 120, 120], repeatRows=1, style=rules)]
    )
    pages = read_document(tmp_path / "c.pdf")
    assert len(pages) == 2 and "305 760" not in pages[0].text
    assert any(
        "Maison : La Glane ; Forfait 2026 : 402 900 € ; Part versée : le tiers" in passage_view(p)
        for p in passages(pages[0].text)
    )


def test_a_clause_that_the_page_s_end_breaks_off_is_no_heading():
    said = "L'État alloue en 2025 une aide de 38 600 € pour l'étanchéité. Elle est rendue si le chantier finit après le 31"
    found = passages(f"Chapitre IV – Moyens\n\nIV.3. Le coût est revu chaque année.\n\nIV.4. {said}\n\n— 3/7 —", "mars 2026.")
    assert any("38 600 €" in p.text and p.path[-1] == "IV.4" for p in found)
    assert heading_of("IV.4. L'État alloue aux deux maisons de la ville une aide ponctuelle pour la").title == "IV.4"


def test_a_second_table_of_a_page_keeps_its_heading_and_its_last_row_without_a_rule(tmp_path):
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    style = getSampleStyleSheet()["BodyText"]

    def table(*rows):
        bands = [("BACKGROUND", (0, n), (-1, n), HexColor("#ffe4e1")) for n in range(2, len(rows), 2)]
        return Table(rows, colWidths=[180, 120, 120], style=[("LINEBELOW", (0, 0), (-1, 0), 1, "black"), *bands])

    story = [
        Paragraph("Article 3 – Places", style), table(("Structure", "2025", "2026"), ("IME Les Joncs", "40", "42"), ("SESSAD", "18", "20"), ("ESAT", "60", "60"), ("Total", "118", "122")),
        Spacer(1, 20), Paragraph("Article 4 – Mesures", style), Paragraph("Les mesures sont suivies chaque année par le comité.", style), Spacer(1, 10),
        table(("Mesure", "Échéance", "Coût"), ("Rails au plafond", "mars 2026", "19 600 €"), ("Pair-aidance", "juin 2026", "18 200 €"), ("Tutorat", "mai 2027", "4 900 €")),
    ]  # fmt: skip
    SimpleDocTemplate(str(tmp_path / "c.pdf")).build(story)
    views = [passage_view(p) for p in passages(read_document(tmp_path / "c.pdf")[0].text)]
    assert any("Structure : Total ; 2025 : 118 ; 2026 : 122" in view for view in views), views
    assert any("Mesure : Rails au plafond ; Échéance : mars 2026 ; Coût : 19 600 €" in view for view in views), views
    assert any("Mesure : Tutorat ; Échéance : mai 2027 ; Coût : 4 900 €" in view for view in views), views
