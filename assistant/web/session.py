"""« Préparer une séance »: a topic or a list of articles gives a trainer's pack, editable, then exported."""

import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from assistant.engine import Engine
from assistant.export import write_document
from assistant.render import prose
from assistant.session_pack import MINUTES, QUESTIONS, make_pack, pack_markdown
from assistant.web.background import INTERNAL, Preparation
from assistant.web.bridge import view
from corpus.errors import CasfError, NoIndex

KINDS = ("docx", "pdf", "md")


def tab(engine: Engine, prep: Preparation) -> None:
    """Build the tab inside an open `gr.Blocks`."""
    import gradio as gr

    def prepare(topic: str, minutes: float, questions: float) -> Iterator[tuple[Any, ...]]:
        """(note, the pack as Markdown, the pack as read, the tools)."""
        yield '<p role="status">Préparation de la séance…</p>', gr.skip(), gr.skip(), gr.skip()
        try:
            pack = make_pack(topic, engine.searcher(), int(minutes or MINUTES), int(questions or QUESTIONS))
        except NoIndex as error:
            yield _wrong(prep.said or str(error)), gr.skip(), gr.skip(), gr.skip()
        except CasfError as error:
            yield _wrong(str(error)), gr.skip(), gr.skip(), gr.skip()
        except Exception:
            yield _wrong(INTERNAL), gr.skip(), gr.skip(), gr.skip()
        else:
            text = pack_markdown(pack)
            told = f"{len(pack.articles)} articles clés, {len(pack.quiz)} questions de quiz, chacune vérifiée sur son article."
            yield f'<p role="status">{told}</p>', text, prose(text), gr.Column(visible=True)

    def files(text: str) -> Iterator[tuple[Any, ...]]:
        """The pack as it is now edited, in the three formats."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # Gradio takes a copy of what is yielded
            made = [Path(folder) / f"seance.{kind}" for kind in KINDS]
            try:
                for file in made:
                    write_document(text, file, "Séance de formation")
            except CasfError as error:
                gr.Warning(str(error))
                yield (gr.skip(),) * len(KINDS)
            else:
                yield tuple(gr.DownloadButton(value=str(file), interactive=True) for file in made)

    def waiting() -> tuple[Any, ...]:
        """No file of the text before is handed out while the new ones are written."""
        return tuple(gr.DownloadButton(interactive=False) for _ in KINDS)

    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Tab("Préparer une séance", id="seance", elem_id="onglet-seance"):
        with gr.Row(elem_id="theme"):
            topic = gr.Textbox(
                label="Thème, ou liste d'articles", placeholder="Par exemple : les droits des usagers, ou L. 311-3, L. 311-4",
                max_length=500, scale=4, elem_id="theme-seance",
            )  # fmt: skip
            minutes = gr.Number(MINUTES, label="Durée (minutes)", minimum=30, maximum=600, precision=0, scale=1, min_width=120)
            questions = gr.Number(
                QUESTIONS, label="Questions du quiz", minimum=10, maximum=20, precision=0, scale=1, min_width=120
            )
            go = gr.Button("Préparer", variant="primary", scale=0, min_width=120)
        note = view(
            "note-seance", "<p>Objectifs, plan minuté, articles clés, étude de cas, quiz corrigé, sources : tout se modifie.</p>"
        )
        with gr.Column(visible=False, elem_id="seance-faite") as made:
            with gr.Row(elem_id="seance-fichiers"):
                buttons = [
                    gr.DownloadButton(f"Télécharger ({kind.upper()})", scale=0, min_width=180, interactive=False)
                    for kind in KINDS
                ]
            with gr.Accordion("Modifier le texte (Markdown)", open=False):
                text = gr.Textbox(label="Texte de la séance", lines=18, max_lines=40, elem_id="texte-seance")
            shown = view("seance")
    done = gr.on([go.click, topic.submit], prepare, [topic, minutes, questions], [note, text, shown, made], **hidden)
    done.then(waiting, None, buttons, **hidden).then(files, text, buttons, **hidden)
    edited = text.blur(lambda written: (prose(written), *waiting()), text, [shown, *buttons], **hidden)
    edited.then(files, text, buttons, **hidden)


def _wrong(text: str) -> str:
    return f'<p class="erreur" role="alert">{escape(text)}</p>'
