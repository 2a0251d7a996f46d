"""« Poser une question »: the conversation, its examples, its scope, its opinions."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant import feedback
from assistant.asked_day import parse_day
from assistant.conversations import Conversation, Conversations, UnknownConversation
from assistant.engine import Engine
from assistant.web.answers import CONTRACT, LAW, SCOPES, growing_turn
from assistant.web.background import INTERNAL, Preparation
from assistant.web.bridge import sent, view
from assistant.web.conversation_view import bar_html, conversation_html, first_citation
from assistant.web.passage import HINT, opened
from assistant.web.user import user_of
from corpus.errors import CasfError
from ingest.workspace import DEMO

AGAIN = timedelta(hours=12)  # a conversation this recent is shown again when the page is reloaded
NO_DAY = "Date non reconnue : écrivez-la comme 15/03/2009, ou laissez le champ vide pour le droit d'aujourd'hui."
NO_QUESTION = "Posez une question : le champ est vide."


def contract_choices(engine: Engine, user: str) -> list[tuple[str, str]]:
    """(label, id) of the contracts that a user can name: their own, then the demonstration one."""
    try:
        own = [(f"{row['title'][:60]} ({row['pages']} p.)", row["id"]) for row in engine.workspace(user).list()]
    except CasfError:  # no model yet
        own = []
    return [*own, ("CPOM de démonstration", DEMO)]


def tab(app: Any, engine: Engine, prep: Preparation, panel: Any) -> tuple[Any, list[Any]]:
    """Build the tab inside the open `gr.Blocks` `app`.

    Returns the contract chooser, which « Mon CPOM » keeps up to date, and the events that open the first citation by
    themselves: a click on a link cancels them.
    """
    import gradio as gr

    def kept(user: str) -> Conversations:
        return Conversations(engine.settings.home, user)

    def current(user: str, thread: str) -> Conversation | None:
        with contextlib.suppress(UnknownConversation):
            return kept(user).open(thread) if thread else None
        return None

    def answer(text: str, scope: str, contract: str, day: str, thread: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """The question at once, then its answer: (conversation, bar, thread, the emptied field)."""
        user, text = user_of(request), " ".join(text.split())
        conversation = current(user, thread)
        turns = conversation.turns if conversation else []
        if not text:
            yield conversation_html(turns) + f'<p class="erreur" role="alert">{NO_QUESTION}</p>', gr.skip(), thread, ""
            return
        if not (on := parse_day(day)) and day.strip():
            yield conversation_html(turns) + f'<p class="erreur" role="alert">{NO_DAY}</p>', gr.skip(), thread, text
            return
        yield conversation_html(turns, text), gr.skip(), thread, ""
        try:
            earlier = turns[-1]["question"] if turns else ""
            for turn in growing_turn(engine, user, text, scope, contract or DEMO, earlier, prep.said, on):
                if turn["parts"]:
                    yield conversation_html([*turns, {**turn, "growing": True}]), gr.skip(), thread, ""
            conversation = conversation or kept(user).start(text)
            conversation.turns.append(turn)
            kept(user).save(conversation)
        except Exception as error:
            told = str(error) if isinstance(error, CasfError) else INTERNAL
            failed = {"question": text, "parts": [], "next": [], "error": told}
            yield conversation_html([*turns, failed]), gr.skip(), thread, text
            return
        yield conversation_html(conversation.turns), bar_html(kept(user).list(), conversation.id), conversation.id, ""

    def act(
        event: gr.EventData, scope: str, contract: str, day: str, thread: str, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """A click in the conversation or its bar: (conversation, bar, thread, field, scope, contract)."""
        user, data = user_of(request), sent(event)
        do = data.get("do")
        if do == "ask":
            scope = data.get("scope", scope)
            contract = data.get("contract", contract)
            for step in answer(data.get("text", ""), scope, contract or DEMO, day, thread, request):
                yield *step, scope, gr.Dropdown(value=contract or DEMO, visible=scope != LAW)
            return
        conversation = current(user, thread)
        try:
            if do == "new":
                conversation = None
            elif do == "open":
                conversation = kept(user).open(data.get("id", ""))
            elif do == "rename":
                kept(user).rename(data.get("id", ""), data.get("title", ""))
            elif do == "delete":
                kept(user).delete(data.get("id", ""))
                conversation = None
            elif do == "vote" and conversation:
                _vote(conversation, data, user)
                kept(user).save(conversation)
        except CasfError as error:
            gr.Warning(str(error))
        turns, ident = (conversation.turns, conversation.id) if conversation else ([], "")
        yield conversation_html(turns), bar_html(kept(user).list(), ident), ident, gr.skip(), gr.skip(), gr.skip()

    def _vote(conversation: Conversation, data: dict[str, str], user: str) -> None:
        number = int(data.get("turn", "-1")) if data.get("turn", "").isdigit() else -1
        if 0 <= number < len(conversation.turns):
            turn = conversation.turns[number]
            turn["vote"], turn["reason"] = data.get("vote"), data.get("reason", "")
            sources = [c["label"] for part in turn["parts"] for c in part["answer"]["citations"]]
            feedback.give(engine.settings.home, data.get("vote", ""), turn["reason"], turn["question"], sources, user)

    def show_first(thread: str, request: gr.Request) -> Iterator[str]:
        conversation = current(user_of(request), thread)
        wanted = first_citation(conversation.turns[-1]) if conversation and conversation.turns else {}
        if wanted:
            yield from opened(engine, user_of(request), wanted)
        else:
            yield HINT

    def load(request: gr.Request) -> tuple[Any, ...]:
        user = user_of(request)
        try:
            rows = kept(user).list()
            fresh = bool(rows) and datetime.now(UTC) - datetime.fromisoformat(rows[0].updated) < AGAIN
            conversation = kept(user).open(rows[0].id) if fresh else None
        except CasfError:
            rows, conversation = [], None
        turns, ident = (conversation.turns, conversation.id) if conversation else ([], "")
        choices = contract_choices(engine, user)
        return conversation_html(turns), bar_html(rows, ident), ident, gr.Dropdown(choices=choices, value=choices[0][1])

    with gr.Tab("Poser une question", id="question", elem_id="onglet-question"):
        thread = gr.State("")
        bar = view("barre")
        shown = view("conversation", conversation_html([]))
        with gr.Column(elem_id="saisie"):
            question = gr.Textbox(
                label="Votre question", placeholder="Par exemple : qui peut demander la domiciliation au CCAS ?",
                lines=1, max_lines=6, max_length=5000, submit_btn="Demander", elem_id="question",
            )  # fmt: skip
            with gr.Row(elem_id="portee"):
                scope = gr.Radio(
                    list(SCOPES), value=LAW, label="Chercher dans", elem_id="ou", container=False, scale=1, min_width=300
                )
                day = gr.Textbox(
                    label="Droit en vigueur le", placeholder="aujourd'hui", max_length=40, elem_id="jour",
                    scale=1, min_width=300,
                )  # fmt: skip
                contract = gr.Dropdown(
                    [("CPOM de démonstration", DEMO)], value=DEMO, label="Contrat", visible=False, elem_id="quel-contrat", scale=3
                )
    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asked = question.submit(answer, [question, scope, contract, day, thread], [shown, bar, thread, question], **hidden)
    firsts = [asked.then(show_first, thread, panel, **hidden)]
    for source in (shown, bar):
        clicked = source.act(act, [scope, contract, day, thread], [shown, bar, thread, question, scope, contract], **hidden)
        firsts.append(clicked.then(show_first, thread, panel, **hidden))
    scope.change(lambda s: (gr.Dropdown(visible=s != LAW), gr.Textbox(visible=s != CONTRACT)), scope, [contract, day], **hidden)
    loaded = app.load(load, None, [shown, bar, thread, contract], **hidden)
    return contract, [*firsts, loaded.then(show_first, thread, panel, **hidden)]
