"""Of several values in one sentence or row, the part that each plays: a limit, a sill, what was, an exception, what an avenant moves."""

import pytest

from assistant.contract_cues import is_age, names, part_played, usable
from assistant.contract_givers import given, wanted_givers
from assistant.contract_question import ORIGINAL, Asked, wanted_kinds
from assistant.question import read_question
from corpus.values import find_values
from tests.assistant.written import asker, write_articles

STAFF = [("Service", "ETP autorisés", "ETP pourvus", "Postes vacants"), ("Le Phare", "31,50", "28,25", "3,25"), ("La Digue", "12,00", "11,00", "1,00")]  # fmt: skip
PLACES = [("Service", "N° FINESS", "Places autorisées", "Places installées"), ("Le Phare", "990 123 456", "40", "37"), ("La Digue", "990 123 464", "16", "16")]  # fmt: skip
SITES = [("Site", "Adresse", "Mode", "Places"), ("Le Ponant", "14 quai Nord, Port-Albin", "Urgence", "23"), ("Le Levant", "3 rue du Four, Port-Albin", "Insertion", "31")]  # fmt: skip
WORKS = [
    ("Opération", "Coût", "Financement"),
    ("Ascenseur du Levant", "95 000 €", "Emprunt et subvention du Département de 40 000 €"),
]
ARTICLES = [
    ("Article 1 – Durée", "Le contrat prend effet le 1er janvier 2025 et prend fin le 31 décembre 2029.", []),
    ("Article 2 – Sortie", "Une partie peut quitter le contrat en cours de route, avec un préavis de cinq mois. Le préavis est porté à dix mois lorsque la sortie entraîne la fermeture d'un service.", []),
    ("Article 3 – Places", "Les services sont les suivants.", PLACES),
    ("Article 4 – Effectifs", "Les effectifs sont les suivants.", STAFF),
    ("Article 5 – Modulation", "Lorsque deux indicateurs restent en deçà de 80 % de leur cible, la dotation peut être diminuée de 2 % au plus. Pour l'atelier, l'aide est réduite de 12 % quand le taux n'atteint pas 55 %.", []),
    ("Article 6 – Formation", "Tous les salariés sont formés aux premiers secours : 90 % fin 2028, contre 25 % à la signature.", []),
    ("Article 7 – Emprunt", "L'atelier neuf est payé par un emprunt de 840 000 €. L'emprunt est contracté sur dix-huit ans.", []),
    ("Article 8 – Coûts", "Le coût de référence est de 15 200 € par place et par an au Phare et de 9 800 € à La Digue.", []),
    ("Article 9 – Siège", "L'association ramène ses frais de siège de 5,1 % à 4,4 % des charges avant la fin de 2027.", []),
    ("Article 10 – Rapport", "Le rapport d'étape est remis le 15 mai 2027.", []),
    ("Article 11 – La Jetée", "La rénovation de la Jetée, d'un coût de 640 000 €, commence en 2026 et finit en 2027. L'État y apporte 210 000 €, la commune 35 000 €.", []),
    ("Article 12 – Participation", "Les personnes accueillies participent à leurs frais à hauteur de 11 % de leurs ressources en urgence, de 19 % en insertion pour une personne seule et de 14 % pour une famille.", []),
    ("Article 19 – Places", "Le coût à la place retenu est de 16 400 € en insertion et de 15 900 € en urgence.", []),
    ("Article 13 – Repas", "La participation des résidents est fixée à 13 % des ressources lorsque les repas sont fournis, et à 9 % lorsqu'ils ne le sont pas.", []),
    ("Article 14 – Projet", "Le projet personnalisé est établi dans les cinq semaines de l'arrivée et revu tous les trois mois.", []),
    ("Article 18 – Ascenseur", "Les opérations sont les suivantes.", WORKS),
    ("Article 15 – Sites", "Les sites sont les suivants.", SITES),
    ("Article 16 – Sanction", "Si l'activité reste trop basse deux années de suite, la dotation peut être réduite de 1 % par point d'écart, sans dépasser 6 %.", []),
    ("Article 17 – Creton", "Parmi les jeunes adultes maintenus, neuf attendaient une place de foyer, quatre une place d'atelier et deux une place de maison.", []),
    ("AVENANT N° 1", "Le présent avenant modifie le contrat comme suit.", []),
    ("Article 1", "À l'article 10, la date du 15 mai 2027 est remplacée par celle du 15 novembre 2027.", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def ask(engine, tmp_path_factory):
    return asker(engine, write_articles(tmp_path_factory.mktemp("contrat") / "phare.docx", ARTICLES))


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("deux indicateurs sous la cible, la dotation peut baisser jusqu'à quel pourcentage ?", "2"),  # the limit
        ("à partir de quel taux l'aide de l'atelier est réduite ?", "55"),  # the sill, not the loss
        ("à la signature, quelle part des salariés était formée aux premiers secours ?", "25"),  # what was
        ("quelle part des salariés doit être formée aux premiers secours ?", "90"),
        ("si en partant on doit fermer un service, le préavis devient de combien ?", "P10M"),  # the case put
        ("l'emprunt de l'atelier court sur combien d'années ?", "P18Y"),
        ("coût de référence à La Digue", "9800"),  # what is said of two values is said of both
        ("on doit ramener le siège à quel pourcentage ?", "4.4"),
        ("le rapport d'étape devait être remis à quelle date avant d'être décalé ?", "2027-05-15"),
        ("le rapport d'étape, on doit l'avoir rendu pour quand maintenant ?", "2027-11-15"),
        ("combien de postes restent à pourvoir au Phare ?", "3.25"),
        ("l'État donne combien pour les travaux de la Jetée ?", "210000"),  # the giver's, not the cost
        ("la commune met combien dans la Jetée ?", "35000"),
        ("le Département aide pour combien pour l'ascenseur du Levant ?", "40000"),
        ("combien les gens payent en insertion s'ils sont seuls ?", "19"),  # of their own means, not the cost of a place
        ("quelle part de leurs ressources si on ne fournit pas les repas ?", "9"),
        ("on revoit le projet personnalisé tous les combien ?", "P3M"),
        ("combien de places d'urgence au Ponant ?", "23"),  # not the number of its street
        ("on risque quoi au max si on rate l'activité deux ans de suite ?", "6"),
        ("combien attendaient une place d'atelier ?", "4"),  # "quatre une place"
        ("combien de places au Phare en vrai, pas sur le papier ?", "37"),
    ],
)
def test_the_value_is_the_one_that_plays_the_part(ask, text, normalized):
    answer = ask(text)
    assert answer.value is not None and answer.value.normalized == normalized


def asked(text: str) -> Asked:
    return Asked(read_question(text), text, [], {}, [], False, None, False)


def test_a_finess_number_counts_nothing():
    assert names("990 123 456", asked("combien de postes au phare, en etp ?"))
    assert not names("990 123 456", asked("le numero finess du phare ?"))
    assert not names("1 240 500", asked("combien de postes au phare ?"))


def test_a_length_in_years_is_no_amount():
    assert set(wanted_kinds("l'emprunt court sur combien d'annees ?")) == {"duration"}


def test_a_rate_left_out_is_not_asked_for():
    assert "amount" in wanted_kinds("quel forfait soins hors taux national ?")


@pytest.mark.parametrize(
    "text", ["a quelle date avant d'etre decale ?", "et avant ce changement ?", "avant d'etre repousse c'etait quand"]
)
def test_what_a_change_moved_is_the_original(text):
    assert ORIGINAL.search(text)


def test_an_age_is_no_length():
    text = "Dix places sont pour des enfants de moins de six ans."
    six = find_values(text, "duration")[0]
    assert is_age(asked("combien pour les petits ?"), text, six)
    assert not is_age(asked("a quel age ?"), text, six)


def test_those_who_wait_for_a_place_are_no_places():
    wanted = asked("combien de places a l'atelier ?")
    assert part_played(wanted, "et ", " en attente d'une place", "") < part_played(wanted, "et ", " places", "")


@pytest.mark.parametrize(
    ("text", "givers"),
    [
        ("l'etat met combien ?", {"etat"}),
        ("la subvention du departement ?", {"departement"}),
        ("l'etat previsionnel est a rendre quand ?", set()),
        ("combien de places dans le departement ?", set()),
    ],
)
def test_the_giver_is_told_by_the_question(text, givers):
    assert wanted_givers(asked(text)) == givers


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("La halle, d'un coût de 640 000 €, est neuve.", [-1]),
        ("L'État y apporte 210 000 €, la commune 35 000 €.", [1, -1]),
        ("Emprunt de 90 000 € et subvention de 40 000 € (État)", [-1, 1]),
        ("Pour 2025, l'État finance le Phare à hauteur de 80 000 € et la Digue à hauteur de 20 000 €.", [1, 1]),
        ("Le mobilier est renouvelé pour 12 000 €.", [0]),
    ],
)
def test_an_amount_is_of_its_giver(text, signs):
    wanted = asked("l'etat donne combien ?")
    told = [given(wanted, text, value) for value in find_values(text, "amount")]
    assert [(t > 0) - (t < 0) for t in told] == signs


def test_the_number_of_a_street_counts_nothing():
    wanted = asked("combien de places au ponant ?")
    for text, kept in (("14 quai Nord, Port-Albin", False), ("2 place du Port", False), ("14 places", True)):
        assert (usable(find_values(text, "number")[0], text, wanted) is not None) is kept


def test_what_is_done_without_is_told_by_the_clause_that_denies_it():
    wanted = asked("quelle part quand on ne fournit pas les repas ?")
    denied, told = "lorsqu'ils ne le sont pas", "lorsque les repas sont fournis"
    assert part_played(wanted, "", denied, denied) > part_played(wanted, "", told, told)
