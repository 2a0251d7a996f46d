"""The web page, over Gradio: one module a tab, `app.py` puts them together."""

from assistant.web.app import build_app, serve

__all__ = ["build_app", "serve"]
