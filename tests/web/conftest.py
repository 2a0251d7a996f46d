"""The served page and a browser (Debian's chromium, headless): the real app over cards, ten articles of ours and the demo CPOM."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.engine import Engine
from assistant.settings import Settings
from ingest.workspace import DEMO
from tests.conftest import FIXTURES, ROOT, kept

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def serving(home: Path):
    """`casf serve` over a home; gives its address once the page answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "CASF_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "serve", "--port", str(port)], env=env, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=2)
                break
            except OSError:
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def web_home(model_home, tmp_path_factory) -> Path:
    """A home with the real model, the cards, and ten articles of our own as the official text."""

    def make(home: Path) -> None:
        shutil.copytree(model_home, home, dirs_exist_ok=True)
        engine = Engine(Settings.load(str(home)))
        engine.build([FIXTURES / "ten.jsonl"])
        engine.workspace("").open(DEMO)

    return Path(shutil.copytree(kept("web", make, tmp_path_factory), tmp_path_factory.mktemp("web"), dirs_exist_ok=True))


@pytest.fixture(scope="session")
def served(web_home):
    with serving(web_home) as url:
        yield url
    left = [file for file in (web_home / "tmp").rglob("*") if file.name != ".lock"]
    assert not left, "un serveur arrêté laisse des fichiers temporaires"


@pytest.fixture(scope="session")
def browser():
    if not CHROMIUM:
        pytest.skip("chromium n'est pas installé (Debian : apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def profile(browser):
    """One profile for all tests: its cache of the page's scripts saves a second a test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def page(served, profile):
    """A page, wide, in a browser that has kept nothing of the tests before but the scripts."""
    page = opened(profile, served)
    yield page
    profile.set_offline(False)
    profile.clear_permissions()
    profile.new_cdp_session(page).send("Storage.clearDataForOrigin", {"origin": served, "storageTypes": "all"})
    profile.clear_cookies()
    for one in profile.pages:
        one.close()


def opened(context, url):
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(url)
    page.wait_for_selector("#conversation .accueil, #conversation .tour")
    page.wait_for_selector("#barre nav")
    return page


def ask(page, text, turns=1):
    """Ask by keyboard and wait for the answer of turn number `turns`."""
    page.fill("#question textarea", text)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(f"#conversation .tour:nth-of-type({turns}):not(.attend)")
    return page.locator("#conversation .tour").nth(turns - 1)


def tab(page, name):
    page.click(f"#onglet-{name}-button")
