"""The page as a whole: its head and foot, its tabs, the panel of passages, and how it is served."""

import contextlib
import importlib.util
import inspect
import io
import os
import threading
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware

from assistant.accounts import Accounts
from assistant.engine import Engine
from assistant.guard import Guard, must_be_guarded
from assistant.privacy import tidy
from assistant.web import ask, check, code, contract, session, state
from assistant.web.api import add_endpoints
from assistant.web.background import Preparation
from assistant.web.bridge import panel as make_panel
from assistant.web.bridge import sent
from assistant.web.files import routes
from assistant.web.passage import HINT, opened
from assistant.web.user import OwnerCookie, user_of
from corpus.errors import CasfError

STATIC = Path(__file__).parent.parent / "static"
NOT_OFFICIAL = (
    "Ce service n'est pas un service officiel de l'État. Ses réponses citent les textes ; elles ne remplacent ni la version en "
    'vigueur sur <a href="https://www.legifrance.gouv.fr" target="_blank" rel="noopener noreferrer">Légifrance</a>, ni un conseil juridique.'
)
DAY = 24 * 3600  # seconds between two looks at what is too old to keep
TICK = 1.0  # seconds between two looks at the preparation


@contextlib.contextmanager
def without_stubs() -> Iterator[None]:
    """Import Gradio without it reading its own source and rewriting its `.pyi` files: a quarter of the time to a page.

    Gradio (`component_meta.create_or_modify_pyi`) lets alone a class whose file is not found.
    """
    found = inspect.getfile

    def getfile(thing: Any) -> str:
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError
        return found(thing)

    inspect.getfile = getfile  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = found


def build_app(engine: Engine, prep: Preparation | None = None) -> Any:
    """The Gradio app (not launched)."""
    with without_stubs():
        import gradio as gr

    prep = prep or Preparation(engine)

    def show(event: gr.EventData, request: gr.Request) -> Iterator[str]:
        yield from opened(engine, user_of(request), sent(event))

    def look() -> tuple[str, Any]:
        said = prep.said
        return f'<p role="status">{escape(said)}</p>' if said else "", gr.Timer(active=bool(said) and not prep.error)

    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Blocks(title="Assistant CASF", analytics_enabled=False, delete_cache=(3600, 3600)) as app:
        gr.HTML("<h1>Assistant CASF</h1>", elem_id="entete", elem_classes=["casf"], apply_default_css=False)
        waiting = gr.HTML("", elem_id="preparation", elem_classes=["casf"], apply_default_css=False)
        gr.HTML(
            '<div id="reseau" role="alert"></div><div id="annonce" role="status"></div>',
            elem_id="signes", elem_classes=["casf"], apply_default_css=False,
        )  # fmt: skip
        timer = gr.Timer(TICK)
        with gr.Row(elem_id="colonnes"):
            panel = make_panel("passage", HINT)
            with gr.Column(elem_id="principal"), gr.Tabs(elem_id="onglets", overflow_behavior="wrap") as tabs:
                asked_contract, firsts = ask.tab(app, engine, prep, panel)
                contract.tab(app, engine, asked_contract)
                session.tab(engine, prep)
                check.tab(engine, prep)
                code.tab(app, engine, prep, panel, tabs)
                state.tab(app, engine, prep)
        gr.HTML(f"<p>{NOT_OFFICIAL}</p>", elem_id="pied", elem_classes=["casf"], apply_default_css=False)
        add_endpoints(engine, prep)
        panel.show(show, None, panel, trigger_mode="always_last", cancels=firsts, **hidden)
        timer.tick(look, None, [waiting, timer], **hidden)
        app.load(look, None, [waiting, timer], **hidden)
    return app


def head() -> str:
    """Our style and script, whole: Gradio's `css` option would rewrite the selectors that look at the body."""
    style, script = ((STATIC / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return f"<style>{style}</style><script>{script}</script>"


def doors(engine: Engine, host: str) -> list[Middleware]:
    """What stands before the application: accounts or a proxy's header where there are, else a cookie for each browser.

    Raises `CasfError` when the page would be open to others without either.
    """
    accounts, header = Accounts(engine.settings.home), os.environ.get("CASF_TRUSTED_HEADER", "")
    if must_be_guarded(host, accounts, header):
        return [Middleware(Guard, accounts=accounts, header=header)]
    return [Middleware(Guard), Middleware(OwnerCookie)]


def serve(engine: Engine, host: str, port: int) -> None:
    """Serve the page until interrupted, at once: the index is built meanwhile. Raises `CasfError` when the port is taken."""
    with without_stubs():
        import gradio as gr

    from assistant.web.sessions import lighten

    prep = Preparation(engine)
    app = build_app(engine, prep)
    theme = gr.themes.Base(
        primary_hue="blue", neutral_hue="slate", radius_size="sm", spacing_size="sm", text_size="md",
        font=["system-ui", "Segoe UI", "Arial", "sans-serif"], font_mono=["ui-monospace", "monospace"],
    )  # fmt: skip
    options: dict[str, Any] = {
        "server_name": host, "server_port": port, "quiet": True, "share": False, "show_error": False, "footer_links": [],
        "theme": theme, "head": head(), "max_file_size": "200mb", "enable_monitoring": False, "ssr_mode": False,
        "mcp_server": importlib.util.find_spec("mcp") is not None, "prevent_thread_lock": True,
        "app_kwargs": {"routes": routes(engine), "middleware": doors(engine, host)},
    }  # fmt: skip
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # Gradio's own words, in English
            app.queue(default_concurrency_limit=4).launch(**options)
            lighten(app)
    except OSError:
        raise CasfError(f"Le port {port} est déjà pris : choisissez-en un autre avec --port.") from None
    prep.start()
    print(f"La page est prête : http://{host}:{port} (Ctrl+C pour arrêter)", flush=True)
    try:
        while True:
            with contextlib.suppress(CasfError):  # a disk that refuses is said to whoever asks
                tidy(engine.settings.home, engine.settings.retention_days)
            threading.Event().wait(DAY)
    finally:
        app.close()
