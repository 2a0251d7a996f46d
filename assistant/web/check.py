"""« Vérifier un texte »: the references, quotations and attributions of a text, compared with the law."""

import contextlib
import tempfile
from collections.abc import Collection, Iterator
from html import escape
from pathlib import Path
from typing import Any

from assistant.check import Check, check_text
from assistant.check_input import read_text
from assistant.check_report import DOUBT, FINE, WRONG, Remark, remarks, write_report
from assistant.engine import Engine
from assistant.render import layered, reference_layers
from assistant.web.background import INTERNAL, Preparation, stepwise
from assistant.web.bridge import view
from assistant.web.sheet_view import plural
from corpus.errors import CasfError, NoIndex

GRADES = {WRONG: "grave", DOUBT: "moyen", FINE: "leger"}
SHOWN = 60_000  # characters of the text shown with its remarks
EMPTY = "Collez un texte, ou choisissez un fichier : il n'y a rien à vérifier."


def check_html(check: Check, text: str, known: Collection[str]) -> str:
    """The remarks, gravest first, then the text with each place marked and numbered."""
    found = remarks(check)
    serious = [r for r in found if r.gravity != FINE]
    counts = {g: sum(r.gravity == g for r in found) for g in GRADES}
    parts = [
        f'<h2>Résultat</h2><p role="status">{plural(len(check.references), "référence")}, {plural(len(check.quotes), "citation")}, '
        f"{plural(len(check.claims), 'affirmation')} : {counts[WRONG]} à corriger, {counts[DOUBT]} à vérifier, {counts[FINE]} sans remarque.</p>",
        *(f'<p class="chemin">{escape(w)}</p>' for w in check.warnings),
    ]
    items = [f'<li id="remarque-{n}">{_remark(r, check, known)}</li>' for n, r in enumerate(serious, 1)]
    parts.append(f'<ol class="points">{"".join(items)}</ol>' if items else "<p>Rien à corriger.</p>")
    fine = "".join(f"<li>{_remark(r, check, known)}</li>" for r in found if r.gravity == FINE)
    if fine:
        parts.append(
            f'<details class="partie"><summary>Sans remarque ({counts[FINE]})</summary><ul class="points">{fine}</ul></details>'
        )
    parts.append(f"<h3>Le texte et ses remarques</h3>{_marked(text, serious)}")
    return "".join(parts)


def _remark(remark: Remark, check: Check, known: Collection[str]) -> str:
    name = f'<strong class="{GRADES[remark.gravity]}">{remark.gravity if remark.gravity != FINE else "Conforme"}</strong>'
    body = f"{name} <span>{_linked(remark.subject, known)}</span> — {_linked(remark.text, known)}"
    quote = next((q for q in check.quotes if q.offset == remark.start and q.status == "altered"), None)
    if quote and quote.differences:
        shown = " ".join(
            f"{f'<del>{escape(d.quoted)}</del>' if d.quoted else ''} {f'<ins>{escape(d.article)}</ins>' if d.article else ''}"
            for d in quote.differences[:12]
        )
        body += f'<br><span class="ecart">Écarts (<del>dans le texte</del>, <ins>dans l\'article</ins>) : {shown}</span>'
    return body


def _linked(text: str, known: Collection[str]) -> str:
    return layered(text, 0, len(text), list(reference_layers(text, known)))


def _marked(text: str, found: list[Remark]) -> str:
    layers = []
    for number, r in enumerate(found, 1):
        start, end = r.start, max(r.end, r.start + 1)
        label = escape(f"Remarque {number}, {r.gravity.lower()}")
        layers.append((start, end, f'<mark class="{GRADES[r.gravity]}" title="{label}">', "</mark>"))
        layers.append((end - 1, end, "", f'<sup><a href="#remarque-{number}" aria-label="{label}">{number}</a></sup>'))
    end = min(len(text), SHOWN)
    more = '<p class="chemin">La suite du texte est dans le rapport DOCX.</p>' if end < len(text) else ""
    return f'<div class="verifie">{layered(text, 0, end, layers)}</div>{more}'


def tab(engine: Engine, prep: Preparation) -> None:
    """Build the tab inside an open `gr.Blocks`."""
    import gradio as gr

    def run(text: str, file: str | None = None) -> Iterator[tuple[str, Any]]:
        """The result as it comes: (HTML, the DOCX to download)."""
        nothing = gr.DownloadButton(visible=False)
        try:
            if file:
                text = read_text(file)
            if not text.strip():
                raise CasfError(EMPTY)
            yield '<p role="status">Vérification…</p>', nothing
            searcher = engine.searcher()
            for line, check in stepwise(lambda progress: check_text(text, searcher, progress)):
                if check is None:
                    yield f'<p role="status">{escape(line)}</p>', nothing
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # Gradio takes a copy of what is yielded
                report = Path(folder) / "verification.docx"
                write_report(check, text, report)
                yield check_html(check, text, searcher.known), gr.DownloadButton(value=str(report), visible=True)
        except NoIndex as error:
            yield f'<p class="erreur" role="alert">{escape(prep.said or str(error))}</p>', nothing
        except CasfError as error:
            yield f'<p class="erreur" role="alert">{escape(str(error))}</p>', nothing
        except Exception:
            yield f'<p class="erreur" role="alert">{INTERNAL}</p>', nothing
        finally:
            if file:
                with contextlib.suppress(OSError):
                    Path(file).unlink(missing_ok=True)

    def run_file(file: str | None) -> Iterator[tuple[str, Any]]:
        yield from run("", file)

    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Tab("Vérifier un texte", id="verifier", elem_id="onglet-verifier"):
        text = gr.Textbox(
            label="Texte à vérifier", lines=7, max_lines=16, elem_id="texte-verifie",
            placeholder="Collez ici un cours, un rapport, un courrier qui cite le code, ou choisissez un fichier (TXT, Markdown, DOCX, ODT, PPTX, PDF).",
        )  # fmt: skip
        with gr.Row(elem_id="choix-texte"):
            check = gr.Button("Vérifier", variant="primary", scale=0, min_width=140)
            file = gr.UploadButton(
                "Vérifier un fichier", type="filepath", scale=0, min_width=180,
                file_types=[".txt", ".md", ".docx", ".odt", ".pptx", ".pdf"], elem_id="fichier-verifie",
            )  # fmt: skip
            report = gr.DownloadButton("Télécharger le rapport (DOCX)", visible=False, scale=0, min_width=240)
        result = view("verification")
    check.click(run, text, [result, report], **hidden)
    file.upload(run_file, file, [result, report], **hidden)
