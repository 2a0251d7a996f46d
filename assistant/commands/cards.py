"""`casf card`, `casf cards`: the article cards."""

import argparse
from typing import Any

from assistant.commands.common import add_command, json_flag, show
from assistant.settings import Settings
from corpus.errors import UnknownArticle


def add_to(commands: Any) -> None:
    card = json_flag(add_command(commands, "card", "la fiche d'un article", _card))
    card.add_argument("num")
    cards = commands.add_parser("cards", help="toutes les fiches").add_subparsers(dest="action", required=True)
    json_flag(
        add_command(cards, "check", "vérifier les fiches (et leurs chiffres, si le texte officiel est indexé)", _cards_check)
    )
    json_flag(add_command(cards, "coverage", "ce que couvrent les fiches", _cards_coverage))


def _card(options: argparse.Namespace, _settings: Settings) -> int:
    from dataclasses import asdict

    from corpus.article import article_url
    from corpus.cards import load_cards
    from corpus.reference import label_of, parse_ref

    ref = parse_ref(options.num)
    num = ref.key if ref else options.num
    cards = [c for c in load_cards() if c.num == num]
    if not cards:
        raise UnknownArticle(options.num)
    lines = []
    for card in cards:
        lines += [
            f"{label_of(card.num).removeprefix('Article ')} — {card.title}" + (f" ({card.part})" if card.part else ""),
            "",
            card.summary,
            "",
        ]
        lines += [*(f"  • {q}" for q in card.questions), "", *([f"À savoir : {card.note}", ""] if card.note else [])]
    lines += [f"Fiche rédigée d'après le texte du {cards[0].as_of} ; elle n'est pas le texte officiel : {article_url(num)}"]
    data = asdict(cards[0]) | {"url": article_url(num), "parts": [asdict(c) for c in cards[1:]]}
    return show(options, data, "\n".join(lines))


def _official_texts(settings: Settings) -> dict[str, str]:
    """The articles of the live index, none when there is no index."""
    from corpus.errors import NoIndex
    from ingest.generation import Index

    try:
        index = Index.open(settings.home)
    except NoIndex:
        return {}
    return {num: article.text for num in index.nums() if (article := index.article(num))}


def _cards_check(options: argparse.Namespace, settings: Settings) -> int:
    from corpus.card_checks import check_cards
    from corpus.cards import load_cards

    cards, texts = load_cards(), _official_texts(settings)
    faults = list(check_cards(cards, texts))
    against = f"comparées à {len(texts)} articles" if texts else "sans le texte officiel, qui n'est pas indexé"
    summary = f"{len(cards)} fiches sur {len({c.num for c in cards})} articles, {against} : {len(faults)} défaut(s)."
    show(
        options,
        {"cards": len(cards), "articles": len({c.num for c in cards}), "texts": len(texts), "faults": faults},
        "\n".join([*faults, summary]),
    )
    return 2 if faults else 0


def _cards_coverage(options: argparse.Namespace, settings: Settings) -> int:
    from corpus.card_checks import coverage, coverage_table
    from corpus.cards import load_cards

    rows = coverage(load_cards(), list(_official_texts(settings)))
    missing = [num for row in rows for num in list(row["missing"])]  # type: ignore[call-overload]
    return show(options, rows, coverage_table(rows) + (f"\n\nSans fiche : {', '.join(missing[:40])}" if missing else ""))
