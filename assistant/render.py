"""Answers and sources as HTML and Markdown for the page. Everything that comes from a text or a user is escaped here."""

import re
from html import escape

from assistant.answer import Answer, Citation, french_date
from corpus.lexicon import find_terms


def answer_markdown(answer: Answer, turn: int) -> str:
    """The answer's Markdown with its marks [1] as links to the passages of this turn in the panel."""
    text = re.sub(r"\[(\d+)\](?!\()", lambda m: f"[[{m[1]}]](#source-{turn}-{m[1]})", escape(answer.answer, quote=False))
    text = re.sub(r"^&gt;", ">", text, flags=re.MULTILINE)
    return f"{text}\n\n*{trust_said(answer.confidence)}*" if answer.confidence is not None else text


def trust_said(confidence: float) -> str:
    """The confidence in plain words, three levels (calibrated: see the reliability plot of the report)."""
    if confidence >= 0.75:
        return "Confiance : forte — le premier article répond très probablement."
    if confidence >= 0.45:
        return "Confiance : moyenne — lisez aussi les articles suivants."
    return "Confiance : faible — les textes ne répondent peut-être pas ; vérifiez, ou reformulez."


def sources_html(answer: Answer, turn: int) -> str:
    """The panel: one foldable passage a citation, the quoted words marked; the first is open."""
    if not answer.citations:
        return ""
    return "".join(_source(citation, turn, citation.n == 1) for citation in answer.citations)


def _source(citation: Citation, turn: int, opened: bool) -> str:
    parts = [f'<details id="source-{turn}-{citation.n}"{" open" if opened else ""}>']
    parts.append(f"<summary>[{citation.n}] {escape(citation.label)}</summary>")
    if citation.path:
        parts.append(f'<p class="chemin">{escape(" › ".join(citation.path))}</p>')
    if citation.source == "card":
        parts.append('<p class="chemin">Résumé rédigé pour cet assistant : ce n\'est pas le texte officiel.</p>')
    kind = ' class="texte ours"' if citation.source == "card" else ' class="texte"'
    parts.append(f"<div{kind}>{_marked(citation)}</div>")
    if citation.as_of and citation.kind == "article":
        parts.append(f'<p class="chemin">Texte du {escape(french_date(citation.as_of))}.</p>')
    if citation.url:
        parts.append(
            f'<p><a href="{escape(citation.url)}" target="_blank" rel="noopener noreferrer">Lire la version en vigueur sur Légifrance</a></p>'
        )
    return "".join([*parts, "</details>"])


def _marked(citation: Citation) -> str:
    text, quote = citation.text or citation.quote, citation.quote
    if citation.kind == "contract":
        return f"<mark>{with_tips(' '.join(quote.split()))}</mark>"
    at = text.find(quote)
    if at < 0 or citation.source == "card":
        return with_tips(text)
    return f"{with_tips(text[:at])}<mark>{with_tips(quote)}</mark>{with_tips(text[at + len(quote) :])}"


def with_tips(text: str) -> str:
    """Escaped text whose acronyms and former names of the lexicon carry their sentence as a tooltip, once each."""
    parts: list[str] = []
    at, told = 0, set[str]()
    for match in find_terms(text):
        if match.reverse or match.entry.kind == "everyday" or match.entry.term in told:
            continue
        told.add(match.entry.term)
        word = escape(text[match.start : match.end])
        parts += [escape(text[at : match.start]), f'<abbr title="{escape(match.entry.tip)}">{word}</abbr>']
        at = match.end
    return "".join([*parts, escape(text[at:])])
