"""Questions about time, on two small copies of our own; then on the copies of 2008, 2009 and 2016 with the real model."""

import shutil
from dataclasses import replace

import pytest

from assistant.asked_day import asked_days, parse_day
from assistant.cli import main
from assistant.engine import Engine
from assistant.history import answer_history
from assistant.question import read_question
from assistant.settings import Settings
from corpus.article import Article
from corpus.cards import Card, load_cards
from evals.history import CIVIL, HISTORY, read_rows, run_history
from ingest.generation import Index, build
from ingest.history import merge
from ingest.index import FORMAT
from tests.conftest import ROOT

OLD, NEW = "2008-11-21", "2009-01-01"
KEPT = {
    "L900-1": "Toute commune ouvre sa cantine aux personnes âgées qui le demandent.",
    "L900-3": "Le pain est fourni par le boulanger du village.",
    "L900-4": "L'eau de la fontaine est gratuite toute l'année.",
    "L900-5": "Chaque famille a droit à une parcelle de jardin.",
}


def copies() -> list[Article]:
    def copy_of(day: str, texts: dict[str, str]) -> list[Article]:
        return [Article(num, ("Livre Ier",), text, day) for num, text in texts.items()]

    old = copy_of(
        OLD,
        KEPT | {"L900-2": "Le repas coûte deux euros.\n\nLe maire tient le registre.", "L900-7": "Un garde veille sur le pré."},
    )
    new = copy_of(
        NEW,
        KEPT
        | {
            "L900-2": "Le repas coûte trois euros.\n\nLe maire tient le registre.",
            "L901-7": "Un garde veille sur le pré.",
            "L900-6": "Le goûter est servi.",
        },
    )
    civil = [Article("375", ("Livre Ier",), "Le juge protège l'enfant en danger.", "2026-04-03", code="Code civil")]
    official = Article("L902-1", (), "Le puits est fermé la nuit.", "2020-01-01", "LEGIARTI1", "ABROGE", "2004-05-01", "2012-07-01",
                       links=(("TRANSFERT", "cible", "L900-6", ""),))  # fmt: skip
    later = replace(official, ident="LEGIARTI2", num="L902-2", state="VIGUEUR_DIFF", start="2099-01-01", end="", links=())
    return merge(old, new, civil, [official, later])


CARDS = [
    Card(
        "L900-4",
        "La fontaine",
        "L'eau ne se paie pas.",
        (),
        (),
        "2020-01-01",
        "repealed",
        "Abrogé en 2019, voir l'article L900-5.",
    )
]


@pytest.fixture
def index(tmp_path, words) -> Index:
    build(tmp_path, copies(), CARDS, words, {})
    return Index.open(tmp_path)


def told(index, text, day=""):
    return answer_history(read_question(text), index, day)


@pytest.mark.parametrize(
    ("text", "named", "days"),
    [
        ("Que disait l'article L. 900-2 en 2008 ?", True, ["2008-12-31"]),
        ("Au 15 mars 2009, qui paie le repas ?", False, ["2009-03-15"]),
        ("l'article L900-2 au 01/06/2009", True, ["2009-06-01"]),
        ("que disait le L900-2 avant 2009", True, ["2008-12-31"]),
        ("Dans la version en vigueur en mars 2009, qui paie ?", False, ["2009-03-31"]),
        ("Qu'est-ce qui a changé dans L900-2 entre 2008 et 2009 ?", True, ["2008-12-31", "2009-12-31"]),
        ("L'article L900-2, issu de la loi du 2 janvier 2002, s'applique-t-il ?", True, []),
        ("Mon frère a été placé en 2008, a-t-il droit à une aide ?", False, []),
        ("Le 15 mars 2009 j'ai perdu mon travail, ai-je droit au RSA ?", False, []),
        ("Depuis 2008 le L900-2 a-t-il changé ?", True, []),
        ("Au 31 février 2009, qui paie ?", False, []),
    ],
)
def test_the_day_asked_for_is_told_from_the_others(text, named, days):
    assert asked_days(text, named) == days


@pytest.mark.parametrize("text", ["2009-03-15", "15/03/2009", "15 mars 2009"])
def test_a_day_typed_alone(text):
    assert parse_day(text) == "2009-03-15"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Que disait l'article L900-2 en 2008 ?", [f"L900-2@{OLD}#0"]),
        ("Que disait l'article L900-2 au 15 mars 2009 ?", ["L900-2#0"]),
        ("Depuis quand l'article L900-2 est-il rédigé ainsi ?", ["L900-2#0", f"L900-2@{OLD}#0"]),
        ("L'article L900-2 a-t-il changé ?", ["L900-2#0", f"L900-2@{OLD}#0"]),
        ("L'article L900-1 est-il toujours en vigueur ?", ["L900-1#0"]),
        ("Que disait L900-6 en 2008 ?", ["L900-6#0"]),
        ("Que dit l'article L902-1 ?", ["L902-1@2004-05-01#0", "L900-6#0"]),
    ],
)
def test_the_right_version_is_cited_verbatim(index, text, ids):
    answer = told(index, text)
    assert [c.id for c in answer.citations] == ids
    for c in answer.citations:
        assert c.quote in index.passage(c.id).text
        assert f"[{c.n}]" in answer.answer


def test_what_changed_shows_the_alinea_that_differs(index):
    answer = told(index, "Qu'est-ce qui a changé dans l'article L900-2 entre 2008 et 2009 ?")
    assert [c.quote.split("\n")[0] for c in answer.citations] == ["Le repas coûte trois euros.", "Le repas coûte deux euros."]


def test_a_renumbered_article_tells_its_new_number(index):
    answer = told(index, "Que dit l'article L900-7 ?")
    assert "n'est plus en vigueur" in answer.answer
    assert [c.num for c in answer.citations] == ["L900-7", "L901-7"]


def test_a_repealed_article_tells_its_official_end_and_successor(index):
    answer = told(index, "L'article L902-1 est-il abrogé ?").answer
    assert "abrogé le 1er juillet 2012" in answer
    assert "L. 900-6" in answer


def test_our_card_s_word_on_a_text_that_is_still_here(index):
    answer = told(index, "Que dit l'article L900-4 ?")
    assert "Abrogé en 2019" in answer.answer
    assert [c.num for c in answer.citations] == ["L900-4", "L900-5"]
    assert told(index, "Qui paie l'eau selon l'article L900-4 ?") is None  # about the matter, not the article


def test_future_law_is_not_in_force(index):
    assert index.article("L902-2") is None
    assert "n'entrera en vigueur que le 1er janvier 2099" in told(index, "Que dit l'article L902-2 ?").answer


@pytest.mark.parametrize(
    "text",
    [
        "Qui peut déjeuner à la cantine ?",
        "Que dit l'article L900-1 ?",
        "Qui peut modifier le registre de l'article L900-2 ?",
        "L999-9 en 2008 ?",
    ],
)
def test_other_questions_are_left_alone(index, text):
    assert told(index, text) is None


@pytest.fixture
def asked(tmp_path, words):
    build(tmp_path, copies(), CARDS, words, {})
    engine = Engine(Settings.load(str(tmp_path)))
    engine._embedder = words
    return engine


def test_the_engine_searches_the_day_s_versions_and_says_so(asked, monkeypatch):
    monkeypatch.setattr("assistant.engine.TOO_UNSURE", 0.0)
    answer = asked.ask("Combien coûte le repas ?", day="2008-12-31")
    assert answer.citations[0].id == f"L900-2@{OLD}#0"
    assert "31 décembre 2008" in answer.answer
    assert asked.ask("Au 31 décembre 2008, combien coûtait le repas ?").citations[0].id == f"L900-2@{OLD}#0"
    assert asked.ask("Combien coûte le repas ?").citations[0].id == "L900-2#0"


def test_a_second_code_is_cited_under_its_own_name(asked, monkeypatch):
    monkeypatch.setattr("assistant.engine.TOO_UNSURE", 0.0)
    answer = asked.ask("Que dit l'article 375 du code civil ?")
    assert (answer.citations[0].num, answer.citations[0].id) == ("375 C. civ.", "375 C. civ.#0")
    assert answer.citations[0].label.startswith("Article 375 du code civil")
    assert "code+civil" in answer.citations[0].url


def test_a_card_answers_for_a_code_whose_text_is_not_here(tmp_path, words):
    card = Card(
        "377 C. civ.",
        "Confier ses droits",
        "Un parent demande au juge.",
        ("Puis-je confier mes droits ?",),
        (),
        "2026-04-03",
        "in_force",
    )
    build(tmp_path, [], [*CARDS, card], words, {})
    engine = Engine(Settings.load(str(tmp_path)))
    engine._embedder = words
    answer = engine.ask("Que dit l'article 377 du code civil ?")
    (cited,) = answer.citations
    assert (cited.num, cited.source, cited.label) == ("377 C. civ.", "card", "Fiche — article 377 du code civil")
    assert "Le texte officiel du code civil n'est pas indexé ici" in answer.answer and "code+civil" in cited.url
    other = engine.ask("Que dit l'article 378 du code civil ?")
    assert other.abstained and "Le code civil n'est pas indexé ici" in other.answer


def test_a_code_that_is_not_here_is_said(asked, monkeypatch):
    monkeypatch.setattr("assistant.engine.TOO_UNSURE", 0.0)
    answer = asked.ask("Que dit l'article L. 1110-4 CSP ?").answer
    assert "Le code de la santé publique n'est pas indexé ici" in answer
    assert "legifrance" in answer


def test_a_wrong_date_is_one_french_line(capsys, tmp_path):
    assert main(["--home", str(tmp_path), "ask", "Qui paie ?", "--date", "hier"]) == 2
    assert "AAAA-MM-JJ" in capsys.readouterr().err


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_right_version_and_the_second_code_on_the_real_texts(shared, model_home):
    """The index is kept in .cache between runs: its first build takes minutes."""
    kept = ROOT / ".cache" / f"home-history-{FORMAT}"
    if not (kept / "model").is_dir():
        shutil.copytree(model_home / "model", kept / "model")
    engine = Engine(Settings.load(str(kept)))
    if not engine.has_index() or Index.open(kept).manifest["cards"] != len(load_cards()):
        names = ("LEGITEXT000006074069-2008.md", "LEGITEXT000006074069-2009.md", "casf.jsonl", "LEGITEXT000006070721.md")
        engine.build([shared / "corpus" / name for name in names])
    assert len(run_history(engine, read_rows(HISTORY))) <= 2
    civil, lay = CIVIL
    assert len(run_history(engine, read_rows(civil))) <= 2
    assert len(run_history(engine, read_rows(lay))) <= 8
