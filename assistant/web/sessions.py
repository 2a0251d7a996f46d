"""Gradio's sessions, made light: a program that calls an endpoint without naming a session opens one each time."""

from types import SimpleNamespace
from typing import Any

from gradio.state_holder import SessionState, StateHolder


class LightSessions(StateHolder):  # type: ignore[misc,unused-ignore]
    """Sessions that describe a component when an event touches it.

    Gradio's own describe every component of the page as soon as they open, for its deep links: half of the time that a
    busy page had, and 200 kB kept for each call of an endpoint. This page has no deep link.
    """

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            # Gradio describes the components that `blocks` names (gradio/state_holder.py, SessionState.__init__): none here.
            light: Any = SimpleNamespace(default_config=self.blocks.default_config, blocks=())
            self.session_data[session_id] = SessionState(light)
        return super().__getitem__(session_id)


def lighten(app: Any) -> None:
    """Give a launched `gr.Blocks` its light sessions."""
    sessions = LightSessions()
    sessions.set_blocks(app)
    app.app.state_holder = sessions
