"""Words without a subject count little in a question, and never make a contract silent."""

import pytest

from assistant.contract_question import understand
from assistant.contract_reading import read_contract
from assistant.question import read_question
from corpus.words import fold
from ingest.workspace import Workspace
from tests.conftest import WordEmbedder


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return read_contract(Workspace(tmp_path_factory.mktemp("home"), "tests", WordEmbedder()).open("demo"))


@pytest.mark.parametrize(
    "word", "arrivent amener gros normales totales seules genre changeait énormes rarement peut-être".split()
)
def test_a_word_without_subject_is_no_stranger(demo, word):
    asked = understand(read_question(f"Combien d'admissions {word} à l'IME ?"), demo)
    assert asked.unknown == []
    assert all(idea.light for idea in asked.ideas if idea.name == fold(word))


def test_a_subject_that_the_contract_ignores_stays_a_stranger(demo):
    assert understand(read_question("Combien de jours de télétravail ?"), demo).unknown == ["teletravail"]
