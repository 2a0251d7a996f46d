import json
import re

import pytest
from docx import Document

from assistant.contract_compare import compare, comparison_text, write_docx
from corpus.contract import Contract, Page
from corpus.errors import CasfError
from ingest.contract_passages import contract_passages
from ingest.workspace import OpenContract

OLD = """CPOM 2019-2023

Article 1 – Durée
Le contrat prend effet le 1er janvier 2019. Il est conclu pour cinq ans et expire le 31 décembre 2023.

Article 2 – Dotation
La dotation globalisée commune est fixée à 1 200 000 € par an, versée par douzièmes le 20 de chaque mois.

Article 3 – Réserves
La réserve de compensation ne dépasse pas 5 % des produits. Le gestionnaire informe l'ARS sous 30 jours.

Article 4 – Télétravail
Un accord sur le télétravail est négocié avec les représentants du personnel de chaque établissement.

Article 5 – Comité de suivi
Le comité de suivi réunit deux représentants de chaque partie et se tient à l'initiative de l'agence.
"""
NEW = """CPOM 2024-2028

Article 1 – Durée du contrat
Le contrat prend effet le 1er janvier 2024. Il est conclu pour quatre ans et expire le 31 décembre 2027.

Article 2 – Comité de suivi
Le comité de suivi réunit deux représentants de chaque partie et se tient à l'initiative de l'agence.

Article 3 – Dotation
La dotation globalisée commune est fixée à 1 350 000 € par an, versée par douzièmes le 20 de chaque mois.

Article 4 – Réserves
La réserve de compensation ne dépasse pas 8 % des produits. Le gestionnaire informe l'ARS sous 45 jours.

Article 5 – Développement durable
Les véhicules sont remplacés par des modèles électriques et les menus comportent un repas végétarien.
"""


def opened(pages, name):
    numbered = tuple(Page(i, text) for i, text in enumerate(pages, 1))
    contract = Contract(name.ljust(16, "0"), name, f"{name}.pdf", "2026-01-01", numbered)
    return OpenContract(contract, tuple(contract_passages(contract)), None, None, None)


@pytest.fixture(scope="module")
def demo_pages(pages_of):
    return [page.text for page in pages_of("demo")]


@pytest.fixture(scope="module")
def small():
    return compare(opened([OLD], "ancien"), opened([NEW], "nouveau"))


def test_clauses_are_paired_wherever_they_moved(small):
    pairs = {(p.old.split(",")[0], p.new.split(",")[0]): p.status for p in small.pairs}
    assert pairs[("Article 5 – Comité de suivi", "Article 2 – Comité de suivi")] == "inchangée"
    assert pairs[("Article 2 – Dotation", "Article 3 – Dotation")] == "modifiée"
    assert pairs[("Article 1 – Durée", "Article 1 – Durée du contrat")] == "modifiée"


def test_values_that_changed_are_named_by_kind(small):
    values = {(v.kind, v.old, v.new) for _, v in small.values}
    assert values == {
        ("date", "1er janvier 2019", "1er janvier 2024"),
        ("duration", "cinq ans", "quatre ans"),
        ("date", "31 décembre 2023", "31 décembre 2027"),
        ("amount", "1 200 000 €", "1 350 000 €"),
        ("percent", "5 %", "8 %"),
        ("duration", "30 jours", "45 jours"),
    }


def test_what_came_in_and_what_went_out(small):
    assert [p.heading for p in small.added] == ["Article 5 – Développement durable"]
    assert [p.heading for p in small.dropped] == ["Article 4 – Télétravail"]
    assert small.dropped[0].quote in OLD


def test_a_contract_against_itself(demo_pages):
    result = compare(opened(demo_pages, "a"), opened(demo_pages, "b"))
    assert {p.status for p in result.pairs} == {"inchangée"}
    assert (result.values, result.added, result.dropped) == ([], [], [])
    assert len(result.warnings) == 2


def test_a_cell_of_a_table_that_changed(demo_pages):
    changed = [re.sub(r"2 684 200 €", "2 900 000 €", text) if i < 22 else text for i, text in enumerate(demo_pages)]
    result = compare(opened(demo_pages, "a"), opened(changed, "b"))
    rows = [v for _, v in result.values if v.about.startswith("IME La Clairière")]
    assert {(v.old, v.new) for v in rows} == {("2 684 200 €", "2 900 000 €")}
    assert any("Quote-part" in v.about and (v.old_page, v.new_page) == (13, 13) for v in rows)


def test_an_old_value_that_an_avenant_had_replaced_is_said(demo_pages):
    changed = [text.replace("4 403 950 €", "4 700 000 €") if i < 22 else text for i, text in enumerate(demo_pages)]
    result = compare(opened(demo_pages, "a"), opened(changed, "b"))
    assert any("4 521 950 €" in v.note and "avenant n° 1" in v.note for _, v in result.values)


def test_contracts_with_nothing_in_common():
    result = compare(
        opened([OLD], "a"),
        opened(["Recette\n\nÉplucher les légumes, les cuire vingt minutes puis les mixer avec la crème.\n"], "b"),
    )
    assert result.pairs == []
    assert len(result.dropped) >= 4
    assert len(result.added) == 1


@pytest.mark.parametrize("text", ["x", "", "1 2 3"])
def test_poor_documents_are_compared_without_failure(text):
    result = compare(opened([text], "a"), opened([OLD], "b"))
    assert result.pairs == []


def test_markdown_and_json(small):
    text = comparison_text(small)
    assert "| Article 4 – Réserves, p. 1 | taux | 5 % | 8 % |" in text
    assert "## Clauses retirées" in text
    facts = small.to_json()
    assert json.loads(json.dumps(facts, ensure_ascii=False)) == facts


def test_the_word_file_has_headings_and_tables(small, tmp_path):
    write_docx(small, tmp_path / "comparaison.docx")
    document = Document(str(tmp_path / "comparaison.docx"))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings == ["Valeurs modifiées", "Clauses ajoutées", "Clauses retirées", "Clauses rapprochées"]
    assert [cell.text for cell in document.tables[0].rows[0].cells][2:4] == ["Ancienne valeur", "Nouvelle valeur"]
    assert len(document.tables[0].rows) == 7
    assert [p.name for p in tmp_path.iterdir()] == ["comparaison.docx"]


def test_a_word_file_that_can_t_be_written(small, tmp_path):
    with pytest.raises(CasfError, match="dossier n'existe pas"):
        write_docx(small, tmp_path / "absent" / "c.docx")


def test_control_characters_don_t_break_the_word_file(tmp_path):
    result = compare(opened([OLD.replace("Télétravail", "Télé\x0btravail\x07")], "a"), opened([NEW], "b"))
    write_docx(result, tmp_path / "c.docx")
    assert (tmp_path / "c.docx").is_file()
