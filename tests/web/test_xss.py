"""No text of a document, a name, a question or an answer ever runs as markup: every field that reaches HTML, every payload."""

from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant import guard
from assistant.check import check_text
from assistant.contract_checklist import check_contract
from assistant.contract_compare import compare
from assistant.contract_sheet import make_sheet
from assistant.conversations import Conversation
from assistant.engine import Engine
from assistant.render import article_text, prose, with_tips
from assistant.session_pack import KeyArticle, Pack, pack_markdown
from assistant.settings import Settings
from assistant.web.check import check_html
from assistant.web.code import article_html, browse_html, search_html
from assistant.web.conversation_view import bar_html, conversation_html
from assistant.web.passage import article_panel, contract_page, framed
from assistant.web.sheet_view import comparison_html, sheet_html
from assistant.web.state import state_html
from corpus.article import Article
from corpus.cards import Card
from corpus.contract import Contract, Page
from ingest.contract_passages import contract_passages
from ingest.generation import build
from ingest.lexical import LexicalIndex
from ingest.workspace import OpenContract, clean_name, title_of

PAYLOADS = (Path(__file__).parent / "payloads.txt").read_text(encoding="utf-8").splitlines()
# What the page itself is made of; whatever else stands in the HTML came out of a text.
OURS = set(
    "a abbr article blockquote br button caption circle code dd del details div dl dt em form h1 h2 h3 hr input ins label li line"
    " mark nav ol p polyline pre rect section span strong sub summary sup svg table tbody td text th thead title tr ul".split()
)
ADDRESSES = ("href", "src", "action", "formaction", "xlink:href", "data", "srcdoc", "poster")


class Dangers(HTMLParser):
    """What could run, or be fetched, in a piece of HTML."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag not in OURS:
            self.found.append(tag)
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or name in ("style", "srcdoc", "autofocus"):
                self.found.append(f"{tag} {name}")
            if name in ADDRESSES and not address.startswith(("#", "https://", "http://", "/casf/")):
                self.found.append(f"{tag} {name}={value}")

    handle_startendtag = handle_starttag


def dangers(html):
    parser = Dangers()
    parser.feed(html)
    parser.close()
    return parser.found


def test_the_judge_sees_what_runs():
    for bad in (
        "<script>1</script>", "<p onclick=x>", "<a href=' java\nscript:x'>", "<svg/onload=x>", "<img src=x>", "<base href=//x>",
        "<a href='data:text/html,x'>", "<iframe>", "<p style=x>", "<circle onbegin='x'/>",
    ):  # fmt: skip
        assert dangers(bad), bad
    assert dangers('<a href="#passage" data-open="article">x</a>') == []
    assert len(set(PAYLOADS)) >= 60
    assert sum(bool(dangers(p)) for p in PAYLOADS) >= 45  # the others are Markdown, or encoded


def test_a_mark_inside_an_attribute_stays_there():
    html = prose('[x](https://x.example/ "[1]") [1]', turn("t")["parts"][0]["answer"]["citations"])
    assert 'title="[1]"' in html
    assert html.count("renvoi") == 1
    assert "<img" not in prose("![x](https://x.example/x.png)")


def turn(text):
    def citation(n, kind):
        return {
            "n": n, "kind": kind, "id": text, "label": text, "num": text, "as_of": "2020-01-01", "page": 3, "quote": text,
            "url": text, "source": "law", "path": [text], "text": text,
        }  # fmt: skip

    answer = {
        "answer": f"{text} [1]\n\n> {text} [2]\n\n- {text}\n\n| a | b |\n|---|---|\n| {text} | [1] |",
        "citations": [citation(1, "article"), citation(2, "contract")], "premise": {"message": text}, "confidence": 0.5,
    }  # fmt: skip
    parts = [{"title": text, "contract": text, "answer": answer}] * 2
    return {"question": text, "parts": parts, "next": [text], "error": text, "vote": "down", "reason": text}


@pytest.mark.parametrize("text", PAYLOADS)
def test_a_conversation_is_only_text(text):
    unvoted = turn(text) | {"vote": None, "reason": ""}
    names = [Conversation(text, text, "2026-01-01"), Conversation("a" * 8, text, text)]
    htmls = {
        "conversation": conversation_html([turn(text), unvoted], text),
        "bar": bar_html(names, "a" * 8),
        "bar of a name": bar_html(names, text),
        "article": article_text(f"{text}\n\nart. L. 900-1 {text}", text, {"L900-1"}),
        "tips": with_tips(f"EHPAD {text}"),
        "panel": framed(text, ""),
        "login": guard._form(text, text).split("</head>")[1].replace(f'action="{guard.LOGIN}"', "").replace("<main>", ""),
        "pack": prose(pack_markdown(pack(text))),
        "edited pack": prose(text),
    }
    assert {
        name: found for name, html in htmls.items() if (found := [d for d in dangers(html) if d not in ("body", "main")])
    } == {}


def pack(text):
    article = KeyArticle("L900-1", text, text, text, "2020-01-01", "changed", text)
    return Pack(text, 60, (article,), ((60, text, text),), ((text, "L900-1"),), (), (text,), "2026-01-01", text)


def opened(pages):
    contract = Contract("0" * 16, title_of(pages, PAYLOADS[0]), PAYLOADS[16], "2026-01-01", tuple(pages), tuple(PAYLOADS))
    passages = tuple(contract_passages(contract))
    return OpenContract(contract, passages, LexicalIndex.build([p.id for p in passages], [p.text for p in passages]), None, None)


def written(extra=""):
    """A contract whose every line carries a payload: headings, values, table cells, duties."""
    head = f"CONTRAT PLURIANNUEL D'OBJECTIFS ET DE MOYENS {PAYLOADS[5]}{extra}\n\n"
    lines = [
        f"Article {n} – Durée {text}\n\nL'établissement {text} transmet le bilan avant le {1 + n % 28} mars 2027 {text}. "
        f"Le taux d'occupation {text} est de {40 + n} % {extra}.\n\n"
        for n, text in enumerate(PAYLOADS, 1)
    ]
    table = "Tableau 1 – Cibles\n\n Indicateur            2026        2027\n" + "".join(
        f" {t[:40]:44} 95 %   96 %\n" for t in PAYLOADS[:20]
    )
    return [Page(1, head + "".join(lines[:40])), Page(2, "".join(lines[40:]) + table, ocr=True)]


def test_a_contract_is_only_text(tmp_path):
    one, two = opened(written()), opened(written(" <b onclick=x>"))
    sheet = make_sheet(one)
    findings = check_contract(one, sheet, None, date(2026, 1, 1), [])
    html = sheet_html(sheet, findings)
    assert "&lt;script&gt;" in html
    assert dangers(html) == []
    compared = comparison_html(compare(one, two), "0" * 16, "1" * 16)
    assert "&lt;" in compared
    assert dangers(compared) == []
    workspace = SimpleNamespace(open=lambda _: one, document=lambda _: tmp_path / "document.docx")
    engine = SimpleNamespace(workspace=lambda _: workspace)
    for text in PAYLOADS:
        (html,) = contract_page(engine, "ana", text, 1, text)
        assert dangers(html) == [], text
        assert not set('<>"') & set(clean_name(text))


def test_the_code_the_check_and_the_state_are_only_text(tmp_path, words):
    def article(n, text):
        return Article(
            f"L90{n // 100}-{n + 1}",
            ("Partie législative", text),
            f"{text}\n\nVoir l'article L. 900-1 {text}",
            "2020-01-01",
            note=text,
        )

    articles = [article(n, text) for n, text in enumerate(PAYLOADS)]
    cards = [Card(a.num, a.note, a.note, (a.note,), (a.note,), "2020-01-01", "changed", a.note) for a in articles]
    build(tmp_path, articles, cards, words, {"files": PAYLOADS, "licence": PAYLOADS[0]})
    engine = Engine(Settings(tmp_path))
    engine._embedder = words
    searcher = engine.searcher()
    htmls = {"plan": browse_html(searcher, ("Partie législative",)), "search": search_html(engine, "script alert <b onclick=x>")}
    for text, one in zip(PAYLOADS, articles, strict=True):
        htmls[f"under {text}"] = browse_html(searcher, ("Partie législative", text))
        htmls[f"panel {text}"] = article_panel(searcher, one.num, text)
        htmls[f"state {text}"] = state_html(engine, SimpleNamespace(said=text))
    for one in articles[::10]:
        htmls[f"article {one.num}"] = article_html(searcher, one.num)
    checked = " ".join(
        f"L'article L. 900-{n} dit que « {text} la cantine est ouverte {text} ». {text}\n"
        for n, text in enumerate(PAYLOADS[:25], 1)
    )
    htmls["check"] = check_html(check_text(checked, searcher), checked, searcher.known)
    assert "&lt;script&gt;" in htmls["check"]
    assert {name: found for name, html in htmls.items() if (found := dangers(html))} == {}
