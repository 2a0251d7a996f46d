"""A word that a contract ignores makes it silent when it is a subject, not when it is a way of speaking."""

import pytest

from assistant.contract_question import understand
from assistant.contract_reading import read_contract
from assistant.contract_subjects import subject_chances, temper
from assistant.question import read_question
from tests.conftest import WordEmbedder

# A question that a contract may answer without the first word, and one that it may not without the second.
PAIRS = [
    ("on peut basculer combien d'un service à l'autre", "basculer", "combien de jours de télétravail par semaine", "teletravail"),
    ("le contrat s'éteint quand", "eteint", "quel loyer pour les appartements", "loyer"),
    ("une maman voudrait savoir combien de jours d'accueil temporaire", "voudrait", "combien de kinés à l'IME", "kines"),
    ("si on s'y prend tard on risque quoi", "prend", "objectif de vaccination contre la grippe", "vaccination"),
]


@pytest.mark.parametrize(("spoken", "way", "asked", "subject"), PAIRS)
def test_a_subject_is_told_from_a_way_of_speaking(engine, spoken, way, asked, subject):
    assert subject_chances(spoken, engine.embedder)[way] < 0.4 < subject_chances(asked, engine.embedder)[subject]


def test_only_ignored_words_weigh_by_their_chance(engine):
    reading = read_contract(engine.workspace("tests").open("demo"))
    asked = understand(read_question("Combien d'admissions en télétravail à l'IME ?"), reading)
    assert asked.unknown == ["teletravail"]
    before = {idea.name: idea.weight for idea in asked.ideas}
    tempered = temper(asked, {"teletravail": 0.1, "ime": 0.9})
    assert {idea.name: idea.weight / before[idea.name] for idea in tempered.ideas} == pytest.approx(
        {name: 0.1 if name == "teletravail" else 1.0 for name in before}
    )
    assert next(idea.subject for idea in tempered.ideas if idea.name == "ime") == 0.9


def test_another_model_leaves_the_question_as_it_is():
    assert subject_chances("combien de jours de télétravail", WordEmbedder()) == {}
