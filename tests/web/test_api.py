"""The client examples of docs/api.md, run against the served page."""

import asyncio
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.model, pytest.mark.browser]
DEFAULT = "http://127.0.0.1:7860"


def example(language: str) -> str:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    return re.search(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)[1]


def test_the_python_example(served, capsys):
    exec(example("python").replace(DEFAULT, served), {})
    assert "legifrance.gouv.fr" in capsys.readouterr().out


def test_the_http_example(served):
    run = subprocess.run(["bash", "-c", example("sh").replace(DEFAULT, served)], capture_output=True, text=True, timeout=60)
    line = [row for row in run.stdout.splitlines() if row.startswith("data:")][-1]
    found = json.loads(line[5:])[0]
    assert [r["rank"] for r in found["results"]] == [1, 2, 3, 4, 5]


def test_the_mcp_tools(served):
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    url = json.loads(example("json"))["mcpServers"]["casf"]["url"].replace(DEFAULT, served)

    async def talk():
        async with streamablehttp_client(url) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            answer = await session.call_tool("article", {"num": "l900-1"})
            return tools, answer

    with ThreadPoolExecutor() as pool:  # a thread without playwright's event loop
        tools, answer = pool.submit(asyncio.run, talk()).result()
    assert {"ask", "search", "article", "refs", "check"} == set(tools)
    assert "question" in tools["ask"].inputSchema["properties"]
    assert "request" not in tools["ask"].inputSchema["properties"]
    assert "cantine" in answer.content[0].text


def test_a_program_without_cookie_has_no_contract(served):
    from gradio_client import Client

    client = Client(served, verbose=False)
    assert client.predict(question="Mon CPOM finit quand ?", contract="demo", api_name="/ask")["citations"]
    assert "Contrat inconnu" in client.predict(question="Mon CPOM finit quand ?", contract="0" * 16, api_name="/ask")["error"]
    assert "le champ est vide" in client.predict(question=" ", api_name="/ask")["error"]


def test_what_an_article_cites(served):
    from gradio_client import Client

    found = Client(served, verbose=False).predict(num="L. 900-4", api_name="/refs")
    assert "L900-1" in found["cited_by"]
