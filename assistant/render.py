"""Texts and answers as HTML for the page. Everything that comes from a text, a name or a model is escaped here.

Elements with `data-open` open a passage in the panel, those with `data-do` ask something of their own tab: see
`assistant/static/page.js`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from html import escape
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt

from assistant.answer import french_date
from corpus.article import alineas
from corpus.codes import CASF, CODES, split_key
from corpus.lexicon import find_terms
from corpus.markup import readable
from corpus.reference import find_references, printed

Layer = tuple[int, int, str, str]  # start, end, opening tag, closing tag

# Its links are checked (no javascript:, no data:); an image would fetch something from elsewhere.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def data(**values: Any) -> str:
    """`data-…` attributes, escaped; those without a value are left out."""
    return "".join(f' data-{name}="{escape(str(value))}"' for name, value in values.items() if value not in ("", None))


def prose(markdown: str, citations: Iterable[Mapping[str, Any]] = (), contract: str = "") -> str:
    """Markdown as HTML, its marks [1] as links that open the citation of that number (`Citation` as JSON)."""
    cited = {c["n"]: c for c in citations}
    html: str = _MARKDOWN.render(markdown)
    html = html.replace('<a href="http', '<a target="_blank" rel="noopener noreferrer" href="http')

    def mark(match: re.Match[str]) -> str:
        citation = cited.get(int(match[1])) if match[1] else None  # inside a tag a mark is part of an attribute
        return citation_link(citation, contract, match[1]) if citation else match[0]

    return re.sub(r"<[^>]*>|\[(\d{1,2})\]", mark, html)


def citation_link(citation: Mapping[str, Any], contract: str, text: str) -> str:
    """A link that opens a citation in the panel."""
    label = escape(f"Ouvrir la source {citation['n']} : {citation['label']}")
    return f'<a class="renvoi" href="#passage" aria-label="{label}"{open_data(citation, contract)}>{escape(text)}</a>'


def open_data(citation: Mapping[str, Any], contract: str = "") -> str:
    """What the panel needs to open a citation."""
    if citation["kind"] == "contract":
        return data(open="page", contract=contract, page=citation["page"], quote=citation["quote"], label=citation["label"])
    return data(open="article", num=citation["num"], quote="" if citation["source"] == "card" else citation["quote"])


def trust_said(confidence: float) -> str:
    """The confidence in plain words, three levels (calibrated: see the reliability plot of the report)."""
    if confidence >= 0.75:
        return "Confiance : forte — le premier article répond très probablement."
    if confidence >= 0.45:
        return "Confiance : moyenne — lisez aussi les articles suivants."
    return "Confiance : faible — les textes ne répondent peut-être pas ; vérifiez, ou reformulez."


def article_text(text: str, quote: str = "", known: Collection[str] = (), code: str = CASF) -> str:
    """An article's alinéas, numbered, the quoted words marked, references to `known` articles as links, acronyms explained."""
    text, quote = readable(text), readable(quote)
    at = text.find(quote) if quote else -1
    layers = [*_tips(text), *reference_layers(text, known, code)]
    if at >= 0:
        layers.append((at, at + len(quote), "<mark>", "</mark>"))
    parts = []
    for number, span in enumerate(alineas(text), 1):
        body = layered(text, span.start, span.end, layers)
        parts.append(f'<p id="al-{number}"><span class="no" aria-hidden="true">{number}</span>{body}</p>')
    return f'<div class="texte">{"".join(parts)}</div>'


def quoted_alineas(text: str, quote: str) -> str:
    """ "al. 2", "al. 2 à 4": the alinéas that a quote covers, "" when it is none of them or all of them."""
    at = text.find(quote) if quote else -1
    spans = alineas(text)
    inside = [n for n, s in enumerate(spans, 1) if at >= 0 and s.start < at + len(quote) and at < s.end]
    if not inside or len(inside) == len(spans):
        return ""
    return f"al. {inside[0]}" if len(inside) == 1 else f"al. {inside[0]} à {inside[-1]}"


def with_tips(text: str) -> str:
    """Escaped text whose acronyms and former names of the lexicon carry their sentence as a tooltip, once each."""
    return layered(text, 0, len(text), list(_tips(text)))


def layered(text: str, start: int, end: int, layers: list[Layer]) -> str:
    """`text[start:end]` escaped, each layer's tags around its part; the last layers stand outside."""
    inside = [layer for layer in layers if layer[0] < end and start < layer[1]]
    edges = sorted({start, end, *(e for layer in inside for e in layer[:2] if start < e < end)})
    parts = []
    for a, b in pairwise(edges):
        piece = escape(text[a:b])
        for first, last, opening, closing in inside:
            if first <= a and b <= last:
                piece = f"{opening}{piece}{closing}"
        parts.append(piece)
    return "".join(parts)


def _tips(text: str) -> Iterator[Layer]:
    told = set[str]()
    for match in find_terms(text):
        if not match.reverse and match.entry.kind != "everyday" and match.entry.term not in told:
            told.add(match.entry.term)
            yield match.start, match.end, f'<abbr title="{escape(match.entry.tip)}">', "</abbr>"


def reference_layers(text: str, known: Collection[str], code: str = CASF) -> Iterator[Layer]:
    """A link round each reference to an article that is here; `code` is the one that the text speaks of."""
    for ref in find_references(text, code) if known else ():
        keys = [ref.key] if ref.letter or ref.code != CASF else ["L" + ref.number, "R" + ref.number, "D" + ref.number]
        key = next((key for key in keys if key in known), "")
        if key:
            yield ref.start, ref.end, f'<a href="#passage"{data(open="article", num=key)}>', "</a>"


def reference_of(key: str, place: str = "") -> str:
    """How a person cites an article: "art. L. 313-11, al. 2 CASF"."""
    num, code = split_key(key)
    name = num[0].lower() + num[1:] if num.startswith("Annexe") else f"art. {printed(num)}"
    return f"{name}{f', {place}' if place else ''} {CODES[code].short or code}"


def dated(iso: str) -> str:
    return french_date(iso[:10])
