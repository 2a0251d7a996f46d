import re

import pytest

from assistant.answer import french_date
from assistant.law_answer import answer_law
from assistant.question import read_question
from assistant.render import answer_markdown, sources_html
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


def test_text_never_runs_as_markup(searcher):
    answer = ask(searcher, "cantine")
    answer.answer += " <script>alert(1)</script> <img src=x onerror=alert(1)>"
    assert "<script" not in answer_markdown(answer, 1)
    assert "<img" not in answer_markdown(answer, 1)
    from dataclasses import replace

    answer.citations = [replace(answer.citations[0], label="<b onclick=x>", text="<script>", quote="<script>", url='"><script>')]
    html = sources_html(answer, 1)
    assert "<script" not in html
    assert "<b onclick" not in html


@pytest.mark.parametrize(("confidence", "word"), [(0.9, "forte"), (0.5, "moyenne"), (0.3, "faible")])
def test_confidence_is_said_in_three_plain_levels(confidence, word):
    from assistant.render import trust_said

    assert word in trust_said(confidence)


def test_acronyms_carry_their_meaning_and_text_stays_escaped():
    from assistant.render import with_tips

    html = with_tips("Le CPOM <b>oblige</b> ; le CPOM encore.")
    assert html.count("<abbr title=") == 1
    assert "&lt;b&gt;" in html
