"""The first run, and the page served with accounts."""

import os
import re
import shutil
import time
import urllib.error
import urllib.request

import pytest

from assistant.accounts import Accounts
from tests.conftest import ROOT
from tests.web.conftest import ask, opened, serving, tab

pytestmark = [pytest.mark.model, pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def bare_home(tmp_path):
    shutil.copytree(ROOT / ".cache" / "home" / "model", tmp_path / "model", copy_function=os.link)
    return tmp_path


def test_the_page_is_up_while_the_index_builds(bare_home, browser):
    start = time.perf_counter()
    with serving(bare_home) as url:
        context = browser.new_context()
        page = opened(context, url)
        assert time.perf_counter() - start < 30  # seconds, on a busy machine
        page.wait_for_selector("#preparation:has-text('se construit')")
        told = ask(page, "Qui peut demander la domiciliation au CCAS ?").inner_text()
        assert re.search(r"l'index se construit \(.+\)", told)
        page.wait_for_selector("#preparation p", state="detached", timeout=300_000)
        page.fill("#question textarea", "Qui peut demander la domiciliation au CCAS ?")
        page.press("#question textarea", "Enter")
        page.wait_for_selector(".tour:nth-of-type(2) .reponse")
        context.close()


def test_accounts_close_the_door_and_name_the_owner(bare_home, browser):
    for name in ("ana", "bob"):
        Accounts(bare_home).add(name, "une phrase assez longue", admin=name == "ana")
    with serving(bare_home) as url:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/gradio_api/info", timeout=10)
        assert refused.value.code == 401
        seen = {}
        for name in ("ana", "bob"):
            context = browser.new_context()
            page = context.new_page()
            page.goto(url)
            page.fill("#nom", name)
            page.fill("#passe", "une phrase assez longue")
            page.keyboard.press("Enter")
            page.wait_for_selector("#barre nav")
            seen[name] = page.locator("#barre details").count()
            page.wait_for_selector("#preparation p", state="detached", timeout=300_000)
            ask(page, f"Qui peut demander la domiciliation au CCAS ? ({name})")
            page.reload()
            page.wait_for_selector(".tour .reponse")
            tab(page, "etat")
            page.wait_for_selector("#etat dl")
            assert page.get_by_role("button", name="Reconstruire").is_visible() == (name == "ana")
            context.close()
        assert seen == {"ana": 0, "bob": 0}
