from dataclasses import replace

import pytest

from corpus.article import Article
from corpus.cards import Card
from ingest.generation import Index, build, changes
from ingest.history import merge

OLD, NEW, LATER = "2008-11-21", "2009-01-01", "2016-01-01"


def copy_of(day: str, code: str = "CASF", **texts: str) -> list[Article]:
    """A copy of a whole code on a day; "L1_2" stands for L1-2."""
    return [Article(num.replace("_", "-"), ("Livre Ier",), text, day, code=code) for num, text in texts.items()]


def spans(versions, key):
    return [(v.start, v.end, v.text) for v in versions if v.key == key]


SAME = {
    "L900_1": "Le repas est servi à midi.",
    "L900_3": "Le pain est fourni.",
    "L900_4": "L'eau est gratuite.",
    "L900_5": "Un jardin.",
}
FIRST = copy_of(OLD, **SAME, L900_2="Le prix est de deux euros.")
SECOND = copy_of(NEW, **SAME, L900_2="Le prix est de trois euros.", L900_6="Le goûter est servi à seize heures.")


def test_a_copy_s_text_holds_until_another_is_seen():
    merged = merge(FIRST, SECOND)
    assert spans(merged, "L900-2") == [(OLD, NEW, "Le prix est de deux euros."), (NEW, "", "Le prix est de trois euros.")]
    assert spans(merged, "L900-1") == [(OLD, "", SAME["L900_1"])]
    assert spans(merged, "L900-6")[0][:2] == (NEW, "")


def test_the_order_of_the_sources_does_not_matter():
    assert merge(SECOND, FIRST) == merge(FIRST, SECOND) == merge(merge(FIRST, SECOND))


def test_a_copyist_s_typography_is_no_change():
    other = [replace(a, as_of=NEW, text=a.text.upper().replace(" ", "  ")) for a in FIRST]
    assert len(merge(FIRST, other)) == len(FIRST)


def test_what_a_whole_copy_lacks_has_gone_but_an_excerpt_s_silence_says_nothing():
    without = [a for a in SECOND if a.num != "L900-3"]
    assert spans(merge(FIRST, without), "L900-3") == [(OLD, NEW, SAME["L900_3"])]
    assert spans(merge(FIRST, SECOND[:2]), "L900-3") == [(OLD, "", SAME["L900_3"])]


def test_official_dates_win_over_a_copy_of_the_same_days_but_not_over_a_newer_one():
    official = Article("L900-2", (), "Le prix est de deux euros.", "2009-02-01", "LEGIARTI1", "VIGUEUR", "2005-03-01")
    assert spans(merge(FIRST, [official]), "L900-2") == [("2005-03-01", "", "Le prix est de deux euros.")]
    newer = copy_of(LATER, **SAME, L900_2="Le prix est de cinq euros.")
    assert [s[:2] for s in spans(merge([official], newer), "L900-2")] == [("2005-03-01", LATER), (LATER, "")]


def test_two_codes_never_meet():
    merged = merge(FIRST, copy_of("2026-04-03", "Code civil", **{"900": "Un contrat."}))
    assert spans(merged, "900 C. civ.") == [("2026-04-03", "", "Un contrat.")]
    assert all(not v.end for v in merged)


@pytest.mark.parametrize(
    ("state", "start", "end", "day", "holds"),
    [
        ("ABROGE_DIFF", "2001-01-01", "2030-01-01", "2026-01-01", True),
        ("ABROGE_DIFF", "2001-01-01", "2030-01-01", "2030-01-01", False),
        ("VIGUEUR_DIFF", "2030-01-01", "", "2026-01-01", False),
        ("VIGUEUR_DIFF", "2030-01-01", "", "2030-01-01", True),
        ("VIGUEUR_DIFF", "", "", "2026-01-01", False),
        ("VIGUEUR", "2001-01-01", "2999-01-01", "2026-01-01", True),
        ("MODIFIE", "2001-01-01", "2005-01-01", "2004-12-31", True),
        ("ABROGE", "2001-01-01", "", "2004-12-31", False),
        ("ANNULE", "2001-01-01", "", "2004-12-31", False),
        ("", "", "", "1990-01-01", True),
    ],
)
def test_dates_decide_what_is_in_force(state, start, end, day, holds):
    assert Article("L1", (), "x", "", state=state, start=start, end=end).holds(day) is holds


@pytest.fixture
def two_ages(tmp_path, words):
    build(tmp_path, merge(FIRST, [a for a in SECOND if a.num != "L900-5"]), [], words, {})
    return Index.open(tmp_path)


def test_an_index_reads_each_day_s_versions(two_ages):
    assert two_ages.article("L900-2").text.endswith("trois euros.")
    assert two_ages.article("L900-2", "2008-12-31").text.endswith("deux euros.")
    assert two_ages.article("L900-2", "2008-01-01") is None
    assert two_ages.article("L900-5") is None
    assert [v.end for v in two_ages.versions("L900-5")] == [NEW]
    then = two_ages.at("2008-12-31")
    assert then.article("L900-2").text.endswith("deux euros.")
    assert then.article("L900-6") is None
    assert "L900-5" in then.known_nums() - two_ages.known_nums()


def test_search_meets_only_the_day_s_versions(two_ages, words):
    vector = words.queries(["prix en euros"])[0]
    assert two_ages.dense("passages", vector, 9)[0][0] == "L900-2#0"
    assert all("@" not in ident for ident, _ in two_ages.dense("passages", vector, 9))
    then = two_ages.at("2008-12-31")
    (first, score), *others = then.dense("passages", vector, 9)
    assert first == f"L900-2@{OLD}#0"
    assert "L900-2#0" not in [ident for ident, _ in others]
    assert then.passage(first).text.endswith("deux euros.")
    assert score == pytest.approx(float(then.rows["passages"].best(vector[None], ["L900-2"])[1][0, 0]))
    assert [i for i, _ in then.lexical["passages"].best(["prix"], 5)] == [first]


def test_a_card_tells_only_of_the_version_that_it_was_written_from(tmp_path, words):
    card = Card("L900-2", "Trois euros le repas", "Le repas vaut trois euros.", ("Combien ?",), (), "2012-01-01", "in_force")
    build(tmp_path, merge(FIRST, SECOND), [card], words, {})
    index = Index.open(tmp_path)
    assert index.at("2009-06-01").card("L900-2") == index.card("L900-2") == card
    then = index.at("2008-12-31")
    assert then.card("L900-2") is None
    assert (then.rows["cards"].ids, then.rows["questions"].ids, then.lexical["cards"].ids) == ([], [], [])


def test_nothing_is_said_of_a_day_before_the_first_text(two_ages):
    from corpus.errors import CasfError

    with pytest.raises(CasfError, match="commencent"):
        two_ages.at("1999-01-01")


def test_changes_say_what_became_of_each_article(tmp_path, words):
    build(tmp_path, FIRST, [], words, {})
    after = [a for a in SECOND if a.num not in ("L900-4", "L900-5")]
    after.append(Article("L901-1", (), SAME["L900_4"], NEW))
    found = [(c.kind, c.num, c.before and c.before.num) for c in changes(Index.open(tmp_path), merge(after))]
    assert found == [
        ("changed", "L900-2", "L900-2"),
        ("repealed", "L900-5", "L900-5"),
        ("added", "L900-6", None),
        ("renumbered", "L901-1", "L900-4"),
    ]
    assert changes(None, merge(FIRST))[0].kind == "added"
    assert changes(Index.open(tmp_path), FIRST) == []
