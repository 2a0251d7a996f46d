"""A trainer's pack: its plan, its articles, and a quiz that its articles bear out."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from assistant.cli import main
from assistant.session_articles import key_articles
from assistant.session_pack import known_mistakes, make_pack, pack_markdown
from assistant.session_quiz import FIGURE, TRUTH, WHICH, Item, Source, _figures, quiz_fault, source_of
from corpus.errors import CasfError

TOPICS = Path(__file__).parent / "session_topics.jsonl"

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def searcher(engine):
    return engine.searcher()


@pytest.fixture(scope="module")
def pack(searcher):
    return make_pack("les droits des usagers en établissement", searcher)


def test_a_topic_gives_a_whole_session(pack, searcher):
    text = pack_markdown(pack)
    for heading in (
        "Objectifs",
        "Déroulé",
        "Articles clés",
        "Étude de cas",
        "Quiz",
        "Corrigé du quiz",
        "Erreurs fréquentes",
        "Sources",
    ):
        assert f"## {heading}" in text
    assert sum(minutes for minutes, _, _ in pack.plan) == pack.minutes == 180
    assert "L311-3" in [a.num for a in pack.articles]
    assert 10 <= len(pack.quiz) <= 20 and {WHICH, TRUTH} <= {item.kind for item in pack.quiz}
    assert pack == make_pack("les droits des usagers en établissement", searcher)  # the same topic, the same pack


def test_every_answer_of_the_quiz_is_borne_out_by_its_article(pack, searcher):
    for item in pack.quiz:
        assert quiz_fault(item, searcher) == ""
        source = source_of(item.num, searcher)
        assert item.quote == source.title or item.quote in source.text


def test_a_wrong_key_is_found(pack, searcher):
    item = next(i for i in pack.quiz if i.kind == WHICH)
    wrong = replace(item, right=(item.right + 1) % len(item.options))
    assert quiz_fault(wrong, searcher) == "plusieurs articles répondent"
    assert quiz_fault(replace(item, quote="Une phrase que l'article ne contient pas."), searcher)
    assert quiz_fault(replace(item, num="L999-99"), searcher) == "l'article n'est pas dans les textes"


def test_a_figure_is_asked_from_a_sentence_that_holds_one_answer(searcher):
    import random

    sentence = "La personne dispose de deux mois pour contester la décision devant le juge compétent."
    source = Source("L313-11", "Titre", f"Un début sans intérêt pour personne.\n\n{sentence}", "2020-01-01", True)
    item = _figures(source, random.Random(1))[0]
    assert item.options[item.right] == "deux mois" and "[…]" in item.text and "deux mois" not in item.text
    assert len(set(item.options)) == 4 and item.quote == sentence
    assert quiz_fault(Item(FIGURE, "?", ("deux mois", "la personne"), 0, "L313-11", "Titre", ""), searcher)


@pytest.mark.ci
def test_the_articles_that_a_topic_turns_round_are_those_of_the_session(searcher):
    """Topics that trainers give, each with the articles that a reader of the cards expects first."""
    rows = [json.loads(line) for line in TOPICS.read_text("utf-8").splitlines()]
    shares = {}
    for row in rows:
        chosen = {hit.num for hit in key_articles(row["topic"], searcher)[0]}
        shares[row["topic"]] = len(chosen & set(row["expected"])) / len(row["expected"])
    assert len(rows) >= 15 and sum(shares.values()) / len(rows) >= 0.65
    assert min(shares.values()) > 0, shares


def test_named_articles_are_those_of_the_session(searcher):
    pack = make_pack("L311-3, L311-4", searcher)
    assert [a.num for a in pack.articles] == ["L311-3", "L311-4"]


def test_known_mistakes_about_the_topic_are_told(searcher):
    told = " ".join(make_pack("le CPOM, L313-11", searcher).mistakes)
    assert "L. 121-4" in told and "L. 131-5" in told
    for row in known_mistakes():
        assert row["cited"] not in row["right"] and row["said"] and row["really"]


def test_bad_wishes_are_refused_in_a_sentence(searcher, model_home, tmp_path, capsys):
    for minutes, questions in ((10, 15), (180, 3)):
        with pytest.raises(CasfError):
            make_pack("RSA", searcher, minutes, questions)
    assert main(["--home", str(model_home), "session", "RSA", "--out", str(tmp_path / "s.xls")]) == 2
    assert "docx" in capsys.readouterr().err


def test_the_command_writes_a_document_that_opens(model_home, tmp_path):
    out = tmp_path / "séance.docx"
    assert (
        main(
            ["--home", str(model_home), "session", "L'allocation personnalisée d'autonomie", "--out", str(out), "--minutes", "90"]
        )
        == 0
    )
    titles = [p.text for p in Document(str(out)).paragraphs if p.style.name == "Heading 2"]
    assert titles[:3] == ["Objectifs", "Déroulé", "Articles clés"]
