import pytest

from corpus.cards import CardFault, card_from, load_cards, place, read_cards, write_cards


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
