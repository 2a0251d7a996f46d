"""The same functions for other programs: HTTP endpoints and MCP tools (docs/api.md). Docstrings are what they read."""

from dataclasses import asdict
from typing import Any

from assistant.engine import Engine, hit_json
from assistant.web.background import Preparation
from assistant.web.user import user_of
from corpus.errors import CasfError, NoIndex
from corpus.reference import parse_num


def add_endpoints(engine: Engine, prep: Preparation) -> None:
    """Offer ask, search, article, refs, check inside an open `gr.Blocks`."""
    import gradio as gr

    def failed(error: CasfError) -> dict[str, str]:
        return {"error": prep.said or str(error) if isinstance(error, NoIndex) else str(error)}

    def ask(question: str, contract: str = "", request: gr.Request = None) -> dict:  # type: ignore
        """Answer a question in French on the Code de l'action sociale et des familles, or on a CPOM contract, with verbatim dated citations.

        Args:
            question: the question, in French.
            contract: "" to ask the law, "demo" for the demonstration contract, or the id of a contract of yours.
        Returns:
            answer (Markdown with [1] marks), citations (label, num, as_of, quote, url), value, abstained, reason, timing_ms.
        """
        try:
            return engine.ask(question, contract or None, user_of(request)).to_json()
        except CasfError as error:
            return failed(error)

    def search(question: str, k: int = 10) -> dict:  # type: ignore[type-arg]
        """Find the articles of the Code de l'action sociale et des familles that a question is about.

        Args:
            question: words or a question, in French.
            k: how many articles, from 1 to 50.
        Returns:
            results (rank, num, label, path, text, score), best first; timing_ms.
        """
        try:
            hits, ms = engine.search(question, max(1, min(50, int(k))))
        except CasfError as error:
            return failed(error)
        return {"results": [hit_json(i, hit) for i, hit in enumerate(hits, 1)], "timing_ms": {"total": ms}}

    def article(num: str) -> dict:  # type: ignore[type-arg]
        """The text of an article, with its headings, date, Légifrance link, and our plain-language cards of it.

        Args:
            num: the article's number in any spelling: "L. 313-11", "l313-11", "Annexe 2-3".
        Returns:
            num, found, path, text, as_of, url, cards (title, summary, as_of, status).
        """
        try:
            index = engine.searcher().index
        except CasfError as error:
            return failed(error)
        num = parse_num(num)
        found, cards = index.article(num), [asdict(card) for card in index.cards_of(num)]
        facts: dict[str, Any] = {"num": num, "found": bool(found or cards), "cards": cards}
        if found:
            facts |= {"path": list(found.path), "text": found.text, "as_of": found.as_of, "url": found.url}
        return facts

    def refs(num: str) -> dict:  # type: ignore[type-arg]
        """What an article cites and which articles cite it.

        Args:
            num: the article's number in any spelling.
        Returns:
            num; cites, cited_by, applies, applied_by: lists of numbers.
        """
        try:
            index = engine.searcher().index
        except CasfError as error:
            return failed(error)
        num = parse_num(num)
        around = index.graph.neighbours(num)
        return {"num": num, **{kind: [node.key for node in nodes] for kind, nodes in around.items()}}

    def check(text: str) -> dict:  # type: ignore[type-arg]
        """Check every legal reference, quotation and attribution of a text against the Code de l'action sociale et des familles.

        Args:
            text: the text to check, in French.
        Returns:
            references (num, status), quotes (status, differences), claims (status, better), warnings.
        """
        from assistant.check import check_text

        try:
            return check_text(text, engine.searcher()).to_json()
        except CasfError as error:
            return failed(error)

    for function in (ask, search, article, refs, check):
        gr.api(function, api_name=function.__name__)
