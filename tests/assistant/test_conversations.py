"""Conversations stay with their owner; opinions are listed; exports hold the sources."""

import json

import pytest

from assistant.cli import main
from assistant.conversations import KEPT, Conversations, UnknownConversation, conversation_markdown
from assistant.feedback import give, opinions

CITED = {"n": 1, "kind": "article", "label": "Article L. 900-1", "num": "L900-1", "as_of": "2020-01-01", "url": "https://x.fr/1"}


def turn(text, contract=""):
    answer = {"answer": "Oui [1]", "citations": [CITED]}
    return {"question": text, "parts": [{"title": "La loi", "contract": contract, "answer": answer}], "next": [], "error": ""}


def test_a_conversation_is_kept_renamed_and_deleted(tmp_path):
    kept = Conversations(tmp_path, "ana")
    conversation = kept.start("Une\nquestion ?")
    conversation.turns.append(turn("Une question ?"))
    kept.save(conversation)
    kept.rename(conversation.id, "  Cantine  ")
    assert [c.title for c in kept.list()] == ["Cantine"]
    assert kept.open(conversation.id).turns[0]["question"] == "Une question ?"
    kept.delete(conversation.id)
    assert kept.list() == []


def test_another_owner_can_neither_see_nor_change_it(tmp_path):
    ana, bob = Conversations(tmp_path, "ana"), Conversations(tmp_path, "bob")
    conversation = ana.start("À moi")
    assert bob.list() == []
    with pytest.raises(UnknownConversation):
        bob.open(conversation.id)
    bob.delete(conversation.id)
    conversation.title = "volée"
    bob.save(conversation)
    assert ana.open(conversation.id).title == "À moi"


def test_the_oldest_make_room(tmp_path):
    kept = Conversations(tmp_path, "ana")
    for number in range(KEPT + 3):
        kept.start(f"Question {number}")
    assert len(kept.list()) == KEPT
    assert kept.list()[0].title == f"Question {KEPT + 2}"


def test_a_deleted_contract_takes_its_answers_along(tmp_path):
    kept = Conversations(tmp_path, "ana")
    mixed, only = kept.start("a"), kept.start("b")
    mixed.turns = [turn("La loi ?"), turn("Mon contrat ?", "c1")]
    only.turns = [turn("Mon contrat ?", "c1")]
    for conversation in (mixed, only):
        kept.save(conversation)
    kept.forget_contract("c1")
    assert [t["question"] for t in kept.open(mixed.id).turns] == ["La loi ?"]
    assert [c.id for c in kept.list()] == [mixed.id]
    assert b"Mon contrat" not in (tmp_path / "conversations.db").read_bytes()


def test_an_export_has_the_answers_and_their_dated_sources(tmp_path):
    kept = Conversations(tmp_path, "ana")
    conversation = kept.start("Une question ?")
    conversation.turns.append(turn("Une question ?"))
    text = conversation_markdown(conversation)
    assert "## Une question ?" in text
    assert "- [1] Article L. 900-1, texte du 1er janvier 2020 — <https://x.fr/1>" in text


def test_opinions_are_listed_by_the_command(tmp_path, capsys):
    give(tmp_path, "up", "", "Première ?", ["Article L. 900-1"])
    give(tmp_path, "down", "", "Seconde ?", [])
    give(tmp_path, "down", "faux", "Seconde ?", [])
    give(tmp_path, "down", "<b>", "Troisième ?", [])
    assert [(o.question, o.reason) for o in opinions(tmp_path)] == [("Seconde ?", "faux"), ("Première ?", "")]
    assert main(["--home", str(tmp_path), "feedback", "--json"]) == 0
    assert [row["vote"] for row in json.loads(capsys.readouterr().out)] == ["down", "up"]
    assert main(["--home", str(tmp_path), "feedback"]) == 0
    assert "faux" in capsys.readouterr().out
