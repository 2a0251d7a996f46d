"""Questions that are not for these texts: refused with where to ask, never with sources; the others answered."""

import json
from pathlib import Path

import pytest

from assistant.question import read_question
from assistant.retrieval import Searcher
from assistant.scope import domain_of, domains, markers, refuse
from ingest.generation import Index

QUESTIONS = Path(__file__).parents[2] / "evals" / "questions"


@pytest.fixture
def small(small_home, words) -> Searcher:
    return Searcher(Index.open(small_home), words)


@pytest.mark.parametrize("text", ["bonjour", "Merci beaucoup !", "salut, ça va ?", "Bonsoir à tous"])
def test_a_greeting_gets_a_polite_sentence(small, text):
    assert refuse(read_question(text), small).more.startswith("Posez-moi une question")


def test_keys_hit_at_random_are_not_understood(small):
    assert "pas compris" in refuse(read_question("qsdfgh wxcvbnq azertty"), small).more
    assert refuse(read_question("Quel est le prix du repas à la cantine ?"), small) is None


def test_markers_are_whole_words_and_leave_the_rest():
    assert domain_of("Combien d'impôts dois-je ?").name == "impôts"
    assert domain_of("Une imposition des mains") is None
    assert markers("La CAF et mes APL")[1].strip() == "La CAF et mes"
    assert [d.reason for d in domains()].count("not_in_corpus") == 1


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Quelle est la date limite de la déclaration de revenus aux impôts ?", "impots.gouv.fr"),
        ("Mon titre de séjour de salarié expire, où le renouveler ?", "préfecture"),
        ("Une recette de tarte aux pommes pour huit personnes", "moteur de recherche"),
        ("Mon patron refuse de payer mes heures supplémentaires, que faire ?", "code.travail.gouv.fr"),
    ],
)
def test_out_of_scope_is_said_with_where_to_ask(engine, text, where):
    answer = engine.ask(text)
    assert (answer.abstained, answer.citations) == (True, [])
    assert where in answer.answer


@pytest.mark.model
def test_what_names_an_article_is_in_scope(engine):
    assert not engine.ask("Les impôts peuvent-ils donner mes revenus au département, L133-3 ?").abstained


@pytest.mark.model
@pytest.mark.parametrize("text", ["Quels sont les droits des usagers ?", "C'est quoi le livret d'accueil ?"])
def test_a_short_question_that_a_title_answers_is_in_scope(engine, text):
    assert not engine.ask(text).abstained


@pytest.mark.ci
@pytest.mark.model
def test_most_of_the_others_are_refused_and_few_of_ours(engine):
    outside = (QUESTIONS / "out_of_scope.txt").read_text("utf-8").splitlines()[::6]
    rows = [json.loads(line) for line in (QUESTIONS / "legal.jsonl").read_text("utf-8").splitlines()]
    ours = [row["question"] for row in rows if row["gold"] and row["kind"] != "trap"][::3]
    refused = [engine.ask(text) for text in outside]
    assert sum(answer.abstained for answer in refused) >= 0.85 * len(outside)
    assert not any(answer.citations for answer in refused if answer.abstained)
    assert sum(engine.ask(text).abstained for text in ours) <= 0.05 * len(ours)
