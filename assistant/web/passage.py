"""The panel where a citation opens: an article with the cited words marked, or the page of a contract as a picture."""

import re
import time
from collections.abc import Iterator
from html import escape
from typing import Any

from assistant.engine import Engine
from assistant.law_answer import card_notice
from assistant.render import article_text, data, dated, prose, quoted_alineas, reference_of
from assistant.retrieval import Searcher
from corpus.article import Article, article_url
from corpus.cards import Card
from corpus.contract import Contract
from corpus.errors import CasfError
from corpus.markup import readable
from corpus.reference import label_of
from ingest.index import Index
from ingest.page_image import page_image

HINT = '<p class="vide">Les passages cités s\'ouvrent ici.</p>'
QUOTE = 4000  # characters of a quotation that are looked for


def opened(engine: Engine, user: str, wanted: dict[str, Any]) -> Iterator[str]:
    """The panel's HTML for what a link asks (its `data-…`), in one or two steps: the text first, then the picture.

    Never raises `CasfError`: the panel says what went wrong.
    """
    quote = str(wanted.get("quote", ""))[:QUOTE]
    try:
        if wanted.get("open") == "page":
            steps = contract_page(engine, user, str(wanted.get("contract", "")), _number(wanted.get("page")), quote)
        else:
            steps = iter([article_panel(engine.searcher(), str(wanted.get("num", ""))[:40], quote)])
        for html in steps:
            yield html + f"<!--{time.monotonic_ns()}-->"  # never the same twice: the panel opens again
    except CasfError as error:
        yield framed("Passage", f"<p>{escape(str(error))}</p>")


def framed(title: str, body: str, tools: str = "") -> str:
    """A panel: its title, which takes the keyboard, its tools, and what closes it."""
    return (
        f'<div class="tete"><h2 tabindex="-1">{escape(title)}</h2>'
        '<button type="button" class="fermer" aria-label="Fermer le passage">Fermer</button></div>'
        f'<p class="outils">{tools}</p>{body}'
    )


def article_panel(searcher: Searcher, num: str, quote: str = "") -> str:
    """An article: path, date, alinéas, its card in plain words. Raises `CasfError` for an unknown number."""
    index = searcher.index
    article, cards = version_of(index, num, quote), index.cards_of(num)
    if article is None and not cards:
        raise CasfError(f"L'article {num} n'est pas dans les textes disponibles ici.")
    place = quoted_alineas(readable(article.text), readable(quote)) if article else ""
    url = article.url if article else article_url(num)
    tools = [
        f'<button type="button" class="lien"{data(copy=reference_of(num, place))}>Copier la référence</button>',
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">Légifrance</a>',
        f'<a href="#code"{data(code=num)}>Ouvrir dans « Le code »</a>',
    ]
    body = [article_body(searcher, num, quote)]
    return framed(label_of(num) + (f", {place}" if place else ""), "".join(body), " ".join(tools))


def article_body(searcher: Searcher, num: str, quote: str = "") -> str:
    """What stands under an article's name, in the panel as in « Le code »."""
    index = searcher.index
    article, cards = version_of(index, num, quote), index.cards_of(num)
    parts = []
    if article:
        if article.path:
            parts.append(f'<p class="chemin">{escape(" › ".join(article.path))}</p>')
        current = index.article(num)
        older = "" if current and current.text == article.text else " Ce n'est pas la version la plus récente."
        parts.append(f'<p class="date">Texte du {escape(dated(article.as_of))}.{older}</p>')
    parts += [card_html(card) for card in cards if not card.part or not article]
    if article:
        parts.append(article_text(article.text, quote, searcher.known, article.code))
        if article.note:
            parts.append(f'<p class="chemin">{escape(article.note)}</p>')
    return "".join(parts)


def version_of(index: Index, num: str, quote: str) -> Article | None:
    """The version that holds a quotation: today's, else the latest one that has these words; today's when none has."""
    current = index.article(num)
    if quote and (current is None or quote not in current.text):
        return next((v for v in reversed(index.versions(num)) if quote in v.text), current)
    return current


def card_html(card: Card) -> str:
    """A card, plainly ours."""
    part = f" ({escape(card.part)})" if card.part else ""
    return (
        f'<details class="fiche" open><summary>En clair{part} : {escape(card.title)}</summary>'
        f"<p>{escape(card.summary)}</p>{prose(card_notice(card))}</details>"
    )


def contract_page(engine: Engine, user: str, ident: str, number: int, quote: str) -> Iterator[str]:
    """A contract's page: its text and a place of the picture's size at once, then the picture. Raises `CasfError`."""
    workspace = engine.workspace(user)
    contract = workspace.open(ident).contract
    file = workspace.document(ident)
    if not 1 <= number <= len(contract.pages):
        raise CasfError("Ce contrat n'a pas cette page.")
    title = f"Page {number} sur {len(contract.pages)}"
    tools = _turn(ident, number, len(contract.pages), quote)
    text = _page_text(contract, number, quote, file.suffix != ".pdf")
    if file.suffix != ".pdf":
        yield framed(title, f'<p class="chemin">{escape(contract.title)}</p>{text}', tools)
        return
    head = f'<p class="chemin">{escape(contract.title)}</p>'
    yield framed(title, f'{head}<div class="page attente" aria-hidden="true"></div>{text}', tools)
    scanned = contract.pages[number - 1].ocr
    try:
        drawn = page_image(file, number, quote)
        if scanned and quote:  # the page at once, the quotation's place on it once recognised
            yield framed(title, f"{head}{_picture(drawn, number)}{text}", tools)
            drawn = page_image(file, number, quote, recognise=True)
    except CasfError as error:
        yield framed(title, f"{head}<p>{escape(str(error))}</p>{text}", tools)
        return
    yield framed(title, f"{head}{_picture(drawn, number)}{text}", tools)


def _picture(drawn: dict[str, Any], number: int) -> str:
    told = f"Page {number} du contrat" + (", le passage cité est surligné" if drawn["marked"] else "")
    return (
        f'<img class="page" alt="{told}" width="{drawn["width"]}" height="{drawn["height"]}" '
        f'src="data:image/webp;base64,{drawn["image"]}">'
    )


def _turn(ident: str, number: int, count: int, quote: str) -> str:
    parts = []
    for to, name in ((number - 1, "Page précédente"), (number + 1, "Page suivante")):
        off = "" if 1 <= to <= count else " disabled"
        parts.append(
            f'<button type="button" class="lien"{data(open="page", contract=ident, page=to, quote=quote)}{off}>{name}</button>'
        )
    return " ".join(parts)


def _page_text(contract: Contract, number: int, quote: str, opened: bool) -> str:
    page = contract.pages[number - 1]
    at = page.text.find(quote) if quote else -1
    text = escape(page.text)
    if at >= 0:
        end = at + len(quote)
        text = f"{escape(page.text[:at])}<mark>{escape(quote)}</mark>{escape(page.text[end:])}"
    note = " (reconnu sur une image : vérifiez)" if page.ocr else ""
    return f"<details{' open' if opened else ''}><summary>Texte de la page{note}</summary><pre>{text}</pre></details>"


def _number(value: Any) -> int:
    return int(value) if re.fullmatch(r"\d{1,5}", str(value)) else 0
