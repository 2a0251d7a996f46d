"""Whatever is typed or pasted: nothing raises but the refusals meant for people, offsets hold, passages cover their text.

CASF_FUZZ=long gives each property a hundred times more examples.
"""

import os
import re
import string
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.check_input import BadText, read_text
from assistant.check_reading import read
from assistant.question import read_question
from corpus.article import Article, alineas
from corpus.errors import CasfError
from corpus.reference import find_references, parse_num, printed
from corpus.values import KINDS, find_values
from ingest.passages import article_passages

settings.register_profile(
    "everyday", max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
settings.register_profile("long", settings.get_profile("everyday"), max_examples=5000, derandomize=False)
settings.load_profile("long" if os.environ.get("CASF_FUZZ") == "long" else "everyday")

# Pieces that the readers look for, so that chance meets them, between texts of any kind.
PIECES = """L. 313-11|L313-11|art. |articles |l'article |R.* 314-40|D 311-2|Annexe 2-3| et | à |, |313-11| bis| II|, 3°| du code civil|
 du même code|code de la santé publique|1er janvier 2027|31/12/2028|2027-02-30|32/13/2029|février|12,5 %|1 250 000 €|3 M€|deux cents|cinq ans|
 quarante-huit heures|quinze jours|1.250|−3|%|€|« | »|"|'|(|)|\n|\n\n|. |; |: |- |\t|\u00a0|\u202f|‑|–|Qui |peut |combien |?|EHPAD|l|L|²|٣|１|0""".split(
    "|"
)
NOISY = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=25).map("".join)
NUMBERS = st.builds(
    lambda letter, first, rest: letter + "-".join([str(first), *map(str, rest)]),
    st.sampled_from(["L", "R", "D"]), st.integers(111, 599), st.lists(st.integers(1, 199), min_size=1, max_size=2),
)  # fmt: skip
WORDS = st.lists(st.text(string.ascii_lowercase + "éà", min_size=1, max_size=14), min_size=1, max_size=60).map(" ".join)
SENTENCES = st.lists(WORDS.map(lambda s: s.capitalize() + "."), min_size=1, max_size=30)
TEXTS = st.lists(SENTENCES.map(" ".join), min_size=1, max_size=8).map("\n\n".join)


@given(NOISY)
def test_references_are_where_they_say(text):
    end = 0
    for ref in find_references(text):
        assert end <= ref.start < ref.end <= len(text)
        assert re.search(r"\d", text[ref.start : ref.end])
        assert ref.number[:1] in text[ref.start : ref.end]
        end = ref.end


@given(NUMBERS, st.sampled_from(["", "art. ", "l'article ", "(", "selon l'art. "]), st.sampled_from(["", " .", ", alors", ")"]))
def test_a_number_printed_is_read_again(num, before, after):
    assert parse_num(printed(num)) == num
    text = before + printed(num) + after
    (ref,) = find_references(text)
    assert ref.num == num
    assert text[ref.start : ref.end].endswith(printed(num))


@given(NOISY)
def test_a_question_is_read_or_refused_in_words(text):
    try:
        question = read_question(text)
    except CasfError as error:
        assert str(error).endswith(".")
        return
    assert question.text == re.sub(r"[ \t]+", " ", text).strip()
    assert list(question.words) == list(dict.fromkeys(question.words))


@given(TEXTS)
def test_passages_cover_the_text_and_cut_no_word(text):
    passages = article_passages(Article("L900-1", ("Partie",), text, "2020-01-01"))
    covered = [False] * len(text)
    for p in passages:
        assert text[p.start : p.end] == p.text
        assert 1 <= p.first <= p.last <= len(alineas(text))
        covered[p.start : p.end] = [True] * (p.end - p.start)
        for at in (p.start, p.end):
            assert at in (0, len(text)) or text[at - 1].isspace() or text[at].isspace()
    assert all(done or c.isspace() for done, c in zip(covered, text, strict=True))
    assert all(a.end <= b.start for a, b in pairwise(passages))


@given(NOISY)
def test_any_text_is_cut_whole(text):
    passages = article_passages(Article("L900-1", (), text, "2020-01-01"))
    kept = "".join("".join(p.text.split()) for p in passages)
    assert kept == "".join(text.split())


@given(NOISY, st.sampled_from(KINDS))
def test_values_are_where_they_say(text, kind):
    for value in find_values(text, kind):
        assert value.kind == kind
        assert 0 <= value.start < value.end <= len(text)
        assert " ".join(text[value.start : value.end].split()) == value.text
        assert value.normalized


@given(NOISY)
def test_a_text_to_check_is_read(text):
    reading = read(text)
    assert all(0 <= ref.start < ref.end <= len(text) for ref in reading.refs)


MAGIC = st.sampled_from(
    [
        b"",
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"{\\rtf",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
    ]
)


@given(MAGIC, st.binary(max_size=300))
def test_a_file_to_check_is_read_or_refused_in_words(tmp_path_factory, magic, data):
    file = tmp_path_factory.getbasetemp() / "texte"
    file.write_bytes(magic + data)
    try:
        assert re.search(r"\w", read_text(str(file)))
    except BadText as error:
        assert str(error).endswith(".")


if os.environ.get("CASF_FUZZ") == "long":
    pytestmark = pytest.mark.slow
