"""The conversation as HTML: the turns, the empty state with its examples, the list of conversations."""

from collections.abc import Sequence
from html import escape
from typing import Any

from assistant.conversations import Conversation, Turn
from assistant.feedback import REASONS
from assistant.render import citation_link, data, dated, prose, trust_said
from assistant.web.answers import CONTRACT, LAW
from ingest.workspace import DEMO

SHOWN = 30  # turns; older ones are in the export

EXAMPLES = {
    "Travailleurs sociaux": (
        ("Qui peut demander la domiciliation au CCAS ?", LAW),
        ("La CAF a arrêté le RSA de ma voisine, quel recours a-t-elle ?", LAW),
        ("Les petits-enfants doivent-ils payer la maison de retraite de leur grand-mère ?", LAW),
    ),
    "Directeurs (contrat de démonstration)": (
        ("Mon CPOM finit quand ?", CONTRACT),
        ("Quel taux d'occupation en 2026 pour l'EHPAD, hébergement permanent ?", CONTRACT),
        ("Que doit contenir le règlement de fonctionnement de l'établissement ?", LAW),
    ),
    "Formateurs": (
        ("Que dit l'article L. 311-3 sur les droits des usagers ?", LAW),
        ("Information préoccupante et signalement : quelle différence ?", LAW),
        ("À quoi sert le conseil de la vie sociale ?", LAW),
    ),
}


def conversation_html(turns: Sequence[Turn], pending: str = "") -> str:
    """The turns, then the question that waits for its answer; the examples when there is neither."""
    if not turns and not pending:
        return _examples()
    first = max(0, len(turns) - SHOWN)
    parts = [f'<p class="chemin">Les {first} premières questions sont dans l\'export.</p>'] if first else []
    parts += [turn_html(turn, number) for number, turn in enumerate(turns[first:], first)]
    if pending:
        parts.append(
            f'<article class="tour attend" aria-busy="true"><h2>{escape(pending)}</h2>'
            '<p class="attente" role="status">Recherche dans les textes…</p></article>'
        )
    return "".join(parts)


def _examples() -> str:
    groups = []
    for public, questions in EXAMPLES.items():
        items = "".join(
            f'<li><button type="button" class="lien"{data(do="ask", text=text, scope=scope, contract=DEMO)}>{escape(text)}</button></li>'
            for text, scope in questions
        )
        groups.append(f"<section><h2>{escape(public)}</h2><ul>{items}</ul></section>")
    return (
        '<div class="accueil"><p>Posez une question avec vos mots, ou choisissez un exemple. '
        "Chaque réponse cite ses sources, mot pour mot, avec leur date ; un clic ouvre le passage.</p>"
        f'<div class="publics">{"".join(groups)}</div></div>'
    )


def turn_html(turn: Turn, number: int) -> str:
    """A question and its answers, with their sources, an opinion to give and what to ask next."""
    growing = bool(turn.get("growing"))
    body = [
        f'<article class="tour{" attend" if growing else ""}" aria-busy="{str(growing).lower()}"><h2>{escape(turn["question"])}</h2>'
    ]
    if turn["error"]:
        body.append(f'<p class="erreur">{escape(turn["error"])}</p>')
    for part in turn["parts"]:
        if len(turn["parts"]) > 1 or part["contract"]:
            body.append(f'<p class="portee">{escape(part["title"])}</p>')
        body.append(_answer(part))
    if turn["parts"] and not growing:
        body.append(_opinion(turn, number))
    if turn["next"]:
        items = "".join(
            f'<li><button type="button" class="lien"{data(do="ask", text=q, scope=LAW)}>{escape(q)}</button></li>'
            for q in turn["next"]
        )
        body.append(f'<div class="suite"><h3>Pour continuer</h3><ul>{items}</ul></div>')
    return "".join([*body, "</article>"])


def _answer(part: dict[str, Any]) -> str:
    answer, contract = part["answer"], part["contract"]
    html = [f'<div class="reponse">{prose(answer["answer"], answer["citations"], contract)}</div>']
    if answer["citations"]:
        items = "".join(f"<li>{_source(c, contract)}</li>" for c in answer["citations"])
        html.append(f'<ol class="sources" start="{answer["citations"][0]["n"]}" aria-label="Sources">{items}</ol>')
    if answer.get("confidence") is not None:
        html.append(f'<p class="confiance">{trust_said(answer["confidence"])}</p>')
    return "".join(html)


def _source(citation: dict[str, Any], contract: str) -> str:
    when = f", texte du {dated(citation['as_of'])}" if citation["kind"] == "article" and citation["as_of"] else ""
    return citation_link(citation, contract, citation["label"]) + escape(when)


def _opinion(turn: Turn, number: int) -> str:
    if turn["vote"] == "up":
        return '<p class="avis" role="status">Noté : réponse utile. Merci.</p>'
    if turn["vote"] == "down" and turn["reason"]:
        return f'<p class="avis" role="status">Noté : {escape(turn["reason"])}. Merci.</p>'
    if turn["vote"] == "down":
        buttons = "".join(
            f'<button type="button"{data(do="vote", turn=number, vote="down", reason=r)}>{r.capitalize()}</button>'
            for r in REASONS
        )
        return f'<p class="avis">Qu\'est-ce qui ne va pas ? {buttons}</p>'
    return (
        '<p class="avis">Cette réponse est-elle utile ? '
        f'<button type="button"{data(do="vote", turn=number, vote="up")}>Oui</button>'
        f'<button type="button"{data(do="vote", turn=number, vote="down")}>Non</button></p>'
    )


def bar_html(conversations: Sequence[Conversation], current: str) -> str:
    """The current conversation's name, what can be done with it, and the list of the others."""
    here = next((c for c in conversations if c.id == current), None)
    new = f'<button type="button"{data(do="new")}>Nouvelle conversation</button>'
    parts = [new if here else "<span>Nouvelle conversation</span>"]
    if here:
        links = " ".join(
            f'<a href="/casf/conversation/{escape(here.id)}.{kind}" download>{name}</a>'
            for kind, name in (("docx", "DOCX"), ("pdf", "PDF"), ("md", "Markdown"))
        )
        parts.append(
            f"<details><summary>{escape(here.title)}</summary><div>"
            f'<form{data(do="rename", id=here.id)}><label for="nom-conversation">Nom</label>'
            f'<input id="nom-conversation" name="title" maxlength="80" value="{escape(here.title)}">'
            '<button type="submit">Renommer</button></form>'
            f"<p>Exporter avec les sources : {links}</p>"
            f'<p><button type="button" class="danger"{data(do="delete", id=here.id)}>Supprimer cette conversation</button></p>'
            "</div></details>"
        )
    others = [c for c in conversations if c.id != current]
    if others:
        items = "".join(
            f'<li><button type="button" class="lien"{data(do="open", id=c.id)}>{escape(c.title)}</button> '
            f"<span>{escape(dated(c.updated))}</span></li>"
            for c in others
        )
        parts.append(f"<details><summary>Mes conversations ({len(others)})</summary><ul>{items}</ul></details>")
    return f'<nav aria-label="Conversations">{"".join(parts)}</nav>'


def first_citation(turn: Turn) -> dict[str, Any]:
    """What the panel opens by itself after an answer: its first citation, as a link would ask for it."""
    for part in turn["parts"]:
        for c in part["answer"]["citations"]:
            if c["kind"] == "contract":
                return {"open": "page", "contract": part["contract"], "page": c["page"], "quote": c["quote"]}
            return {"open": "article", "num": c["num"], "quote": "" if c["source"] == "card" else c["quote"]}
    return {}
