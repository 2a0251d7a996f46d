"""What a question leaves out of what it asks for, whose contract it names, and everyday words for the contract's own."""

import pytest
from docx import Document

from assistant.contract_answer import weigh
from assistant.contract_intent import without_owner
from assistant.contract_question import understand, wanted_kinds
from assistant.contract_reading import read_contract
from assistant.question import read_question

ARTICLES = [
    ("CPOM du CHRS Le Tertre", "Conclu entre l'État et l'association Le Tertre. Le contrat prend fin le 31 décembre 2028."),
    ("Article 1 – Bilans", "Tout retard dans la remise du compte rendu d'exécution donne lieu à une retenue de 900 € par mois."),
    ("Article 2 – Entrées", "L'association répond en quatre jours au service intégré de l'accueil et de l'orientation."),
    ("Article 3 – Accueil de jour", "La subvention de l'accueil de jour est de 71 300 € par an."),
    ("Article 4 – Hiver", "En période de grand froid, sur appel du préfet, douze couchages de plus sont ouverts."),
    ("Article 5 – Départs", "L'association garde les effets des personnes parties pendant six semaines."),
    ("Article 6 – Repas", "M. Gaël Sorin, chef de cuisine, suit les denrées jetées."),
    ("Article 7 – Suite", "Les parties renégocient onze mois avant l'échéance."),
    ("Article 8 – Chutes", "Toute chute d'un résident est revue par les soignants sous neuf jours."),
    ("Article 9 – Conseil", "Le conseil de la vie sociale se réunit au printemps et à l'automne."),
    ("Article 10 – Équipes", "La rotation du personnel est de 14 %. Le centre médico-psychologique de Lure intervient."),
    ("Article 11 – Forfait", "Le forfait d'accompagnement est de 412 000 €. Le taux national ne s'y applique pas. L'urgence y est à part."),
]  # fmt: skip


@pytest.fixture(scope="module")
def opened(engine, tmp_path_factory):
    document = Document()
    for title, text in ARTICLES:
        document.add_heading(title, 1)
        document.add_paragraph(text)
    path = tmp_path_factory.mktemp("contrat") / "tertre.docx"
    document.save(str(path))
    return engine.workspace("tests").open(engine.workspace("tests").add(path).id)


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("On a oublié l'ERRD, ça coûte combien ?", "Bilans"),
        ("pénalisés de combien par mois", "Bilans"),
        ("le SIAO", "Entrées"),
        ("il gèle : combien de lits en plus", "Hiver"),
        ("garder les valises", "Départs"),
        ("le gaspillage en cuisine", "Repas"),
        ("se remettre autour de la table", "Suite"),
        ("une mamie est tombée", "Chutes"),
        ("le turn over", "Équipes"),
        ("le CMP", "Équipes"),
        ("le volet repas", "Repas"),
        ("l'AJ", "jour"),
    ],
)
def test_everyday_words_are_met_in_the_contract_s_own(opened, text, article):
    asked = understand(read_question(text), read_contract(opened))
    held = {
        idea.name: any(
            idea.held(unit.own.folded, unit.own.stems) for unit in read_contract(opened).units if article in unit.piece.label
        )
        for idea in asked.ideas
        if not idea.light and idea.weight > 0.3
    }
    assert held and all(held.values()) and not asked.unknown


def test_a_day_centre_does_not_speak_of_street_outreach(opened):
    assert "maraudes" in understand(read_question("on touche combien pour les maraudes"), read_contract(opened)).unknown


def test_what_is_left_out_need_not_be_spoken_of(engine, opened):
    weighed = weigh(read_question("Forfait d'accompagnement, hors taux national"), opened, engine.embedder)
    aside = {idea.name: idea.subject for idea in weighed.asked.ideas if idea.aside}
    assert {"taux", "national"} <= aside.keys() and not any(aside.values())
    assert weighed.best is not None and weighed.best.value.text == "412 000 €"


@pytest.mark.parametrize(
    "text", ["Qu'est-ce qui reste hors de la convention ?", "places hors du périmètre", "un envoi hors délai"]
)
def test_what_is_out_of_the_contract_is_asked_for(opened, text):
    assert not any(idea.aside for idea in understand(read_question(text), read_contract(opened)).ideas)


def test_a_place_that_meets_all_is_shown_where_no_value_stands(engine, opened):
    assert not engine.ask("le conseil de la vie sociale, quand ?", opened.contract.id, "tests").abstained


def test_those_who_pay_are_no_sum():
    assert wanted_kinds("les financeurs viennent a quelle saison ?")["amount"] < 1.0


def test_who_holds_the_contract_is_no_other_subject(engine, opened):
    assert without_owner("le CPOM du Tertre va jusqu'à quand ?", "CPOM du CHRS Le Tertre") == "le CPOM va jusqu'à quand ?"
    assert (
        without_owner("le contrat de location finit quand ?", "CPOM du CHRS Le Tertre") == "le contrat de location finit quand ?"
    )
    weighed = weigh(read_question("le CPOM du Tertre va jusqu'à quand ?"), opened, engine.embedder)
    assert weighed.asked.life == "term" and weighed.best is not None and weighed.best.value.normalized == "2028-12-31"
