import pytest

from corpus.reference import find_references, parse_num, printed


@pytest.mark.parametrize(
    ("text", "nums"),
    [
        ("Que dit L. 313-11 ?", ["L313-11"]),
        ("l313-11", ["L313-11"]),
        ("art. L 313 - 11 du CASF", ["L313-11"]),
        ("R.* 314-40 II", ["R314-40"]),
        ("L.313.11", ["L313-11"]),
        ("articles L. 311-3, 311-4 et R. 311-35", ["L311-3", "L311-4", "R311-35"]),
        ("au D. 14-10-55, III", ["D14-10-55"]),
        ("L146-1 A", ["L146-1 A"]),
        ("D312-1 bis", ["D312-1 bis"]),
        ("Annexe 2-3", ["Annexe 2-3"]),
        ("l'article 313-11", ["313-11"]),
        ("R131-5 n'est pas L131-5", ["R131-5", "L131-5"]),
    ],
)
def test_every_spelling_gives_the_corpus_number(text, nums):
    assert [ref.num for ref in find_references(text)] == nums


@pytest.mark.parametrize(
    "text",
    [
        "on a 311 euros",
        "d 311 euros",
        "article 5 et article 24.2",
        "loi 2009-879 du 21 juillet",
        "le 12-05-2020",
        "10 jours, 3 mois",
        "l 120",
    ],
)
def test_other_numbers_are_no_references(text):
    assert find_references(text) == []


def test_a_range_is_one_reference():
    (ref,) = find_references("de L. 312-1 à L. 312-9")
    assert (ref.num, ref.range_end_num) == ("L312-1", "L312-9")


def test_a_code_named_after_a_list_holds_for_the_list():
    refs = find_references("articles L. 221-1 et L. 222-1 du code de la sécurité sociale, puis L. 311-3")
    assert [(r.num, r.code) for r in refs] == [
        ("L221-1", "Code de la sécurité sociale"), ("L222-1", "Code de la sécurité sociale"), ("L311-3", "CASF"),
    ]  # fmt: skip


def test_the_same_code_is_the_one_named_last():
    refs = find_references(
        "l'article L. 821-1 du code de la sécurité sociale et l'article L. 551-1 du même code, puis L. 245-1 du présent code"
    )
    assert [r.code for r in refs] == ["Code de la sécurité sociale", "Code de la sécurité sociale", "CASF"]


@pytest.mark.parametrize(
    ("text", "own", "refs"),
    [
        ("L. 311-3 et L. 311-4 du code du sport", "CASF", ["L311-3 Code du sport", "L311-4 Code du sport"]),
        ("L. 311-3 du code du sport, puis L. 311-4 de ce code", "CASF", ["L311-3 Code du sport", "L311-4 Code du sport"]),
        ("articles L. 341-1 et suivants du code de la recherche", "CASF", ["L341-1 Code de la recherche"]),
        ("articles 375-3, 375-5 et 433 du code civil", "CASF", [f"{n} Code civil" for n in ("375-3", "375-5", "433")]),
        ("l'article 375-3 et les articles 377 à 380 du code civil", "CASF", ["375-3 Code civil", "377 Code civil"]),
        ("l'article 1240 et l'article 12 de la loi n° 1", "Code civil", ["1240 Code civil"]),
        ("l'article 12 et l'article 311 du présent code", "Code civil", ["12 Code civil", "311 Code civil"]),
        ("l'article 137 de la loi, l'article 189 du décret", "CASF", []),
        ("l'article L. 225-2 a droit, L. 342-1 A L. 342-6", "CASF", ["L225-2 CASF", "L342-1 CASF", "L342-6 CASF"]),
    ],
)
def test_whose_article_it_is(text, own, refs):
    assert [f"{r.num} {r.code}" for r in find_references(text, own)] == refs


def test_bare_numbers_of_a_named_code_are_references():
    (ref,) = find_references("selon 375-3 du code civil")
    assert (ref.num, ref.code) == ("375-3", "Code civil")


def test_offsets_point_at_the_words():
    text = "Voir l'article L. 262-4 et 3 enfants"
    (ref,) = find_references(text)
    assert text[ref.start : ref.end] == "article L. 262-4"


def test_detail_is_kept():
    assert find_references("L. 312-1, I, 6°")[0].detail == "I, 6°"


def test_typed_alone():
    assert [parse_num(t) for t in ("l 313 11", "art. R.314-40", "annexe 2-3", "D311")] == [
        "L313-11",
        "R314-40",
        "Annexe 2-3",
        "D311",
    ]


def test_printed_as_in_french_law():
    assert printed("L313-11") == "L. 313-11"
    assert printed("Annexe 2-3") == "Annexe 2-3"
