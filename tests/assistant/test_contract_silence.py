"""When a contract is said to be silent: not for everyday words, nor for a value that stands elsewhere or is of another year."""

from dataclasses import replace

import pytest

from assistant.contract_answer import weigh
from assistant.contract_cues import missed
from assistant.contract_intent import other_subject
from assistant.contract_question import ORIGINAL, understand, wants_list
from assistant.contract_reading import read_contract
from assistant.contract_silence import measures
from assistant.contract_years import of_the_year
from assistant.question import read_question
from tests.assistant.written import write_articles

ARTICLES = [
    ("Article 1 – Produits", "Le CD alloue une subvention de 18 000 € pour le jardin. Les communes voisines y ajoutent 6 500 €.", []),
    ("Article 2 – Bâtiment", "La chaufferie est remplacée pour 52 300 €. Les emplois paramédicaux sont de 14,20 ETP.", []),
    ("Article 3 – Sorties", "Le financement des places de sortie d'hospitalisation est de 33 100 € par an.", []),
    ("Article 4 – Contribution", "La contribution est de 9 % des ressources de la personne quand elle est nourrie.", []),
    ("Article 5 – Occupation", "Le taux d'occupation constaté en 2023 est de 88 %.", []),
    ("Article 6 – Cibles", "L'occupation visée est la suivante.", [("Taux d'occupation", "2025", "2026"), ("Maison", "91 %", "93 %")]),
    ("Article 7 – Cuisine", "Le coût moyen à la place est de 15 010 €.", []),
    ("Article 8 – Moyens", "La DGF est de 901 000 €. Le placement familial compte 12 places. L'intéressement est de 4 %.", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def opened(engine, tmp_path_factory):
    path = write_articles(tmp_path_factory.mktemp("contrat") / "silence.docx", ARTICLES)
    return engine.workspace("tests").open(engine.workspace("tests").add(path).id)


@pytest.mark.parametrize(
    "text",
    [
        "le département donne combien pour le jardin",
        "la mairie met combien dans le jardin",
        "prix de la nouvelle chaudière",
        "ETP soignants",
        "combien pour les sorties d'hôpital",
        "quelle part de ses revenus",
        "quel pourcentage quand on mange",
        "coût à la place",
        "dotation",
        "places en famille d'accueil",
        "la prime d'intéressement",
    ],
)
def test_everyday_words_are_met_in_the_contract_s_own(opened, text):
    assert understand(read_question(text), read_contract(opened)).unknown == []


def test_a_virement_is_what_is_paid(opened):
    idea = understand(read_question("le virement du jardin"), read_contract(opened)).ideas[0]
    assert idea.held("la somme est versee le 5 du mois", frozenset())


def test_being_covered_is_of_the_contract_s_life():
    assert not other_subject("jusqu'a quand on est couvert", {"couvert": 0.7})


def test_before_a_change_cut_short_asks_for_the_original():
    assert ORIGINAL.search("et avant la modif c'etait combien")


def test_before_a_change_is_not_what_the_question_is_about(opened):
    names = [
        idea.name for idea in understand(read_question("avant la modif c'était combien le jardin"), read_contract(opened)).ideas
    ]
    assert names == ["jardin"]


def test_a_value_of_the_year_asked_for_stands_before_one_of_another(engine, opened):
    question = read_question("Quel taux d'occupation pour la maison en 2026 ?")
    weighed = weigh(question, opened, engine.embedder)
    assert weighed.best.value.text == "93 %"
    other = replace(weighed.best, years=("2023",))
    assert of_the_year(weighed.asked, [other, weighed.best], weighed.reading) is weighed.best
    assert of_the_year(weighed.asked, [other], weighed.reading) is other
    assert of_the_year(weighed.asked, [other, replace(weighed.best, fit=0.1)], weighed.reading) is other


def test_a_list_that_was_not_read_stands_where_most_is_met(engine, opened):
    weighed = weigh(read_question("combien pour le jardin"), opened, engine.embedder)
    aside = replace(weighed.best, fit=0.1)
    most = max(weighed.scored[:12], key=lambda r: r[2])
    weighed.asked.kinds = {"list": 0.9, "amount": 0.2}
    assert wants_list(weighed.asked.kinds)
    assert measures(weighed.asked, weighed.scored, 0.85, aside)[3:5] == (most[2], missed(weighed.asked, most[0]))
    weighed.asked.kinds = {"list": 0.2, "amount": 0.9}
    assert measures(weighed.asked, weighed.scored, 0.85, aside)[3] == 0.1


def test_what_the_best_place_misses_is_told_apart_from_what_the_value_s_place_does(engine, opened):
    weighed = weigh(read_question("combien pour le jardin"), opened, engine.embedder)
    away = next(unit for unit in weighed.reading.units if missed(weighed.asked, unit) > 0.3)
    found = measures(weighed.asked, weighed.scored, 0.85, replace(weighed.best, unit=away))
    assert found[5] < 0.1 < 0.3 < found[4]
