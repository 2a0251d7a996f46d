import csv
import json
from datetime import date

import pytest
from openpyxl import load_workbook

from assistant.contract_clauses import find_clauses
from assistant.contract_exports import write_csv, write_xlsx
from assistant.contract_life import add_months
from assistant.contract_sheet import Sheet, make_sheet, sheet_text, value_text
from assistant.contract_text import one_line, read_pieces, sentences
from corpus.clauses import CpomType, cpom_types, expected_clauses, heading_text
from corpus.contract import Contract, Page
from corpus.errors import CasfError
from corpus.words import fold
from ingest.contract_passages import contract_passages
from ingest.workspace import DEMO_FILE, OpenContract


def opened(pages, name="essai", ocr=()):
    """A contract from the texts of its pages: the sheet needs no index and no model."""
    numbered = tuple(Page(i, text, i in ocr) for i, text in enumerate(pages, 1))
    contract = Contract(fold(name).ljust(16, "0")[:16], name, f"{name}.pdf", "2026-01-01", numbered)
    return OpenContract(contract, tuple(contract_passages(contract)), None, None, None)


@pytest.fixture(scope="module")
def demo(pages_of) -> OpenContract:
    return opened([page.text for page in pages_of("demo")], DEMO_FILE.stem)


@pytest.fixture(scope="module")
def demo_sheet(demo) -> Sheet:
    return make_sheet(demo)


@pytest.fixture(scope="module")
def drawn(pages_of):
    """The sheets of the drawn test contracts, by name."""
    return {name: make_sheet(opened([page.text for page in pages_of(name)], name)) for name in ("ehpad", "handicap", "chrs")}


CHILDHOOD = """CONTRAT PLURIANNUEL D'OBJECTIFS ET DE MOYENS 2023-2027

ENTRE LES SOUSSIGNÉS
Le Département du Val-Noir, représenté par son président, ci-après « le Département »,
ET
L'association Les Tisserands, dont le siège est à Noirval, représentée par sa présidente, Mme Odette Farge.

1 - CHAMP DU CONTRAT
Entrent dans le contrat la MECS Le Rocher (36 places) et le service d'AEMO (60 mesures), au titre de la
protection de l'enfance. Le lieu de vie Les Sources est exclu du contrat.

2 - ENGAGEMENTS DE L'ASSOCIATION
L'Association s'engage à :
- diversifier les modes d'accueil des enfants confiés ;
- remettre chaque année le projet de service avant le 31 mars ;
Le taux d'occupation cible est fixé à 95 % pour la MECS.

3 - RESSOURCES
Le Département verse une dotation globalisée de 3 240 000 € en 2023. Elle est revalorisée chaque année du taux
directeur voté par l'assemblée départementale. Les excédents sont affectés en réserve de compensation, dans la
limite de 5 % des produits.

4 - DURÉE
Le contrat prend effet au 1er janvier 2023 pour une durée de cinq ans. Il peut être prolongé d'un an par avenant.
La demande est faite six mois avant le terme.

Fait à Noirval, le 20 décembre 2022
"""

MISSING = {
    "ehpad": {"repartition_dotation", "procedure_contradictoire"},
    "handicap": {"habilitation_ash", "had_palliatif", "plan_retour_equilibre"},
    "chrs": {"orientations_publiques", "had_palliatif", "repartition_dotation", "procedure_contradictoire"},
}


def test_there_are_35_clauses_and_six_types():
    clauses = expected_clauses()
    assert [c.n for c in clauses] == list(range(1, 36))
    assert len({c.key for c in clauses}) == 35
    assert [t.key for t in cpom_types()][-1] == "droit_commun"
    assert all(isinstance(t, CpomType) for t in cpom_types())
    keys = {c.key for c in clauses}
    assert all(c.required_if.split(":", 1)[1] in keys for c in clauses if c.required_if.startswith("clause:"))


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Article 4.2 – La durée", "la duree"), ("ARTICLE 12 : RÉSULTATS", "resultats"), ("2-3. Autorisations", "autorisations"),
        ("Article IV.5 – Durée", "duree"), ("4.7.3 Réserves", "reserves"), ("VISAS", "visas"), ("La durée", "la duree"),
    ],
)  # fmt: skip
def test_headings_lose_their_number(heading, text):
    assert heading_text(heading) == text


def test_sentences_end_at_full_stops_only():
    text = "M. Paul signe l'art. L. 313-11. Il date du 3 mai.\n– premier point ;\n– second point."
    assert [text[a:b] for a, b in sentences(text)] == [
        "M. Paul signe l'art. L. 313-11.", "Il date du 3 mai.", "– premier point ;", "– second point.",
    ]  # fmt: skip


def test_every_clause_of_the_demonstration_is_found(demo_sheet):
    assert [row.clause.key for row in demo_sheet.clauses if not row.found] == []


@pytest.mark.parametrize("name", ["ehpad", "handicap", "chrs"])
def test_what_the_other_contracts_lack_is_not_found(drawn, name):
    assert {row.clause.key for row in drawn[name].clauses if not row.found} == MISSING[name]


@pytest.mark.parametrize(
    ("key", "page"),
    [
        ("parties_signataires", 3), ("visas", 3), ("gestionnaire", 5), ("perimetre_essms", 5), ("hors_perimetre", 6), ("autorisations", 6),
        ("habilitation_ash", 6), ("articulation_contrats", 6), ("diagnostic_partage", 7), ("orientations_publiques", 7), ("objectifs", 7),
        ("indicateurs_cibles", 8), ("objectif_activite", 8), ("modulation_abattement", 13), ("had_palliatif", 10), ("qualite_evaluation", 9),
        ("droits_usagers", 10), ("rh_gpec", 10), ("transformation_offre", 11), ("dotation_reference", 12), ("evolution_tarif", 12),
        ("repartition_dotation", 13), ("procedure_contradictoire", 13), ("affectation_resultats", 13), ("plan_retour_equilibre", 14),
        ("ppi_investissements", 14), ("frais_siege", 14), ("financements_complementaires", 12), ("suivi_budgetaire", 15),
        ("comite_suivi", 15), ("revision_avenants", 16), ("litiges_resiliation", 16), ("duree_effet", 16), ("prorogation_annexes", 16),
    ],
)  # fmt: skip
def test_clauses_are_found_on_their_page(demo_sheet, key, page):
    assert demo_sheet.clause(key).page == page


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("dotation_reference", "15."), ("frais_siege", "21"), ("had_palliatif", "12"), ("evolution_tarif", "16"), ("revision_avenants", "24.2"),
        ("litiges_resiliation", "24.4"), ("plan_retour_equilibre", "22"), ("autorisations", "4.1"), ("comite_suivi", "23."),
        ("duree_effet", "24.1"), ("procedure_contradictoire", "16.2"), ("affectation_resultats", "19"), ("modulation_abattement", "18"),
    ],
)  # fmt: skip
def test_a_clause_taken_out_is_no_longer_found(demo, key, heading):
    """Words on the subject stand all over a contract (indicators, annexes, obligations): they are no clause."""
    away = {"litiges_resiliation": ("24.4", "24.5"), "dotation_reference": ("15.", "17.1", "Tableau 9", "Tableau 10")}
    annexes = {
        "frais_siege": "ANNEXE 4",
        "modulation_abattement": "ANNEXE 5",
        "had_palliatif": "Fiche n° 4",
        "plan_retour_equilibre": "Fiche n° 6",
    }

    def gone(piece):
        marks = (*away.get(key, (heading,)), annexes.get(key, "§"))
        return any(t.removeprefix("Article ").startswith(m) for t in (*piece.headings, piece.caption) for m in marks)

    kept = [p for p in read_pieces(demo) if p.zone == "avenant" or not gone(p)]
    assert find_clauses(kept)[key] == []


def test_quotes_are_verbatim_in_their_page(demo, demo_sheet):
    pages = {page.number: page.text for page in demo.contract.pages}
    assert all(row.quote in pages[row.page] for row in demo_sheet.clauses if row.found)
    for entry in (*demo_sheet.dates, *demo_sheet.duties, *demo_sheet.indicators, *demo_sheet.objectives, *demo_sheet.actions):
        assert entry.quote in pages[entry.page]


def test_types_are_told_by_the_article_cited(demo_sheet, drawn):
    assert {t.type.key for t in demo_sheet.types} == {"handicap", "ehpad"}
    assert [[t.type.key for t in drawn[n].types] for n in ("ehpad", "handicap", "chrs")] == [["ehpad"], ["handicap"], ["ahi"]]
    assert all(t.cited for t in demo_sheet.types)


def test_without_an_article_the_establishments_tell_the_type():
    sheet = make_sheet(opened([CHILDHOOD]))
    assert [(t.type.key, t.cited) for t in sheet.types] == [("enfance", False)]
    assert [
        t.type.key for t in make_sheet(opened(["Contrat entre deux parties.\n\nIl n'y est question de rien de précis."])).types
    ] == ["droit_commun"]


def test_the_value_in_force_and_the_original(demo_sheet, drawn):
    dotation = demo_sheet.clause("dotation_reference")
    assert (dotation.value.text, dotation.original.text) == ("4 521 950 €", "4 403 950 €")
    assert value_text(dotation) == "4 521 950 € (à l'origine : 4 403 950 €)"
    judge = demo_sheet.clause("litiges_resiliation")
    assert "administratif" in judge.value.text
    assert "deux mois" in judge.value.text
    assert "interrégional" in judge.original.text
    term = drawn["ehpad"].clause("duree_effet")
    assert (term.value.normalized, term.original.normalized) == ("2028-12-31", "2027-12-31")
    assert demo_sheet.clause("duree_effet").original is None


def test_other_values(demo_sheet, drawn):
    values = {row.clause.key: row.value.text for row in drawn["handicap"].clauses if row.value}
    assert values["dotation_reference"] == "9 712 400 euros"
    assert values["modulation_abattement"] == "moitié de l'écart ; plafond : 2,5 %"
    assert values["procedure_contradictoire"] == "supprimée"
    assert "3 462 000 €" in values["repartition_dotation"]
    assert "1 240 k€" in values["ppi_investissements"]
    assert demo_sheet.clause("frais_siege").value.normalized == "3.85"
    assert drawn["ehpad"].clause("frais_siege").value.text == "aucun"
    assert "Association Orvelle Solidarités" in demo_sheet.clause("parties_signataires").value.text
    assert drawn["chrs"].clause("dotation_reference").value.normalized == "1312450"


def test_the_life_of_each_contract(demo_sheet, drawn):
    def life(sheet):
        return sheet.life.signed.value, sheet.life.effect.value, sheet.life.term.value, sheet.life.months

    assert life(demo_sheet) == ("2023-12-21", "2024-01-01", "2028-12-31", 60)
    assert life(drawn["ehpad"]) == ("2022-12-16", "2023-01-01", "2028-12-31", 60)
    assert life(drawn["handicap"]) == ("2022-01-27", "2022-01-01", "2026-12-31", 60)
    assert drawn["handicap"].life.term.computed
    assert drawn["ehpad"].life.extended_by == "avenant n° 2"


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        (date(2028, 12, 31), -6, date(2028, 6, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2029, 6, 30), -8, date(2028, 10, 30)),
        (date(2022, 1, 1), 60, date(2027, 1, 1)),
    ],
)
def test_months_are_added_to_a_date(day, months, there):
    assert add_months(day, months) == there


def test_dates_say_what_moved_and_what_was_computed(demo_sheet, drawn):
    moved = next(e for e in demo_sheet.dates if e.when == "2026-06-30" and "EHPAD" in e.what)
    assert "15 février 2027" in moved.replaced
    assert not next(e for e in demo_sheet.dates if e.when == "2026-06-30" and "dossier usager" in e.what).replaced
    final = next(e for e in drawn["ehpad"].dates if "bilan final" in e.what)
    assert (final.when, final.computed) == ("2028-04-30", True)  # eight months before the term as prolonged
    assert any(e.when == "2026-12-31" and e.what.startswith("Fiche 1") for e in demo_sheet.dates)


def test_indicators_keep_reference_targets_and_changes(demo_sheet, drawn):
    flow = next(i for i in demo_sheet.indicators if i.label.startswith("File active"))
    assert flow.reference == {"2023": "41"}
    assert flow.targets["2026"] == "48"
    assert flow.changed["2026"] == ("48", "56", "avenant n° 1")
    assert (flow.in_force("2026"), flow.in_force("2025")) == ("56", "46")
    stay = next(i for i in demo_sheet.indicators if i.label.startswith("Taux d’absentéisme") and i.scope == "EHPAD")
    assert stay.changed == {}
    sick = next(i for i in drawn["ehpad"].indicators if "absentéisme" in i.label)
    assert sick.targets["2024"] == "11,8 %"  # N+1, where N is 2023
    assert (sick.in_force("2027"), sick.in_force("2028")) == ("9,8 %", "9,3 %")
    assert len([i for i in demo_sheet.indicators if i.kind == "indicateur"]) == 30


def test_duties_have_a_party_and_a_deadline(demo_sheet, drawn):
    assert {d.party for d in demo_sheet.duties} >= {"Gestionnaire", "ARS", "Département", "Autorités de tarification"}
    errd = next(d for d in demo_sheet.duties if "ERRD" in d.what)
    assert (errd.when, errd.to) == ("--04-30", "ARS et Département")
    assert any(d.party == "ARS" and "redéploiement" in d.what for d in demo_sheet.duties)
    assert any("bilan final" in d.what and d.when == "2028-03-31" for d in demo_sheet.duties)
    assert not any("peut" in d.what.split()[:4] for sheet in (*drawn.values(), demo_sheet) for d in sheet.duties)


def test_an_avenant_changes_who_leads(demo_sheet):
    sheet = next(a for a in demo_sheet.actions if a.number == "4")
    assert sheet.pilot == "Mme Aline Rocheval (au lieu de Dr Mathilde Orsini, avenant n° 1)"


def test_a_list_of_commitments_keeps_its_subject():
    sheet = make_sheet(opened([CHILDHOOD]))
    duty = next(d for d in sheet.duties if "projet de service" in d.what)
    assert (duty.party, duty.when) == ("Gestionnaire", "--03-31")
    assert next(o.text for o in sheet.objectives) == "diversifier les modes d'accueil des enfants confiés"


def test_a_small_contract_of_another_layout():
    sheet = make_sheet(opened([CHILDHOOD]))
    found = {row.clause.key for row in sheet.clauses if row.found}
    assert found == {
        "parties_signataires", "gestionnaire", "perimetre_essms", "hors_perimetre", "objectifs", "objectif_activite", "dotation_reference",
        "evolution_tarif", "affectation_resultats", "duree_effet", "prorogation_annexes",
    }  # fmt: skip
    assert sheet.clause("dotation_reference").value.normalized == "3240000"
    assert sheet.life.term.value == "2027-12-31"


def test_a_numbered_line_taken_for_a_heading_is_read_all_the_same():
    text = "Article 4. – Moyens\n4.1 Le Département verse une dotation annuelle de 1 912 000 €, payée par douzièmes.\n4.2 La dotation progresse de 1,1 % par an.\n"
    sheet = make_sheet(opened([text]))
    assert sheet.clause("dotation_reference").value.normalized == "1912000"
    assert sheet.clause("evolution_tarif").found


@pytest.mark.parametrize(
    "text",
    ["x", "Bonjour.\n" * 50, "1 2 3\n4 5 6\n" * 30, "Tableau 1\n\n A    B\n C    D\n E    F\n", "§ § § €€€ | ** `` [x](y)"],
)
def test_poor_documents_give_an_empty_sheet_and_no_failure(text):
    sheet = make_sheet(opened([text]))
    assert sum(row.found for row in sheet.clauses) <= 1
    assert json.dumps(sheet.to_json(), ensure_ascii=False)
    assert sheet_text(sheet)


def test_an_avenant_alone_is_read_as_a_contract():
    text = (
        "AVENANT N° 1 AU CPOM\n\nArticle 1 – Durée\nLe contrat prend effet le 1er janvier 2024 et expire le 31 décembre 2028.\n"
    )
    assert make_sheet(opened([text])).life.term.value == "2028-12-31"


def test_json_and_text_hold_everything(demo_sheet):
    facts = demo_sheet.to_json()
    assert json.loads(json.dumps(facts, ensure_ascii=False)) == facts
    assert (facts["found"], facts["expected"]) == (35, 35)
    assert {"n", "key", "label", "found", "required", "value", "original", "page", "place", "quote"} <= set(facts["clauses"][0])
    text = sheet_text(demo_sheet)
    assert "| 34 | Durée, effet, signature, échéance |" in text
    assert "## Obligations" in text


def test_csv_opens_in_a_spreadsheet(demo_sheet, tmp_path):
    write_csv(demo_sheet, tmp_path / "fiche.csv")
    with (tmp_path / "fiche.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert {row[0] for row in rows[1:]} == {"Clause", "Date", "Objectif", "Fiche action", "Indicateur", "Obligation"}
    assert not any(cell.startswith(("=", "+", "@", "-")) for row in rows for cell in row)


def test_a_contract_s_words_are_never_formulas(tmp_path):
    sheet = make_sheet(opened([CHILDHOOD.replace("diversifier", "=HYPERLINK(1)+diversifier")], name="=1+1"))
    write_xlsx(sheet, tmp_path / "f.xlsx")
    write_csv(sheet, tmp_path / "f.csv")
    cells = [cell for tab in load_workbook(tmp_path / "f.xlsx") for row in tab.iter_rows() for cell in row]
    assert any("=HYPERLINK" in str(cell.value) for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)
    assert "'=HYPERLINK" in (tmp_path / "f.csv").read_text(encoding="utf-8-sig")


def test_the_workbook_has_a_column_a_year(demo_sheet, tmp_path):
    write_xlsx(demo_sheet, tmp_path / "fiche.xlsx")
    book = load_workbook(tmp_path / "fiche.xlsx")
    assert book.sheetnames == ["Clauses", "Échéances", "Objectifs", "Indicateurs", "Obligations"]
    heads = [cell.value for cell in book["Indicateurs"][1]]
    assert heads[3:9] == ["2023", "2024", "2025", "2026", "2027", "2028"]
    assert book["Clauses"].max_row == 36


def test_a_place_that_can_t_be_written_is_said_in_french(demo_sheet, tmp_path):
    with pytest.raises(CasfError, match="dossier n'existe pas"):
        write_csv(demo_sheet, tmp_path / "absent" / "f.csv")
    (tmp_path / "dossier.csv").mkdir()
    with pytest.raises(CasfError, match="Impossible d'écrire"):
        write_csv(demo_sheet, tmp_path / "dossier.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["dossier.csv"]


def test_text_is_put_on_one_line():
    assert one_line("prési-\n dent  du\nVal- Noir") == "président du Val- Noir"
