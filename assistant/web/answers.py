"""One turn of a conversation: the question asked of the law, of a contract or of both, its answers, what to ask next."""

import re
from collections.abc import Iterator
from typing import Any

from assistant.answer import Answer
from assistant.conversations import Turn, now
from assistant.engine import Engine
from assistant.question import with_context
from corpus.cards import Card
from corpus.errors import CasfError, NoIndex
from corpus.words import index_words

LAW, CONTRACT, BOTH = "La loi", "Mon contrat", "Les deux"
SCOPES = (LAW, CONTRACT, BOTH)
NEXT = 3  # questions suggested
ALIKE = 0.6  # share of common words from which two questions are one


def growing_turn(
    engine: Engine, user: str, text: str, scope: str, contract: str, earlier: str = "", waiting: str = "", day: str = ""
) -> Iterator[Turn]:
    """Ask, and give the turn each time that more of its answers is there, the whole one last.

    `day` (ISO) asks for the law as it stood then. `waiting` is said when there is no index yet. What can't be answered is the turn's "error".
    """
    turn: Turn = {"question": text, "at": now(), "parts": [], "next": [], "error": "", "vote": None, "reason": ""}
    asked = with_context(text, earlier)
    try:
        if scope in (CONTRACT, BOTH):
            title = engine.workspace(user).open(contract).contract.title
            yield from _answers(engine, turn, f"Contrat : {title}", asked, contract, user)
        if scope in (LAW, BOTH):
            yield from _answers(engine, turn, "La loi (CASF)", asked, "", user, day)
            turn["next"] = suggestions(engine, asked, turn)
    except NoIndex as error:
        turn["error"] = waiting or str(error)
    except CasfError as error:
        turn["error"] = str(error)
    yield turn


def _answers(engine: Engine, turn: Turn, title: str, asked: str, contract: str, user: str, day: str = "") -> Iterator[Turn]:
    """The turn with one more part, as that part is written."""
    before, shift = list(turn["parts"]), sum(len(part["answer"]["citations"]) for part in turn["parts"])
    for answer in engine.stream(asked, contract or None, user, day):
        turn["parts"] = [*before, _part(title, contract, answer, shift)]
        yield turn


def _part(title: str, contract: str, answer: Answer, shift: int) -> dict[str, Any]:
    """An answer as JSON, its citations numbered after `shift` others."""
    found = answer.to_json()
    if shift:
        numbers = {c["n"] for c in found["citations"]}
        found["answer"] = re.sub(
            r"\[(\d{1,2})\](?!\()",
            lambda m: f"[{int(m[1]) + shift}]" if int(m[1]) in numbers else m[0],
            found["answer"],
        )
        for citation in found["citations"]:
            citation["n"] += shift
    return {"title": title, "contract": contract, "answer": found}


def suggestions(engine: Engine, asked: str, turn: Turn) -> list[str]:
    """Questions of the cards of the cited articles, then of their neighbours: one a card, none like the question asked."""
    index = engine.searcher().index
    cited = dict.fromkeys(c["num"] for part in turn["parts"] for c in part["answer"]["citations"] if c["num"])
    cards = [card for num in cited if (card := index.card(num))]
    cards += [card for near in cards[:2] for num in near.see if num not in cited and (card := index.card(num))]
    found: list[str] = []
    for card in cards:
        question = _other(card, [asked, *found])
        if question:
            found.append(question)
    return found[:NEXT]


def _other(card: Card, taken: list[str]) -> str:
    words = [set(index_words(text)) for text in taken]
    for question in card.questions:
        own = set(index_words(question))
        if own and all(len(own & w) < ALIKE * len(own | w) for w in words):
            return question
    return ""
