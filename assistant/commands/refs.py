"""`casf refs`: what an article cites, what cites it, what applies it."""

import argparse
from dataclasses import replace
from typing import Any

from assistant.commands.common import add_command, json_flag, show
from assistant.settings import Settings
from corpus.errors import UnknownArticle

_TITLES = {
    "cites": "Il cite",
    "cited_by": "Il est cité par",
    "applies": "Il applique",
    "applied_by": "Il est appliqué par",
}


def add_to(commands: Any) -> None:
    refs = add_command(commands, "refs", "ce qu'un article cite, ce qui le cite, ce qui l'applique", _refs)
    refs.add_argument("num", metavar="NUMERO", help="L313-11, « R. 314-40 », « 375 du code civil »…")
    json_flag(refs)


def _refs(options: argparse.Namespace, settings: Settings) -> int:
    from corpus.article import article_url
    from corpus.codes import key_of
    from corpus.graph import Node
    from corpus.reference import parse_ref
    from ingest.index import Index

    index = Index.open(settings.home)
    known = index.known_nums()
    ref = parse_ref(options.num)
    letters = ([ref.letter] if ref.letter else ["", "L", "R", "D", "A"]) if ref else []
    named = [options.num, *(key_of(replace(ref, letter=letter).num, ref.code) for letter in letters if ref)]
    key = next((key for key in named if key in known), None)
    if key is None:
        raise UnknownArticle(options.num)

    def entry(node: Node) -> dict[str, Any]:
        card, article = index.card(node.key), index.article(node.key)
        url = article.url if article else article_url(node.key)
        title = card.title if card else ""
        return {"num": node.num, "code": node.code, "label": node.label, "title": title, "known": node.key in known, "url": url}

    article, own = index.article(key), entry(Node.of(key))
    around = {kind: [entry(node) for node in nodes] for kind, nodes in index.graph.neighbours(key).items()}
    data = {**own, "as_of": article.as_of if article else "", **around}
    lines = [f"{own['label']}" + (f" — {own['title']}" if own["title"] else "")]
    if article is None:
        lines += ["Son texte n'est pas indexé ici : ce qu'il cite n'est pas connu (voir « casf sync »)."]
    for kind, entries in around.items():
        if entries:
            lines += ["", f"{_TITLES[kind]} ({len(entries)}) :", *(_line(e) for e in entries)]
    if not any(around.values()):
        lines += ["", "Aucun renvoi connu."]
    return show(options, data, "\n".join(lines))


def _line(entry: dict[str, Any]) -> str:
    absent = "" if entry["known"] else " (absent des textes indexés)"
    return f"  {entry['label']}" + (f" — {entry['title']}" if entry["title"] else "") + absent
