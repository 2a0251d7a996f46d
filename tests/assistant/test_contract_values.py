"""Of several values of a contract, the one that the question is after: other units, other columns, exceptions, parts."""

import pytest

from assistant.contract_cues import same_unit, thing
from assistant.contract_question import Asked, wanted_kinds
from assistant.question import read_question
from corpus.values import find_values
from corpus.words import fold
from tests.assistant.written import asker, write_articles

PLACES = [("Service", "Insertion", "Urgence", "Total"), ("La Jetée", "14", "5", "19"), ("Le Môle", "22", "9", "31")]
WORKS = [("Opération", "Coût", "Financement"), ("Ascenseur du foyer", "940 000 €", "prêt 610 000 €, Région 205 000 €, réserves 125 000 €"), ("Toiture de l'atelier", "88 000 €", "réserves 88 000 €")]  # fmt: skip
ACTIVITY = [("Service", "Unité", "2026"), ("La Jetée", "journées", "5 840"), ("Le Môle", "journées", "9 855")]
ARTICLES = [
    ("Article 1 – Durée", "Le contrat prend effet le 1er janvier 2025 et prend fin le 31 décembre 2029. Chaque partie peut dénoncer le contrat, à condition de prévenir l'autre par lettre recommandée neuf mois à l'avance. La reconduction n'est pas tacite : l'association écrit ses intentions cinq mois avant cette échéance.", []),
    ("Article 2 – Places", "Les places sont les suivantes.", PLACES),
    ("Article 3 – Accueil", "Toute place vacante est signalée dans les 48 heures. Au Môle, douze places sont en chambre seule et sept sont réservées aux familles.", []),
    ("Article 4 – Travaux", "Les opérations sont les suivantes.", WORKS),
    ("Article 5 – Modulation", "Quand l'occupation passe sous 93 %, le forfait est réduit. Pour La Jetée, ce seuil est ramené à 88 % pendant les travaux.", []),
    ("Article 6 – Chauffage", "La chaufferie bois du foyer est chiffrée à 320 000 €. La Région y contribue pour 35 %.", []),
    ("Article 7 – Jardin", "Quinze places de jardin deviennent des places d'atelier, ce qui portera la capacité de l'atelier à quarante.", []),
    ("Article 8 – Accueil de jour", "L'accueil de jour du Môle offre 7 places.", []),
    ("Article 8 bis – Jeunes adultes", "Vingt jeunes adultes attendent encore une place ; nous visons qu'ils ne soient plus que douze fin 2028 et cinq au terme.", []),
    ("Article 9 – Crédits", "Les crédits non consommés sont rendus, sauf report de deux ans demandé 45 jours avant la clôture.", []),
    ("Article 10 – Frais de siège", "10.1. Les frais de siège sont de 3,2 % des charges, jusqu'au 30 septembre 2028.", []),
    ("Article 11 – Suites", "Si l'activité baisse, l'Agence prévient l'association deux mois avant et lui laisse vingt jours pour répondre. En cas de manquement grave, elle met fin au contrat un mois après une mise en demeure.", []),
    ("Article 12 – Activité", "Le taux d'absence des usagers est suivi. L'activité prévue est la suivante.", ACTIVITY),
    ("Article 13 – Séjours", "La durée moyenne d'un séjour en urgence ne dépasse pas 20 jours en chambre seule et 35 jours pour une famille.", []),
    ("Article 20 – Orientations", "L'association déclare toute place libre dans les douze heures et se prononce sur une orientation en six jours ouvrables.", []),
    ("Article 21 – Ouverture", "L'internat est ouvert 190 nuits par an, l'école 215 jours.", []),
    ("Article 22 – Réserve", "Trois places d'urgence du Môle y sont réservées aux sorties de maternité.", []),
    ("Article 23 – Douches", "La Région verse 27 400 € pour la réfection des douches de La Jetée.", []),
    ("AVENANT N° 1", "Le présent avenant modifie le contrat comme suit.", []),
    ("Article 1", "La capacité de l'accueil de jour du Môle passe de 7 à 12 places.", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def ask(engine, tmp_path_factory):
    return asker(engine, write_articles(tmp_path_factory.mktemp("contrat") / "jetee.docx", ARTICLES))


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("on a combien de temps pour se prononcer sur une orientation ?", "P6D"),
        ("l'internat est ouvert combien de nuits dans l'année ?", "190"),
        ("combien de places d'urgence on a au Môle ?", "9"),  # not those that are reserved
        ("la Région donne combien pour refaire les douches ?", "27400"),
        ("combien de places à La Jetée ?", "19"),  # no column being named, the total
        ("combien de places d'urgence à La Jetée ?", "5"),
        ("combien de places au Môle pour les familles ?", "7"),  # "sept sont réservées": of the places said before
        ("on emprunte combien pour l'ascenseur ?", "610000"),  # a part told in a cell, beside the whole
        ("sous quel taux d'occupation le forfait baisse à La Jetée pendant les travaux ?", "88"),  # "ce seuil est ramené à"
        ("la Région paie combien pour la chaufferie, en euros ?", "112000"),
        ("avec les places de jardin, la capacité de l'atelier passe à combien de places ?", "40"),
        ("combien de places d'accueil de jour au Môle ?", "12"),  # "passe de 7 à 12 places" in an avenant
        ("Et avant, combien de places d'accueil de jour au Môle ?", "7"),
        ("une famille arrive en urgence, combien de temps maxi en moyenne ?", "P35D"),
        ("une personne arrive en urgence, combien de temps maxi en moyenne ?", "P20D"),
        ("le report de crédits se demande combien de jours avant ?", "P45D"),
        ("si l'un veut partir, il prévient combien de temps avant ?", "P9M"),
        ("on demande à prolonger combien de temps avant la fin ?", "P5M"),
        ("pour la reconduction on écrit quand, combien de mois avant la fin ?", "P5M"),
    ],
)
def test_the_value_is_found(ask, text, normalized):
    answer = ask(text)
    assert answer.value is not None and answer.value.normalized == normalized


def test_what_a_row_counts_is_no_share(ask):
    value = ask("quel taux d'absence des usagers à La Jetée en 2026 ?").value
    assert value is None or value.kind != "percent" or value.normalized != "5840"


def test_the_first_word_is_what_is_counted(ask):
    assert ask("on sera descendu à combien de jeunes fin 2028 ?").value.normalized == "12"


def test_a_part_worked_out_shows_its_working(ask):
    assert "320 000 € × 35 % = 112 000 €" in ask("la Région paie combien pour la chaufferie, en euros ?").answer


def test_a_number_alone_counts_what_the_one_before_counts():
    text = "Vingt jeunes attendent ; ils ne seront plus que douze fin 2028 et cinq au terme, pour 3 en équivalent temps plein."
    values = {v.normalized: v for v in find_values(text, "number")}
    assert "jeunes" in thing(text, values["12"], list(values.values()))
    assert "jeunes" in thing(text, values["5"], list(values.values()))
    assert thing(text, values["3"], list(values.values())) == thing(text, values["20"], list(values.values())) == ""


def test_a_length_in_the_unit_asked_for_counts_more():
    asked = Asked(read_question("combien de jours avant ?"), "combien de jours avant ?", [], {}, [], False, None, False)
    days, years = (find_values(text, "duration")[0] for text in ("45 jours", "deux ans"))
    assert same_unit(asked, days) > 0 > same_unit(asked, years)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("on revoit le projet tous les combien ?", "duration"),
        ("on se remet autour de la table combien de mois avant la fin", "duration"),
        ("on écrit quand, combien de mois avant la fin ?", "duration"),
        ("de combien le prix de journée peut-il monter", "percent"),
    ],
)
def test_the_kind_of_value_is_read_in_the_question(text, kind):
    kinds = wanted_kinds(fold(text))
    assert kinds.get(kind) == max(kinds.values())
