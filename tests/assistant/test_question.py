import pytest

from assistant.question import BadQuestion, asked_kind, in_conversation, mend, read_question, split_questions, with_context
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


@pytest.mark.parametrize(
    ("text", "num"),
    [("l 262 37 ça dit koi", "L262-37"), ("R 314 40 1", "R314-40-1"), ("d.312 176-7", "D312-176-7"), ("L 115-3", "L115-3")],
)
def test_a_number_without_its_hyphens(text, num):
    assert [ref.num for ref in read_question(text).refs] == [num]


def test_a_number_of_days_is_no_part_of_a_reference():
    assert [ref.num for ref in read_question("le L262 10 jours après").refs] == ["L262"]


@pytest.mark.parametrize(
    ("earlier", "text", "read"),
    [
        ("Qui a droit au RSA ?", "et pour son conjoint ?", "Qui a droit au RSA — et pour son conjoint ?"),
        ("Qui peut demander le RSA ?", "Et pour un étudiant ?", "Qui peut demander le RSA — Et pour un étudiant ?"),
        ("Qui décide de la PCH ?", "Dans quel délai ?", "Qui décide de la PCH — Dans quel délai ?"),
        ("Qui décide de la PCH ?", "Quel recours ?", "Qui décide de la PCH — Quel recours ?"),
        ("Qui décide de la PCH ?", "Et l'APA ?", "Qui décide de la APA ?"),
        ("Qui siège à la CDAPH ?", "Et à la MDPH ?", "Qui siège à la MDPH ?"),
        ("Comment être agréé ?", "Il dure combien de temps ?", "Comment être agréé — Il dure combien de temps ?"),
        ("Comment être agréé ?", "C'est valable jusqu'à quand ?", "Comment être agréé — C'est valable jusqu'à quand ?"),
        ("Un élève peut-il aider ?", "Elle peut refuser ?", "Un élève peut-il aider — Elle peut refuser ?"),
        ("Qu'est-ce que le CVS ?", "Qui y siège ?", "Qu'est-ce que le CVS — Qui y siège ?"),
        (
            "Les enfants doivent-ils payer ?",
            "Même les petits-enfants ?",
            "Les enfants doivent-ils payer — Même les petits-enfants ?",
        ),
        ("Peut-on dénoncer son patron ?", "Quelle protection ?", "Peut-on dénoncer son patron — Quelle protection ?"),
        ("Un foyer peut-il fermer ?", "Qui décide ?", "Un foyer peut-il fermer — Qui décide ?"),
        ("Un foyer peut-il fermer ?", "Pourquoi ?", "Un foyer peut-il fermer — Pourquoi ?"),
        ("Un foyer peut-il fermer ?", "Mais les résidents ?", "Un foyer peut-il fermer — Mais les résidents ?"),
        (
            "Mon fils a un dossier. Il faut un certificat ?",
            "et sinon ?",
            "Mon fils a un dossier. Il faut un certificat — et sinon ?",
        ),
        ("Combien d'APA à domicile ?", "et en EHPAD ?", "Combien d'APA à domicile — et en EHPAD ?"),
        (
            "Le juge peut-il payer mon loyer ?",
            "Pendant combien de temps ?",
            "Le juge peut-il payer mon loyer — Pendant combien de temps ?",
        ),
        ("Combien d'aide ménagère ?", "et en maison de retraite ?", "Combien d'aide ménagère — et en maison de retraite ?"),
        ("Qui signe ?", "Combien ça coûte ?", "Qui signe — Combien ça coûte ?"),
        # These stand by themselves.
        ("Qui a droit au RSA ?", "Qui paie l'EHPAD ?", "Qui paie l'EHPAD ?"),
        ("Qui a droit au RSA ?", "et L. 262-4 ?", "et L. 262-4 ?"),
        ("Qui a droit au RSA ?", "Comment devenir pupille de l'État ?", "Comment devenir pupille de l'État ?"),
        ("Qui a droit au RSA ?", "Une nounou peut-elle garder quatre enfants ?", "Une nounou peut-elle garder quatre enfants ?"),
        ("Qui a droit au RSA ?", "domiciliation CCAS", "domiciliation CCAS"),
        ("", "et pour son conjoint ?", "et pour son conjoint ?"),
    ],
)
def test_follow_ups_take_the_earlier_question(earlier, text, read):
    assert with_context(text, earlier) == read


def test_a_long_story_is_cut_to_what_it_asks():
    story = "Bonjour. " + "Ma tante vit seule avec son chat depuis dix ans. " * 4 + "Peut-elle être aidée ?"
    assert with_context("Par qui ?", story) == "Peut-elle être aidée — Par qui ?"


def test_a_conversation_keeps_its_subject():
    history = ["Qui a droit au RSA ?", "et à 20 ans ?"]
    assert in_conversation("Dans quel délai ?", history) == "Qui a droit au RSA — et à 20 ans — Dans quel délai ?"
    assert in_conversation("Qui paie l'EHPAD ?", history) == "Qui paie l'EHPAD ?"
    assert in_conversation("Qui décide ?", []) == "Qui décide ?"
