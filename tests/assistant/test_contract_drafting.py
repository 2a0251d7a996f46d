"""Ways of drafting that contracts share: tables ruled between rows alone, footnotes, terms told by the signature, avenants."""

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from assistant.contract_avenants import _refs, find_changes
from assistant.contract_question import ORIGINAL, wanted_kinds
from assistant.contract_sheet import make_sheet
from corpus.contract import Contract, Page
from corpus.values import find_values
from corpus.words import fold
from ingest.contract_passages import contract_passages
from ingest.documents import read_document
from ingest.layout import read_blocks
from ingest.workspace import OpenContract

RULES = [("LINEBELOW", (0, 0), (-1, -1), 0.3, "grey"), ("LINEABOVE", (0, 0), (-1, 0), 1, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")]  # fmt: skip


def opened(*pages):
    contract = Contract(
        "essai".ljust(16, "0"), "essai", "essai.pdf", "2026-01-01", tuple(Page(n, t) for n, t in enumerate(pages, 1))
    )
    return OpenContract(contract, tuple(contract_passages(contract)), None, None, None)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A contract whose table has wrapped cells, no rule between columns, and two footnotes."""
    plain = getSampleStyleSheet()["Normal"]
    rows = [["Structure", "Ville", "Places", "Ouverte le"], ["IME Les Sources claires de la haute vallée", "Ordan", "45<super size=6>1</super>", "3 mai 2011"], ["SAVS Le Pont", "Brasque", "32", "8 juin 2015"]]  # fmt: skip
    cells = [[Paragraph(cell, plain) for cell in row] for row in rows[1:]]
    story = [
        Paragraph("Article 1 – Périmètre", plain), Spacer(1, 8),
        Table([rows[0], *cells], colWidths=[120, 90, 80, 90], style=RULES), Paragraph("Tableau 1 – Structures du contrat", plain),
        Spacer(1, 20), Paragraph("Article 2 – Siège", plain),
        Paragraph("Les frais de siège sont pris en charge au taux de 3,9 %<super size=6>2</super>, par douzièmes.", plain),
        Spacer(1, 60), Paragraph("<super size=6>1</super> Dont 7 places pour enfants sourds.", plain),
        Paragraph("<super size=6>2</super> Soit 88 400 € au budget 2025.", plain), PageBreak(),
        Paragraph("Article 3 – Durée", plain),
        Paragraph("Le contrat est signé pour cinq ans. Il prend effet le 1er janvier suivant sa signature.", plain),
        Paragraph("La prolongation est demandée quatre-vingt-dix jours avant la fin du contrat.", plain),
        Paragraph("Le forfait d'autonomie de l'exercice 2025 est de 21 300 €.", plain),
        Paragraph("Fait à Ordan, le douze décembre deux mille vingt-quatre.", plain),
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("contrat") / "sources.pdf"
    SimpleDocTemplate(str(path), pagesize=A4).build(story)
    return path


def test_a_table_ruled_between_rows_keeps_its_cells(file):
    rows = [block for block in read_blocks(read_document(file)) if block.kind == "row"]
    assert rows[0].cells == (("Structure", "IME Les Sources claires de la haute vallée"), ("Ville", "Ordan"), ("Places", "45¹"), ("Ouverte le", "3 mai 2011"))  # fmt: skip
    assert {row.caption for row in rows} == {"Tableau 1 – Structures du contrat"}


@pytest.fixture(scope="module")
def ask(engine, file):
    ident = engine.workspace("tests").add(file).id
    return lambda text: engine.ask(text, ident, "tests")


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("Combien de places à l'IME ?", "45"),  # not 451
        ("Combien d'enfants sourds à l'IME ?", "7"),  # said by the note that the cell calls
        ("Les frais de siège, combien en euros ?", "88400"),
        ("Le contrat commence quand ?", "2025-01-01"),
        ("Il se termine quand ?", "2029-12-31"),
        ("Il a été signé le combien ?", "2024-12-12"),
        ("Jusqu'à quand pour demander la prolongation ?", "2029-10-02"),
    ],
)
def test_the_value_is_found(ask, text, normalized):
    value = ask(text).value
    assert value is not None and value.normalized == normalized


def test_the_sum_of_one_year_is_not_another_s(ask):
    assert ask("Forfait d'autonomie 2027 ?").abstained


def test_an_avenant_replaces_words_or_a_value_by_another():
    changes = find_changes(make_sheet(opened(
        "Article 1 – Durée\n\nLe contrat cesse de produire ses effets le 31/12/2027.\n\n"
        "Article 2 – Cibles\n\nN°      Indicateur              2026        2027\nK1      Taux d'absentéisme      9,1 %       8,4 %\nK2      Taux de rotation        7,1 %       6,4 %\n",
        "AVENANT N° 1\n\nLe présent avenant modifie le contrat comme suit.\n\nArticle 1\n\nÀ l'article 1, les mots « le 31/12/2027 » sont remplacés par les mots « le 30 juin 2028 ».\n\n"
        "Article 2\n\nLa cible de l'indicateur K1 pour 2027 est revue : 8,9 % au lieu de 8,4 %.\n",
    )).pieces)  # fmt: skip
    assert [(c.kind, c.old_normalized, c.new_normalized, c.year) for c in changes] == [("date", "2027-12-31", "2028-06-30", ""), ("percent", "8.4", "8.9", "2027")]  # fmt: skip
    assert all(change.target is not None and change.target.page == 1 for change in changes)


def test_an_avenant_that_says_the_new_value_alone_replaces_the_one_of_the_clause_it_names():
    sheet = make_sheet(opened(
        "Article 7 – Durée\n\nLe contrat prend effet le premier janvier deux mille vingt-cinq. Il expire le trente et un décembre deux mille vingt-neuf.\n\n"
        "Article 8 – Travaux\n\n8.1. La cuisine est refaite avec un emprunt de 310 000 € et une aide du Département de 90 000 €.\n\n"
        "Établi à Ordan, le douze décembre deux mille vingt-quatre.\n",
        "AVENANT N° 1\n\nLe présent avenant modifie le contrat comme suit.\n\nArticle 1\n\nÀ l'article 7, la date d'expiration est remplacée par celle du trente juin deux mille trente.\n\n"
        "Article 2\n\nAu 8.1, l'aide du Département est portée à 120 000 €.\n\nÉtabli à Ordan, le 3 mars 2026.\n",
    ))  # fmt: skip
    assert [(c.kind, c.old_normalized, c.new_normalized) for c in sheet.changes] == [("date", "2029-12-31", "2030-06-30"), ("amount", "90000", "120000")]  # fmt: skip
    assert sheet.life.signed and sheet.life.signed.value == "2024-12-12"
    assert sheet.life.term and sheet.life.term.value == "2030-06-30"
    assert [avenant.signed for avenant in sheet.avenants] == ["2026-03-03"]


def test_letters_stand_under_roman_numbers():
    paths = [block.path for block in read_blocks([Page(1, "I. – CADRE\n\nA. – Objet\nLe contrat fixe les moyens.\n\nB. – Suivi\nUn bilan est fait.\n\nII. – MOYENS\n\nA. – Dotation\nElle est versée.\n")]) if block.kind == "paragraph"]  # fmt: skip
    assert paths == [("I. – CADRE", "A. – Objet"), ("I. – CADRE", "B. – Suivi"), ("II. – MOYENS", "A. – Dotation")]


def test_a_section_sign_begins_a_heading():
    (block,) = [b for b in read_blocks([Page(1, "§ 2.1 Durée du contrat\nIl dure cinq ans.\n")]) if b.kind == "paragraph"]
    assert block.path == ("§ 2.1 Durée du contrat",)


def test_a_contract_s_life_is_told_of_it_or_of_its_effects():
    sheet = make_sheet(opened(
        "A2. Temps\n\nLes effets du contrat remontent au 1er janvier 2025. Il a une durée de cinq ans et arrive à son terme le 31/12/2029.\n",
    ))  # fmt: skip
    assert [d and d.value for d in (sheet.life.effect, sheet.life.term)] == ["2025-01-01", "2029-12-31"]
    sheet = make_sheet(opened(
        "1. Durée\n\nIl succède au contrat précédent, prolongé par l'avenant du 18 décembre 2023. Les engagements courent du 1er janvier 2025 au 31 décembre 2029.\n",
    ))  # fmt: skip
    assert [d and d.value for d in (sheet.life.effect, sheet.life.term)] == ["2025-01-01", "2029-12-31"]


def test_an_avenant_names_clauses_of_letters_and_figures():
    changes = find_changes(make_sheet(opened(
        "IV.B. Ce que verse l'Agence\n\nL'aide à l'investissement pour l'aile nord est de 640 000 €.\n\nV.C. Le comité\n\nLe bilan d'étape est remis le 30 septembre 2026 au comité de suivi.\n",
        "AVENANT N° 1\n\nLe présent avenant modifie le contrat comme suit.\n\nPoint 1. L'aide\n\nAu IV.B, l'aide à l'investissement est portée à 715 500 €.\n\nPoint 2. Le bilan\n\nLa date de remise du bilan d'étape, fixée au V.C, est reportée au 31 janvier 2027.\n",
    )).pieces)  # fmt: skip
    assert [(c.old_normalized, c.new_normalized) for c in changes] == [("640000", "715500"), ("2026-09-30", "2027-01-31")]


@pytest.mark.parametrize("before", ["avant que l'avenant le relève", "avant qu'on le baisse", "avant l'avenant"])
def test_a_question_on_what_was_before_is_after_the_original(before):
    assert ORIGINAL.search(fold(f"Le forfait était de combien {before} ?"))


def test_values_as_people_and_machines_write_them():
    assert [v.normalized for v in find_values("le premier mars deux mille vingt-cinq", "date")] == ["2025-03-01"]
    assert [v.normalized for v in find_values("évaluée à 1,45 ME, dont 500 KE", "amount")] == ["1450000", "500000"]


def test_the_question_says_which_kind_it_wants():
    wanted = wanted_kinds("il a ete signe le combien")
    assert max(wanted, key=lambda kind: wanted[kind]) == "date"
    assert wanted_kinds("les frais de siege ca fait combien en euros") == {"amount": 1.0}


def test_a_prose_sentence_is_no_signature():
    sheet = make_sheet(opened(
        "1. Durée\n\nLe contrat est conclu pour la période du 1er janvier 2026 jusqu'au 31 décembre 2030.\n\n"
        "2. Places\n\nLa capacité de l'IME passe à 45 places le 1er septembre 2027.\n\nFait à Ordan, le 18 décembre 2025.\n",
    ))  # fmt: skip
    life = sheet.life
    assert [d and d.value for d in (life.signed, life.effect, life.term)] == ["2025-12-18", "2026-01-01", "2030-12-31"]


@pytest.mark.parametrize("question", ["Quel délai avant ?", "Le rapport est à rendre avant ?", "combien d'années avant ?"])
def test_a_question_that_ends_on_avant_is_not_after_the_original(question):
    assert not ORIGINAL.search(fold(question))
    assert ORIGINAL.search(fold("il y en avait combien avant ?"))


@pytest.mark.parametrize("named", ["le 31.12.2027", "au 1.250.000 €", "du 12.06.2026"])
def test_a_date_or_a_sum_with_points_is_no_clause(named):
    assert not _refs(f"Le total est porté {named}, par an.")
