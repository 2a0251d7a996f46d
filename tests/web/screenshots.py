"""`make screenshots`: a picture of each tab at 1280 and 390 pixels, in docs/, of the app served over a home (CASF_HOME)."""

import os
from pathlib import Path

from tests.conftest import ROOT
from tests.web.conftest import ARGS, CHROMIUM, ask, opened, serving, tab

SIZES = {1280: 900, 390: 844}
CHECKED = (
    "Le CPOM est prévu par l'article L. 121-4 du code de l'action sociale et des familles. L'article L. 313-11 prévoit des "
    "contrats pluriannuels avec les gestionnaires d'établissements."
)


def show(page, name: str) -> None:
    """Put a tab in a state worth a picture."""
    tab(page, name)
    if name == "question":
        ask(page, "À quoi sert le conseil de la vie sociale ?")
        page.wait_for_selector("#passage h2", state="attached")
    elif name == "contrat":
        page.click("text=Lire la fiche")
        page.wait_for_selector("#fiche .partie", timeout=180_000)
    elif name == "verifier":
        page.fill("#texte-verifie textarea", CHECKED)
        page.click("#choix-texte button:has-text('Vérifier') >> nth=0")
        page.wait_for_selector("#verification .verifie", timeout=60_000)
    elif name == "seance":
        page.fill("#theme-seance textarea, #theme-seance input", "les droits des personnes accueillies")
        page.click("#theme button:has-text('Préparer')")
        page.wait_for_selector("#seance h1", timeout=60_000)
    elif name == "code":
        page.fill("#mots textarea, #mots input", "L. 311-6")
        page.keyboard.press("Enter")
        page.wait_for_selector("#code h2")
    else:
        page.wait_for_selector(f"#onglet-{name}")


def main() -> None:
    from playwright.sync_api import sync_playwright

    home = Path(os.environ.get("CASF_HOME") or ROOT / ".cache" / "home")
    with serving(home) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for width, height in SIZES.items():
            page = opened(browser.new_context(viewport={"width": width, "height": height}), url)
            page.screenshot(path=ROOT / "docs" / f"page-accueil-{width}.png")
            names = [button.get_attribute("id").split("-")[1] for button in page.locator("#onglets [role=tab][id]").all()]
            for name in names:
                show(page, name)
                page.wait_for_timeout(800)
                page.screenshot(path=ROOT / "docs" / f"page-{name}-{width}.png")
        browser.close()


if __name__ == "__main__":
    main()
