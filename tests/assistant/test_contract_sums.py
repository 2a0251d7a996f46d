"""Values worked out from a contract's cells and sentences, each with its working: sums, changes, what is left to be found."""

from decimal import Decimal

import pytest

from assistant.contract_changes import family
from assistant.contract_working import shown
from corpus.values import find_values
from tests.assistant.written import asker, write_articles

PLACES = [("Établissement", "Accueil de jour", "Internat", "Total ETP"), ("IME La Source", "4,0", "20,5", "24,5"), ("SESSAD Le Gué", "9,5", "–", "9,5"), ("MAS Les Ormes", "2,0", "41,0", "43,0")]  # fmt: skip
NIGHT = [("Métier", "Les Ormes", "La Source"), ("Surveillant", "3,5", "2,0"), ("Cadre", "1,0", "0,5"), ("Total", "4,5", "2,5")]
DGF = [("Exercice", "Enfance", "Adultes", "Dotation totale"), ("2025", "610 000 €", "402 000 €", "1 012 000 €"), ("2026", "622 000 €", "405 500 €", "1 027 500 €"), ("2027", "630 000 €", "411 000 €", "1 041 000 €")]  # fmt: skip
PARTS = [("Structure", "Produits ARS", "Produits Département"), ("IME La Source", "801 000 €", "–"), ("FAM Le Verger", "310 000 €", "455 000 €"), ("Total", "1 111 000 €", "455 000 €")]  # fmt: skip
WORKS = [("Opération", "Coût (k€)", "Emprunt (k€)", "Subvention de la Région (k€)"), ("Chaufferie de la MAS", "610", "350", "140"), ("Toiture du SESSAD", "95", "–", "25"), ("Cour de l'IME", "48", "–", "néant")]  # fmt: skip
ONCE = [("Objet", "Montant", "Pérenne"), ("Tablettes", "12 000 €", "Non"), ("Infirmière", "45 000 €", "Oui"), ("Mobilier", "8 500 €", "Non")]  # fmt: skip
BEDS = [("Maison", "Lits permanents", "Lits temporaires", "Lits en tout"), ("Les Buis", "60", "4", "64"), ("Les Houx", "51", "3", "54"), ("Ensemble", "111", "7", "118")]  # fmt: skip
CARE = [("Maison", "Soins 2026"), ("Les Buis", "901 000 €"), ("Les Houx", "802 000 €"), ("Total", "1 703 000 €")]
AHEAD = [("Exercice", "2027", "2028", "2029"), ("Soins, total prévisionnel", "1 721 000 €", "1 738 000 €", "1 755 000 €")]
ALLOWED = [("Service", "Commune", "Lits autorisés", "Lits installés au 01/02/2026"), ("USLD Les Iris", "Arvieu", "40", "33"), ("SSR Les Lys", "Bozouls", "25", "25")]  # fmt: skip
POSTS = [("Service", "Postes budgétés", "Postes pourvus", "Postes vacants"), ("USLD Les Iris", "31,50", "28,25", "3,25"), ("SSR Les Lys", "20,00", "19,00", "1,00")]  # fmt: skip
PLAN = [
    ("Ouvrage", "Fonds propres", "Prêts bancaires"),
    ("Ouvrage d'entrée", "15 000 €", "900 000 €"),
    ("Serre", "–", "60 000 €"),
]
ARTICLES = [
    ("Article 1 – Effectifs", "Les effectifs autorisés, en équivalents temps plein (ETP), sont les suivants.", PLACES),
    ("Article 2 – Nuit : effectifs de surveillance (ETP)", "La nuit est assurée ainsi.", NIGHT),
    ("Article 3 – Dotation", "La dotation est la suivante.", DGF),
    ("Article 4 – Produits par financeur", "Les produits sont les suivants.", PARTS),
    ("Article 5 – Programme d'investissement", "Les opérations sont les suivantes.", WORKS),
    ("Article 6 – Crédits exceptionnels", "Les crédits exceptionnels sont les suivants.", ONCE),
    ("Article 7 – Cuisine", "La cuisine partagée est estimée à 480 000 €. Elle est payée par une subvention de la Région de 190 000 € et un emprunt de 210 000 €.", []),
    ("Article 8 – Piscine", "La piscine coûte 310 000 € en tout, aides comprises. Le Département la soutient par une aide de 75 000 €. La caisse y participe pour 40 000 €.", []),
    ("Article 8 bis – Buanderie", "La buanderie est payée par un emprunt de 210 000 €.", []),
    ("Article 9 – Activité", "Le nombre de stages en entreprise passe de 12 à 19 au cours du contrat.", []),
    ("Article 10 – Astreinte", "L'astreinte de nuit est financée à hauteur de 61 000 € par an.", []),
    ("Article 11 – Lits", "Les lits sont les suivants.", BEDS),
    ("Article 12 – Soins", "Les soins sont financés ainsi.", CARE),
    ("Article 13 – Soins à venir", "Le total évolue ainsi.", AHEAD),
    ("Article 14 – Foyer", "Le foyer transforme 12 places d'hébergement en places d'appui le 1er mai 2027. Après cette date, le foyer compte 30 places d'hébergement.", []),
    ("Article 15 – Capacités", "Les capacités sont les suivantes.", ALLOWED),
    ("Article 16 – Personnel", "Les postes sont les suivants.", POSTS),
    ("Article 17 – Dotations du Département", "Le Département retient 310 500 € pour le foyer Les Saules, 120 250 € pour le SAMSAH et 98 000 € pour l'accueil de nuit.", []),
    ("Article 18 – Ascenseur", "L'ascenseur de la résidence est chiffré à 160 000 €. La commune y contribue pour 15 %, la Région pour 35 %.", []),
    ("Article 19 – Plan de travaux", "Le plan est le suivant.", PLAN),
    ("AVENANT N° 1", "Le présent avenant modifie le contrat comme suit.", []),
    ("Article 1", "À l'article 10, le montant de 61 000 € est remplacé par celui de 74 500 €.", []),
    ("Article 2", "L'emprunt de la buanderie est porté à 265 000 €.", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def ask(engine, tmp_path_factory):
    return asker(engine, write_articles(tmp_path_factory.mktemp("contrat") / "source.docx", ARTICLES))


@pytest.mark.parametrize(
    ("text", "normalized", "working"),
    [
        # Sums: a column ("–" and "néant" are nothing), rows that are named, those that say no, the columns of one row.
        ("additionne les ETP de tous les établissements", "77", "24,5 + 9,5 + 43,0 = 77"),
        ("total des ETP, MAS et SESSAD compris", "52.5", "9,5 + 43,0 = 52,5"),
        ("La Région nous verse combien de subventions en tout ?", "165000", "140 000 € + 25 000 € = 165 000 €"),
        ("en tout ça fait combien de crédits exceptionnels non pérennes ?", "20500", "12 000 € + 8 500 € = 20 500 €"),
        ("FAM : ARS et Département réunis, combien d'euros de produits ?", "765000", "310 000 € + 455 000 € = 765 000 €"),
        ("total des ETP de surveillance la nuit", "7", "4,5 + 2,5 = 7"),
        ("Aides cumulées pour la piscine ?", "115000", "75 000 € + 40 000 € = 115 000 €"),
        # Changes: from one row of a year to another, from one number to another, by an avenant.
        ("La dotation totale monte de combien entre 2025 et 2026 ?", "15500", "1 027 500 € en 2026 − 1 012 000 € en 2025 = 15 500 €"),
        ("combien de stages en plus d'ici la fin ?", "7", "19 − 12 = 7"),
        ("De combien l'avenant a-t-il augmenté l'astreinte de nuit ?", "13500", "74 500 € − 61 000 € = 13 500 €"),
        ("De combien a grossi l'emprunt de la buanderie ?", "55000", "265 000 € − 210 000 € = 55 000 €"),
        ("Grâce à l'avenant, l'astreinte de nuit gagne combien par an ?", "13500", "74 500 € − 61 000 € = 13 500 €"),
        ("L'avenant ajoute combien à l'emprunt de la buanderie ?", "55000", "265 000 € − 210 000 € = 55 000 €"),
        # What is told apart: amounts of one sentence, columns of one row, a share of a cost, all of them named at once.
        ("Si j'additionne le foyer et le SAMSAH, le Département retient combien ?", "430750", "310 500 € + 120 250 € = 430 750 €"),
        ("FAM : ARS plus Département, ça fait combien de produits en euros ?", "765000", "310 000 € + 455 000 € = 765 000 €"),
        ("il manque combien de lits à l'USLD par rapport à l'autorisation ?", "7", "40 − 33 = 7"),
        ("Ascenseur de la résidence : la Région met combien en euros ?", "56000", "160 000 € × 35 % = 56 000 €"),
        ("Tous les ouvrages réunis, quelle somme de prêts bancaires ?", "960000", "900 000 € + 60 000 € = 960 000 €"),
        # What is left: in one row, in the sentences of one article.
        ("Chaufferie, une fois l'emprunt déduit, il reste combien à trouver ?", "260000", "610 000 € − 350 000 € = 260 000 €"),
        ("L'emprunt une fois enlevé, la chaufferie nous laisse combien à payer ?", "260000", "610 000 € − 350 000 € = 260 000 €"),
        ("Une fois les aides et l'emprunt déduits, combien reste-t-il à trouver pour la cuisine partagée ?", "80000", "480 000 € − 210 000 € − 190 000 € = 80 000 €"),
    ],
)  # fmt: skip
def test_a_value_is_worked_out_with_its_working(ask, text, normalized, working):
    answer = ask(text)
    assert answer.value is not None and answer.value.normalized == normalized
    assert working in answer.answer.replace("\u00a0", " ")


def test_both_places_of_a_working_are_cited(ask):
    answer = ask("De combien a grossi l'emprunt de la buanderie ?")
    assert "[1][2]" in answer.answer
    assert ["265 000 €" in c.quote or "210 000 €" in c.quote for c in answer.citations[:2]] == [True, True]


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("Quel est le total des produits de l'ARS ?", "1111000"),
        ("combien de lits en tout, les maisons réunies ?", "118"),  # the total's total, not its first column
        ("le total des soins en 2028, ça devrait faire combien ?", "1738000"),  # a label that says total, not another year's
        ("combien de postes restent à pourvoir à l'USLD ?", "3.25"),  # its row says it itself
        ("IME La Source : combien d'ETP d'accueil de jour, internat compris ?", "24.5"),
        ("une fois le foyer transformé il reste combien de places d'hébergement ?", "30"),  # not what is taken away
    ],
)
def test_what_the_contract_says_is_not_worked_out_again(ask, text, normalized):
    answer = ask(text)
    assert answer.value is not None and answer.value.normalized == normalized and "calculé" not in answer.answer


def test_a_sum_keeps_the_unit_of_its_parts():
    parts = find_values("700 k€ et 120 k€", "amount")
    assert shown(Decimal(820000), "amount", parts) == "820 k€"


@pytest.mark.parametrize(
    ("told", "name"),
    [("financee par un emprunt de", "loan"), ("l'emprunt, et l'aide de l'etat, soit", "aid"), ("est evaluee a", "cost"), ("le", "")],
)  # fmt: skip
def test_the_nearest_words_tell_what_a_sum_pays(told, name):
    assert family(told) == name
