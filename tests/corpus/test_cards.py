from dataclasses import replace

import pytest

from assistant.cli import main
from corpus.card_checks import check_cards, coverage, coverage_table, figures, spelt_numbers
from corpus.cards import CardFault, card_from, load_cards, place, read_cards, write_cards
from ingest.sources import read_source
from tests.conftest import ROOT


def test_every_card_reads_and_stands_in_its_chapter():
    seen = set()
    for path, card in read_cards():
        assert path.as_posix().endswith(place(card.num))
        assert card.id not in seen
        seen.add(card.id)
    assert len({card.num for card in load_cards()}) >= 3359


def test_a_written_card_reads_back(tmp_path, cards):
    write_cards(cards, tmp_path)
    assert {card for _, card in read_cards(tmp_path)} == set(cards)


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"num": "L1"}, "title"),
        ({"num": "L1", "title": "t", "summary": "s", "as_of": "d", "status": "dead"}, "statut"),
        ({"num": "L1", "title": "t", "summary": "s", "as_of": "d", "status": "changed", "colour": "red"}, "colour"),
        ({"num": "L1", "title": "t", "summary": "s", "as_of": "d", "status": "changed", "questions": "q"}, "questions"),
    ],
)
def test_a_bad_card_says_what_is_wrong(entry, word):
    with pytest.raises(CardFault, match=word):
        card_from(entry, "x.yaml")


def test_cards_of_another_code_have_their_own_place(cards, tmp_path):
    civil = [replace(cards[0], num=f"{num} C. civ.") for num in ("9", "375-3", "515-11")]
    assert [place(card.num) for card in civil] == ["code-civil/0.yaml", "code-civil/370.yaml", "code-civil/510.yaml"]
    write_cards(civil, tmp_path)
    assert {card for _, card in read_cards(tmp_path)} == set(civil)


def test_only_this_code_must_have_a_card_for_every_article(cards):
    texts = {"12 C. civ.": "Chacun vient.", "L900-7": "Chacun vient."}
    assert [fault for fault in check_cards(cards, texts) if "aucune fiche" in fault] == ["L900-7 : aucune fiche."]
    missing = {row["book"]: row["missing"] for row in coverage(cards, list(texts))}
    assert missing["Code civil"] == []


def test_the_cards_pass_their_check():
    assert list(check_cards(load_cards(), {})) == []


@pytest.mark.ci
def test_the_cards_agree_with_the_official_text(shared):
    read = [read_source(shared / "corpus" / name, warn=lambda _: None) for name in ("casf.jsonl", "LEGITEXT000006070721.md")]
    texts = {article.key: article.text for articles in read for article in articles}
    assert list(check_cards(load_cards(), texts)) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"summary": "Le repas coûte 9 euros au plus."}, "« 9 »"),
        (
            {"summary": "Note : le prix du repas ne dépasse pas 4,50 euros pour les personnes dont les revenus sont modestes."},
            "14 mots",
        ),
        ({"questions": ("Le repas est-il cher ?", "le repas est il cher")}, "double"),
        ({"see": ("L999-9",)}, "L999-9"),
        ({"title": "t" * 200}, "titre"),
        ({"as_of": "hier"}, "date"),
    ],
)
def test_a_faulty_card_is_caught(cards, articles, change, word):
    texts = {a.num: a.text for a in articles if a.num == "L900-2"}
    faults = list(check_cards([replace(cards[1], **change)], texts))
    assert any(word in fault for fault in faults), faults


def test_an_article_without_card_is_said(cards):
    assert any("aucune fiche" in fault for fault in check_cards(cards, {"L900-7": "Texte."}))


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("deux cent cinquante-huit jours", "258"), ("vingt et un ans", "21"), ("quatre-vingt-dix jours", "90"),
        ("soixante-quinze", "75"), ("mille cinq cents euros", "1500"), ("deux heures et demie", "2"), ("le vingtieme jour", "20"),
    ],
)  # fmt: skip
def test_numbers_in_words(words, number):
    assert number in spelt_numbers(words)


def test_references_and_laws_are_no_figures():
    assert figures("Selon L. 313-11 et la loi 2002-2, le 1° vise le GIR 4 : 12 places, 9 m².") == ["12", "9"]


def test_the_page_about_the_cards_shows_their_coverage():
    page = (ROOT / "docs" / "cards.md").read_text(encoding="utf-8")
    assert coverage_table(coverage(load_cards())) in page, "docs/cards.md : remettre le tableau de « casf cards coverage »"


@pytest.mark.parametrize("typed", ["375 C. civ.", "375 du code civil", "art. 375 du Code civil"])
def test_a_card_of_another_code_is_shown_by_any_spelling(typed, tmp_path, capsys):
    assert main(["--home", str(tmp_path), "card", typed]) == 0
    told = capsys.readouterr().out
    assert told.startswith("375 du code civil — ") and told.strip().endswith("query=375+code+civil")
