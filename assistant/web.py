"""The web page: a chat with its sources beside it, in French, over Gradio."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.engine import Engine
from assistant.render import answer_markdown, sources_html
from corpus.errors import CasfError
from ingest.workspace import DEMO

STATIC = Path(__file__).parent / "static"
LAW = "La loi (CASF)"
DEMO_LABEL = "CPOM de démonstration"

EXAMPLES = {
    "Travailleurs sociaux": (
        ("Qui peut demander la domiciliation au CCAS ?", LAW),
        ("La CAF a arrêté le RSA de ma voisine, quel recours a-t-elle ?", LAW),
        ("Les petits-enfants doivent-ils payer la maison de retraite de leur grand-mère ?", LAW),
    ),
    "Directeurs": (
        ("Mon CPOM finit quand ?", DEMO_LABEL),
        ("Quel taux d'occupation en 2026 pour l'EHPAD, hébergement permanent ?", DEMO_LABEL),
        ("Que doit contenir le règlement de fonctionnement de l'établissement ?", LAW),
    ),
    "Formateurs": (
        ("Que dit l'article L. 311-3 sur les droits des usagers ?", LAW),
        ("Information préoccupante et signalement : quelle différence ?", LAW),
        ("À quoi sert le conseil de la vie sociale ?", LAW),
    ),
}
WELCOME = "Posez une question, ou choisissez un exemple. Chaque réponse cite ses sources, mot pour mot."
INTERNAL = "Une erreur interne empêche de répondre. Réessayez ; si cela se répète, relancez « casf serve »."


def build_app(engine: Engine) -> Any:
    """The Gradio app (not launched)."""
    import gradio as gr

    user = engine.settings.user

    def choices() -> list[tuple[str, str]]:
        own = [(f"{row['title'][:50]} ({row['pages']} p.)", row["id"]) for row in engine.workspace(user).list()]
        return [(LAW, ""), (DEMO_LABEL, DEMO), *own]

    def ask(text: str, scope: str, history: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
        """The conversation and the panel; the question shows at once, then the answer."""
        turn = sum(m["role"] == "user" for m in history) + 1
        shown = [*history, {"role": "user", "content": text.strip() or "…"}]
        yield [*shown, {"role": "assistant", "content": "Recherche dans les textes…"}], "", gr.skip()
        try:
            answer = engine.ask(text, scope or None, user)
            body, panel = answer_markdown(answer, turn), sources_html(answer, turn)
        except CasfError as error:
            body, panel = str(error), ""
        except Exception:
            body, panel = INTERNAL, ""
        yield [*shown, {"role": "assistant", "content": body}], "", panel

    def upload(file: str | None, progress: Any = gr.Progress()) -> tuple[Any, str]:  # noqa: B008 (Gradio reads the default)
        if not file:
            return gr.skip(), ""
        try:
            path = Path(file)
            contract = engine.workspace(user).add(
                path, path.name, progress=lambda what, done, total: progress((done, total), desc=what)
            )
        except CasfError as error:
            return gr.skip(), str(error)
        except Exception:
            return gr.skip(), "Ce fichier n'a pas pu être lu."
        message = f"Contrat ajouté : {contract.title} ({len(contract.pages)} pages). " + " ".join(contract.warnings)
        return gr.Dropdown(choices=choices(), value=contract.id), message

    def delete(scope: str) -> tuple[Any, str]:
        try:
            engine.workspace(user).delete(scope)
        except CasfError:
            return gr.skip(), "Choisissez d'abord l'un de vos contrats."
        return gr.Dropdown(choices=choices(), value=""), "Contrat supprimé."

    with gr.Blocks(title="Assistant CASF", analytics_enabled=False) as app:
        gr.HTML(
            "<h1>Assistant CASF</h1><p>Le Code de l'action sociale et des familles et vos CPOM, avec des citations exactes. "
            "Ce n'est pas un service officiel de l'État.</p>",
            elem_id="entete",
        )
        panel = gr.HTML("<p>Les passages cités s'ouvriront ici.</p>", elem_id="sources", render=False)
        with gr.Row(elem_id="colonnes"):
            with gr.Column(scale=3):
                chat = gr.Chatbot(
                    label="Conversation", elem_id="conversation", height=520, placeholder=WELCOME, buttons=["copy"],
                    feedback_options=None, allow_tags=False, sanitize_html=True,
                )  # fmt: skip
                with gr.Row(elem_id="saisie"):
                    question = gr.Textbox(
                        label="Votre question", placeholder="Par exemple : qui peut demander la domiciliation au CCAS ?",
                        lines=1, max_lines=6, scale=5, autofocus=True, submit_btn="Demander", elem_id="question",
                    )  # fmt: skip
                scope = gr.Dropdown(choices=choices(), value="", label="Chercher dans", elem_id="portee")
                with gr.Accordion("Exemples de questions", open=True, elem_classes="exemples"):
                    for public, questions in EXAMPLES.items():
                        gr.Markdown(f"**{public}**")
                        for text, where in questions:
                            button = gr.Button(text, size="sm", variant="secondary")
                            chosen = DEMO if where == DEMO_LABEL else ""
                            button.click(
                                lambda t=text, c=chosen: (t, c),
                                None,
                                [question, scope],
                                show_progress="hidden",
                                api_visibility="private",
                            ).then(
                                ask,
                                [question, scope, chat],
                                [chat, question, panel],
                                show_progress="hidden",
                                api_visibility="private",
                            )
            with gr.Column(scale=2):
                gr.Markdown("### Sources")
                panel.render()
                with gr.Accordion("Mes contrats", open=False, elem_id="contrats"):
                    file = gr.File(
                        label="Ajouter un CPOM (PDF, DOCX, ODT)", file_types=[".pdf", ".docx", ".odt"], type="filepath"
                    )
                    note = gr.Markdown("Votre contrat reste sur cette machine et n'est visible que de vous.")
                    remove = gr.Button("Supprimer le contrat choisi", size="sm", variant="stop")
        question.submit(ask, [question, scope, chat], [chat, question, panel], show_progress="hidden", api_visibility="private")
        file.upload(upload, file, [scope, note], api_visibility="private")
        remove.click(delete, scope, [scope, note], api_visibility="private")
        app.load(lambda: gr.Dropdown(choices=choices()), None, scope, api_visibility="private")
    return app


def serve(engine: Engine, host: str, port: int) -> None:
    """Serve the page until interrupted; raises `CasfError` when the port is taken."""
    import gradio as gr

    engine.warm()
    app = build_app(engine)
    theme = gr.themes.Base(
        primary_hue="blue",
        neutral_hue="slate",
        font=["system-ui", "Segoe UI", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    print(f"La page est prête : http://{host}:{port} (Ctrl+C pour arrêter)", flush=True)
    try:
        app.queue(default_concurrency_limit=4).launch(
            server_name=host, server_port=port, quiet=True, share=False, show_error=False, footer_links=[], theme=theme,
            css=(STATIC / "page.css").read_text(encoding="utf-8"), head=f"<script>{(STATIC / 'page.js').read_text(encoding='utf-8')}</script>",
            max_file_size="200mb", enable_monitoring=False, ssr_mode=False,
        )  # fmt: skip
    except OSError:
        raise CasfError(f"Le port {port} est déjà pris : choisissez-en un autre avec --port.") from None
