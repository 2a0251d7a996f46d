"""Sums over the years, houses and kinds that a question names, changes between a row's ends, and dates counted back."""

import pytest

from tests.assistant.written import asker, write_articles

CARE = [
    ("Résidence", "2026", "2027", "2028"),
    ("Les Fougères", "640 000", "652 500", "661 000"),
    ("Les Bruyères", "410 000", "415 300", "421 700"),
]
MEALS = [("Exercice", "La Halle", "Le Préau", "Le Cloître"), ("2026", "81 000 €", "42 000 €", "30 500 €"), ("2027", "83 000 €", "43 500 €", "31 000 €")]  # fmt: skip
BEDS = [
    ("Site", "Rue", "Nature des lits", "Nombre"),
    ("Les Aulnes", "3 rue du Bief", "Répit, groupé", "14"),
    ("Les Saules", "centre-bourg", "Répit, éclaté", "9"),
    ("Les Vernes", "8 quai Neuf", "Crise, groupé", "6"),
]
WORKS = [
    ("Opération", "Année", "Montant", "Part de la Région"),
    ("Réfection du préau", "2026", "90 000 €", "41 000 €"),
    ("Chaudière", "2027", "30 000 €", "12 000 €"),
    ("Portail", "2028", "18 000 €", "7 000 €"),
]
WEEK = [
    ("Nature", "Places au 1/9/2026", "Places au 1/9/2028", "Places au 31/8/2030"),
    ("Internat de quinzaine", "31", "27", "22"),
    ("Externat", "18", "21", "24"),
]
GRANT = [("Exercice", "Subvention de veille"), ("2026", "1 105 400 €"), ("2030", "1132 700 €")]
ARTICLES = [
    ("Article 1 – Durée", "Le contrat est conclu pour cinq ans. Il prend effet le 1er janvier 2026 et prend fin le 31 décembre 2030.", []),
    ("Article 2 – Forfait de soins (en euros)", "Les forfaits de soins sont les suivants.", CARE),
    ("Article 3 – Restauration", "La restauration est financée ainsi.", MEALS),
    ("Article 4 – Lits", "Les sites sont les suivants.", BEDS),
    ("Article 5 – Bâtiments", "Le programme est le suivant.", WORKS),
    ("Article 6 – Places", "Les places évoluent ainsi.", WEEK),
    ("Article 7 – Suite du contrat", "Les parties se rencontrent un an avant le terme. L'association remet son bilan d'exécution sept mois avant la même date.", []),
    ("Article 8 – Reprise", "L'inventaire est remis onze mois avant la fin de la période.", []),
    ("Article 9 – Frais de siège", "Les frais de siège sont admis jusqu'au 30 septembre 2028. La demande de reprise des frais de siège est déposée cinq mois avant cette échéance.", []),
    ("Article 9 bis – Veille", "La subvention de veille est versée ainsi.", GRANT),
    ("Article 10 – Véhicules", "Les véhicules sont rendus propres. L'état des véhicules est fait dix jours avant cette date.", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def ask(engine, tmp_path_factory):
    return asker(engine, write_articles(tmp_path_factory.mktemp("contrat") / "source.docx", ARTICLES))


@pytest.mark.parametrize(
    ("text", "normalized", "working"),
    [
        # The years that are named, in one row or in one column; all those of a span.
        ("les forfaits soins 2026 + 2027 des Fougères, ça fait combien ?", "1292500", "640 000 € + 652 500 € = 1 292 500 €"),
        ("forfait soins des Bruyères de 2026 à 2028 en tout ?", "1247000", "410 000 € + 415 300 € + 421 700 € = 1 247 000 €"),
        ("la restauration de La Halle, 2026 et 2027 cumulés, combien d'euros ?", "164000", "81 000 € + 83 000 € = 164 000 €"),
        # As many houses as there are columns; rows of a kind; every row of "l'ensemble des".
        ("la restauration des trois maisons réunies en 2027, combien d'euros ?", "157500", "83 000 € + 43 500 € + 31 000 €"),
        ("combien de lits de répit en tout, groupé et éclaté ?", "23", "14 + 9 = 23"),
        ("La Région prend en charge combien sur l'ensemble des travaux ?", "60000", "41 000 € + 12 000 € + 7 000 € = 60 000 €"),
        # From a row's first column to its last, which "début" and "fin" say.
        ("on perd combien de places d'internat IDQ entre le début et la fin ?", "9", "22 en 2030 − 31 en 2026"),
        ("De 2026 à 2030, la subvention de veille augmente de combien ?", "27300", "1 132 700 € en 2030 − 1 105 400 € en 2026"),
        # Counted back from the term, said otherwise, or from the date that the sentence above says.
        ("le bilan d'exécution est à remettre pour quelle date ?", "2030-05-31", "31 décembre 2030 − sept mois"),
        ("l'inventaire est remis à quelle date ?", "2030-01-31", "31 décembre 2030 − onze mois"),
        ("la demande de reprise des frais de siège, à quelle date ?", "2028-04-30", "30 septembre 2028 − cinq mois"),
    ],
)  # fmt: skip
def test_a_value_is_reckoned_with_its_working(ask, text, normalized, working):
    answer = ask(text)
    assert answer.value is not None and answer.value.normalized == normalized
    assert working in answer.answer.replace("\u00a0", " ")


def test_a_date_counted_back_cites_the_date_that_it_is_counted_from(ask):
    answer = ask("la demande de reprise des frais de siège, à quelle date ?")
    assert any("30 septembre 2028" in c.quote for c in answer.citations[:2])
    assert not any("prend fin le" in c.quote for c in answer.citations[:2])


def test_a_date_that_nothing_says_is_not_taken_for_the_term(ask):
    answer = ask("l'état des véhicules est fait à quelle date ?")
    assert answer.value is None or answer.value.normalized != "2030-12-21"
