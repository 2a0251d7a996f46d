"""HTML of ours inside Gradio: what its links and buttons send to Python (see `assistant/static/page.js`)."""

from typing import Any


def view(elem_id: str, value: str = "", classes: str = "", **options: Any) -> Any:
    """A piece of HTML whose `data-do` elements fire the event `act`, with their `data-…` as the event's data."""
    import gradio as gr

    return gr.HTML(
        value, elem_id=elem_id, elem_classes=["casf", *classes.split()], apply_default_css=False,
        js_on_load="casf.tab(element, (data) => trigger('act', data), watch)", **options,
    )  # fmt: skip


def panel(elem_id: str, value: str) -> Any:
    """The panel: every `data-open` element of the page fires its event `show`, every `data-code` one its event `code`."""
    import gradio as gr

    return gr.HTML(
        value, elem_id=elem_id, elem_classes=["casf"], apply_default_css=False,
        js_on_load="casf.panel(element, (data) => trigger('show', data), (data) => trigger('code', data), watch)",
    )  # fmt: skip


def sent(event: Any) -> dict[str, str]:
    """What an element sent: its `data-…` and, for a form, its fields; all texts. (Gradio takes a field "path" for a file.)"""
    values = event._data if isinstance(event._data, dict) else {}
    return {str(key): str(value) for key, value in values.items()}
