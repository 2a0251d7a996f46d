import pytest

from assistant.question import BadQuestion, read_question


@pytest.mark.parametrize("text", ["", "   ", "?!…", "\n\t"])
def test_an_empty_question(text):
    with pytest.raises(BadQuestion, match="vide"):
        read_question(text)


def test_a_very_long_question():
    with pytest.raises(BadQuestion, match="trop longue"):
        read_question("mot " * 5000)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who can apply for the RSA and how long does it take?", "anglais"),
        ("¿Quién puede pedir la ayuda y cuándo?", "espagnol"),
        ("Wer kann die Hilfe beantragen und wann ist das möglich?", "allemand"),
        ("من يمكنه طلب المساعدة الاجتماعية", "autre langue"),
        ("谁可以申请社会援助", "autre langue"),
    ],
)
def test_another_language_is_said(text, language):
    with pytest.raises(BadQuestion, match=language):
        read_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "RSA",
        "domiciliation CCAS",
        "on perd son domicil de secour au bout de combien de temp",
        "APA GIR 4 plafond",
        "MDPH delai reponse svp",
        "Tarif EHPAD",
    ],
)
def test_short_or_misspelt_french_is_read(text):
    assert read_question(text).words


def test_references_are_found():
    assert [r.num for r in read_question("Que dit l'art. L 311-3 ?").refs] == ["L311-3"]
