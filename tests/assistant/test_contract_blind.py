"""Classes of question met on contracts written without the answering code in view: short questions, other years, avenants."""

import pytest

from assistant.contract_question import wanted_kinds
from evals.contracts.blind import ask as questions
from evals.contracts.blind import blind


@pytest.fixture(scope="module")
def ask(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("contrats")
    ids = {}
    for name in ("rives", "colombier", "marronnier", "romarin"):
        (folder / f"{name}.pdf").write_bytes(blind.drawing(name))
        ids[name] = engine.workspace("tests").add(folder / f"{name}.pdf").id
    return lambda name, text: engine.ask(text, ids[name], "tests")


@pytest.mark.parametrize(
    ("name", "text", "normalized"),
    [
        ("rives", "GMP des Terrasses du Gué", "695"),  # a row's name, a column's heading
        ("rives", "valeur du point gir ?", "7.42"),  # what is typed in a search box
        ("rives", "L'astreinte IDE de nuit, l'ARS donne combien maintenant ?", "47900"),  # "est porté de … à …"
        ("rives", "C'était combien l'astreinte de nuit avant l'avenant 1 ?", "41200"),
        ("rives", "on emprunte combien pour le chantier ?", "5700000"),  # "est porté à …", the old value left unsaid
        ("rives", "L'avenant date de quand ?", "2025-02-27"),
        ("rives", "La cuisine du Clos c'est budgété combien ?", "88000"),  # the total, no year being asked for
        ("colombier", "L'éval du FAM faut la rendre quand", "2027-03-31"),  # "celle du FAM le …"
        ("colombier", "combien de journées d'internat IME en 2025 ?", "4600"),  # not the semi-internat
        ("marronnier", "on perd combien d'ETP à l'IME sur la durée du contrat ?", "6.4"),  # a change over the years of a row
        ("marronnier", "Le contrat va jusqu'à quand ?", "2029-12-31"),
    ],
)
def test_the_value_is_found(ask, name, text, normalized):
    answer = ask(name, text)
    assert answer.value is not None and answer.value.normalized == normalized


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("colombier", "Quelle DGC pour 2027 ?", "6 202 000 pour 2024"), ("rives", "le forfait soins 2029 c'est combien ?", "2027")],
)
def test_a_value_of_another_year_is_not_given(ask, name, text, said):
    answer = ask(name, text)
    assert answer.abstained and answer.value is None and said in answer.answer.replace("\u00a0", " ")


def test_a_list_is_read_from_a_table_whose_heading_says_it(ask):
    answer = ask("marronnier", "Quels sont les chantiers prévus ?")
    assert answer.value is not None and answer.value.kind == "list" and len(answer.value.normalized) == 3


def test_a_kind_that_one_name_holds_is_said_of_all(ask):
    answer = ask("romarin", "Quelles résidences sont dans le contrat ?")
    assert answer.value is not None and answer.value.normalized == ["Les Lavandières", "Résidence du Parc", "Les Glaïeuls"]


def test_a_change_over_the_years_shows_its_working(ask):
    answer = ask("marronnier", "on perd combien d'ETP à l'IME sur la durée du contrat ?")
    assert "46,2 en 2029 − 52,6 en 2025" in answer.answer.replace("\u00a0", " ")


def test_quand_in_a_condition_asks_for_no_date():
    assert "date" not in wanted_kinds("quelle part on demande quand on ne fournit pas les repas ?")
    assert "date" not in wanted_kinds("quand on ne fournit pas les repas on demande combien ?")
    for text in ("le bilan c'est pour quand ?", "on rend le dernier rapport quand ?", "le delai court depuis quand ?"):
        assert "date" in wanted_kinds(text)
    assert wanted_kinds("on risque une penalite si on rend nos documents en retard ?") == {}


def test_a_waiting_list_is_no_list():
    assert "number" in wanted_kinds("la liste d'attente c'est combien d'enfants ?")
    assert wanted_kinds("donnez-moi la liste des etablissements") == {"list": 1.0}


def test_the_questions_stand_in_the_contracts():
    assert len(questions.rows()) > 100
