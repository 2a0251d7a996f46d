"""The graph of references: on articles of our own, then on the real code."""

import json
import time

import pytest

from assistant.cli import main
from corpus.article import Article
from corpus.graph import Graph, Node
from ingest.generation import build
from ingest.index import Index
from ingest.sources import read_source
from tests.conftest import WordEmbedder

TEXTS = {
    "L900-1": "La cantine est ouverte aux personnes mentionnées à l'article L. 900-3 et à l'article 375 du code civil.",
    "L900-2": "Le prix est fixé selon l'article précédent et l'article L. 121-1 du code du sport. Le présent article suffit.",
    "L900-3": "Les articles L. 900-1 à L. 900-4, sauf l'article L. 900-9 abrogé, obéissent à l'article 12 de la loi du 3 mai 1990.",
    "L900-4": "Sont ci-après reproduites les règles de l'article L. 111-1 du code du travail : « Art. L. 111-2.-Selon L. 900-1. »",
    "R900-1": "Le repas prévu à l'article L. 900-1 est servi à midi. Le menu suit les articles D. 901-2 et R. 901-3.",
    "D901-2": "Pour l'application de l'article L. 900-1, la cantine compte vingt places (annexe 9-1).",
    "R901-3": "La cantine mentionnée à l'article L. 900-1 du présent code ferme l'été, comme les deux articles précédents.",
    "Annexe 9-1": "Modèle de menu, selon L. 900-1.",
}
CIVIL = {"375": "Le juge protège l'enfant, comme à l'article 12.", "12": "Chacun va à la cantine (L. 900-1 du casf)."}


def articles():
    own = [Article(num, (), text, "2020-01-01") for num, text in TEXTS.items()]
    return own + [Article(num, (), text, "2020-01-01", code="Code civil") for num, text in CIVIL.items()]


@pytest.fixture(scope="module")
def graph():
    return Graph.of(articles())


def keys(graph, key, kind):
    return [node.key for node in graph.neighbours(key)[kind]]


@pytest.mark.parametrize(
    ("key", "cites"),
    [
        ("L900-1", ["L900-3", "375 C. civ."]),
        ("L900-2", ["L121-1 Code du sport", "L900-1"]),  # the article before; the present one is no reference
        ("L900-3", ["L900-1", "L900-2", "L900-4", "L900-9"]),  # a range without itself, a repealed one, no law
        ("L900-4", ["L111-1 C. trav.", "L111-2 C. trav.", "L900-1 C. trav."]),  # what is quoted speaks for its code
        ("R900-1", ["L900-1", "D901-2", "R901-3"]),
        ("R901-3", ["L900-1", "R900-1", "D901-2"]),
        ("D901-2", ["L900-1", "Annexe 9-1"]),
        ("375 C. civ.", ["12 C. civ."]),
        ("12 C. civ.", ["L900-1"]),
    ],
)
def test_what_an_article_cites(graph, key, cites):
    assert keys(graph, key, "cites") == cites


def test_what_cites_and_what_applies_it(graph):
    assert keys(graph, "L900-1", "cited_by") == ["L900-2", "L900-3", "R900-1", "D901-2", "R901-3", "Annexe 9-1", "12 C. civ."]
    # The one that says so first, then the same chapter; no law, no annexe, no other code.
    assert keys(graph, "L900-1", "applied_by") == ["D901-2", "R900-1", "R901-3"]
    assert keys(graph, "R900-1", "applies") == ["L900-1"] and keys(graph, "L900-2", "applies") == []
    assert keys(graph, "L111-2 C. trav.", "cited_by") == ["L900-4"]
    assert not any(graph.neighbours("L777-7").values())


def test_the_links_of_legi_count_between_articles_that_are_here():
    links = (
        ("CITATION", "source", "", "LEGIARTI2"),
        ("CITATION", "cible", "", "LEGIARTI3"),
        ("MODIFIE", "source", "", "LEGIARTI3"),
    )
    plain = [Article(f"L90{i}", (), "Rien.", "2020-01-01", f"LEGIARTI{i}", links=links if i == 1 else ()) for i in (1, 2, 3)]
    graph = Graph.of(plain)
    assert keys(graph, "L901", "cites") == ["L902"] and keys(graph, "L901", "cited_by") == ["L903"]


def test_it_is_read_as_it_was_written(graph):
    again = Graph.loads(graph.dumps())
    assert all(again.neighbours(a.key) == graph.neighbours(a.key) for a in articles())


def test_the_command(tmp_path, cards, capsys):
    build(tmp_path, articles(), cards, WordEmbedder(), {})
    assert main(["--home", str(tmp_path), "refs", "art. l. 900-1", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["num"], data["code"], data["title"]) == ("L900-1", "CASF", "Manger à la cantine quand on est âgé")
    assert [e["num"] for e in data["applied_by"]] == ["D901-2", "R900-1", "R901-3"]
    other = data["cites"][1]
    assert (other["num"], other["code"], other["known"]) == ("375", "Code civil", True) and other["url"].startswith("https://")
    assert main(["--home", str(tmp_path), "refs", "900-2"]) == 0  # the letter is found
    out = capsys.readouterr().out
    assert "Combien coûte le repas" in out and "Article L. 121-1 du code du sport (absent des textes indexés)" in out
    assert main(["--home", str(tmp_path), "refs", "375 du code civil"]) == 0
    assert "Article 12 du code civil" in capsys.readouterr().out
    assert main(["--home", str(tmp_path), "refs", "L905-9"]) == 0  # a card without its text
    assert "Son texte n'est pas indexé" in capsys.readouterr().out
    for unknown in ("L999-9", "bonjour", ""):
        assert main(["--home", str(tmp_path), "refs", unknown]) == 2
        assert "n'est pas dans les textes" in capsys.readouterr().err
    assert Index.open(tmp_path).at("2020-06-01").graph.neighbours("L900-1")["applied_by"][0] == Node("CASF", "D901-2")


def test_the_real_code(shared):
    own = read_source(shared / "corpus" / "casf.jsonl")
    civil = read_source(shared / "corpus" / "LEGITEXT000006070721.md", warn=lambda _: None)
    graph = Graph.of([*own, *civil])
    # Facts read by eye in the texts.
    assert keys(graph, "L313-11", "cites")[:1] == ["L313-12"] and "R314-40" in keys(graph, "L313-11", "applied_by")
    assert "L223-1-1" in keys(graph, "375-3 C. civ.", "cites") and "L222-5" in keys(graph, "375-3 C. civ.", "cited_by")
    assert keys(graph, "155 C. civ.", "cites")[-1] == "154 C. civ."  # "à l'article précédent"
    assert {"1078-1 C. civ.", "1078-2 C. civ."} <= set(keys(graph, "1078-3 C. civ.", "cites"))  # "les deux articles précédents"
    for article in own:
        around = graph.neighbours(article.key)
        assert all(node.num[0] in "RDA" and not node.num.startswith("Annexe") for node in around["applied_by"])
        assert all(node in around["cited_by"] for node in around["applied_by"])
    known = {article.num for article in own}
    cited = [node for article in own for node in graph.neighbours(article.key)["cites"] if node.code == "CASF"]
    assert sum(node.num in known for node in cited) > 0.97 * len(cited) > 5000
    text = graph.dumps()
    start = time.process_time()
    Graph.loads(text)
    assert time.process_time() - start < 0.5
