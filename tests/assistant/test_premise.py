"""Wrong references in a question: on ten articles of our own, then on the cards with the real model."""

import json
from pathlib import Path

import pytest

from assistant.check_claims import Judge
from assistant.premise import find_premise, what_is_said
from assistant.question import read_question
from assistant.retrieval import Searcher
from corpus.cards import Card
from evals.runner import run_premise
from ingest.generation import Index, build
from tests.conftest import WordEmbedder

TRAPS = Path(__file__).parents[2] / "evals" / "questions" / "traps.jsonl"


@pytest.fixture(scope="module")
def find(tmp_path_factory, articles, cards):
    home, words = tmp_path_factory.mktemp("home"), WordEmbedder()
    gone = Card("L900-9", "Ancienne fête du village", "Une fête en juin.", (), (), "2021-01-01", "repealed", "Abrogé en 2021.")
    build(home, articles, [*cards, gone], words, {"files": ["ten.jsonl"]})
    searcher = Searcher(Index.open(home), words)
    judge = Judge(searcher)
    return lambda text: find_premise(read_question(text), searcher, judge)


def test_an_unknown_article_is_named_and_the_question_still_answered(find):
    premise = find("L'article L. 999-1 dit-il qui passe d'abord pour une parcelle de jardin ?")
    assert (premise.kind, "L. 999-1 n'existe pas" in premise.message) == ("unknown", True)
    assert premise.hits[0].num == "L910-1"


def test_an_unknown_number_without_any_question_has_nothing_to_show(find):
    premise = find("Résume-moi l'article L. 999-1")
    assert (premise.kind, premise.hits) == ("unknown", ())


def test_the_other_letter_is_told(find):
    premise = find("Que dit l'article D. 900-1 ?")
    assert "À ne pas confondre avec L. 900-1" in premise.message
    assert premise.hits[0].num == "L900-1"


def test_a_number_of_another_code_given_to_this_one_is_told(tmp_path, articles, cards, words):
    civil = [
        Card(f"{n} C. civ.", "Enfant en danger", "Le juge aide.", (), (), "2026-04-03", "in_force") for n in ("375", "375-1")
    ]
    build(tmp_path, articles, [*cards, *civil], words, {})
    searcher = Searcher(Index.open(tmp_path), words)
    ask = read_question("L'article 375 du CASF dit-il combien coûte le repas à la cantine ?")
    premise = find_premise(ask, searcher, Judge(searcher))
    assert premise.message.startswith("L'article 375 n'existe pas dans le code de l'action sociale et des familles.")
    assert "À ne pas confondre avec l'article 375 du code civil (« Enfant en danger »)." in premise.message
    assert premise.hits[0].num == "375 C. civ."
    assert find_premise(read_question("L'article 375 du code civil dit-il cela du repas ?"), searcher, Judge(searcher)) is None


def test_a_repealed_article_is_told_and_shown(find):
    premise = find("L'article L900-9 fixe-t-il la fête ?")
    assert (premise.kind, premise.hits[0].num) == ("repealed", "L900-9")
    assert "a été abrogé en 2021." in premise.message


def test_a_number_of_another_code_is_nobody_s_fault(find):
    assert find("L'article L. 1110-4 CSP protège-t-il le secret ?") is None
    assert find("L'article 375 du code civil permet-il un placement ?") is None
    assert "autre code" in find("L'article L. 1110-4 protège-t-il le secret ?").message


@pytest.mark.parametrize(
    "text",
    ["Que dit l'article L900-1 ?", "L900-1 ?", "Les articles L. 900 et suivants", "Peux-tu m'expliquer simplement L. 900-1 ?"],
)
def test_asking_what_an_article_says_takes_nothing_for_granted(find, text):
    assert find(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Explique-moi l'article L. 900-1 en trois lignes", ""),
        ("Explique-moi l'article L. 900-1 sur la cantine", "la cantine"),
        ("Expliquez-moi pourquoi L. 900-1 ouvre la cantine", "Expliquez-moi pourquoi ouvre la cantine"),
        ("Le L. 900-1 ouvre la cantine, n'est-ce pas ?", "la cantine"),
    ],
)
def test_what_is_said_of_an_article(text, said):
    assert what_is_said(text).lower() == said.lower()


def test_a_figure_that_the_article_contradicts(find):
    premise = find("Le maire répond dans un délai de deux mois et son silence vaut acceptation (L. 900-1) ?")
    assert (premise.kind, "deux mois" in premise.message) == ("figure", True)
    assert premise.hits[0].num == "L900-1"


def test_somebody_s_age_is_no_figure_of_an_article(find):
    asked = "Une dame de 84 ans : le maire répond dans un délai de {} et son silence vaut acceptation (L. 900-1) ?"
    assert find(asked.format("quinze jours")) is None


def test_silence_taken_for_its_contrary(find):
    premise = find("Le maire répond dans un délai de quinze jours et son silence vaut refus (L. 900-1) ?")
    assert (premise.kind, "vaut accord" in premise.message) == ("figure", True)


@pytest.mark.ci
@pytest.mark.model
def test_traps_are_named_and_honest_questions_left_alone(engine):
    rows = [json.loads(line) for line in TRAPS.read_text("utf-8").splitlines()]
    found = run_premise(engine, [row for row in rows if row["part"] == "validation"])
    assert found["named"] >= 0.85
    assert found["redirected"] >= 0.75
    assert found["unknown"] == 1.0
    assert found["accused"] <= 0.03


@pytest.mark.model
def test_the_answer_says_it_first_and_cites_the_right_article(engine):
    answer = engine.ask("D423-9 majore-t-il les heures de la nounou au-delà de 45 par semaine ?")
    assert answer.premise["ok"] is False
    assert answer.answer.startswith(f"**{answer.premise['message']}**")
    assert answer.citations[0].num == "D423-10"
    assert "D423-9" in [c.num for c in answer.citations]
