"""Accessibility: axe-core finds nothing serious; narrow, zoomed and dark pages hold; the keyboard goes everywhere."""

import pytest
from playwright.sync_api import expect

from tests.web.conftest import ask, opened, tab

pytestmark = [pytest.mark.model, pytest.mark.browser]
TABS = ("question", "contrat", "seance", "verifier", "code", "etat")


def fill(page, name):
    """Show something in a tab."""
    tab(page, name)
    if name == "question":
        ask(page, "Que dit l'article L. 900-1 ?").locator(".renvoi").first.click()
        page.wait_for_selector("#passage h2:focus")
    elif name == "contrat":
        page.click("text=Lire la fiche")
        page.wait_for_selector("#fiche .partie", timeout=120_000)
        page.evaluate("document.querySelectorAll('#fiche details').forEach((part) => { part.open = true; })")
    elif name == "verifier":
        page.fill("#texte-verifie textarea", "L'article L. 900-1 du CASF et l'article L. 999-9 du même code.")
        page.click("#choix-texte button:has-text('Vérifier') >> nth=0")
        page.wait_for_selector("#verification .verifie", timeout=60_000)
    elif name == "seance":
        page.fill("#theme-seance textarea, #theme-seance input", "le conseil de la vie sociale")
        page.click("#theme button:has-text('Préparer')")
        page.wait_for_selector("#seance h1", timeout=60_000)
        expect(page.locator("#seance-fichiers >> text=DOCX")).to_be_enabled(timeout=60_000)
    elif name == "code":
        page.fill("#mots textarea, #mots input", "L. 900-1")
        page.keyboard.press("Enter")
        page.wait_for_selector("#code .texte")
    else:
        page.wait_for_selector("#etat dl")


def faults(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.ci
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_axe_finds_nothing_serious(served, browser, scheme):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = opened(context, served)
    for name in TABS:
        fill(page, name)
        assert not faults(page), name
    context.close()


@pytest.mark.ci
@pytest.mark.parametrize(("width", "height"), [(390, 844), pytest.param(640, 450, marks=pytest.mark.slow)])
def test_a_narrow_or_zoomed_page_fits(served, browser, width, height):
    # 640 × 450 is what 1280 × 900 becomes at 200 %.
    context = browser.new_context(viewport={"width": width, "height": height})
    page = opened(context, served)
    for name in reversed(TABS):
        fill(page, name)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), name
    assert page.locator("#passage").is_visible()
    assert page.locator("#passage .fermer").is_visible()
    assert not faults(page)
    context.close()


def test_the_keyboard_asks_and_opens(page):
    page.keyboard.press("Tab")
    for _ in range(40):
        if page.evaluate("document.activeElement.matches('.accueil button')"):
            break
        page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector(".tour .reponse .renvoi")
    page.wait_for_function("document.getElementById('annonce').textContent === 'Réponse affichée.'")


def test_a_printed_page_keeps_the_answer_and_leaves_out_the_buttons(page):
    ask(page, "Que dit l'article L. 900-1 ?")
    page.emulate_media(media="print")
    assert page.locator(".tour .reponse").is_visible()
    assert page.locator("#passage").is_visible()
    for hidden in ("#saisie", "#barre", ".avis"):
        assert not page.locator(hidden).first.is_visible()
