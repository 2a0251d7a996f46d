import pytest

from corpus.errors import CasfError
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
    from pathlib import Path

    with pytest.raises(CasfError, match="introuvable"):
        read_source(Path("nulle-part.jsonl"))


def test_the_real_code_has_every_article_once(shared):
    articles = read_source(shared / "corpus" / "casf.jsonl")
    assert len(articles) == 3359
    assert all(a.path and a.text and a.as_of for a in articles)
