"""What a director says on the phone finds what the contract writes; and doesn't find its neighbour."""

import pytest

from corpus.contract_words import FILE, SUBJECTS, contract_words
from corpus.words import fold


def ideas(question):
    """The concepts that a question meets, each stretch of it taken once, as `contract_question.py` reads them."""
    folded, taken, found = fold(question), [], []
    for concept in contract_words().concepts:
        spans = [m.span() for m in concept.asks.finditer(folded) if all(m.end() <= a or b <= m.start() for a, b in taken)]
        if spans:
            taken += spans
            found.append(concept)
    return found


@pytest.mark.parametrize(
    ("question", "clause", "neighbour"),
    [
        ("C'est quoi le turn-over visé ?", "Taux de rotation des personnels", "Taux d'absentéisme"),
        ("Les arrêts, faut descendre à combien ?", "Taux d'absentéisme", "Taux de rotation"),
        ("On a combien de matelas ?", "La réserve de compensation est plafonnée", "La dotation est versée par douzième"),
        ("Combien d'enfants placés au foyer ?", "Enfants confiés au titre de l'ASE", "Places installées"),
        ("Faut rendre quels papiers ?", "Pièces à produire", "Travaux de la résidence"),
        ("Qui est d'astreinte la nuit ?", "Infirmière de nuit mutualisée", "Médecin coordonnateur"),
        ("On peut bouger de l'argent du SESSAD à l'IME ?", "Redéploiement de crédits en cours d'exercice", "Frais de siège"),
        ("La CAF doit être de combien ?", "Capacité d'autofinancement", "Besoin en fonds de roulement"),
        ("Le fonds de roulement, c'est combien ?", "FRNG au 31 décembre", "Besoin en fonds de roulement"),
        ("Combien attendent une place ?", "Personnes inscrites sur liste d'attente", "Admissions prononcées"),
        ("On touche combien au forfait soins ?", "Forfait global relatif aux soins", "Forfait global relatif à la dépendance"),
        ("Le plan de canicule est revu quand ?", "Mise à jour du plan bleu", "Mise à jour du projet personnalisé"),
    ],
)
def test_what_is_said_finds_what_is_written(question, clause, neighbour):
    subject = ideas(question)[0]  # the field's subjects come first
    assert subject.says.search(fold(clause))
    assert not subject.says.search(fold(neighbour))


def test_nothing_is_asked_twice_and_the_files_stay_small():
    asked = [c.asks.pattern for c in contract_words().concepts]
    assert len(set(asked)) == len(asked)
    assert all(path.stat().st_size < 24_000 for path in (FILE, SUBJECTS))


@pytest.mark.parametrize(
    "question", ["Qu'est-ce qui est prévu ?", "C'est combien par an, ça ?", "Et pour nous, ça change quoi ?"]
)
def test_everyday_talk_is_no_subject(question):
    assert not ideas(question)
