import re

import pytest

from assistant.answer import french_date
from assistant.law_answer import answer_law
from assistant.question import read_question
from assistant.retrieval import Searcher
from ingest.generation import Index


@pytest.fixture
def searcher(small_home, words):
    return Searcher(Index.open(small_home), words)


def ask(searcher, text):
    question = read_question(text)
    return answer_law(question, searcher.search(question), searcher)


def test_quotes_are_verbatim_dated_and_linked(searcher):
    answer = ask(searcher, "parcelle laissée en friche")
    first = answer.citations[0]
    assert first.quote in searcher.index.article(first.num).text
    assert (first.num, first.as_of, first.source) == ("L910-2", "2018-06-01", "law")
    assert "legifrance.gouv.fr" in first.url
    assert "1er juin 2018" in answer.answer


def test_every_mark_has_its_citation_and_back(searcher):
    answer = ask(searcher, "cantine prix du repas")
    marks = {int(m) for m in re.findall(r"\[(\d+)\](?!\()", answer.answer)}
    assert marks == {c.n for c in answer.citations} == set(range(1, len(answer.citations) + 1))


def test_a_card_is_said_to_be_ours(searcher):
    answer = ask(searcher, "Le goûter est-il gratuit ?")
    assert answer.citations[0].source == "card"
    assert "n'est pas le texte officiel" in answer.answer
    assert "1er janvier 2020" in answer.answer


def test_dates_in_french():
    assert [french_date(d) for d in ("2016-01-01", "2026-11-21", "")] == ["1er janvier 2016", "21 novembre 2026", "date inconnue"]


def test_an_old_text_is_said_to_be_old_once(searcher):
    answer = ask(searcher, "parcelle laissée en friche")
    assert answer.answer.count("⚠") == 1
    assert "ont pu changer" in answer.answer


def test_a_text_of_this_year_carries_no_warning():
    from datetime import date

    from assistant.answer import is_old, old_text_warning

    assert is_old("2016-01-01")
    assert is_old("")
    assert not is_old("2026-05-01", date(2026, 11, 1))
    assert is_old("2025-10-31", date(2026, 11, 1))
    assert old_text_warning([]) == ""


def test_several_questions_get_a_part_each_with_continuous_numbers(searcher):
    answer = ask(searcher, "Quel est le prix du repas à la cantine ? Qui décide pour une parcelle en friche ?")
    assert "### 1." in answer.answer
    assert "### 2." in answer.answer
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    second = answer.answer.split("### 2.")[1]
    assert "L. 910-2" in second


def test_every_quotation_of_the_answer_is_verbatim(searcher):
    answer = ask(searcher, "parcelle laissée en friche")
    text = " ".join(" ".join(searcher.index.article(c.num).text for c in answer.citations if c.source == "law").split())
    quoted = re.findall(r"^> (.+)$", answer.answer, re.MULTILINE)
    assert quoted
    assert all(" ".join(re.sub(r"\*\*|\s\[\d+\]$", "", q).split()) in text for q in quoted)


@pytest.mark.parametrize(
    ("question", "both", "about"),
    [
        ("Notre clause de reprise d'excédent est-elle conforme ?", True, "reprise d'excédent"),
        ("La durée de notre contrat est-elle légale ?", True, "La durée de contrat"),
        ("Notre CPOM respecte-t-il le code sur les frais de siège ?", True, ""),
        ("Mon CPOM finit quand ?", False, ""),
        ("Quel taux d'occupation en 2026 ?", False, ""),
    ],
)
def test_a_question_on_both_is_recognised_and_its_subject_kept(question, both, about):
    from assistant.both import asks_both, subject

    assert asks_both(read_question(question)) is both
    if about:
        assert subject(read_question(question)).mended == about


def test_the_clause_and_the_rule_stand_side_by_side(searcher):
    from assistant.answer import Answer, Citation
    from assistant.both import answer_both

    clause = Citation(1, "contract", "p1", "Article 4, p. 2", "", "2026-01-01", 2, "Le repas coûte deux euros.", "", "contract")
    contract = Answer("Le prix du repas est-il conforme ?", "> Le repas coûte deux euros. [1]", citations=[clause])
    answer = answer_both(read_question("prix du repas à la cantine"), contract, searcher)
    assert [c.kind for c in answer.citations][:2] == ["contract", "article"]
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert answer.answer.index("votre contrat") < answer.answer.index("la règle")
    assert answer_both(read_question("x y z"), Answer("q", "rien", abstained=True), searcher).citations == []
