"""« Mon CPOM », « Vérifier un texte », « Le code », « État », driven in a real browser."""

import re
import time

import pytest
from playwright.sync_api import expect

from ingest.ocr import tools
from ingest.workspace import DEMO_FILE
from tests.conftest import short_contract
from tests.web.conftest import ask, opened, tab

pytestmark = [pytest.mark.model, pytest.mark.browser]


def test_the_demonstration_sheet_is_read_and_its_pages_open(page):
    tab(page, "contrat")
    page.click("text=Lire la fiche")
    page.wait_for_selector("#fiche .vie:has-text('31 décembre 2028')", timeout=120_000)
    assert page.locator("#fiche svg.frise circle").count() > 5
    for part in ("Indicateurs par année", "Clauses attendues", "Obligations", "Objectifs et actions"):
        page.click(f"#fiche summary:has-text('{part}')")
    assert page.locator("#fiche svg.courbe").count() > 5
    page.locator("#fiche .vie [data-open]").first.click()
    page.wait_for_selector("#passage img.page[alt*='surligné']")


@pytest.fixture(params=["petit", pytest.param("demo", marks=pytest.mark.slow)])
def contract(request, tmp_path):
    """A contract of one page, of our own words; the demonstration one in the long tier."""
    if request.param == "demo":
        return DEMO_FILE
    return short_contract(tmp_path)


def test_a_contract_is_added_seen_by_its_owner_alone_compared_and_deleted(page, served, browser, contract):
    tab(page, "contrat")
    page.set_input_files("#onglet-contrat input[type=file]", str(contract))
    page.wait_for_selector("text=Contrat ajouté", timeout=180_000)
    page.wait_for_selector("#fiche .partie")
    for kind in ("xlsx", "csv"):
        link = page.get_attribute(f"#fiche a[href$='.{kind}']", "href")
        assert page.context.request.get(served + link).ok
    tab(page, "question")
    page.click("#ou label:has-text('Mon contrat')")
    turn = ask(page, "Quel est le montant de la dotation globalisée commune ?")
    assert re.search(r"p\. \d+", turn.locator(".sources").inner_text())
    # Another browser: no such contract in its lists, no such sheet, no such page.
    ident = re.search(r"contrat/([0-9a-f]{16})/", link)[1]
    other = browser.new_context()
    stranger = opened(other, served)
    assert stranger.context.request.get(served + link).status == 404
    tab(stranger, "contrat")
    stranger.click("#contrat-lu input")
    assert stranger.locator("#contrat-lu [role=option]").count() == 1
    stranger.evaluate(
        f"document.body.insertAdjacentHTML('beforeend', '<a id=vol data-open=page data-contract={ident} data-page=1>x</a>');"
        "document.getElementById('vol').click()"
    )
    stranger.wait_for_selector("#passage:has-text('Contrat inconnu')", state="attached")
    other.close()
    tab(page, "contrat")
    page.click("#comparer button")
    page.click("#comparer button:has-text('Comparer'):not(.label-wrap)")
    page.wait_for_selector("#comparaison .partie")
    page.click("#fiche summary:has-text('Supprimer ce contrat')")
    page.click("#fiche button:has-text('Oui, supprimer')")
    page.wait_for_selector("text=Contrat supprimé")
    assert page.context.request.get(served + link).status == 404
    page.reload()
    page.wait_for_selector("#conversation .accueil")  # the answers that quoted it are gone too


@pytest.mark.slow
@pytest.mark.skipif(tools()["missing"], reason="Tesseract ou son français n'est pas installé")
def test_a_scan_is_dropped_and_its_date_found_on_the_picture_of_its_page(page, tmp_path):
    from evals.contracts.scan import scanned

    scan = tmp_path / "scan.pdf"
    scan.write_bytes(scanned(short_contract(tmp_path).read_bytes()))
    tab(page, "contrat")
    page.set_input_files("#onglet-contrat input[type=file]", str(scan))
    page.wait_for_selector("text=Contrat ajouté", timeout=180_000)
    tab(page, "question")
    page.click("#ou label:has-text('Mon contrat')")
    turn = ask(page, "Quand le contrat prend-il effet ?")
    assert "1er mars 2025" in turn.locator(".reponse").inner_text()
    turn.locator(".sources [data-open]").first.click()
    page.wait_for_selector("#passage img.page[alt*='surligné']")


def assert_only_gradio_keeps_files(home):
    """What is given to download lies in Gradio's folder, which it tidies, and nowhere else."""
    for _ in range(50):
        kept = [file for file in (home / "tmp").rglob("*.*") if file.suffix in (".docx", ".pdf", ".md")]
        if all("gradio" in file.parts for file in kept):
            break
        time.sleep(0.1)
    assert kept
    assert all("gradio" in file.parts for file in kept)


def test_a_file_that_is_no_contract_gets_a_sentence(page, tmp_path):
    poor = tmp_path / "faux.pdf"
    poor.write_bytes(b"ceci n'est pas un PDF")
    tab(page, "contrat")
    page.set_input_files("#onglet-contrat input[type=file]", str(poor))
    page.wait_for_selector("#note .erreur")


def test_a_text_is_checked_in_words_and_in_colour(page, web_home):
    tab(page, "verifier")
    page.fill(
        "#texte-verifie textarea",
        "L'article L. 900-3 du CASF dispose que « La cantine peut être confiée à une entreprise. La convention est conclue "
        "pour trois ans au plus. » <script>window.hacked=1</script> Voir l'article L. 999-9 du même code.",
    )
    page.click("#choix-texte button:has-text('Vérifier') >> nth=0")
    page.wait_for_selector("#verification .verifie", timeout=60_000)
    told = page.locator("#verification").inner_text()
    assert "À corriger" in told
    assert "Aucun article de ce numéro" in told
    assert page.locator("#verification del:has-text('entreprise')").count() == 1
    assert page.locator("#verification ins:has-text('association')").count() == 1
    assert page.evaluate("window.hacked") is None
    with page.expect_download() as got:
        page.click("#choix-texte >> text=Télécharger le rapport")
    assert got.value.suggested_filename.endswith(".docx")
    assert_only_gradio_keeps_files(web_home)


def test_the_code_is_browsed_searched_and_followed(page):
    tab(page, "code")
    page.click("#code button:has-text('Partie législative')")
    page.click("#code button:has-text('Livre IX')")
    page.click("#code button:has-text('Titre Ier')")
    page.click("#code button:has-text('Chapitre Ier')")
    page.click("#code a:has-text('Article L. 900-1')")
    page.wait_for_selector("#code h2:has-text('Article L. 900-1')")
    assert "L. 900-4" in page.locator("#code .liens").inner_text()
    page.click("#code .liens a:has-text('Article L. 900-4')")
    page.wait_for_selector("#code h2:has-text('Article L. 900-4')")
    assert page.locator("#code .liens a:has-text('Article L. 900-1')").count() == 1  # cited by
    page.fill("#mots textarea, #mots input", "prix du repas à la cantine")
    page.keyboard.press("Enter")
    page.wait_for_selector("#code h2:has-text('Articles trouvés')")
    assert "L. 900-2" in page.locator("#code .plan li").first.inner_text()


def test_an_article_opens_in_the_code_from_a_citation(page):
    ask(page, "Que dit l'article L. 900-2 ?").locator(".renvoi").first.click()
    page.click("#passage [data-code]")
    page.wait_for_selector("#code h2:has-text('Article L. 900-2')")
    assert page.get_attribute("#onglet-code-button", "aria-selected") == "true"


def test_the_state_says_what_is_indexed_and_keeps_the_official_text(page):
    tab(page, "etat")
    page.wait_for_selector("#etat dl:has-text('10')")
    told = page.locator("#etat").inner_text()
    assert "1er janvier 2020" in told
    assert "ten.jsonl" in told
    page.click("text=Reconstruire l'index des fiches")
    page.wait_for_selector("#etat:has-text('le reconstruire d\\'ici le perdrait')")


def test_a_session_is_prepared_edited_and_downloaded(page, web_home):
    from docx import Document

    tab(page, "seance")
    page.fill("#theme-seance textarea, #theme-seance input", "le conseil de la vie sociale")
    page.click("#theme button:has-text('Préparer')")
    page.wait_for_selector("#seance h2:has-text('Quiz')", timeout=60_000)
    page.click("text=Modifier le texte")
    # The text reaches the accordion after the pack does; its files come last.
    expect(page.locator("#texte-seance textarea")).to_have_value(re.compile("^# Séance"))
    expect(page.locator("#seance-fichiers >> text=DOCX")).to_be_enabled(timeout=60_000)
    text = page.input_value("#texte-seance textarea")
    page.fill("#texte-seance textarea", text.replace("# Séance", "# Ma séance", 1))
    page.click("#note-seance")
    page.wait_for_selector("#seance h1:has-text('Ma séance')")
    expect(page.locator("#seance-fichiers >> text=DOCX")).to_be_enabled(timeout=60_000)
    with page.expect_download() as got:
        page.click("#seance-fichiers >> text=DOCX")
    assert any("Ma séance" in p.text for p in Document(got.value.path()).paragraphs)
    assert_only_gradio_keeps_files(web_home)
