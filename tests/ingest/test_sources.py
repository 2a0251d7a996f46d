"""Sources that are files of text, sound and damaged: JSONL, Markdown, and article numbers of every form."""

import json
import re
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.errors import CasfError
from corpus.numbers import clean_num, order_key
from corpus.reference import parse_num
from ingest.provenance import provenance, sha256_of, told
from ingest.sources import read_source

OLD = """---
title: "Code d'essai"
publication_date: "2000-12-23"
last_updated: "2009-01-01"
---
# Code d'essai

Partie législative

Livre Ier : Premières règles

Titre Ier : Cantines

Article L900-1

La cantine est ouverte.

Elle ferme l'été.

Titre II : Jardins

Article L910-1

Le jardin est partagé.
"""
NEW = (
    OLD.replace("Partie", "## Partie")
    .replace("Livre", "### Livre")
    .replace("Titre", "#### Titre")
    .replace("Article", "##### Article")
)


@pytest.mark.parametrize("text", [OLD, NEW])
def test_both_markdown_layouts(tmp_path, text):
    (tmp_path / "code.md").write_text(text)
    first, second = read_source(tmp_path / "code.md")
    assert (first.num, first.as_of) == ("L900-1", "2009-01-01")
    assert first.path == ("Partie législative", "Livre Ier : Premières règles", "Titre Ier : Cantines")
    assert first.text == "La cantine est ouverte.\n\nElle ferme l'été."
    assert second.path[-1] == "Titre II : Jardins"


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.jsonl", "{pas du json\n", "ligne 1"),
        ("a.jsonl", '{"num": "L1"}\n', "ligne 1"),
        ("a.jsonl", "", "Aucun article"),
        ("a.docx", "x", "non reconnue"),
        ("a.jsonl", '{"num": "L1", "text": "a", "as_of": "d"}\n{"num": "L1", "text": "b", "as_of": "d"}\n', "deux fois"),
    ],
)
def test_a_bad_source_is_said_in_french(tmp_path, name, content, word):
    (tmp_path / name).write_text(content)
    with pytest.raises(CasfError, match=word):
        read_source(tmp_path / name)


def test_a_missing_source():
    with pytest.raises(CasfError, match="introuvable"):
        read_source(Path("nulle-part.jsonl"))


def test_the_real_code_has_every_article_once(shared):
    articles = read_source(shared / "corpus" / "casf.jsonl")
    assert len(articles) == 3359
    assert all(a.path and a.text and a.as_of for a in articles)


def test_jsonl_reads_what_it_is_given(tmp_path):
    entry = {"num": "R*314-1", "text": "a\u2028b", "as_of": "2020-01-01", "ident": "LEGIARTI1", "state": "VIGUEUR"}
    (tmp_path / "a.jsonl").write_text(
        "\ufeff" + json.dumps(entry | {"links": [["CITATION", "source", "L1", ""]]}, ensure_ascii=False) + "\n"
    )
    (article,) = read_source(tmp_path / "a.jsonl", code="Code civil")
    assert (article.num, article.spelt, article.text, article.ident) == ("R314-1", "R*314-1", "a\u2028b", "LEGIARTI1")
    assert (article.state, article.code, article.links) == ("VIGUEUR", "Code civil", (("CITATION", "source", "L1", ""),))


# Numbers


@pytest.mark.parametrize(
    ("raw", "num"),
    [
        ("L14-10-1", "L14-10-1"), ("R*314-1", "R314-1"), ("R*. 314-1", "R314-1"), ("R.* 314-1", "R314-1"),
        ("D. * 245-5", "D245-5"), ("L.O. 111-3", "LO111-3"), ("LO111-3", "LO111-3"), ("L. 146-1 A", "L146-1 A"),
        ("A 423-2", "A423-2"), ("L262 – 10 bis", "L262-10 bis"), ("D245-5 ter", "D245-5 ter"), ("375-3", "375-3"),
        ("ANNEXE 2-3", "Annexe 2-3"), ("Annexe n° 3-8-1", "Annexe 3-8-1"), ("Annexe", "Annexe"), ("Article 1er", "1er"),
        ("préliminaire", "préliminaire"),
    ],
)  # fmt: skip
def test_numbers_of_every_form(raw, num):
    assert clean_num(raw) == num
    assert clean_num(num) == num


def test_a_starred_number_is_found_under_its_star():
    assert parse_num("R*314-1") == parse_num("R. * 314-1") == "R314-1"


def test_numbers_run_as_a_code_does():
    run = ["L14-10-1", "L113-1", "L146-1 A", "L146-1", "L146-1-1", "L146-1 bis", "L146-1 ter", "L146-2", "L146-10", "D113-1",
           "R113-2", "A1-1", "Annexe 1-1", "Annexe 3-8", "Annexe 3-8-1", "Annexe 3-10"]  # fmt: skip
    assert sorted(set(run), key=order_key) == run


# Markdown


ANNEXES = """---
identifier: "LEGITEXT000006074069"
last_updated: "2009-01-01"
---
Partie réglementaire

Chapitre Ier : Jardins

1. Arrosage

Article R*910-1

On arrose le soir :
a) Les fleurs ; selon l'article R. 1,
R. 2 et R. 3 ;
b) Les arbres.

2. Taille

Article R910-2

On taille l'hiver.

Section 2 : Outils

Annexe

Article Annexe 9-1

Chapitre 2 : Mode d'emploi

Prendre le râteau.

Article 1er

Le tenir droit.

Article Annexe 9-2

Liste.
"""


def test_an_annexe_keeps_its_own_chapters_and_articles(tmp_path):
    (tmp_path / "code.md").write_text(ANNEXES)
    first, second, annexe, last = read_source(tmp_path / "code.md")
    assert first.text == "On arrose le soir :\n\na) Les fleurs ; selon l'article R. 1, R. 2 et R. 3 ;\n\nb) Les arbres."
    assert (first.num, first.spelt) == ("R910-1", "R*910-1")
    assert first.path == ("Partie réglementaire", "Chapitre Ier : Jardins", "1. Arrosage")
    assert second.text == "On taille l'hiver." and second.path[-1] == "2. Taille"
    assert annexe.text == "Chapitre 2 : Mode d'emploi\n\nPrendre le râteau.\n\nArticle 1er\n\nLe tenir droit."
    assert (annexe.path, last.num) == (("Annexe",), "Annexe 9-2")


def test_deep_headings_of_the_new_layout_rank_by_their_word(tmp_path):
    heads = [
        "## Livre Ier",
        "### Titre Ier",
        "#### Chapitre II",
        "#### Première partie",
        "#### Section 1",
        "##### Article 1\n\na",
    ]
    heads += ["#### Section 2", "#### Paragraphe 1", "##### Article 2\n\nb", "#### Dispositions communes", "##### Article 3\n\nc"]
    (tmp_path / "c.md").write_text("---\nidentifier: LEGITEXT000006070721\n---\n" + "\n\n".join(heads))
    articles = read_source(tmp_path / "c.md")
    assert [a.path[2:] for a in articles] == [
        ("Chapitre II", "Première partie", "Section 1"),
        ("Chapitre II", "Première partie", "Section 2", "Paragraphe 1"),
        ("Chapitre II", "Dispositions communes"),
    ]
    assert {a.code for a in articles} == {"Code civil"}


def test_of_two_texts_the_one_in_its_place_is_kept(tmp_path):
    nums = ["L1", "L2", "L3", "L3", "L4", "L9", "L2", "L10", "L11", "L11"]
    texts = ["a", "en place", "court", "bien plus long", "d", "e", "égaré, et plus long", "f", "1° Oui", "1° (Abrogé)"]
    (tmp_path / "c.md").write_text("\n\n".join(f"Article {n}\n\n{t}" for n, t in zip(nums, texts, strict=True)))
    said = []
    articles = {a.num: a for a in read_source(tmp_path / "c.md", warn=said.append)}
    assert [articles[n].text for n in ("L2", "L3", "L11")] == ["en place", "bien plus long", "1° (Abrogé)"]
    assert articles["L2"].note and not articles["L4"].note
    assert "3 articles (L2, L3, L11)" in said[0]


# Counts that a plain grep gives: distinct "##### Article" lines, or "Article" lines with a letter or "Annexe" (the 2009
# file has 2,967 distinct ones, of which 16 belong to annexes: 13 of the charter of Annexe 4-3, 3 of the form of Annexe 2-6).
@pytest.mark.parametrize(
    ("name", "pattern", "count", "code"),
    [
        ("LEGITEXT000006074069-2008.md", r"^Article ((?:Annexe |[LRDA])\d[\w -]*)$", 2777, "CASF"),
        ("LEGITEXT000006074069-2009.md", r"^Article ((?:Annexe |[LRDA])\d[\w -]*)$", 2951, "CASF"),
        ("LEGITEXT000006070721.md", r"^##### Article (.+)$", 2885, "Code civil"),
    ],
)
def test_the_real_markdown_files(shared, name, pattern, count, code):
    path = shared / "corpus" / name
    nums = set(re.findall(pattern, path.read_text(encoding="utf-8"), flags=re.MULTILINE))
    articles = read_source(path, warn=lambda _: None)
    assert len(nums) == len(articles) == count
    assert {a.num for a in articles} == nums
    assert all(a.text.strip() and a.path and a.code == code and a.as_of for a in articles)
    assert not any(re.search(r"^(#|Article (?:L|R|D)\d)", a.text, flags=re.MULTILINE) for a in articles)


# Read by eye in the files: what each heading is called, without its title.
SPOTS_2009 = """
L112-3: Partie législative/Livre Ier/Titre Ier/Chapitre II        L121-4: Partie législative/Livre Ier/Titre II/Chapitre Ier/Section 1
L14-10-5: Partie législative/Livre Ier/Titre IV/Chapitre X        L146-9: Partie législative/Livre Ier/Titre IV/Chapitre VI/Section 2
L221-1: Partie législative/Livre II/Titre II/Chapitre Ier         L232-4: Partie législative/Livre II/Titre III/Chapitre II/Section 1/Sous-section 1
L245-6: Partie législative/Livre II/Titre IV/Chapitre V           L312-1: Partie législative/Livre III/Titre Ier/Chapitre II/Section 1
L313-11: Partie législative/Livre III/Titre Ier/Chapitre III/Section 3  L345-2: Partie législative/Livre III/Titre IV/Chapitre V
L441-1: Partie législative/Livre IV/Titre IV/Chapitre Ier         L581-1: Partie législative/Livre V/Titre VIII/Chapitre unique
R314-40: Partie réglementaire/Livre III/Titre Ier/Chapitre IV/Section 2/Sous-section 1/Paragraphe 3/Sous-paragraphe 6
R314-194: Partie réglementaire/Livre III/Titre Ier/Chapitre IV/Section 2/Sous-section 4/Paragraphe 11/Sous-paragraphe 1
D312-8: Partie réglementaire/Livre III/Titre Ier/Chapitre II/Section 1/Sous-section 1/Paragraphe 2
R472-10: Partie réglementaire/Livre IV/Titre VII/Chapitre II/Section 1  Annexe 2-5: Annexe  Annexe 4-3: Annexe
"""
SPOTS_CIVIL = """
1: Titre préliminaire      16-3: Livre Ier/Titre Ier/Chapitre II      21-2: Livre Ier/Titre Ier bis/Chapitre III/Section 1/Paragraphe 2
75: Livre Ier/Titre II/Chapitre III      144: Livre Ier/Titre V/Chapitre Ier      238: Livre Ier/Titre VI/Chapitre Ier/Section 3
311-21: Livre Ier/Titre VII/Chapitre Ier/Section 4      375-3: Livre Ier/Titre IX/Chapitre Ier/Section 2
425: Livre Ier/Titre XI/Chapitre II/Section 1      446: Livre Ier/Titre XI/Chapitre II/Section 4/Sous-section 3/Paragraphe 1
720: Livre III/Titre Ier/Chapitre Ier      1103: Livre III/Titre III/Sous-titre Ier/Chapitre Ier
1421: Livre III/Titre V/Chapitre II/Première partie/Section 2      2219: Livre III/Titre XX/Chapitre Ier
2303: Livre IV/Titre Ier/Chapitre Ier/Section 2/Sous-section 1      2493: Livre V/Titre Ier
"""


@pytest.mark.parametrize(
    ("name", "spots"), [("LEGITEXT000006074069-2009.md", SPOTS_2009), ("LEGITEXT000006070721.md", SPOTS_CIVIL)]
)
def test_headings_of_real_articles(shared, name, spots):
    articles = {a.num: a for a in read_source(shared / "corpus" / name, warn=lambda _: None)}
    pairs = [spot.split(": ") for spot in re.split(r"\s{2,}|\n", spots.strip())]
    assert len(pairs) >= 16
    for num, labels in pairs:
        assert "/".join(re.split(r" ?: ", heading)[0] for heading in articles[num].path) == labels, num


# docs/sources.md gives these: lines that announce an article, distinct numbers, articles read.
@pytest.mark.parametrize(
    ("name", "lines", "distinct", "read"),
    [
        ("LEGITEXT000006074069-2009.md", 2988, 2967, 2951),
        ("LEGITEXT000006074069-2008.md", 2801, 2780, 2777),
        ("LEGITEXT000006070721.md", 2917, 2885, 2885),
    ],
)
def test_counts_and_why_they_differ_from_a_grep(shared, name, lines, distinct, read):
    path = shared / "corpus" / name
    nums = re.findall(r"^(?:#+ )?Article (.+?)\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    articles = {a.num: a for a in read_source(path, warn=lambda _: None)}
    assert (len(nums), len(set(nums)), len(articles)) == (lines, distinct, read)
    twice = {num for num in nums if nums.count(num) > 1}
    own = set(nums) - set(articles)  # the articles of annexes: bare numbers, kept as lines of their annexe's text
    assert len(twice) == lines - distinct and len(own) == distinct - read
    annexes = [a.text for a in articles.values() if a.num.startswith("Annexe")]
    for num in own:
        assert num[0].isdigit() and any(f"Article {num}" in text for text in annexes), num


def test_what_is_handed_out_says_where_the_text_comes_from(tmp_path):
    folder = tmp_path / "legi"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "1.xml").write_text("un")
    before = sha256_of(folder)
    (folder / "a" / "1.xml").write_text("deux")
    assert sha256_of(folder) != before
    file = tmp_path / "code.jsonl"
    file.write_text("{}")
    article = Article("L1-1", (), "Un texte.", "2016-01-01")
    source = provenance([file], [[article]])
    assert source["sources"][0]["sha256"] == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    manifest = {"articles": 1, "source": source, "dates": ["2016-01-01"], "built": "2026-01-02T00:00", "checksum": "ab" * 32}
    assert all(part in told(manifest) for part in ("code.jsonl", "Licence Ouverte 2.0", "1 articles", "2016-01-01", "abab"))
    assert "aucun texte officiel" in told({"articles": 0})
