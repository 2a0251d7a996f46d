"""The served page and a browser (Debian's chromium, headless): the real app over cards, ten articles of ours and the demo CPOM."""

import hashlib
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
from tests.conftest import FIXTURES, ROOT

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
def web_home(tmp_path_factory) -> Path:
    """A home with the real model, the cards, and ten articles of our own as the official text."""
    kept = ROOT / ".cache" / "web" / _key()
    if not kept.is_dir():  # made once for a state of the sources: a minute of work
        made = tmp_path_factory.mktemp("made")
        engine = Engine(Settings.load(str(ROOT / ".cache" / "home")))
        _ = engine.embedder  # builds the model in .cache when it isn't there
        shutil.copytree(ROOT / ".cache" / "home" / "model", made / "model")
        engine = Engine(Settings.load(str(made)))
        engine.build([FIXTURES / "ten.jsonl"])
        engine.workspace("").open(DEMO)
        for old in sorted(kept.parent.glob("*"), key=lambda p: p.stat().st_mtime)[:-2]:
            shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(made, kept, dirs_exist_ok=True)
    home = tmp_path_factory.mktemp("web")
    return Path(shutil.copytree(kept, home, dirs_exist_ok=True))


def _key() -> str:
    files = [*(ROOT / "ingest").rglob("*.py"), *(ROOT / "corpus").rglob("*.*"), FIXTURES / "ten.jsonl"]
    digest = hashlib.sha256()
    for path in sorted(p for p in files if p.suffix in (".py", ".yaml", ".npz", ".pdf", ".jsonl")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def served(web_home):
    with serving(web_home) as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    if not CHROMIUM:
        pytest.skip("chromium n'est pas installé (Debian : apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def page(served, browser):
    """A new browser profile on the page, wide."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = opened(context, served)
    yield page
    context.close()


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
