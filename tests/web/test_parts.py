"""Parts of the page that need no browser: owners, the picture of a page, the line of time, the sheet, the first build."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from assistant.contract_life import Event
from assistant.engine import Engine
from assistant.settings import Settings
from assistant.web.background import Preparation, stepwise
from assistant.web.sheet_view import curve, timeline
from assistant.web.user import COOKIE, OwnerCookie, user_of
from corpus.cards import Card
from corpus.errors import CasfError
from ingest.generation import Index, build
from ingest.page_image import draw, page_image, stretches
from ingest.workspace import DEMO_FILE


def scope(path="/", cookie=""):
    headers = [(b"cookie", cookie.encode())] if cookie else []
    return {"type": "http", "path": path, "headers": headers, "scheme": "http", "method": "GET", "query_string": b""}


def cookies_set(path, cookie=""):
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    with ThreadPoolExecutor() as pool:  # a thread without playwright's event loop
        pool.submit(asyncio.run, OwnerCookie(app)(scope(path, cookie), None, send)).result()
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


def test_a_browser_gets_one_cookie_that_scripts_cannot_read():
    (first,), (second,) = cookies_set("/"), cookies_set("/")
    assert first.split(";")[0] != second.split(";")[0]
    assert "HttpOnly" in first
    assert "SameSite=Strict" in first
    assert cookies_set("/", first.split(";")[0]) == []
    assert cookies_set("/", f"{COOKIE}=court") != []
    assert cookies_set("/theme.css") == []


def test_the_owner_is_the_account_else_the_cookie_else_nobody():
    mine = Request(scope(cookie=f"{COOKIE}={'a' * 32}"))
    assert user_of(mine) == user_of(Request(scope(cookie=f"autre=1; {COOKIE}={'a' * 32}")))
    assert user_of(mine) != user_of(Request(scope(cookie=f"{COOKIE}={'b' * 32}")))
    assert user_of(Request(scope())) != user_of(Request(scope()))
    assert user_of(Request(scope(cookie=f"{COOKIE}=../../x"))) != user_of(Request(scope(cookie=f"{COOKIE}=../../x")))
    assert user_of(Request({**scope(), "state": {"user": "ana"}})) == "compte ana"


def test_a_quotation_is_found_whole_or_cell_by_cell():
    assert stretches("lacantineestouverte", "cantine, est") == [(2, 12)]
    assert stretches("nomadresseprix", "adresse | nom\nprix hors taxe | x") == [(3, 10)]
    assert stretches("rien", "autre") == []


def test_a_page_is_drawn_with_its_quotation():
    drawn = draw(str(DEMO_FILE), 1, "Association Orvelle Solidarités")
    assert drawn["marked"]
    assert drawn["width"] == pytest.approx(1000, abs=2)
    assert not draw(str(DEMO_FILE), 1, "des mots qui n'y sont pas")["marked"]
    with pytest.raises(CasfError):
        page_image(DEMO_FILE, 9999, "")


def test_a_broken_file_is_refused_in_french(tmp_path):
    poor = tmp_path / "x.pdf"
    poor.write_bytes(b"%PDF-1.4 rien")
    with pytest.raises(CasfError, match="ne peut pas être dessinée"):
        page_image(poor, 1, "")


def event(when, replaced=""):
    return Event(when, when, "objet", 1, "p. 1", "citation", replaced=replaced)


def test_the_line_of_time_has_a_dot_for_each_date_that_holds():
    svg = timeline(
        [event("2024-01-01"), event("2024-01-02"), event("2026-06"), event("--04-30"), event("2025-01-01", "avenant 1")],
        date(2025, 1, 1),
    )
    assert svg.count("<circle") == 3
    assert "de 2024 à 2027" in svg
    assert timeline([event("--04-30")], date(2025, 1, 1)) == ""


def test_a_curve_needs_two_values():
    assert curve([1.0, None, 3.0]).count("<circle") == 2
    assert curve([1.0, None]) == ""
    assert curve([2.0, 2.0]).count("<circle") == 2


def test_steps_are_told_then_the_result_or_the_error():
    assert list(stepwise(lambda progress: progress("Pages", 1, 2) or 7))[-1] == ("", 7)

    def fail(_progress):
        raise CasfError("non")

    with pytest.raises(CasfError, match="non"):
        list(stepwise(fail))


def test_what_is_under_way_is_said(tmp_path, monkeypatch):
    told = []
    engine = Engine(Settings(tmp_path))
    monkeypatch.setattr(engine, "workspace", lambda _: SimpleNamespace(open=told.append))
    prep = Preparation(engine)

    def build(_sources, progress):
        progress("Vecteurs", 1, 4)
        told.append(prep.said)

    monkeypatch.setattr(engine, "build", build)
    monkeypatch.setattr(engine, "warm", lambda: told.append("prêt"))
    prep._running = True
    prep._run("open")
    assert told == [
        "Premier lancement : l'index se construit (vecteurs : 25 %). Les questions attendront qu'il soit prêt.",
        "prêt",
        "demo",
    ]
    assert prep.said == ""
    monkeypatch.setattr(engine, "build", lambda *_: (_ for _ in ()).throw(CasfError("Le disque est plein.")))
    prep._run("rebuild")
    assert prep.said == "Le disque est plein."


def test_a_contract_of_another_cannot_be_opened_in_the_panel(small_home, words):
    from assistant.web.passage import opened

    engine = Engine(Settings(small_home))
    engine._embedder = words
    html = next(iter(opened(engine, "ana", {"open": "page", "contract": "0" * 16, "page": "1"})))
    assert "Contrat inconnu" in html
    html = next(iter(opened(engine, "ana", {"open": "article", "num": "<b>"})))
    assert "&lt;b&gt;" in html


def test_the_code_is_browsed_by_its_headings(small_home, words):
    from assistant.web.code import article_html, browse_html, search_html

    engine = Engine(Settings(small_home))
    engine._embedder = words
    searcher = engine.searcher()
    assert "Partie législative" in browse_html(searcher, ())
    assert "Article L. 900-1" in browse_html(searcher, searcher.index.article("L900-1").path)
    html = article_html(searcher, "L900-4")
    assert 'data-code="L900-1"' in html
    assert "<svg" in html
    assert "Article L. 900-4" in search_html(engine, "art. L 900-4")
    with pytest.raises(CasfError):
        article_html(searcher, "L1-1")


def test_cards_of_a_code_without_text_are_browsed_by_ten(tmp_path, articles, words):
    from assistant.web.code import outline

    civil = [Card(f"{n} C. civ.", "Titre", "Résumé.", (), (), "2026-04-03", "in_force") for n in ("375-1", "375", "205")]
    build(tmp_path, articles, civil, words, {})
    headings = outline(Index.open(tmp_path))
    assert list(headings)[-3:] == ["205 C. civ.", "375 C. civ.", "375-1 C. civ."]
    assert headings["375 C. civ."] == ("Code civil", "Articles 370 à 379")


def test_a_turn_grows_and_numbers_both_answers_in_one_run(monkeypatch):
    from assistant.answer import Answer, Citation
    from assistant.web.answers import BOTH, growing_turn
    from assistant.web.conversation_view import conversation_html

    def citation(n):
        return Citation(n, "contract", "p", f"Article {n}, p. 1", "", "2025-01-01", 1, "mots", "", "contract")

    class Fake:
        def workspace(self, _user):
            return SimpleNamespace(open=lambda _: SimpleNamespace(contract=SimpleNamespace(title="Le CPOM")))

        def stream(self, text, contract, _user, _day=None):
            yield Answer(text, "Début", citations=[citation(1)])
            yield Answer(text, "Début et fin [1]", citations=[citation(1)])

    monkeypatch.setattr("assistant.web.answers.suggestions", lambda *_: ["Et ensuite ?"])
    seen = [len(turn["parts"]) for turn in growing_turn(Fake(), "ana", "Quoi ?", BOTH, "c")]
    assert seen == [1, 1, 2, 2, 2]
    *_, last = growing_turn(Fake(), "ana", "Quoi ?", BOTH, "c")
    assert [part["answer"]["answer"] for part in last["parts"]] == ["Début et fin [1]", "Début et fin [2]"]
    assert last["next"] == ["Et ensuite ?"]
    assert "utile ?" in conversation_html([last])
    assert "utile ?" not in conversation_html([{**last, "growing": True}])


def test_gradio_reads_none_of_its_own_source_when_it_is_imported():
    program = """
import ast, inspect, sys
parse, readers = ast.parse, []
def counted(*args, **options):
    readers.append(sys._getframe(1).f_code.co_filename)
    return parse(*args, **options)
ast.parse = counted
from assistant.web.app import without_stubs
found = inspect.getfile
with without_stubs():
    import gradio
assert inspect.getfile is found
assert not [reader for reader in readers if reader.endswith("component_meta.py")]
assert callable(gradio.Button.click) and callable(gradio.Blocks.load)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
