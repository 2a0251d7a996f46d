"""A place known by two names, a table's corner, days reckoned from the signature, hours that are no delays."""

import pytest

from assistant.contract_avenants import _quoted
from tests.assistant.written import asker, write_articles

PLACES = [
    ("Structure", "Commune", "Places"),
    ("MAS Les Orgues", "Varenne", "30"),
    ("Foyer de vie La Sauge", "Brisque", "24"),
    ("Total", "", "54"),
]
ABSENCE = [
    ("Absentéisme visé (%)", "2025", "2026", "2027"),
    ("La Sauge", "9,5", "9,1", "8,7"),
    ("Les Orgues", "11", "10,4", "9,8"),
]
RESULT = [("Occupation", "2025", "2026", "2027"), ("La Sauge", "96 %", "96 %", "97 %"), ("Les Orgues", "95 %", "96 %", "98 %")]
ARTICLES = [
    ("Article 1 – Structures", "Les structures sont les suivantes.", PLACES),
    ("Article 2 – Durée", "Le contrat prend effet le 1er mars 2025 et prend fin le 28 février 2030. Six mois au moins avant ce terme, les parties se réunissent pour décider d'une suite.", []),
    ("Article 3 – Excédents", "Pour Les Orgues, l'excédent va à la réserve. Pour La Sauge, il est partagé : 60 % restent à l'association.", []),
    ("Article 4 – Absentéisme", "Les cibles sont les suivantes.", ABSENCE),
    ("Article 5 – Occupation", "Les cibles sont les suivantes.", RESULT),
    ("Article 6 – Ouverture", "L'atelier ferme le vendredi à 16 heures. La fermeture d'une structure est annoncée dix semaines plus tôt.", []),
    ("Article 7 – Sécurité", "Un contrôle d'accès est posé au foyer dans les dix-huit mois de la signature.", []),
    ("Article 9 – Dossier", "Les pièces à joindre au dossier sont :\n1. Le diagnostic ;\n2. Le plan de formation ;\n3. Le budget.", []),
    ("Article 8 – Répit", "Neuf lits de répit sont gardés pour les familles de Brisque.", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def ask(engine, tmp_path_factory):
    return asker(
        engine,
        write_articles(tmp_path_factory.mktemp("contrat") / "orgues.docx", ARTICLES, "Fait à Varenne, le 24 février 2025."),
    )


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("quel pourcentage de l'excédent du foyer de vie garde-t-on ?", "60"),  # the clause says "La Sauge"
        ("absentéisme visé à la MAS en 2027", "9.8"),  # told by the corner of the table, and "Les Orgues" is the MAS
        ("il faut se réunir avant quelle date pour décider de la suite ?", "2029-08-28"),
        ("le contrôle d'accès du foyer doit être posé avant quelle date ?", "2026-08-24"),
        ("la fermeture d'une structure se dit combien de temps avant ?", "P10W"),
        ("lits de répit pour les familles", "9"),
    ],
)
def test_the_value_is_found(ask, text, normalized):
    value = ask(text).value
    assert value is not None and value.normalized == normalized, value


def test_a_value_nearly_as_likely_is_shown_with_its_passage(ask):
    answer = ask("quel taux d'occupation en 2027 ?")
    quotes = " ; ".join(citation.quote for citation in answer.citations)
    assert "97 %" in quotes and "98 %" in quotes  # neither structure is named


def test_a_numbered_list_comes_whole(ask):
    value = ask("quelles sont les pièces à joindre au dossier ?").value
    assert value is not None and [item.lower() for item in value.normalized] == [
        "le diagnostic",
        "le plan de formation",
        "le budget",
    ]


CODES = [("Sigle", "Structure", "Ville", "FINESS"), ("ORG", "MAS Les Orgues", "Varenne", "99 012 345 6"), ("SAU", "Foyer de vie La Sauge", "Brisque", "99 012 346 4")]  # fmt: skip
MONEY = [("Exercice", "ORG", "SAU", "Total"), ("2025", "2 104 000", "1 380 000", "3 484 000"), ("2026", "2 130 000", "1 402 000", "3 532 000")]  # fmt: skip
BEDS = [("Sigle", "Accueil", "Places"), ("ORG", "Complet", "30"), ("SAU", "Complet", "24")]
MARKED = [
    ("Parties", "Signature : 5 juillet 2024. Application : 1er septembre 2024. Expiration : 31 août 2029.", []),
    ("Article 1 – Structures", "Les structures sont désignées par leur sigle.", CODES),
    ("Article 2 – Dotations", "Les dotations, en euros, sont les suivantes.", MONEY),
    ("Article 3 – Places", "Les places sont les suivantes.", BEDS),
    ("Article 5 – Travaux", "L'aile neuve de La Sauge est livrée le 15 février 2027. Le plan est approuvé depuis le 19 mai 2023.", []),
    ("Article 7 – Accueils", "Les cibles sont les suivantes.", [("Accueil", "Sigle", "Départ", "2025", "2027", "2029"), ("AJ", "SAU", "61 %", "66 %", "70 %", "74 %"), ("HT", "ORG", "58 %", "62 %", "68 %", "71 %")]),
    ("Article 8 – Subventions", "Subventions annuelles : dix-huit mille euros pour les lits de répit ; sept mille cinq cents euros pour « Le Ponton ».", []),
    ("Article 9 – Participation", "La participation financière des hébergés est fixée à 15 % des ressources pour une personne seule.", []),
    ("Article 10 – Suite", "Les discussions sur le contrat suivant s'ouvrent dix mois avant le terme. Chaque partie peut quitter le contrat avec un préavis de neuf mois.", []),
    ("Article 11 – Correspondants", "Correspondante de l'Agence : Mme Ingrid Valtin.", []),
    ("Article 4 – Baisse", "Les forfaits peuvent être minorés quand l'occupation est inférieure à quatre-vingt-onze pour cent. Le Département finance le service social par une convention propre qui court jusqu'au 31/12/2026 ; son entrée dans le contrat sera examinée en 2027.", []),
    ("AVENANT N° 1", "Le présent avenant modifie le contrat comme suit.", []),
    ("Article 1", "À l'article 11, Madame Ingrid Valtin est remplacée par Monsieur Théo Corvan.", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def marked(engine, tmp_path_factory):
    return asker(engine, write_articles(tmp_path_factory.mktemp("contrat") / "sigles.docx", MARKED))


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("il expire quand notre contrat", "2029-08-31"),  # three marks on one line
        ("le contrat s'applique à partir de quand ?", "2024-09-01"),
        ("on a signé le contrat quand ?", "2024-07-05"),
        ("la dotation de la MAS en 2026", "2130000"),  # the column says "ORG"
        ("combien de places au foyer de vie", "24"),  # so does the row
        ("accueil de jour du foyer, taux visé en 2027", "70"),  # the row says "AJ", the foyer is "SAU"
        ("on doit monter à combien en accueil de jour au foyer à la fin ?", "74"),  # not what it was at the start
        ("on touche combien pour le ponton par an", "7500"),  # in words, the colon's words are of both
        ("l'hébergé tout seul il paie quel pourcentage de ses ressources", "15"),
        ("faut commencer à renégocier combien de temps avant la fin ?", "P10M"),
        ("qui est notre correspondante à l'Agence maintenant ?", "Théo Corvan"),
        ("le chantier de Brisque doit être livré quand ?", "2027-02-15"),  # the town of La Sauge
        ("sous quel taux d'occupation les forfaits baissent ?", "91"),  # in words
    ],
)
def test_codes_and_marks_are_understood(marked, text, normalized):
    value = marked(text).value
    assert value is not None and normalized in (value.normalized, str(value.normalized).removeprefix("Monsieur ")), value


def test_codes_are_listed_by_what_they_stand_for(marked):
    answer = marked("quelles sont les structures du contrat ?")
    assert answer.value is not None and answer.value.normalized == ["MAS Les Orgues", "Foyer de vie La Sauge"]


def test_an_amount_in_words_is_said_in_figures_too(marked):
    assert "(7 500 €" in marked("on touche combien pour le ponton par an").answer


DEED = [
    ("Entre", "L'agence régionale de santé des Monts, établissement public de l'État, ci-après « l'Autorité sanitaire » ; et la fondation Les Ormes, ci-après « la Fondation »,", []),
    ("Durée", "Le contrat est conclu pour cinq années qui commencent à courir le premier janvier deux mille vingt-quatre pour finir le trente et un décembre deux mille vingt-huit (31 décembre 2028).", []),
    ("Suivi", "La correspondante de l'Autorité sanitaire est Madame Sidonie Orvault ; celui du Département est Monsieur Kévin Montrésor.", []),
    ("AVENANT N° 1", "Le présent avenant modifie le contrat comme suit.", []),
    ("Article 1", "Les mots « cinq années » et « trente et un décembre deux mille vingt-huit (31 décembre 2028) » sont remplacés par « six années » et « trente et un décembre deux mille vingt-neuf (31 décembre 2029) ».", []),
]  # fmt: skip


@pytest.fixture(scope="module")
def deed(engine, tmp_path_factory):
    return asker(engine, write_articles(tmp_path_factory.mktemp("contrat") / "acte.docx", DEED))


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("notre contrat s'arrête quand maintenant ?", "2029-12-31"),  # two pairs of words replaced at once
        ("il finissait quand avant l'avenant ?", "2028-12-31"),
        ("il a commencé quand ?", "2024-01-01"),
        ("c'est qui notre interlocutrice à l'ARS ?", "Madame Sidonie Orvault"),  # the ARS has another name there
    ],
)
def test_a_deed_s_own_words_are_understood(deed, text, normalized):
    value = deed(text).value
    assert value is not None and value.normalized == normalized, value


def test_of_words_replaced_together_those_without_a_value_are_kept():
    both = _quoted("Les mots « cinq ans » et « Mme Orvault » sont remplacés par « six ans » et « Mme Brune ».")
    assert [(kind, getattr(a, "text", a), getattr(b, "text", b)) for kind, a, b in both] == [
        ("duration", "cinq ans", "six ans"),
        ("text", "Mme Orvault", "Mme Brune"),
    ]
