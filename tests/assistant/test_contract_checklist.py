from datetime import date

import pytest

from assistant.contract_checklist import ALERT, INFO, WARN, check_contract, checklist_text, status_at
from assistant.contract_sheet import make_sheet
from corpus.cards import load_cards
from corpus.contract import Contract, Page
from corpus.reference import printed
from ingest.contract_passages import contract_passages
from ingest.generation import Index
from ingest.workspace import OpenContract

TODAY = date(2026, 1, 15)


def opened(text, ident="0" * 16, title="Essai", ocr=False):
    """A contract of one page; the checks need no index and no model."""
    contract = Contract(ident, title, "essai.pdf", "2026-01-01", (Page(1, text, ocr),))
    return OpenContract(contract, tuple(contract_passages(contract)), None, None, None)


def from_pages(pages, name):
    contract = Contract(name.ljust(16, "0"), name, f"{name}.pdf", "2026-01-01", tuple(pages))
    return OpenContract(contract, tuple(contract_passages(contract)), None, None, None)


def check(text, today=TODAY, index=None, others=(), ocr=False):
    contract = opened(text, ocr=ocr)
    return check_contract(contract, make_sheet(contract), index, today, others)


def contract(body="", start="1er janvier 2023", end="31 décembre 2027", basis="L. 313-12-2"):
    return (
        f"CONTRAT PLURIANNUEL D'OBJECTIFS ET DE MOYENS\n\nVu l'article {basis} du code de l'action sociale et des familles ;\n\n"
        f"Article 1 – Durée\nLe contrat prend effet le {start} et expire le {end}.\n\n{body}\n"
    )


def codes(findings):
    return {f.code for f in findings}


def of(findings, code):
    return next(f for f in findings if f.code == code)


@pytest.fixture(scope="module")
def demo(pages_of):
    return from_pages(pages_of("demo"), "demo")


def test_the_demonstration_has_nothing_grave(demo):
    findings = check_contract(demo, make_sheet(demo), None, TODAY)
    assert {f.severity for f in findings} <= {INFO}
    assert "avenant" in of(findings, "juge").message


def test_findings_carry_a_verbatim_quote(pages_of):
    for name in ("ehpad", "handicap", "chrs"):
        pages = pages_of(name)
        here = from_pages(pages, name)
        findings = check_contract(here, make_sheet(here), None, TODAY)
        texts = {page.number: page.text for page in pages}
        assert findings
        assert all(f.quote in texts[f.page] for f in findings if f.page)


@pytest.mark.parametrize(
    ("start", "end", "severity"),
    [
        ("1er janvier 2023", "31 décembre 2028", ALERT),
        ("1er janvier 2023", "31 décembre 2027", None),
        ("1er avril 2023", "31 mars 2026", None),
    ],
)
def test_more_than_five_years(start, end, severity):
    found = [f for f in check(contract(start=start, end=end)) if f.code == "duree"]
    assert [f.severity for f in found] == ([severity] if severity else [])
    assert all("72 mois" in f.message and f.page == 1 for f in found)


@pytest.mark.parametrize(
    ("today", "severity", "word"),
    [(date(2028, 1, 1), ALERT, "est passé"), (date(2027, 3, 1), WARN, "moins de douze mois"), (date(2026, 1, 1), None, "")],
)
def test_a_term_passed_or_near(today, severity, word):
    found = [f for f in check(contract(), today) if f.code == "terme"]
    assert [f.severity for f in found] == ([severity] if severity else [])
    assert all(word in f.message and "aucun avenant" in f.message for f in found)


AVENANT = """AVENANT N° 1 AU CONTRAT

Article 1 – Terme
À l'article 1, la date du 31 décembre 2027 est remplacée par celle du {}.
"""


def test_an_avenant_that_prolongs(tmp_path):
    pages = [Page(1, contract()), Page(2, AVENANT.format("31 décembre 2028")), Page(3, AVENANT.format("31 décembre 2030"))]
    once = from_pages(pages[:2], "proroge")
    findings = check_contract(once, make_sheet(once), None, date(2028, 6, 1))
    assert of(findings, "terme").severity == WARN
    assert "avenant n° 1" in of(findings, "terme").message
    assert of(findings, "duree").severity == INFO
    twice = from_pages([pages[0], Page(2, AVENANT.format("31 décembre 2030"))], "trop")
    assert of(check_contract(twice, make_sheet(twice), None, TODAY), "duree").severity == ALERT


def test_repealed_articles_are_told_from_the_cards():
    gone = next(c.num for c in load_cards() if c.status == "repealed" and c.num.startswith("L351"))
    findings = check(contract(f"Article 2 – Tarif\nLe tarif suit l'article {printed(gone)}.\n"))
    finding = of(findings, "reference")
    assert finding.severity == ALERT
    assert printed(gone) in finding.message
    assert printed(gone) in finding.quote


def test_unknown_articles_are_told_with_the_index(small_home):
    index = Index.open(small_home)
    body = "Article 2 – Base\nVoir l'article L. 199-7 du code de l'action sociale et des familles et l'article L. 6114-1 du code de la santé publique."
    unknown = [f.message for f in check(contract(body), index=index) if f.code == "reference"]
    assert any("L. 199-7" in message and "Légifrance" in message for message in unknown)
    assert not any("6114" in message for message in unknown)
    assert not [f for f in check(contract(body)) if f.code == "reference"]  # without an index, no one can say


def test_the_status_of_an_article_has_one_place(small_home):
    index = Index.open(small_home)
    assert status_at("L900-1", index, date(2020, 1, 1))[0] == "in_force"
    assert status_at("L900-99", index, None)[0] == "unknown"


@pytest.mark.parametrize(
    ("sentence", "severity"),
    [
        ("Les recours sont portés devant le tribunal interrégional de la tarification sanitaire et sociale.", ALERT),
        ("Le TITSS est compétent.", ALERT),
        ("Les recours relèvent du TITSS puis, à partir du 1er janvier 2025, du tribunal administratif.", INFO),
        ("Les recours sont portés devant le tribunal administratif de Thèvemont.", None),
    ],
)
def test_the_judge_who_is_no_more(sentence, severity):
    found = [f for f in check(contract(f"Article 9 – Litiges\n{sentence}\n")) if f.code == "juge"]
    assert [f.severity for f in found] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("La convention tripartite fixe les effectifs de l'établissement.", True),
        ("Le contrat met fin à la convention tripartite signée le 6 mars 2015.", False),
        ("L'EHPAD était lié par une convention tripartite.", False),
    ],
)
def test_the_tripartite_convention(sentence, said):
    assert ("tripartite" in codes(check(contract(f"Article 3 – Effectifs\n{sentence}\n")))) is said


def test_required_clauses_are_not_found_never_absent():
    findings = check(
        contract(basis="L. 313-12 (IV ter)") + "L'EHPAD Les Lilas accueille des personnes âgées dépendantes.\n", ocr=True
    )
    messages = [f.message for f in findings if f.code == "clause"]
    assert any("Habilitation à l'aide sociale" in m and "L. 342-3-1" in m for m in messages)
    assert all("non trouvée" in m and "numérisation" in m for m in messages)
    assert not any("absent" in m for m in messages)
    assert not any("numérisation" in f.message for f in check(contract()) if f.code == "clause")


def test_what_only_an_ehpad_needs_is_not_asked_of_others():
    usual = [f.message for f in check(contract()) if f.severity == INFO and f.code == "clause"]
    assert usual
    assert "palliatifs" not in usual[0]


MODULATION = "Article 5 – Modulation selon l'activité\nL'ARS peut appliquer un abattement égal à {} de l'écart constaté.\n"


def test_a_modulation_without_an_activity_objective():
    finding = of(check(contract(MODULATION.format("la moitié"))), "modulation")
    assert (finding.severity, finding.page) == (ALERT, 1)
    target = "Article 4 – Activité\nLe taux d'occupation cible est fixé à 95 %.\n\n"
    assert "modulation" not in codes(check(contract(target + MODULATION.format("la moitié"))))


@pytest.mark.parametrize(
    ("share", "beyond"),
    [
        ("la moitié", False),
        ("40 %", False),
        ("50 %", False),
        ("75 %", True),
        ("la totalité", True),
        ("deux tiers", True),
        ("l'intégralité", True),
    ],
)
def test_an_abatement_beyond_half_the_gap(share, beyond):
    assert ("abattement" in codes(check(contract(MODULATION.format(share))))) is beyond


def test_the_half_binds_some_contracts_only():
    findings = check(contract(MODULATION.format("75 %"), basis="L. 313-12-4") + "Protection de l'enfance.\n")
    assert of(findings, "abattement").severity == WARN


OBJECTIVES = "Article 2 – Objectifs\nObjectif 1 : {}.\nObjectif 2 : {}.\n"
WORDING = "améliorer en continu la qualité de l'accompagnement des personnes accueillies"


def test_objectives_that_repeat_each_other():
    twins = contract(OBJECTIVES.format(WORDING, WORDING.replace("accueillies", "accueillis")))
    assert of(check(twins), "objectif").severity == WARN
    assert "objectif" not in codes(
        check(contract(OBJECTIVES.format(WORDING, "ouvrir six places de répit à Vauxelle avant juin 2026")))
    )


def test_objectives_taken_from_another_contract():
    other = make_sheet(
        opened(contract(OBJECTIVES.format(WORDING, "rénover l'aile nord de la maison")), ident="1" * 16, title="CPOM voisin")
    )
    findings = check(
        contract(OBJECTIVES.format(WORDING.capitalize(), "former tous les salariés aux gestes de secours")), others=[other]
    )
    assert [f.code for f in findings if f.code == "objectif"] == ["objectif"]
    assert "CPOM voisin" in of(findings, "objectif").message
    assert "objectif" not in codes(check(contract(OBJECTIVES.format(WORDING, "rénover l'aile nord")), others=[]))


def test_the_text_starts_with_the_gravest():
    text = checklist_text(check(contract("Article 9 – Litiges\nLe TITSS est compétent.\n", end="31 décembre 2029")))
    assert text.startswith("[alerte]")
    assert "p. 1" in text
    assert "contrôles automatiques" in checklist_text([])


def test_a_reference_is_read_at_the_signature_and_today(tmp_path, words):
    from datetime import date

    from corpus.article import Article
    from ingest.generation import Index, build
    from ingest.history import merge

    both = {
        "L900-1": "La cantine ouvre à midi.",
        "L900-3": "Le pain est gratuit.",
        "L900-4": "L'eau aussi.",
        "L900-5": "Un jardin.",
    }
    old = [Article(num, (), text, "2008-11-21") for num, text in (both | {"L900-2": "Deux euros."}).items()]
    new = [Article(num, (), text, "2009-01-01") for num, text in (both | {"L900-1": "La cantine ouvre à onze heures."}).items()]
    build(tmp_path, merge(old, new), [], words, {})
    index = Index.open(tmp_path)
    assert status_at("L900-1", index, date(2008, 12, 1))[0] == "changed"
    assert status_at("L900-1", index, date(2010, 1, 1)) == status_at("L900-1", index, None) == ("in_force", "")
    assert status_at("L900-2", index, date(2008, 12, 1)) == ("repealed", "absent du texte du 1er janvier 2009.")
    assert "déjà plus" in status_at("L900-2", index, date(2010, 1, 1))[1]
    assert status_at("L999-9", index, date(2010, 1, 1))[0] == "unknown"
