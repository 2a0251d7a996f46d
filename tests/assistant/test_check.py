"""Checking a text: on ten articles of our own with vectors of words, then on the whole code with the real model."""

import io
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from assistant.check import Check, check_text
from assistant.check_quotes import Quotes
from assistant.check_reading import read
from assistant.check_report import remarks, report_text, write_report
from assistant.cli import main
from assistant.engine import Engine
from assistant.retrieval import Searcher
from assistant.settings import Settings
from corpus.cards import Card, load_cards
from corpus.errors import CasfError
from ingest.generation import Index, build, checksum
from ingest.history import merge
from ingest.index import FORMAT
from ingest.sources import read_source
from tests.conftest import ROOT, SHARED, WordEmbedder

SENTENCES = [json.loads(line) for line in (Path(__file__).parent / "correct_sentences.jsonl").read_text("utf-8").splitlines()]
ATTRIBUTED = [json.loads(line) for line in (Path(__file__).parent / "attributed_sentences.jsonl").read_text("utf-8").splitlines()]
SEEDS = SHARED / "seeds"


@pytest.fixture(scope="module")
def searcher(tmp_path_factory, articles, cards) -> Searcher:
    """The ten articles, and cards of one that was repealed and of one whose text is not here."""
    gone = Card(
        "L900-9", "Ancienne fête du village", "Une fête avait lieu en juin.", (), (), "2021-01-01", "repealed", "Abrogé en 2021."
    )
    denies = Card(
        "L907-1", "Le marché du samedi", "La place accueille un marché. Rien ici sur les parcelles de jardin.",
        ("L'article L907-1 parle-t-il de jardin ?", "Où se tient le marché ?"), ("marché", "L907-1 et jardin"), "2021-01-01", "in_force",
    )  # fmt: skip
    home, words = tmp_path_factory.mktemp("home"), WordEmbedder()
    build(home, articles, [*cards, gone, denies], words, {"files": ["ten.jsonl"]})
    return Searcher(Index.open(home), words)


def first(check: Check, kind: str):
    return getattr(check, kind)[0]


# --- references ------------------------------------------------------------------------------------------------------


def test_a_reference_found_shows_its_date_and_beginning(searcher):
    text = "Voyez l'art. L. 900–1 du CASF."
    ref = first(check_text(text, searcher), "references")
    assert (ref.num, ref.status, ref.as_of, ref.source) == ("L900-1", "found", "2020-01-01", "law")
    assert text[ref.offset :].startswith(ref.text)
    assert ref.excerpt.startswith("Toute commune ouvre")
    assert ref.title == "Manger à la cantine quand on est âgé"


def test_a_repealed_article_is_said_so(searcher):
    ref = first(check_text("L'article L900-9 fixe la fête.", searcher), "references")
    assert (ref.status, ref.source, ref.note) == ("repealed", "card", "Abrogé en 2021.")


def test_an_unknown_number_and_its_homonym(searcher):
    refs = check_text("Les articles L. 999-1, D. 900-1 et L. 900-2.", searcher).references
    assert [(r.num, r.status, r.homonym) for r in refs] == [
        ("L999-1", "unknown", ""),
        ("D900-1", "unknown", "L900-1"),
        ("L900-2", "found", ""),
    ]


def test_a_card_alone_does_not_prove_an_article_that_the_indexed_code_lacks(searcher):
    ref = first(check_text("L'article L905-9 offre le goûter.", searcher), "references")
    assert (ref.status, ref.source, ref.as_of) == ("unknown", "card", "2020-01-01")
    assert "fiche" in ref.note


def test_without_any_official_text_the_cards_make_a_reference_found(tmp_path, cards, words):
    build(tmp_path, [], cards, words, {"files": []})
    check = check_text("L'article L900-2 dit : « Le prix du repas est libre pour tous ».", Searcher(Index.open(tmp_path), words))
    assert (first(check, "references").status, first(check, "references").source) == ("found", "card")
    assert not first(check, "quotes").checked
    assert "pas indexé" in check.warnings[0]


def test_ranges_letterless_numbers_chapters_and_other_codes(searcher):
    text = (
        "Articles L. 900-1 à L. 900-4. Voyez l'article 910-1 du CASF. Le chapitre L. 910. L'article L. 900-1 du code du travail."
    )
    ranged, letterless, chapter, other = check_text(text, searcher).references
    assert (ranged.num, ranged.range_end, ranged.status) == ("L900-1", "L900-4", "found")
    assert (letterless.num, letterless.status) == ("L910-1", "found")
    assert "D. 910-1" in letterless.note
    assert (chapter.status, chapter.homonym) == ("unknown", "")
    assert "chapitre" in chapter.note
    assert (other.code, other.status, other.excerpt) == ("Code du travail", "unknown", "")


# --- quotations ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quoted", ["« {} »", "“{}”", '"{}"'])
def test_a_quotation_word_for_word(searcher, quoted):
    words = quoted.format("Le maire répond dans un délai de quinze jours. Son silence vaut acceptation.")
    quote = first(check_text(f"L'article L. 900-1 dispose : {words}", searcher), "quotes")
    assert (quote.num, quote.status, quote.best_match["num"], quote.best_match["score"]) == ("L900-1", "verbatim", "L900-1", 1.0)


def test_typography_and_marked_cuts_do_not_count(searcher):
    text = "« TOUTE COMMUNE ouvre sa cantine […] aux habitants âgés qui le demandent »"
    assert first(check_text(f"{text} (art. L900-1).", searcher), "quotes").status == "verbatim"


def test_an_altered_quotation_shows_what_differs(searcher):
    text = "Selon l'article L900-1, « le maire répond toujours dans un délai de trente jours »."
    quote = first(check_text(text, searcher), "quotes")
    assert quote.status == "altered"
    assert [(d.quoted, d.article) for d in quote.differences] == [("toujours", ""), ("trente", "quinze")]
    assert quote.best_match["text"] == "Le maire répond dans un délai de quinze jours"


def test_another_code_s_article_is_known_by_its_card(tmp_path, articles, cards, words):
    civil = Card("375 C. civ.", "Enfant en danger", "Le juge aide.", (), (), "2026-04-03", "in_force")
    build(tmp_path, articles, [*cards, civil], words, {})
    check = check_text("Les articles 375 et 377 du code civil, puis L. 900-1.", Searcher(Index.open(tmp_path), words))
    own, other, ours = check.references
    assert (own.num, own.status, own.source, own.title) == ("375 C. civ.", "found", "card", "Enfant en danger")
    assert "Le texte officiel du code civil n'est pas indexé ici" in own.note
    assert (other.status, other.source, ours.status) == ("unknown", "", "found")
    told = {remark.subject: remark.text for remark in remarks(check)}
    assert "non vérifié" in told["377 (Code civil)"] and "non vérifié" not in told["375 C. civ."]


def test_a_quotation_of_another_article_is_found_there(searcher):
    text = "L'article L900-2 prévoit que « la convention est conclue pour trois ans au plus »."
    quote = first(check_text(text, searcher), "quotes")
    assert (quote.num, quote.status) == ("L900-2", "not_found")
    assert (quote.best_match["num"], quote.best_match["score"]) == ("L900-3", 1.0)


def test_an_invented_quotation(searcher):
    quote = first(check_text("« Chaque élève reçoit un vélo rouge à la rentrée » (L900-2)", searcher), "quotes")
    assert quote.status == "not_found"


def test_a_quotation_belongs_to_the_references_near_it():
    far = "« Un deux trois quatre cinq six ». Rien. Rien non plus. Toujours rien. Enfin L. 900-1."
    near = "L'article L. 900-1 est clair. On y lit ceci. « Un deux trois quatre cinq six »."
    short = "L'article L. 900-1 parle de « vie sociale »."
    other = "L'article 375 du code civil dit « un deux trois quatre cinq six »."
    assert [len(read(t).quotations) for t in (far, near, short, other)] == [0, 1, 0, 0]
    assert not read(near).quotations[0].attributed


def test_straight_marks_pair_in_order_and_markdown_blocks_are_quotations():
    text = 'Le "projet" de l\'article L. 900-1 et de la commune qui le porte est un "outil".'
    assert read(text).quotations == ()
    block = "L'article L. 900-1 dit :\n\n> Toute commune ouvre sa cantine\n> aux habitants âgés.\n"
    assert read(block).quotations[0].text == "Toute commune ouvre sa cantine\naux habitants âgés."


def test_the_nearest_stretch_is_cut_from_the_article_itself(searcher):
    found = Quotes(searcher).in_article("reprise après un avertissement jamais envoyé et resté sans effet", "L910-2")
    assert found.text in searcher.index.article("L910-2").text


# --- claims ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "L'article L. 900-1 oblige la commune à ouvrir sa cantine aux habitants âgés.",
        "Le maire a quinze jours pour répondre à la demande écrite (art. L900-1).",
        "Selon l'article L. 910-1, les familles sans balcon et les écoles passent d'abord pour une parcelle.",
        "Une parcelle en friche pendant un an est reprise, en vertu de l'article L. 910-2 du CASF.",
    ],
)
def test_what_an_article_says_is_supported(searcher, text):
    claim = first(check_text(text, searcher), "claims")
    assert (claim.status, claim.better) == ("supported", ())


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("L'article L. 900-3 réserve les parcelles de jardin aux familles sans balcon inscrites.", "L910-1"),
        ("L'article L. 910-2 permet de contester le refus devant le tribunal dans les deux mois.", "L900-4"),
        ("La convention confiant la cantine à une association dure trois ans (art. R. 900-2).", "L900-3"),
    ],
)
def test_what_another_article_says_is_doubtful(searcher, text, better):
    claim = first(check_text(text, searcher), "claims")
    assert claim.status == "doubtful"
    assert claim.better[0]["num"] == better


def test_a_claim_on_an_unknown_article_is_doubtful(searcher):
    claim = first(check_text("L'article L. 999-1 attribue une parcelle de jardin à chaque famille inscrite.", searcher), "claims")
    assert (claim.status, claim.reason, claim.better[0]["num"]) == ("doubtful", "unknown", "L910-1")


def test_a_figure_that_the_article_contradicts(searcher):
    claim = first(
        check_text("Le maire répond par écrit à l'habitant âgé dans un délai de deux mois (L. 900-1).", searcher), "claims"
    )
    assert (claim.status, claim.reason, claim.figure) == ("doubtful", "figure", "deux mois")


def test_what_a_card_denies_is_not_what_its_article_says(searcher):
    claim = first(check_text("L'article L907-1 organise les parcelles de jardin des familles inscrites.", searcher), "claims")
    assert claim.status == "doubtful"
    assert claim.better[0]["num"] == "L910-1"


def test_a_quotation_that_holds_makes_its_sentence_hold(searcher):
    claim = first(check_text("L'article L900-3 : « La convention est conclue pour trois ans au plus ».", searcher), "claims")
    assert (claim.status, claim.score) == ("supported", 1.0)


def test_the_repealed_are_never_proposed(searcher):
    claim = first(check_text("L'article L. 900-2 fixe la fête du village en juin.", searcher), "claims")
    assert "L900-9" not in [b["num"] for b in claim.better]


# --- reading ---------------------------------------------------------------------------------------------------------


def ties(text: str) -> list[tuple[str, str]]:
    return [(tie.ref.num, tie.statements[0]) for tie in read(text).ties]


def test_sentences_go_on_about_the_article():
    text = (
        "L'article L. 900-1 prévoit un droit. Il précise aussi les délais de réponse. Cet article vise les recours.\n"
        "Parmi ces droits figure le repas. La suite parle du jardin."
    )
    assert ties(text) == [
        ("L900-1", "un droit"),
        ("L900-1", "les délais de réponse"),
        ("L900-1", "les recours"),
        ("L900-1", "figure le repas"),
    ]


def test_a_text_about_one_article():
    text = "L'article L. 900-1 du CASF\n\nUne longue histoire.\n\nEncore une page.\n\nLa loi prévoit un délai de réponse."
    assert read(text).topic.num == "L900-1"
    assert ties(text)[-1] == ("L900-1", "un délai de réponse")
    assert ties("Histoire.\n\nLa loi prévoit un délai.\n\nVoir L. 900-1.")[0][0] == "L900-1"
    assert [num for num, _ in ties("La loi du 2 janvier 2002 prévoit un délai.")] == []


def test_formulas_and_references_are_no_statement():
    assert ties("Aux termes de l'article L. 900-1 du code de l'action sociale et des familles (CASF), le maire répond.") == [
        ("L900-1", "le maire répond")
    ]
    assert ties("Le maire, comme le rappelle l'article L. 900-1, répond.") == [("L900-1", "Le maire répond")]


def test_a_qualifier_only_says_which_ones():
    assert ties("Les services mentionnés à l'article L. 900-1 tiennent un registre.") == [("L900-1", "Les services")]


def test_a_denial_and_a_reference_inside_a_quotation_tie_nothing():
    assert ties("L'article L. 900-1 ne parle pas des jardins ; l'article L. 910-1 les attribue.") == [("L910-1", "les attribue")]
    assert [num for num, _ in ties("L'article L. 900-1 dit : « les recours prévus à l'article L. 900-4 sont ouverts ».")] == [
        "L900-1"
    ]


def test_clauses_lists_and_rows():
    assert ties("Le prix est fixé (L. 900-2) ; le recours est ouvert (L. 900-4).") == [
        ("L900-2", "Le prix est fixé"),
        ("L900-4", "le recours est ouvert"),
    ]
    assert ties("L'article L. 900-1 ouvre :\n- la cantine ;\n- le jardin.") == [("L900-1", "la cantine; le jardin")]
    assert ties("Outils :\n- la cantine (L. 900-1) ;\n- le prix (L. 900-2).") == [("L900-1", "la cantine"), ("L900-2", "le prix")]
    assert ties("| Article | Sujet | Date |\n|---|---|---|\n| L900-1 | Accès à la cantine | 2020 |") == [
        ("L900-1", "Accès à la cantine")
    ]
    assert ties("Voir L900-1, L900-2, L900-3, L900-4, L910-1 et L910-2 sur la cantine.") == []


def test_lines_broken_by_width_are_one_sentence():
    text = (
        "Une commune ouvre sa cantine aux personnes âgées qui en font la demande par\n"
        "écrit, et le maire répond dans un délai de quinze jours conformément à la règle\n"
        "posée par l'article L. 900-1 du Code de l'action sociale et des familles, qui en\n"
        "Décembre fut votée. Le prix du repas est fixé par le conseil de la commune où la\n"
        "personne habite."
    )
    assert len(read(text).sentences) == 2


def test_hostile_texts_are_read_in_time():
    for text in ("«" * 50_000, '"a b c d e f" ' * 5000, "article L. 313-11 " * 3000, "a" * 500_000, "> " * 20_000):
        read(text)


# --- report and command ----------------------------------------------------------------------------------------------

MIXED = (
    "L'article L. 900-3 réserve les parcelles de jardin aux familles sans balcon inscrites. L'article L. 900-9 fixe la fête.\n"
    "Selon l'article L. 900-1, « le maire répond toujours dans un délai de trente jours ».\n"
    "L'article L. 900-2 plafonne le prix du repas des personnes aux revenus modestes."
)


def test_the_report_says_the_gravest_first(searcher):
    report = report_text(check_text(MIXED, searcher))
    assert report.index("À CORRIGER") < report.index("RIEN À SIGNALER")
    assert "L. 900-9 — Cet article a été abrogé en 2021." in report
    assert "« trente » au lieu de « quinze »" in report
    assert "L. 910-1" in report


def test_the_docx_holds_the_text_and_its_remarks(searcher, tmp_path):
    from docx import Document

    check = check_text(MIXED, searcher)
    write_report(check, MIXED, tmp_path / "sous" / "rapport.docx")
    document = Document(str(tmp_path / "sous" / "rapport.docx"))
    texts = [p.text for p in document.paragraphs]
    assert all(line in texts for line in MIXED.split("\n"))
    assert len(list(document.comments)) == sum(r.gravity != "Rien à signaler" for r in remarks(check)) >= 3
    with pytest.raises(CasfError, match=r"\.docx"):
        write_report(check, MIXED, tmp_path / "rapport.txt")


def test_control_characters_do_not_break_the_docx(searcher, tmp_path):
    text = "L'article L. 999-1\x0b interdit\x01 tout."
    write_report(check_text(text, searcher), text, tmp_path / "r.docx")


def test_the_command(searcher, tmp_path, monkeypatch, capsys):
    class Opened:
        def searcher(self):
            return searcher

    monkeypatch.setattr("assistant.commands.check.engine_of", lambda _: Opened())
    (tmp_path / "t.txt").write_text(MIXED, "utf-8")
    assert main(["--home", str(tmp_path), "check", str(tmp_path / "t.txt"), "--json", "--out", str(tmp_path / "r.docx")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"text", "num", "status", "as_of", "excerpt", "offset"} <= set(found["references"][0])
    assert {"text", "num", "status", "best_match"} <= set(found["quotes"][0])
    assert {"text", "num", "status", "better"} <= set(found["claims"][0])
    assert (tmp_path / "r.docx").is_file()
    for wrong in (["absent.txt"], [str(tmp_path / "t.txt"), "--out", "r.pdf"], [str(tmp_path)]):
        assert main(["--home", str(tmp_path), "check", *wrong]) == 2
        error = capsys.readouterr().err
        assert len(error.strip().splitlines()) == 1


def test_nothing_to_read(searcher):
    with pytest.raises(CasfError, match="vide"):
        check_text(" \n…", searcher)
    with pytest.raises(CasfError, match="trop long"):
        check_text("a " * 600_000, searcher)
    assert "ne cite aucun article" in check_text("Bonjour à tous.", searcher).warnings[-1]


# --- the real model --------------------------------------------------------------------------------------------------


def doubts(searcher: Searcher) -> list[str]:
    claims = [claim for row in SENTENCES for claim in check_text(row["sentence"], searcher).claims]
    assert len(claims) >= len(SENTENCES) - 2
    return [claim.num for claim in claims if claim.status == "doubtful"]


@pytest.mark.ci
@pytest.mark.model
def test_correct_sentences_are_seldom_doubted_with_the_cards_alone(engine):
    assert len(doubts(engine.searcher())) <= 2


def attributed(searcher: Searcher) -> tuple[int, int]:
    """Of the sentences that only say where a subject stands ("… est régi par l'article …", "au sens de …"): how many right
    ones are doubted, how many wrong ones are, the right article being proposed."""
    doubted = found = 0
    for row in ATTRIBUTED:
        doubts = [claim for claim in check_text(row["sentence"], searcher).claims if claim.status == "doubtful"]
        if row["num"] == row["right"]:
            doubted += bool(doubts)
        else:
            found += any(row["right"] in [better["num"] for better in claim.better] for claim in doubts)
    return doubted, found


@pytest.mark.ci
@pytest.mark.model
def test_where_a_subject_stands_is_checked_with_the_cards_alone(engine):
    doubted, found = attributed(engine.searcher())
    assert doubted <= 1 and found >= 16


@pytest.mark.model
def test_the_lack_of_the_official_text_is_said_once(engine):
    warnings = " ".join(check_text("Le CPOM est prévu par l'article L. 313-11.", engine.searcher()).warnings)
    assert warnings.count("texte officiel") == 1


@pytest.mark.model
def test_the_command_answers_in_json(model_home, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"L'article L. 131-5 du CASF institue les CPOM.")))
    assert main(["--home", str(model_home), "check", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["references"][0]["status"] == "repealed"


@pytest.fixture(scope="module")
def code(model_home) -> Searcher:
    """The whole code with the real model, kept in .cache between runs (its first build takes minutes)."""
    source = SHARED / "corpus" / "casf.jsonl"
    if not source.is_file():
        pytest.skip("le dossier ../shared (textes officiels) n'est pas là")
    kept = ROOT / ".cache" / f"home-code-{FORMAT}"
    if not (kept / "model").is_dir():
        shutil.copytree(model_home / "model", kept / "model", copy_function=os.link)
    engine = Engine(Settings.load(str(kept)))
    if not engine.has_index() or Index.open(kept).manifest["checksum"] != checksum(merge(read_source(source)), load_cards()):
        engine.build([source])
    return engine.searcher()


whole_code = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(3600)]


class TestTheWholeCode:
    pytestmark = whole_code

    def test_correct_sentences_are_seldom_doubted(self, code):
        assert len(doubts(code)) <= 2

    def test_where_a_subject_stands_is_checked(self, code):
        doubted, found = attributed(code)
        assert doubted <= 1 and found >= 16

    def seed(self, code, start: str) -> Check:
        (path,) = SEEDS.glob(f"{start}_*.txt")
        return check_text(path.read_text("utf-8"), code)

    def test_an_invented_quotation_and_the_place_of_the_cpom(self, code):
        check = self.seed(code, "000")
        assert [(q.num, q.status) for q in check.quotes] == [("L121-4", "not_found")]
        (claim,) = [c for c in check.claims if "pluriannuel" in c.text]
        assert (claim.num, claim.status, claim.better[0]["num"]) == ("L121-4", "doubtful", "L313-11")

    def test_numbers_that_do_not_exist(self, code):
        status = {r.num: r for start in ("000", "001", "002") for r in self.seed(code, start).references}
        assert (status["L131-5"].status, status["L131-5"].homonym) == ("repealed", "R131-5")
        assert status["L112-9"].status == "unknown"
        assert (status["L116-4"].status, status["L116-4"].source) == ("unknown", "card")

    def test_everything_said_of_wrong_articles_is_doubtful(self, code):
        for start, num in (("000", "L121-4"), ("001", "L131-5"), ("002", "L116-4")):
            claims = [c for c in self.seed(code, start).claims if c.num == num]
            assert claims
            assert {c.status for c in claims} == {"doubtful"}, start

    def test_what_belongs_to_other_articles(self, code):
        claims = self.seed(code, "003").claims
        (plans,) = [c for c in claims if "schémas départementaux" in c.text]
        assert (plans.num, plans.status) == ("L121-1", "doubtful")
        assert {"L312-4", "L312-5"} <= {b["num"] for b in plans.better}
        (evaluation,) = [c for c in claims if "l’évaluation" in c.text]
        assert evaluation.status == "doubtful"
        assert "L312-8" in {b["num"] for b in evaluation.better}

    def test_a_text_without_reference_gives_nothing(self, code):
        check = self.seed(code, "004")
        assert (check.references, check.quotes, check.claims) == ([], [], [])
