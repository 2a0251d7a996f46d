"""What a question asks of the contract's own life, however it is put, and the delays to extend or to leave it."""

from dataclasses import replace

import numpy as np
import pytest

from assistant.contract_answer import weigh
from assistant.contract_avenants import find_avenants
from assistant.contract_intent import NONE, WEIGHTS, life_intent, other_subject, patterns
from assistant.contract_notice import notices
from assistant.contract_question import understand
from assistant.contract_reading import read_contract
from assistant.contract_subjects import subject_chances
from assistant.contract_text import read_pieces
from assistant.question import read_question
from corpus.words import fold
from ingest.lexical import LexicalIndex
from tests.assistant.test_contract_drafting import opened
from tests.conftest import WordEmbedder

# Everyday wordings of each, none of them among the questions learnt from.
ASKED = {
    "term": "le cpom qu'on a avec l'agence s'éteindra quel jour",
    "first": "avant qu'on le prolonge, il devait s'achever quel jour notre contrat",
    "effect": "nous voilà embarqués dans ce cpom depuis quel jour",
    "signed": "à quelle date la présidente a-t-elle paraphé le contrat",
    "avenant": "le deuxième avenant est daté de quel jour",
    "extend": "pour grappiller un an de plus, on doit écrire combien de mois avant",
    "leave": "si l'un de nous veut s'en aller du contrat, il prévient combien de temps avant",
    "none": "l'arrêté qui habilite la maison court jusqu'à quelle date",
}
OTHERS = ("quel jour le chantier commence-t-il", "préavis d'un locataire qui part", "pour quand le plan de formation")


@pytest.mark.parametrize(("intent", "text"), [*ASKED.items(), *(("none", text) for text in OTHERS)])
def test_what_is_asked_of_the_contract_s_life(engine, intent, text):
    question = read_question(text).mended
    told = life_intent(fold(text), engine.embedder.query(question), engine.embedder.fingerprint)
    if other_subject(fold(text), subject_chances(question, engine.embedder)):
        told = NONE
    assert told == intent


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("le cpom qu'on a avec l'agence s'éteindra quel jour", "2028-12-31"),
        ("nous voilà embarqués dans ce cpom depuis quel jour", "2024-01-01"),
        ("à quelle date la présidente a-t-elle paraphé le contrat (pas l'avenant)", "2023-12-21"),
        ("notre conseil réclame la date de l'avenant", "2025-06-26"),
        ("pour grappiller un an de plus, on doit écrire combien de mois avant", "P6M"),
        ("si l'un de nous veut s'en aller du contrat, il prévient combien de temps avant", "P6M"),
    ],
)
def test_the_sheet_answers_however_it_is_asked(engine, text, normalized):
    answer = engine.ask(text, "demo", "tests")
    assert answer.value is not None and answer.value.normalized == normalized


def test_another_s_contract_is_not_ours(engine):
    for text, other in (("la convention avec la clinique finit quand", True), ("la convention avec l'agence finit quand", False)):
        assert other_subject(fold(text), subject_chances(text, engine.embedder)) == other
    contract = engine.workspace("tests").open("demo")
    weighed = weigh(read_question("la convention avec la clinique finit quand"), contract, engine.embedder)
    assert weighed.asked.life == NONE


def test_another_model_leaves_it_to_the_words():
    assert life_intent("fin du contrat", np.zeros(3), WordEmbedder().fingerprint) is None


def test_the_shipped_weights_are_of_this_model_and_these_patterns(engine):
    with np.load(WEIGHTS) as file:
        assert str(file["fingerprint"]) == engine.embedder.fingerprint
        assert file["weights"].shape == (len(file["kinds"]), len(file["mean"]) + len(patterns("")))


DELAYS = """Article 9 – Durée
Le contrat peut être prolongé d'une année. La partie qui le souhaite le fait savoir cinq mois au moins avant le terme.
Le bilan final est remis dix mois avant le terme du contrat.

Article 10 – Rupture
Après une mise en demeure restée vaine pendant deux mois, une partie peut le résilier avec un préavis de sept mois.

Article 11 – Logement
La personne qui quitte sa chambre respecte un préavis de huit jours."""


def read(text):
    return read_contract(replace(opened(text), lexical=LexicalIndex.build([], [])))


def test_each_delay_is_told_from_the_others_that_stand_near():
    reading = read(DELAYS)
    asked = understand(read_question("Combien de temps avant ?"), reading)
    told = [[c.value.text for c in notices(asked, reading, intent)] for intent in ("extend", "leave")]
    assert told == [["cinq mois"], ["sept mois"]]


def test_a_contract_without_such_a_clause_gives_no_delay():
    reading = read("Article 1 – Séjours\nLe séjour est prolongé de deux mois. Le préavis de la chambre est d'un mois.")
    asked = understand(read_question("Combien de temps avant ?"), reading)
    assert not [*notices(asked, reading, "extend"), *notices(asked, reading, "leave")]


def test_the_case_that_a_question_puts_is_not_given_the_ordinary_notice():
    reading = read("Article 3 – Fin\nIl est résilié avec un préavis de six mois, ramené à un mois en cas de faute grave.")
    plain, grave = (
        understand(read_question(text), reading) for text in ("Quel préavis ?", "Quel préavis en cas de faute grave ?")
    )
    assert [c.value.text for c in notices(plain, reading, "leave")] == ["six mois"]
    assert not list(notices(grave, reading, "leave"))


@pytest.mark.parametrize(
    "text",
    [
        "Article 2 – Durée\nLe contrat prend effet le 01/03/2025 et cesse le 28/02/2030.",
        "Article 2 – Durée\nLe contrat s'applique à compter du 1er mars 2025. Il arrive à échéance le 28 février 2030.",
        "§ 1. Le contrat règle les moyens.\n\n§ 2. Il prend effet au 1er mars 2025. Il est passé pour cinq ans et prendra fin le 28/02/2030.",
        "II. REPÈRES\n■ Prise d'effet : 1er mars 2025 ;\n■ Terme : 28 février 2030, soit cinq exercices ;",
    ],
)
def test_the_two_ends_are_read_however_they_are_told(text):
    life = read(text).sheet.life
    assert (life.effect.value, life.term.value) == ("2025-03-01", "2030-02-28")


def test_an_avenant_is_told_by_its_rank(engine):
    reading = read_contract(engine.workspace("tests").open("demo"))
    asked = [
        understand(read_question(text), reading)
        for text in ("Le deuxième avenant date de quand ?", "l'avenant n° 3", "l'avenant")
    ]
    assert [one.avenant for one in asked] == ["2", "3", ""]
    assert understand(read_question("Avant d'être prolongé, il finissait quand ?"), reading).original


def test_an_avenant_signed_by_its_place_alone_is_dated():
    text = "AVENANT N° 1 AU CONTRAT\n\nArticle 1 – Objet\nLe taux de 80 % est remplacé par 82 %.\n\nÀ Ordan, le 4 mai 2026"
    pieces = read_pieces(opened("Article 1 – Objet\nLe taux est de 80 %.", text))
    assert [avenant.signed for avenant in find_avenants(pieces)] == ["2026-05-04"]
