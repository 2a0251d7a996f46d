"""« Mon CPOM »: a contract is added, read as a sheet, compared, deleted. Only its owner sees it."""

import contextlib
from collections.abc import Iterator
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from assistant.contract_checklist import check_contract
from assistant.contract_compare import compare
from assistant.contract_sheet import make_sheet
from assistant.conversations import Conversations
from assistant.engine import Engine
from assistant.render import data
from assistant.web.ask import contract_choices
from assistant.web.background import stepwise
from assistant.web.bridge import sent, view
from assistant.web.sheet_view import comparison_html, sheet_html
from assistant.web.user import user_of
from corpus.errors import CasfError
from ingest.page_image import page_image
from ingest.workspace import DEMO

PRIVATE = "Le document reste sur cette machine ; ce navigateur est le seul à le voir."
UNREAD = "Ce fichier n'a pas pu être lu."


def tab(app: Any, engine: Engine, asked_contract: Any) -> None:
    """Build the tab inside the open `gr.Blocks` `app`; `asked_contract` is the chooser of « Poser une question »."""
    import gradio as gr

    def choosers(user: str, value: str) -> tuple[Any, Any, Any]:
        """This tab's chooser, the other tab's, and the one to compare with."""
        choices = contract_choices(engine, user)
        if value not in [ident for _, ident in choices]:
            value = choices[0][1]
        other = next((ident for _, ident in choices if ident != value), None)
        return gr.Dropdown(choices, value=value), gr.Dropdown(choices, value=value), gr.Dropdown(choices, value=other)

    def read(ident: str, user: str) -> str:
        """The sheet of a contract with what can be done to it; a sentence when it can't be read."""
        try:
            workspace = engine.workspace(user)
            sheet = make_sheet(workspace.open(ident))
            rows = [] if ident == DEMO else workspace.list()
            others = [make_sheet(workspace.open(row["id"])) for row in rows if row["id"] != ident]
            index = engine.searcher().index if engine.has_index() else None
            html = sheet_html(sheet, check_contract(workspace.open(ident), sheet, index, date.today(), others))
        except CasfError as error:
            return f'<p class="erreur">{escape(str(error))}</p>'
        return html if ident == DEMO else html + _deletion(ident)

    def _deletion(ident: str) -> str:
        return (
            '<details class="partie"><summary>Supprimer ce contrat</summary><p>Le document, sa fiche et les réponses qui le citent '
            f'seront effacés de cette machine. <button type="button" class="danger"{data(do="delete", id=ident)}>Oui, supprimer</button>'
            "</p></details>"
        )

    def add(file: str | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Read an uploaded file, page by page: (note, sheet, the three choosers). The upload itself is not kept."""
        keep = (gr.skip(),) * 4
        if not file:
            yield PRIVATE, *keep
            return
        user, path = user_of(request), Path(file)
        yield _note(f"Lecture de « {path.name} »…"), *keep
        try:
            for line, contract in stepwise(lambda progress: engine.workspace(user).add(path, path.name, progress=progress)):
                if contract is None:
                    yield _note(line), *keep
            count = len(contract.pages)
            told = f"Contrat ajouté : {contract.title} ({count} page{'s' if count > 1 else ''}). " + " ".join(contract.warnings)
            yield _note(told), read(contract.id, user), *choosers(user, contract.id)
        except CasfError as error:
            yield _note(str(error), "erreur"), *keep
        except Exception:
            yield _note(UNREAD, "erreur"), *keep
        finally:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def act(event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        asked, user = sent(event), user_of(request)
        if asked.get("do") != "delete":
            return (gr.skip(),) * 5
        try:
            engine.workspace(user).delete(asked.get("id", ""))
            Conversations(engine.settings.home, user).forget_contract(asked.get("id", ""))
            page_image.cache_clear()
        except CasfError as error:
            return _note(str(error), "erreur"), *((gr.skip(),) * 4)
        return _note("Contrat supprimé, avec les réponses qui le citaient."), "", *choosers(user, DEMO)

    def set_side_by_side(new: str, old: str, request: gr.Request) -> str:
        if not new or not old or new == old:
            return '<p class="erreur">Choisissez deux contrats différents : ajoutez d\'abord le second.</p>'
        try:
            workspace = engine.workspace(user_of(request))
            return comparison_html(compare(workspace.open(old), workspace.open(new)), old, new)
        except CasfError as error:
            return f'<p class="erreur">{escape(str(error))}</p>'

    def shown(ident: str, request: gr.Request) -> Iterator[str]:
        yield _note("Lecture du contrat…")
        yield read(ident, user_of(request))

    def load(request: gr.Request) -> tuple[Any, Any, Any]:
        return choosers(user_of(request), "")

    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Tab("Mon CPOM", id="contrat", elem_id="onglet-contrat"):
        with gr.Row(elem_id="choix"):
            which = gr.Dropdown([("CPOM de démonstration", DEMO)], value=DEMO, label="Contrat", elem_id="contrat-lu", scale=3)
            show = gr.Button("Lire la fiche", variant="primary", scale=0, min_width=140)
            file = gr.UploadButton(
                "Ajouter un contrat (PDF, DOCX, ODT)", file_types=[".pdf", ".docx", ".odt"], type="filepath", scale=0,
                min_width=310, elem_id="ajout",
            )  # fmt: skip
        note = view("note", f"<p>{PRIVATE}</p>")
        sheet = view("fiche")
        with gr.Accordion("Comparer avec un contrat plus ancien", open=False, elem_id="comparer"):
            with gr.Row():
                old = gr.Dropdown([("CPOM de démonstration", DEMO)], value=None, label="Contrat plus ancien", scale=3)
                side = gr.Button("Comparer", scale=0, min_width=140)
            compared = view("comparaison")
    gr.on([show.click, which.input], shown, which, sheet, **hidden)
    everything = [note, sheet, which, asked_contract, old]
    file.upload(add, file, everything, **hidden)
    sheet.act(act, None, everything, **hidden)
    side.click(set_side_by_side, [which, old], compared, **hidden)
    app.load(load, None, [which, asked_contract, old], **hidden)


def _note(text: str, kind: str = "") -> str:
    return f'<p role="status" class="{kind}">{escape(text)}</p>'
