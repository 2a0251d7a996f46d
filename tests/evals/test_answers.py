from assistant.answer import Answer, Value
from evals.answers import direct_is_right, direct_line, public


def test_publics_are_told_by_who_asks():
    assert [public(p) for p in ("directrice d'EHPAD", "formatrice", "assistante sociale", "fils")] == [
        "direction", "formation", "travail social", "personnes et familles",
    ]  # fmt: skip


def test_the_direct_line_is_what_stands_before_the_articles():
    text = "D'après le texte du 1er juin 2018 : **Non** — « L'outil **ne peut** être vendu. » [1]\n\n**Article L. 1** [1]\n\n> L'outil"
    assert direct_line(text).startswith("D'après")
    assert direct_line("**Article L. 1** [1]\n\n> L'outil") == ""
    answer = Answer("q", text)
    assert direct_is_right(answer, direct_line(text), {"says": "non"})
    assert not direct_is_right(answer, direct_line(text), {"says": "oui"})


def test_a_value_is_right_when_it_is_one_of_those_expected():
    row = {"values": [{"kind": "duration", "normalized": "P2M"}, {"kind": "party", "normalized": "maire"}]}
    right = Answer("q", "", value=Value("deux mois", "duration", "P2M"))
    wrong = Answer("q", "", value=Value("3 mois", "duration", "P3M"))
    assert [direct_is_right(a, "", row) for a in (right, wrong, Answer("q", ""))] == [True, False, False]
