import pytest

from assistant.verify import cited, fault, sentences

PASSAGES = {
    1: "Article L. 910-2, al. 1\nLe jardinier rend la parcelle dans un délai de deux mois à compter de la notification. "
    "Le maire ne peut vendre la parcelle. La redevance est de 120 euros par an, selon l'article R. 910-4.",
    2: "Article R. 910-4\nLe repas de la cantine est servi avant 13 heures.",
}


@pytest.mark.parametrize(
    "sentence",
    [
        "Le jardinier rend la parcelle dans les deux mois de la notification [1].",
        "Le jardinier a 2 mois à compter de la notification pour rendre la parcelle [1].",
        "Le maire ne peut pas vendre la parcelle [1].",
        "Non, le maire n'a pas le droit de vendre la parcelle [1].",
        "La redevance de l'article R. 910-4 est de 120 € par an [1].",
        "Le texte dit : « Le maire ne peut vendre la parcelle » [1].",
        "La redevance est de 120 euros, et le repas de la cantine est servi avant 13 heures [1, 2].",
    ],
)
def test_what_stands_in_the_passage_holds(sentence):
    assert fault(sentence, PASSAGES) == ""


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Le jardinier rend la parcelle dans les deux mois.", "sans passage cité"),
        ("Le jardinier rend la parcelle dans les deux mois [3].", "passage inconnu"),
        ("Le jardinier rend la parcelle dans les trois mois de la notification [1].", "chiffre ou date absent du passage"),
        ("Le jardinier rend la parcelle avant le 1er mars 2020 [1].", "chiffre ou date absent du passage"),
        ("La redevance de la parcelle est de 130 euros par an [1].", "chiffre ou date absent du passage"),
        ("La redevance de la parcelle est de 120 % par an [1].", "chiffre ou date absent du passage"),
        ("Selon l'article L. 910-7, la redevance de la parcelle est de 120 euros par an [1].", "article absent du passage"),
        ("Le texte dit : « Le maire peut vendre la parcelle » [1].", "citation altérée"),
        ("Le repas de la cantine est servi aux jardiniers [1].", "mots absents du passage"),
        ("Le président du tribunal condamne le voisin bruyant à une amende [1].", "mots absents du passage"),
        ("Le maire peut vendre la parcelle [1].", "contraire au passage"),
        ("Le repas de la cantine n'est jamais servi avant 13 heures [2].", "contraire au passage"),
    ],
)
def test_every_kind_of_lie_is_named(sentence, why):
    assert fault(sentence, PASSAGES) == why


def test_marks_stay_with_their_sentence():
    text = "Le maire décide. [1] Le délai de l'art. L. 910-2 court [1, 2]. Fin."
    assert [cited(s) for s in sentences(text)] == [[1], [1, 2], []]
