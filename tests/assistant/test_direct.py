import pytest

from assistant.direct import asked_kinds, clauses, direct_answer
from assistant.question import read_question
from assistant.retrieval import Hit
from corpus.article import Article

TEXT = """Le prêt d'un outil est accordé par le maire, dans un délai de quinze jours, pour une durée de trois ans.

Le refus peut être contesté devant le tribunal administratif. La caution de l'outil est de 80 euros.

L'outil prêté ne peut être vendu. L'emprunteur peut prolonger le prêt lorsque personne n'attend l'outil.

Les personnes âgées de 70 ans :

1° Reçoivent douze bons de jardinage par an ;

2° Sont dispensées de caution."""


def answer(text, trust=1.0, body=TEXT):
    article = Article("L910-8", (), body, "2018-06-01")
    hit = Hit("L910-8", 1.0, None, None)
    found = direct_answer(read_question(text), [hit], lambda num: article, lambda word: 1.0, trust)
    return found, body


@pytest.mark.parametrize(
    ("question", "normalized", "word"),
    [
        ("Quelle est la durée du prêt d'un outil ?", "P3Y", "trois ans"),
        ("Quel est le montant de la caution de l'outil ?", "80", "80 euros"),
        ("Qui accorde le prêt d'un outil ?", "maire", "maire"),
        ("Combien de bons de jardinage reçoivent les personnes âgées par an ?", "12", "douze"),
    ],
)
def test_a_value_is_a_verbatim_sentence_with_its_decisive_words(question, normalized, word):
    found, body = answer(question)
    assert found.value.normalized == normalized
    assert body[found.mark[0] : found.mark[1]] == word
    assert word in body[found.start : found.end]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("L'outil prêté peut-il être vendu ?", "Non"),
        ("L'emprunteur peut-il prolonger le prêt de l'outil ?", "Oui, sous condition"),
    ],
)
def test_yes_and_no_come_from_the_law_s_own_verb(question, said):
    assert answer(question)[0].said == said


@pytest.mark.parametrize(
    "question",
    [
        "Le jardin est-il ouvert la nuit ?",
        "Quel est le montant de la taxe foncière ?",
        "Comment demander un outil ?",
        "L'outil prêté ne peut-il pas être vendu ?",  # a negated question: its yes and no are ambiguous
        "Combien de temps pour un outil ?",  # two durations, nothing to tell them apart
    ],
)
def test_unsure_means_no_direct_line(question):
    assert answer(question)[0] is None


def test_an_article_that_may_be_the_wrong_one_gives_no_direct_line():
    assert answer("Quelle est la durée du prêt d'un outil ?", trust=0.3)[0] is None


def test_the_story_around_a_question_asks_nothing():
    question = read_question("J'attends depuis 4 mois et qui plus est mon fils a 7 ans. Quel est le montant de la caution ?")
    assert asked_kinds(question) == ("amount",)


def test_clauses_are_verbatim_and_know_what_announces_them():
    article = Article("L910-8", (), TEXT, "2018-06-01")
    found = list(clauses(article))
    assert all(TEXT[c.start : c.end] == c.text for c in found)
    assert any("âge" in "".join(c.announced) or c.announced for c in found if c.text.startswith("1°"))
    text = "Voir l'article L. 313-11 et l'art. R. 314-40. Puis la suite."
    assert len(list(clauses(Article("X", (), text, "")))) == 2
