"""The served page, driven in a real browser: Debian's chromium, headless."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from ingest.workspace import DEMO_FILE
from tests.conftest import ROOT

pytestmark = [pytest.mark.model, pytest.mark.browser]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def served(model_home):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "CASF_HOME": str(model_home)}
    process = subprocess.Popen([sys.executable, "-m", "assistant", "serve", "--port", str(port)], env=env, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=2)
            break
        except OSError:
            time.sleep(0.5)
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("chromium n'est pas installé (Debian : apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(params=[1280, 390])
def page(served, browser, request):
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.goto(served)
    page.wait_for_selector("#question textarea")
    yield page
    page.close()


def test_a_question_is_answered_and_a_citation_opens(page):
    page.fill("#question textarea", "Qui peut demander la domiciliation au CCAS ?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#sources details")
    marks = page.locator('#conversation a[href*="#source-1-"]')
    assert marks.count() >= 1
    last = marks.nth(marks.count() - 1)
    target = re.search(r"#(source-1-\d+)", last.get_attribute("href"))[1]
    last.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.getElementById('{target}').open")
    panel = page.locator(f"#{target}").inner_text()
    assert "Légifrance" in panel
    assert "Texte du" in panel


def test_the_page_fits_its_width_and_is_french(page):
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


def test_an_empty_question_gets_a_sentence(page):
    page.fill("#question textarea", "   ")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Posez une question : le champ est vide.")


def test_an_example_about_the_demo_contract(page):
    page.click("text=Mon CPOM finit quand ?")
    page.wait_for_selector("#sources details")
    assert re.search(r"p\. \d+", page.locator("#sources").inner_text())


def test_a_contract_is_uploaded_asked_and_deleted(served, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(served)
    page.click("text=Mes contrats")
    page.set_input_files("#contrats input[type=file]", str(DEMO_FILE))
    page.wait_for_selector("text=Contrat ajouté", timeout=120_000)
    page.fill("#question textarea", "Quel est le montant de la dotation globalisée commune ?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#sources details")
    assert "p. " in page.locator("#sources").inner_text()
    page.click("text=Supprimer le contrat choisi")
    page.wait_for_selector("text=Contrat supprimé")
    page.close()
