import pytest

from corpus.lexicon import KINDS, entries, find_terms
from corpus.words import fold


def test_the_lexicon_is_large_and_well_formed():
    rows = entries()
    assert len(rows) >= 300
    spellings = [fold(s) for row in rows for s in (row.term, *row.also)]
    assert len(spellings) == len(set(spellings))
    assert all(row.kind in KINDS and 1 <= len(row.means) <= 4 and 5 < len(row.tip) <= 160 for row in rows)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("la maison de retraite de ma mère", "maison de retraite"),
        ("les MAISONS DE RETRAITE", "maison de retraite"),
        ("mon CPOM", "CPOM"),
        ("l'apa de mamie", "APA"),
    ],
)
def test_everyday_words_and_acronyms_are_met(text, term):
    assert term in [m.entry.term for m in find_terms(text)]


def test_common_words_are_no_acronyms():
    assert "ES" not in [m.entry.term for m in find_terms("tu es là, ce ca me as")]
    assert "CA" in [m.entry.term for m in find_terms("le CA se réunit")]


def test_both_directions():
    (match,) = [m for m in find_terms("un contrat pluriannuel d'objectifs et de moyens") if m.entry.term == "CPOM"]
    assert match.reverse
    assert match.brings == ("CPOM",)


def test_offsets():
    text = "Qui paie la maison de retraite ?"
    (match,) = [m for m in find_terms(text) if m.entry.term == "maison de retraite"]
    assert text[match.start : match.end] == "maison de retraite"
