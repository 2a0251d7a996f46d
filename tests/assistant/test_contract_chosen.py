"""Rows of a table, or action sheets, that a question chooses by what they say."""

import pytest

from assistant.contract_question import wanted_kinds
from tests.assistant.written import asker, write_blocks

TEXTS = (
    ("Heading 1", "Article 1 – Établissements et services"),
    ("", "Le contrat porte sur les établissements et services suivants."),
    ("table", "Code|Établissement|Autorité|Direction", "S1|IME Les Joncs|ARS|Mme Odile Farran", "S2|ESAT Les Forges|ARS|M. Guy Terrasse", "S3|EAM Le Coteau|ARS et CD|Mme Odile Farran", "S4|SAVS Le Gué|CD|M. Guy Terrasse"),
    ("Heading 1", "Article 2 – Documents à envoyer"),
    ("table", "Document|Destinataire|Date limite", "Budget prévisionnel|ARS, CD|31 octobre", "Compte administratif|CD|30 avril", "Relevé d'activité|ARS|15 juin", "Enquête sur les coûts|ARS|30 juin"),
    ("Heading 1", "Article 3 – Programme de travaux"),
    ("table", "Travaux|Site|Financement", "Toiture du préau|Les Joncs|emprunt 90 000 €", "Chaudière à bois|Les Forges|emprunt 60 000 €, fonds propres 5 000 €", "Salle de bains|Le Coteau|fonds propres 20 000 €", "Clôture du parc|Les Joncs|subvention 8 000 €"),
    ("Heading 1", "Article 4 – Équipes"),
    ("table", "Service|Veilleurs de nuit|Moniteurs", "IME Les Joncs|2|4", "ESAT Les Forges|–|6", "EAM Le Coteau|3|–"),
    ("Heading 1", "Article 5 – Fiches action"),
    ("Heading 2", "Fiche action n° 1"),
    ("table", "Objectif 1|Prévenir les chutes", "Pilote|Mme Lise Aubin, infirmière", "Moyens|4 000 €, financement de l'Agence", "Échéance|31 décembre 2027"),
    ("Heading 2", "Fiche action n° 2"),
    ("table", "Objectif 2|Trier les déchets", "Pilote|M. Paul Rey, chef de cuisine", "Moyens|3 000 € de l'Agence et 1 000 € du Département", "Échéance|30 juin 2026"),
    ("Heading 2", "Fiche action n° 3"),
    ("table", "Objectif 3|Mieux accueillir les proches", "Pilote|Mme Lise Aubin, infirmière", "Moyens|2 500 €, financement de l'Agence", "Échéance|30 juin 2028"),
    ("Heading 1", "Article 6 – Comité de suivi"),
    ("", "Le comité de suivi réunit :"),
    ("", "- pour l'Agence, la déléguée territoriale et le chargé de mission ;"),
    ("", "- pour le Département, la cheffe de service et le contrôleur ;"),
    ("", "- un délégué des familles."),
    ("Heading 1", "Article 7 – Axes de progrès"),
    ("", "7.1. Axe A, Ouvrir les portes : fiches 1 et 2."),
    ("", "7.2. Axe B, Soigner mieux : fiche 3."),
    ("", "7.3. Axe C, Loger autrement : sans fiche."),
    ("Heading 1", "Article 8 – Champ"),
    ("", "Le contrat de l'association ne porte ni sur la crèche du Moulin, ni sur le foyer des Tilleuls."),
    ("Heading 1", "Article 9 – Excédents"),
    ("", "Un excédent de 30 000 € a été constaté en 2024."),
    ("", "Les excédents sont affectés : 1° à l'apurement des pertes ; 2° à la réserve de compensation ; 3° à l'investissement."),
)  # fmt: skip


@pytest.fixture(scope="module")
def ask(engine, tmp_path_factory):
    return asker(engine, write_blocks(tmp_path_factory.mktemp("contrat") / "choix.docx", TEXTS))


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Quels établissements dirige Mme Farran ?", ["IME Les Joncs", "EAM Le Coteau"]),  # by a cell, under a column of words
        ("Quels établissements relèvent de l'ARS uniquement ?", ["IME Les Joncs", "ESAT Les Forges"]),
        ("Quels documents envoie-t-on à l'ARS mais pas au Département ?", ["Relevé d'activité", "Enquête sur les coûts"]),
        ("Quels documents partent en juin ?", ["Relevé d'activité", "Enquête sur les coûts"]),
        ("Quels documents envoyer d'avril à juin ?", ["Compte administratif", "Relevé d'activité", "Enquête sur les coûts"]),
        ("Quels travaux fait-on sans emprunter ?", ["Salle de bains", "Clôture du parc"]),
        ("Dans le programme de travaux, qu'est-ce qui concerne Les Joncs ?", ["Toiture du préau", "Clôture du parc"]),
        ("Quels services ont des veilleurs de nuit ?", ["IME Les Joncs", "EAM Le Coteau"]),  # a column that some leave blank
        ("Quelles actions pilote Mme Aubin ?", ["Prévenir les chutes", "Mieux accueillir les proches"]),
        ("Dans les fiches, que finance l'Agence toute seule ?", ["Prévenir les chutes", "Mieux accueillir les proches"]),
        ("Qui siège au comité de suivi pour le Département ?", ["la cheffe de service", "le contrôleur"]),  # of one party
        ("Quels sont les trois axes ?", ["Ouvrir les portes", "Soigner mieux", "Loger autrement"]),  # said in sentences
        ("Qu'est-ce que l'association gère mais qui n'entre pas dans ce contrat ?", ["crèche du Moulin", "foyer des Tilleuls"]),
        (
            "Un excédent, il va où, dans quel ordre ?",
            ["l'apurement des pertes", "la réserve de compensation", "l'investissement"],
        ),
    ],
)
def test_the_rows_that_a_question_chooses_are_listed(ask, text, items):
    answer = ask(text)
    assert answer.value is not None and answer.value.normalized == items


def test_years_are_not_answered_with_the_names_of_rows(ask):
    answer = ask("Pour quelles années l'ARS et elle seule reçoit-elle des documents ?")
    assert answer.value is None or answer.value.kind != "list"


def test_one_value_is_not_answered_with_a_list(ask):
    answer = ask("Quelle est la date limite du compte administratif ?")
    assert answer.value is not None and answer.value.kind == "date"


@pytest.mark.parametrize(
    "text",
    [
        "les trois constats de depart",
        "qui vient au comite de suivi",
        "ca va ou, dans quel ordre",
        "redonne-moi les engagements pris",
        "ca fait quoi le siege",
    ],
)
def test_several_things_asked_for_are_a_list(text):
    assert wanted_kinds(text) == {"list": 1.0}


def test_a_number_in_the_subject_asks_for_no_list():
    assert "date" in wanted_kinds("les deux places d'accueil temporaire sont pour quand ?")
    assert "list" not in wanted_kinds("les deux reunions se tiennent quand ?")
