"""Enumerations cut into items, each short and whole; and the lists that a contract's question is answered with."""

import pytest

from assistant.contract_items import parts, run_of, subject_of


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("le bilan (annexe 1), le budget (annexe 2) et le registre (annexe 3).", ["le bilan", "le budget", "le registre"]),
        ("(A) ouvrir le jardin ; (B) former les équipes", ["ouvrir le jardin", "former les équipes"]),
        ("la dette, de l'ordre de 3 % l'an, et la toiture du foyer", ["la dette", "la toiture du foyer"]),
        ("dettes échues, réserve, puis achats ou travaux", ["dettes échues", "réserve", "achats ou travaux"]),
        ("la couture et, à partir de 2027, la reliure", ["la couture", "la reliure"]),
    ],
)
def test_an_item_is_short_and_whole(text, items):
    assert parts(text) == items


@pytest.mark.parametrize(
    ("sentence", "items"),
    [
        (
            "Y siègent le maire, la préfecture et un délégué des familles.",
            ("le maire", "la préfecture", "un délégué des familles"),
        ),
        ("Elle remet au plus tard le 3 mai le bilan, le registre et la liste.", ("le bilan", "le registre", "la liste")),
        ("Les ateliers sont la couture, la reliure et le bois.", ("couture", "reliure", "bois")),
        ("2° La ferme Les Saules et l'atelier de couture restent en dehors.", ("ferme Les Saules", "atelier de couture")),
        ("Les Saules et la Maison du Lac sont au tarif partiel.", ("Les Saules", "Maison du Lac")),
    ],
)
def test_a_run_is_found_without_a_colon(sentence, items):
    run = run_of(sentence)
    assert run is not None and run.items == items


@pytest.mark.parametrize(
    "sentence",
    [
        "Le contrat lie l'association.",
        "Y siège la directrice ou son délégué.",
        "Après avis de l'agence, la dotation est réduite de la moitié de l'écart entre le seuil et le taux constaté.",
    ],
)
def test_a_sentence_without_a_run_has_none(sentence):
    assert run_of(sentence) is None


def test_what_is_added_of_a_subject_is_left():
    assert subject_of("La ferme Les Saules, reprise en 2021, l'est également.") == "ferme Les Saules"
    assert subject_of("1.2. Le relais ouvert en 2020 à Montclar est hors contrat.") == "relais"
