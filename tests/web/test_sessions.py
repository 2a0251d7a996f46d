"""The page's light sessions: nothing described until an event touches it, and the state still a session's own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import gradio as gr

from assistant.web.sessions import LightSessions


def test_a_new_session_describes_nothing():
    with gr.Blocks(analytics_enabled=False) as app:
        gr.Textbox()
        gr.UploadButton()
    sessions = LightSessions()
    sessions.set_blocks(app)
    opened = sessions["one"]
    assert opened.config_values == {}
    assert opened.blocks_config.blocks.keys() == app.blocks.keys()
    assert sessions["one"] is opened and "one" in sessions and "two" not in sessions


def test_each_session_keeps_its_state_and_its_changed_components():
    with gr.Blocks(analytics_enabled=False) as app:
        count, shown = gr.State(0), gr.Textbox(visible=False)
        button = gr.Button()
        button.click(lambda n: (n + 1, gr.Textbox(value=str(n + 1), visible=True)), count, [count, shown])
    sessions = LightSessions()
    sessions.set_blocks(app)

    def click(session: str) -> str:
        function = next(iter(app.fns.values()))
        with ThreadPoolExecutor(1) as apart:  # a browser's test may have left its loop running in this thread
            done = apart.submit(asyncio.run, app.process_api(function, [None], state=sessions[session])).result()
        return done["data"][1]["value"]

    assert [click("a"), click("a"), click("b")] == ["1", "2", "1"]
    assert sessions["a"].blocks_config.blocks[shown._id].visible and not app.blocks[shown._id].visible
