import pytest

from assistant.question import BadQuestion, asked_kind, mend, read_question, split_questions, with_context
from corpus.reference import find_references


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


VOCABULARY = dict.fromkeys(
    "domicile secours aide sociale allocation personnalisee autonomie recours delai combattant ressources".split(), 200
)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("domicil de secour", "domicile de secours"),
        ("la retraite du combatant", "la retraite du combattant"),
        ("laide sociale", "l'aide sociale"),
        ("allocaiton", "allocation"),
        ("L131-5 et 1500 € au CCAS de Montreuil", "L131-5 et 1500 € au CCAS de Montreuil"),
        ("délai", "délai"),
        ("je crois que je devrais y penser", "je crois que je devrais y penser"),
    ],
)
def test_slips_are_mended_and_nothing_else(text, mended):
    assert mend(text, find_references(text), VOCABULARY) == mended


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Qui décide, et dans quel délai ?", 2),
        ("Combien ça coûte ? Qui paie ?", 2),
        ("Quel recours après un refus et quel délai pour répondre ?", 2),
        ("Qui peut demander la domiciliation ?", 0),
        ("La mère et le père doivent-ils signer ?", 0),
    ],
)
def test_several_questions_are_told_apart(text, count):
    assert len(split_questions(text)) == count


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mon CPOM finit quand ?", "date"),
        ("Combien de temps dure l'agrément ?", "duration"),
        ("Quel taux d'occupation en 2026 ?", "percent"),
        ("Quel est le montant de la dotation ?", "amount"),
        ("Combien de places au SESSAD ?", "number"),
        ("Qui décide ?", "party"),
        ("C'est quoi une MECS ?", "definition"),
        ("Comment contester ?", "procedure"),
        ("Peut-on refuser ?", "yesno"),
        ("RSA", ""),
    ],
)
def test_the_kind_of_answer(text, kind):
    assert asked_kind(text) == kind


def test_the_lexicon_adds_the_statute_s_words():
    question = read_question("Qui paie la maison de retraite ?")
    assert "heberg" in question.added
    assert not set(question.added) & set(question.words)


def test_follow_ups_take_the_earlier_question():
    earlier = "Qui a droit au RSA ?"
    assert with_context("et pour son conjoint ?", earlier) == "Qui a droit au RSA — et pour son conjoint ?"
    assert with_context("Qui paie l'EHPAD ?", earlier) == "Qui paie l'EHPAD ?"
    assert with_context("et L. 262-4 ?", earlier) == "et L. 262-4 ?"
