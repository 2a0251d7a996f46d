"""Enumerations cut into items, each short and whole; and the lists that a contract's question is answered with."""

import pytest

from assistant.contract_items import parts, run_of, subject_of
from tests.assistant.written import asker, write_articles, write_blocks


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
        ("§ 3. La crèche Les Pins, à Valmont, et le relais de la Fondation restent en dehors.", ("crèche Les Pins", "relais")),
        ("La ferme et l'atelier de reliure de l'association n'y figurent pas.", ("ferme", "atelier de reliure")),
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


TEXTS = (
    ("Heading 1", "Article 1 – Établissements entrant dans le contrat"),
    ("", "Le périmètre du contrat comprend les établissements suivants :"),
    ("table", "Résidence|Commune|Places", "Les Saules|Montclar|40", "Résidence du Lac|Vernay|32", "Les Ormes|Vernay|28"),
    ("", "La ferme du Pré, reprise en 2021, est en dehors du contrat. Le relais de Vernay l'est également."),
    ("Heading 1", "Article 2 – Comité de suivi"),
    ("", "Le comité de suivi se tient deux fois par an. Y siègent l'Agence, le Département et un délégué des familles."),
    ("", "Il examine chaque année : le bilan (annexe 1), le registre des plaintes (annexe 2) et le plan de formation."),
    ("Heading 1", "Article 3 – Excédents"),
    ("", "Les excédents sont employés par priorité :"),
    ("", "à la couverture des pertes ;"),
    ("", "à la réserve, jusqu'à 4 % des produits ;"),
    ("", "au financement des travaux."),
    ("Heading 1", "Article 4 – Évaluations de la qualité"),
    ("table", "Structure|Évaluation de la qualité", "IME et SESSAD|mars 2026", "MAS|mai 2027", "SAVS|juin 2027"),
    ("Heading 1", "Article 5 – Activités par structure"),
    ("table", "Activité|IME|SESSAD|MAS", "Séjour de vacances en août|Oui|Non|Oui", "Atelier de musique|Non|Oui|Non"),
    ("Heading 1", "Pièces jointes"),
    ("", "- Pièce n° 1 : tableau des effectifs"),
    ("", "- Pièce n° 2 : règlement de fonctionnement"),
    ("Heading 1", "Article 6 – Ambitions"),
    ("", "Le contrat est bâti sur des ambitions."),
    ("", "— Ambition A : rapprocher les soins"),
    ("", "— Ambition B : loger les jeunes adultes"),
    ("Heading 1", "Article 7 – Moyens communs"),
    ("", "La plateforme assure la blanchisserie, les repas et le transport."),
    ("", "8. Fiches fournies"),
    ("", "• Fiche 1 : plan des locaux"),
    ("", "• Fiche 2 : bilan des chutes"),
    ("Heading 1", "Fiche 2 – Bilan des chutes"),
    ("", "Les chutes ont été moins nombreuses cette année."),
)  # fmt: skip


@pytest.fixture(scope="module")
def ask(engine, tmp_path_factory):
    return asker(engine, write_blocks(tmp_path_factory.mktemp("contrat") / "lieux.docx", TEXTS))


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Quelles structures sont hors du contrat ?", ["ferme du Pré", "relais de Vernay"]),
        ("Qui siège au comité de suivi ?", ["l'Agence", "le Département", "un délégué des familles"]),
        (
            "Quels sont les registres examinés chaque année par le comité de suivi ?",
            ["le bilan", "le registre des plaintes", "le plan de formation"],
        ),
        ("Quels sont les emplois des excédents ?", ["la couverture des pertes", "la réserve", "financement des travaux"]),
        ("Quelles structures ont leur évaluation de la qualité en 2027 ?", ["MAS", "SAVS"]),
        ("Quelles structures font un séjour de vacances en août ?", ["IME", "MAS"]),
        ("c'est quoi les ambitions", ["rapprocher les soins", "loger les jeunes adultes"]),
        ("elle fait quoi la plateforme pour nous", ["la blanchisserie", "les repas", "le transport"]),
        ("Liste des fiches fournies", ["plan des locaux", "bilan des chutes"]),
        ("Quelles sont les pièces jointes ?", ["tableau des effectifs", "règlement de fonctionnement"]),
    ],
)
def test_a_list_is_given_whole_and_alone(ask, text, items):
    answer = ask(text)
    assert answer.value is not None and answer.value.normalized == items


def test_what_a_sentence_leaves_out_is_known_by_what_it_says(engine, tmp_path):
    articles = [
        ("Article 1 – Objet", "La convention finance le foyer Les Hêtres. Le verger et l'atelier de poterie de l'association n'y sont pas inclus.", []),
        ("Article 2 – Activités", "L'association rend compte de ses activités chaque année. La convention est conclue pour trois ans.", []),
    ]  # fmt: skip
    ask = asker(engine, write_articles(tmp_path / "objet.docx", articles))
    answer = ask("Quelles activités de l'association restent hors de la convention ?")
    assert answer.value is not None and answer.value.normalized == ["verger", "atelier de poterie"]
