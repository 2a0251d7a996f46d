"""What part a value plays in its sentence: of two of a kind, the one that the question is after."""

import pytest

from assistant.contract_cues import is_limit, part_played, stretch
from assistant.contract_question import Asked
from assistant.question import read_question
from corpus.values import find_values
from corpus.words import fold


def asked(text, original=False):
    return Asked(read_question(text), fold(text), [], {}, [], original, None, False)


# question, sentence, the value that is not asked for, the one that is
PAIRS = [
    ("combien de places à la halte maintenant", "La halte passe de 11 à 15 places en mai.", "11", "15"),
    ("on nous retire combien au maximum", "Sous un taux inférieur à 85 %, la retenue va jusqu'à 3 %.", "85 %", "3 %"),
    ("au bout de combien de temps on revoit un séjour", "Après neuf mois, un comité qui siège tous les deux mois en juge.", "deux mois", "neuf mois"),
    ("combien de logements à l'Étang", "L'Étang (FINESS 88 000 512 4) offre 27 logements.", "88 000 512", "27"),
    ("ils ne disent rien, c'est accepté au bout de combien de temps", "Un prêt de plus de deux ans attend un accord, réputé donné après six semaines.", "deux ans", "six semaines"),
    ("combien de mois avant la fin on se revoit", "Le point se fait un mois après le bilan, dix mois avant son terme.", "un mois", "dix mois"),
    ("quelle part sans les repas", "La part est de 12 % avec la restauration et de 18 % sans elle.", "12 %", "18 %"),
]  # fmt: skip


def weight(question, sentence, text):
    value = next(v for kind in ("number", "percent", "duration") for v in find_values(sentence, kind) if v.text.startswith(text))
    start = max(sentence.rfind(",", 0, value.start), sentence.rfind(" et ", 0, value.start), 0)
    around = sentence[start : value.end + 20].split(" et ")[0 if start == 0 else -1]
    return part_played(asked(question), fold(sentence[: value.start]), fold(sentence[value.end :]), fold(around))


@pytest.mark.parametrize(("question", "sentence", "other", "wanted"), PAIRS)
def test_the_value_asked_for_weighs_more(question, sentence, other, wanted):
    assert weight(question, sentence, other) < weight(question, sentence, wanted)


def test_what_it_was_is_what_the_original_asks_for():
    before, after = "la halte passe de ", " a 15 places en mai."
    assert part_played(asked("combien avant l'avenant", original=True), before, after, "") > 0
    assert part_played(asked("combien de places"), before, after, "") < 0


def test_a_year_typed_without_its_accent_is_a_length():
    assert [v.normalized for v in find_values("pour une annee de plus, prevenir deux annees avant", "duration")] == ["P1Y", "P2Y"]


def test_a_number_keeps_to_its_own_noun():
    text = "L'équipe compte 7,5 éducateurs, 4,2 cuisiniers et 2 agents."
    values = find_values(text, "number")
    last = next(v for v in values if v.text == "2")
    assert "cuisiniers" not in " ".join(stretch(text, last, values))


def test_a_limit_is_recognised_where_a_maximum_is_asked_for():
    assert is_limit(asked("on peut nous retirer combien au maximum"), "1 % par point, dans la limite de ")
    assert not is_limit(asked("on peut nous retirer combien"), "1 % par point, dans la limite de ")
