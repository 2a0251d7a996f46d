"""What changed between two texts, word by word."""

import pytest

from corpus.difference import differences, shown


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("La cantine ferme l'été.", "La cantine ferme l'hiver.", "La cantine ferme l' [-été-] {+hiver+} ."),
        ("Selon l'article L. 132-8.", "Selon l'article L. 132-9.", "Selon l'article L. [-132-8-] {+132-9+} ."),
        ("Un.\n\nDeux.", "Un.\n\nDeux.\n\nTrois.", "Un. Deux. {+Trois.+}"),
        ("Un.\n\nDeux.\n\nTrois.", "Un.\n\nTrois.", "Un. [-Deux.-] Trois."),
        ("Pareil.", "Pareil.", "Pareil."),
        ("Le prix est fixé chaque année.", "Nul ne peut entrer sans billet.",
         "[-Le prix est fixé chaque année.-] {+Nul ne peut entrer sans billet.+}"),
        ("a b c d e f g", "a x c y e f g", "a [-b c d-] {+x c y+} e f g"),
    ],
)  # fmt: skip
def test_changes_as_people_read_them(before, after, line):
    assert shown(differences(before, after)) == line


def test_nothing_is_lost_and_what_stays_is_cut_short():
    before = "\n\n".join(f"Alinéa {i} : le jardin du quartier {i} est ouvert à tous les enfants." for i in range(60))
    after = before.replace("quartier 30", "bourg 30").replace("Alinéa 5 ", "Article 5 ")
    pieces = differences(before, after)
    for kind, text in (("removed", after), ("added", before)):
        assert "".join(p.text for p in pieces if p.kind != kind).split() == text.split()
    line = shown(pieces)
    assert "[-quartier-] {+bourg+}" in line and "[-Alinéa-] {+Article+}" in line and line.count("…") == 3 and len(line) < 500
