"""« Le code »: browse by book, title, chapter; search; an article with its card, what it cites and what cites it."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from math import cos, pi, sin
from typing import Any

from assistant.engine import Engine
from assistant.render import article_name, data, reference_of
from assistant.retrieval import Searcher
from assistant.web.background import Preparation
from assistant.web.bridge import sent, view
from assistant.web.passage import article_body
from corpus.article import article_url
from corpus.cards import place
from corpus.errors import CasfError, NoIndex
from corpus.reference import CASF, find_references, parse_num, printed
from ingest.generation import Index

FOUND = 15  # results of a search
DRAWN = 8  # articles on each side of the picture
NAMED = 60  # of each list of links

Path = tuple[str, ...]


@lru_cache(maxsize=2)
def outline(index: Index) -> dict[str, Path]:
    """The headings above each article, in the code's order: the source's, or book and chapter where only a card is here."""
    found: dict[str, Path] = {}
    chapters: dict[tuple[str, bool], Path] = {}
    for num in index.nums():
        article = index.article(num)
        if article:
            found[num] = article.path or _by_number(num)
            at = next((i for i, name in enumerate(article.path, 1) if name.startswith("Chapitre")), 0)
            chapters.setdefault((place(num), num[0] == "L"), article.path[:at])
    for num in sorted(index.known_nums() - set(found), key=_order):
        found[num] = chapters.get((place(num), num[0] == "L")) or _by_number(num)
    return dict(sorted(found.items(), key=lambda row: _part(row[1])))  # a stable sort: within a part the source's order


def _part(path: Path) -> int:
    return 0 if path[:1] == ("Partie législative",) else 2 if path[0].startswith("Annexe") else 1


def _by_number(num: str) -> Path:
    book, chapter = place(num).removesuffix(".yaml").split("/")
    part = "Partie législative" if num[0] == "L" else "Annexe" if num.startswith("Annexe") else "Partie réglementaire"
    if part == "Annexe":
        return ("Annexe",)
    return part, f"Livre {book.split('-')[1]}", f"Chapitre {chapter}"


def _order(num: str) -> list[tuple[int, str]]:
    return [(int(piece), "") if piece.isdigit() else (0, piece) for piece in re.findall(r"\d+|\D+", re.sub(r"^[A-Z]+", "", num))]


@lru_cache(maxsize=2)
def mentions(index: Index) -> dict[str, tuple[str, ...]]:
    """What each article's text cites, in order, itself left out."""
    known = index.known_nums()
    found = {}
    for num in index.nums():
        article = index.article(num)
        refs = find_references(article.text) if article else []
        found[num] = tuple(dict.fromkeys(n for r in refs if r.code == CASF for n in _named(r.num, r.letter, known) if n != num))
    return found


def _named(num: str, letter: str, known: set[str]) -> list[str]:
    return [n for n in ([num] if letter else ["L" + num, "R" + num]) if n in known][:1]


def citing(index: Index, num: str) -> list[str]:
    """The articles whose text cites `num`."""
    return [other for other, cited in mentions(index).items() if num in cited]


def browse_html(searcher: Searcher, path: Path) -> str:
    """What stands under a heading: the headings below it, or its articles with the titles of their cards."""
    rows = [(num, own) for num, own in outline(searcher.index).items() if own[: len(path)] == path]
    crumbs = [f'<button type="button" class="lien"{data(do="browse", under="")}>Le code</button>']
    for depth, name in enumerate(path, 1):
        inside = data(do="browse", under="\t".join(path[:depth]))
        crumbs.append(
            escape(name) if depth == len(path) else f'<button type="button" class="lien"{inside}>{escape(name)}</button>'
        )
    below: dict[str, int] = {}
    here = []
    for num, own in rows:
        if len(own) > len(path):
            below[own[len(path)]] = below.get(own[len(path)], 0) + 1
        else:
            here.append(num)
    headings = "".join(
        f'<li><button type="button" class="lien"{data(do="browse", under=chr(9).join((*path, name)))}>{escape(name)}</button> '
        f'<span class="note">{count} article{"s" if count > 1 else ""}</span></li>'
        for name, count in below.items()
    )
    return (
        f'<nav class="miettes" aria-label="Fil du code">{" › ".join(crumbs)}</nav>'
        + (f'<ul class="plan">{headings}</ul>' if headings else "")
        + (_listed(searcher.index, here) if here else "")
    )


def _listed(index: Index, nums: Iterable[str]) -> str:
    items = []
    for num in nums:
        card = index.card(num)
        title = f" <span>{escape(card.title)}</span>" if card else ""
        items.append(f'<li><a href="#code"{data(code=num)}>{escape(article_name(num))}</a>{title}</li>')
    return f'<ul class="plan">{"".join(items)}</ul>'


def search_html(engine: Engine, text: str) -> str:
    """The articles that a search finds, best first; a number alone opens its article."""
    searcher = engine.searcher()
    num = parse_num(text)
    if num in searcher.known:
        return article_html(searcher, num)
    hits, _ = engine.search(text, FOUND)
    back = f'<p><button type="button" class="lien"{data(do="browse", under="")}>Revenir au plan du code</button></p>'
    if not hits:
        return f"<p>Aucun article trouvé.</p>{back}"
    return f"<h2>Articles trouvés pour « {escape(text)} »</h2>{_listed(searcher.index, [h.num for h in hits])}{back}"


def article_html(searcher: Searcher, num: str) -> str:
    """An article on its own page. Raises `CasfError` when it is not here."""
    if num not in searcher.known:
        raise CasfError(f"L'article « {num} » n'est pas dans les textes disponibles ici.")
    index = searcher.index
    path = outline(index)[num]
    order = [n for n, own in outline(index).items() if own == path]
    at = order.index(num)
    near = [(order[i], name) for i, name in ((at - 1, "Article précédent"), (at + 1, "Article suivant")) if 0 <= i < len(order)]
    tools = [f'<button type="button" class="lien"{data(copy=reference_of(num))}>Copier la référence</button>']
    article = index.article(num)
    url = article.url if article else article_url(num)
    tools.append(f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">Légifrance</a>')
    tools += [f'<a href="#code"{data(code=n)}>{name} ({escape(printed(n))})</a>' for n, name in near]
    tools.append(f'<button type="button" class="lien"{data(do="browse", under=chr(9).join(path))}>Plan</button>')
    cites, cited = list(mentions(index).get(num, ())), citing(index, num)
    links = f'<div class="liens"><div><h3>Il cite ({len(cites)})</h3>{_links(index, cites)}</div>'
    links += f"<div><h3>Il est cité par ({len(cited)})</h3>{_links(index, cited)}</div></div>" if article else "</div>"
    return (
        f'<h2 tabindex="-1">{escape(article_name(num))}</h2><p class="outils">{" ".join(tools)}</p>'
        f"{article_body(searcher, num)}{links if article else ''}{picture(num, cited, cites) if article else ''}"
    )


def _links(index: Index, nums: list[str]) -> str:
    more = f'<p class="note">et {len(nums) - NAMED} autres</p>' if len(nums) > NAMED else ""
    return (_listed(index, nums[:NAMED]) + more) if nums else '<p class="note">Aucun article.</p>'


def picture(num: str, cited_by: list[str], cites: list[str]) -> str:
    """A small picture: on the left what cites the article, on the right what it cites. The lists say the same."""
    if not cited_by and not cites:
        return ""
    parts = []
    for nums, side in ((cited_by[:DRAWN], -1), (cites[:DRAWN], 1)):
        for i, other in enumerate(nums):
            angle = (i + 1) * pi / (len(nums) + 1) - pi / 2
            x, y = 400 + side * 240 * cos(angle), 130 + 110 * sin(angle)
            parts.append(f'<line x1="400" y1="130" x2="{x:.0f}" y2="{y:.0f}"/>')
            anchor = "end" if side < 0 else "start"
            parts.append(
                f'<a href="#code" tabindex="-1"{data(code=other)}><text x="{x + side * 6:.0f}" y="{y + 4:.0f}" '
                f'text-anchor="{anchor}">{escape(printed(other))}</text></a>'
            )
    name = escape(printed(num))
    parts.append(
        f'<rect x="345" y="114" width="110" height="32" rx="4"/><text class="centre" x="400" y="135" text-anchor="middle">{name}</text>'
    )
    told = f"{name} : {len(cited_by)} articles le citent, il en cite {len(cites)} ; ils sont dans les listes"
    return f'<svg class="graphe" viewBox="0 0 800 262" aria-hidden="true"><title>{told}</title>{"".join(parts)}</svg>'


def tab(app: Any, engine: Engine, prep: Preparation, panel: Any, tabs: Any) -> None:
    """Build the tab inside the open `gr.Blocks` `app`."""
    import gradio as gr

    def said(make: Any) -> str:
        try:
            return str(make())
        except NoIndex as error:
            return f'<p class="erreur">{escape(prep.said or str(error))}</p>'
        except CasfError as error:
            return f'<p class="erreur">{escape(str(error))}</p>'

    def browse(event: gr.EventData) -> str:
        path = tuple(part for part in sent(event).get("under", "").split("\t") if part)
        return said(lambda: browse_html(engine.searcher(), path))

    def look(text: str) -> str:
        text = text.strip()
        return said(lambda: search_html(engine, text) if text else browse_html(engine.searcher(), ()))

    def open_article(event: gr.EventData) -> tuple[str, Any]:
        num = sent(event).get("code", "")
        return said(lambda: article_html(engine.searcher(), num)), gr.Tabs(selected="code")

    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Tab("Le code", id="code", elem_id="onglet-code") as here:
        words = gr.Textbox(
            label="Chercher un article", placeholder="Un numéro (L. 313-11) ou des mots (récupération sur succession)",
            submit_btn="Chercher", max_length=500, elem_id="mots",
        )  # fmt: skip
        shown = view("code")
    words.submit(look, words, shown, **hidden)
    shown.act(browse, None, shown, **hidden)
    panel.code(open_article, None, [shown, tabs], **hidden)
    here.select(lambda now: gr.skip() if now else said(lambda: browse_html(engine.searcher(), ())), shown, shown, **hidden)
