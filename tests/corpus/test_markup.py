"""Markup turned into text."""

import re

from corpus.markup import from_html, readable
from ingest.sources import read_source


def test_plain_text_is_left_alone():
    text = "Moins de 3 < 5 enfants,\nselon <nom> &c.\n\n  II. – Rien."
    assert readable(text) == text


def test_markup_becomes_text():
    text = (
        'Un &lt; deux.<br/>\n<br/> 1<sup>er</sup>, 5 m<sup>2</sup>, n<sup>o</sup> 3\n\n<div align="left">Fin <i>ici</i></div>'
        "\n\n<ul><li>a</li><li>b</ul><ol><li>un<li>deux</ol><script>x</script><!-- non -->"
    )
    assert readable(text).split("\n\n") == [
        "Un < deux.", "1er, 5 m², n° 3", "Fin ici", "- a", "- b", "1. un", "2. deux",
    ]  # fmt: skip


def test_table_columns_stay_apart():
    table = (
        '<table><tr><th rowspan="2">Compte</th><th colspan="2">Année\n\n2</th></tr><tr><td>Recettes<br/>nettes<td>Dépenses</tr>'
        "<tr><td>64</td><td/><td><p>12 €</p></td></tr><tr><td><br/></td></tr></table>"
    )
    rows = ["Compte | Année 2", "| Recettes nettes | Dépenses", "64 |  | 12 €"]
    assert readable(f"Avant\n\n{table}\n\nAprès") == "\n\n".join(["Avant", "\n".join(rows), "Après"])
    assert from_html("<td>seul</td><tr>") == "seul"


def test_the_real_markup_is_readable(shared):
    articles = read_source(shared / "corpus" / "casf.jsonl")
    changed = [a for a in articles if readable(a.text) != a.text]
    assert len(changed) == sum("<" in a.text for a in articles) == 33
    for article in changed:
        text = readable(article.text)
        assert not re.search(r"</?[a-z]|&lt;", text)
        assert text.count(" | ") or "<table" not in article.text
        assert readable(text) == text
