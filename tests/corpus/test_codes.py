import pytest

from corpus.article import article_url
from corpus.codes import CODES, key_of, split_key, title_of
from corpus.reference import find_references, label_of


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("num", ["L313-11", "375", "L146-1 A", "D245-5 bis", "Annexe 2-3"])
def test_a_key_gives_back_its_number_and_code(code, num):
    assert split_key(key_of(num, code)) == (num, code)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("art. 375 du code civil", "375 C. civ."),
        ("l'article 375-3 C. civ.", "375-3 C. civ."),
        ("L. 1110-4 CSP", "L1110-4 CSP"),
        ("l'article L. 262-1 du CASF", "L262-1"),
        ("Code civil, art. 375", "375 C. civ."),
        ("C. civ., art. 425", "425 C. civ."),
    ],
)
def test_a_reference_names_its_code(text, key):
    assert [ref.key for ref in find_references(text)] == [key]


def test_what_people_read():
    assert label_of("375 C. civ.") == "Article 375 du code civil"
    assert label_of("L1110-4 CSP") == "Article L. 1110-4 du code de la santé publique"
    assert label_of("L313-11") == "Article L. 313-11"
    assert title_of("LEGITEXT000000000000") == "texte LEGITEXT000000000000"
    assert article_url("375 C. civ.").endswith("query=375+code+civil")
