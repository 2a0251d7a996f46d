"""« Le code »: browse by book, title, chapter; search; an article with its card, what it cites and what cites it."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from html import escape
from itertools import pairwise
from math import cos, pi, sin
from typing import Any

from assistant.answer import french_date
from assistant.engine import Engine
from assistant.render import data, reference_of
from assistant.retrieval import Searcher
from assistant.web.background import Preparation
from assistant.web.bridge import sent, view
from assistant.web.passage import article_body
from corpus.article import article_url
from corpus.cards import place
from corpus.codes import CASF, split_key, title_of
from corpus.difference import differences
from corpus.errors import CasfError, NoIndex
from corpus.markup import readable
from corpus.numbers import order_key
from corpus.reference import label_of, parse_num, printed
from ingest.index import Index

FOUND = 15  # results of a search
DRAWN = 8  # articles on each side of the picture
NAMED = 60  # of each list of links
AROUND = {"cites": "Il cite", "cited_by": "Il est cité par", "applies": "Il applique", "applied_by": "Il est appliqué par"}
TAGS = {"added": "ins", "removed": "del"}

Path = tuple[str, ...]


@lru_cache(maxsize=2)
def outline(index: Index) -> dict[str, Path]:
    """The headings above each article, in the code's order: the source's, or book and chapter where only a card is here."""
    found: dict[str, Path] = {}
    chapters: dict[tuple[str, bool], Path] = {}
    for key in index.nums():
        article = index.article(key)
        if article is None:
            continue
        if article.code != CASF:
            found[key] = (_capital(title_of(article.code)), *article.path)
            continue
        found[key] = article.path or _by_number(key)
        at = next((i for i, name in enumerate(article.path, 1) if name.startswith("Chapitre")), 0)
        chapters.setdefault((place(key), key[0] == "L"), article.path[:at])
    for key in sorted(index.known_nums() - set(found), key=order_key):
        found[key] = chapters.get((place(key), key[0] == "L")) or _by_number(key)
    return dict(sorted(found.items(), key=lambda row: _part(row[1])))  # a stable sort: within a part the source's order


def _part(path: Path) -> int:
    parts = ("Partie législative", "Partie réglementaire", "Annexe")
    return next((i for i, name in enumerate(parts) if path[:1] and path[0].startswith(name)), len(parts))


def _by_number(num: str) -> Path:
    if num.startswith("Annexe"):
        return ("Annexe",)
    book, chapter = place(num).removesuffix(".yaml").split("/")
    if (code := split_key(num)[1]) != CASF:
        return _capital(title_of(code)), f"Articles {chapter} à {int(chapter) + 9}"
    part = "Partie législative" if num[0] == "L" else "Partie réglementaire"
    return part, f"Livre {book.split('-')[1]}", f"Chapitre {chapter}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


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
        items.append(f'<li><a href="#code"{data(code=num)}>{escape(label_of(num))}</a>{title}</li>')
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
    around = {kind: [node.key for node in nodes] for kind, nodes in index.graph.neighbours(num).items()}
    links = "".join(
        f"<div><h3>{name} ({len(around[kind])})</h3>{_links(index, around[kind], searcher.known)}</div>"
        for kind, name in AROUND.items()
        if around[kind] or kind in ("cites", "cited_by")
    )
    return (
        f'<h2 tabindex="-1">{escape(label_of(num))}</h2><p class="outils">{" ".join(tools)}</p>'
        f'{article_body(searcher, num)}{versions_html(index, num)}<div class="liens">{links}</div>'
        f"{picture(num, around['cited_by'], around['cites'])}"
    )


def versions_html(index: Index, num: str) -> str:
    """The versions of an article that are here, the latest first, each with what it changed; "" for a single one."""
    versions = index.versions(num)
    parts = []
    for before, after in reversed(list(pairwise(versions))):
        changed = "".join(
            f"<{TAGS[p.kind]}>{escape(p.text)}</{TAGS[p.kind]}>" if p.kind in TAGS else escape(p.text)
            for p in differences(readable(before.text), readable(after.text))
        )
        parts.append(
            f"<details><summary>Du {escape(french_date(before.as_of))} au {escape(french_date(after.as_of))}</summary>"
            f'<p class="note">Barré : retiré. Souligné : ajouté.</p><div class="verifie">{changed}</div></details>'
        )
    return f"<h3>Versions ({len(versions)})</h3>{''.join(parts)}" if parts else ""


def _links(index: Index, nums: list[str], known: Collection[str]) -> str:
    absent = [escape(label_of(n)) for n in nums if n not in known]
    nums = [n for n in nums if n in known]
    more = f'<p class="note">et {len(nums) - NAMED} autres</p>' if len(nums) > NAMED else ""
    out = f'<p class="note">Absents des textes indexés : {", ".join(absent[:NAMED])}.</p>' if absent else ""
    return (_listed(index, nums[:NAMED]) if nums else "") + more + out or '<p class="note">Aucun article.</p>'


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
