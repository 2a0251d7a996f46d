"""« État »: what is indexed, of which date, with which model, how much space it takes, and what can be done about it."""

import shutil
from html import escape
from typing import Any

from assistant.accounts import Accounts
from assistant.answer import french_date
from assistant.engine import Engine
from assistant.web.background import Preparation, Task
from assistant.web.bridge import view
from assistant.web.user import account_of
from corpus.errors import CasfError
from ingest.index import live_folder, status

MEGA = 1_000_000
RESERVED = '<p class="chemin">Mettre à jour ou reconstruire l\'index est réservé à un administrateur (<code>casf user add NOM --admin</code>).</p>'


def state_html(engine: Engine, prep: Preparation) -> str:
    """The facts as a list, and what is wrong in plain words."""
    home = engine.settings.home
    parts = [f'<p class="attention" role="status">{escape(prep.said)}</p>' if prep.said else ""]
    facts: list[tuple[str, str]] = []
    try:
        found = status(home)
        dates = found["dates"]
        span = " au ".join(dict.fromkeys(french_date(d) for d in (dates[0], dates[-1]))) if dates else "—"
        source = found["source"]
        facts = [
            ("Articles (texte officiel)", f"{found['distinct']}" if found["distinct"] else "aucun : seules nos fiches répondent"),
            ("Fiches en clair", f"{found['cards']}, avec {found['questions']} questions"),
            ("Date des textes", span),
            ("Source", ", ".join(filter(None, [*source.get("files", []), source.get("licence", "")])) or "—"),
            ("Dernière mise à jour", f"{french_date(found['built'][:10])}, génération {found['generation']}"),
            ("Modèle de recherche", str(found["model"])),
            ("Place de l'index", f"{found['bytes'] / MEGA:.0f} Mo"),
        ]
        if not found["distinct"]:
            parts.append(
                "<p>Le texte officiel n'est pas encore ici. Le bouton ci-dessous va le chercher sur le réseau ; sans réseau : "
                "<code>casf index build --source FICHIER</code>.</p>"
            )
    except CasfError as error:
        parts.append(f'<p class="erreur">{escape(str(error))}</p>')
    try:
        free = shutil.disk_usage(home).free
        facts.append(("Dossier des données", f"{home} ({free / 1e9:.0f} Go libres)"))
        if free < 2e9:
            parts.append('<p class="attention">Le disque est presque plein : une mise à jour de l\'index pourrait échouer.</p>')
    except OSError:
        parts.append(f'<p class="erreur">Le dossier des données ({escape(str(home))}) est introuvable.</p>')
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    return "".join(parts) + f'<dl class="etat">{rows}</dl>' + privacy_html(engine.settings.retention_days)


def privacy_html(days: int) -> str:
    """What happens to what people write here, in plain words."""
    kept = f"effacés après {days} jours" if days else "gardés jusqu'à ce que vous les supprimiez"
    return (
        '<h3>Vie privée</h3><p id="vie-privee">Vos contrats, vos conversations et vos avis restent sur la machine qui sert cette page, '
        f"{kept}. La page ne montre vos contrats et vos conversations qu'à vous ; qui tient le service lit les avis. Rien n'est envoyé ailleurs, sauf à un modèle de langage si votre organisation en a réglé un. "
        "Pour tout recevoir ou tout faire effacer, adressez-vous à la personne qui tient le service "
        "(<code>casf privacy export</code>, <code>casf privacy erase</code>).</p>"
    )


def tab(app: Any, engine: Engine, prep: Preparation) -> None:
    """Build the tab inside the open `gr.Blocks` `app`."""
    import gradio as gr

    def look(request: gr.Request) -> tuple[str, Any, Any]:
        free, mine = not prep.said or bool(prep.error), may_change(engine, request)
        told = state_html(engine, prep) + ("" if mine else RESERVED)
        return told, gr.Button(interactive=free, visible=mine), gr.Button(interactive=free, visible=mine)

    def rebuild(request: gr.Request) -> tuple[Any, ...]:
        if has_text(engine):
            told = (
                '<p class="attention" role="status">L\'index contient le texte officiel : le reconstruire d\'ici le perdrait. '
                "Mettez-le à jour, ou lancez <code>casf index build --source FICHIER</code>.</p>"
            )
            return told + state_html(engine, prep), gr.skip(), gr.skip(), gr.skip()
        return begin("rebuild", request)

    def update(request: gr.Request) -> tuple[Any, ...]:
        return begin("sync", request)

    def begin(task: Task, request: gr.Request) -> tuple[Any, ...]:
        if may_change(engine, request):
            prep.start(task)
        return *look(request), gr.Timer(active=True)

    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Tab("État", id="etat", elem_id="onglet-etat") as here:
        shown = view("etat")
        with gr.Row(elem_id="gestes"):
            again = gr.Button("Actualiser", scale=0, min_width=140)
            renew = gr.Button("Mettre à jour le texte officiel (réseau)", scale=0, min_width=300)
            build = gr.Button("Reconstruire l'index des fiches", scale=0, min_width=260)
        timer = gr.Timer(1.0, active=False)
    buttons = [renew, build]
    gr.on([here.select, again.click], look, None, [shown, *buttons], **hidden)
    renew.click(update, None, [shown, *buttons, timer], **hidden)
    build.click(rebuild, None, [shown, *buttons, timer], **hidden)

    def tick(request: gr.Request) -> tuple[Any, ...]:
        return *look(request), gr.Timer(active=bool(prep.said) and not prep.error)

    timer.tick(tick, None, [shown, *buttons, timer], **hidden)


def may_change(engine: Engine, request: Any) -> bool:
    """Whether who asks may change the index that all share: anyone alone on this machine, else an administrator."""
    account = account_of(request)
    return account is None or Accounts(engine.settings.home).administers(account)


def has_text(engine: Engine) -> bool:
    """Whether the live index holds the official text, which can't be built again from the product alone."""
    folder = live_folder(engine.settings.home)
    if folder is None:
        return False
    try:
        return bool(status(engine.settings.home)["distinct"])
    except CasfError:
        return False  # damaged: building again is the cure
