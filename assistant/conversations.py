"""Conversations and opinions, kept on this machine in one SQLite file, each conversation for its owner only.

    home/conversations.db   tables conversation(id, owner, title, updated, turns) and opinion(at, vote, reason, …, owner)

A turn is a dict that JSON can say:
    {"question", "at", "parts": [{"title", "contract", "answer": Answer.to_json()}], "next": [questions], "error", "vote"}
"""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.errors import CasfError

Turn = dict[str, Any]
TITLE = 80  # characters of a title
KEPT = 200  # conversations of one owner; older ones make room

_TABLES = """
create table if not exists conversation (id text primary key, owner text, title text, updated text, turns text);
create index if not exists owned on conversation (owner, updated);
create table if not exists opinion (at text, vote text, reason text, question text, sources text, owner text);
"""


@dataclass(slots=True)
class Conversation:
    """An owner's conversation; `id` is unguessable, `updated` an ISO instant (UTC)."""

    id: str
    title: str
    updated: str
    turns: list[Turn] = field(default_factory=list)


class UnknownConversation(CasfError):
    """Raised when the owner has no such conversation; it says nothing of other owners."""

    def __init__(self) -> None:
        super().__init__("Cette conversation n'existe plus.")


class Conversations:
    """The conversations of one owner under one home. Raises `CasfError` when the disk refuses."""

    def __init__(self, home: Path, user: str):
        self._home = home
        self._owner = owner_digest(user)

    @classmethod
    def of_digest(cls, home: Path, digest: str) -> "Conversations":
        """The conversations of the owner whose digest begins with `digest` (the name of a `Workspace`'s folder)."""
        found = cls(home, "")
        with database(home) as db:
            row = db.execute("select owner from conversation where substr(owner, 1, ?)=?", (len(digest), digest)).fetchone()
        found._owner = row[0] if row else digest
        return found

    def list(self) -> list[Conversation]:
        """The owner's conversations without their turns, the latest first."""
        with database(self._home) as db:
            rows = db.execute(
                "select id, title, updated from conversation where owner=? order by updated desc, rowid desc", (self._owner,)
            )
            return [Conversation(*row) for row in rows]

    def open(self, ident: str) -> Conversation:
        """One conversation with its turns. Raises `UnknownConversation`."""
        with database(self._home) as db:
            row = db.execute(
                "select id, title, updated, turns from conversation where id=? and owner=?", (ident, self._owner)
            ).fetchone()
        if row is None:
            raise UnknownConversation
        return Conversation(row[0], row[1], row[2], json.loads(row[3]))

    def start(self, title: str) -> Conversation:
        """A new conversation, named after its first question."""
        conversation = Conversation(secrets.token_urlsafe(12), _title(title), "")
        self.save(conversation)
        return conversation

    def save(self, conversation: Conversation) -> None:
        """Keep a conversation as it stands now."""
        conversation.updated = now()
        row = (
            conversation.id,
            self._owner,
            conversation.title,
            conversation.updated,
            json.dumps(conversation.turns, ensure_ascii=False),
        )
        with database(self._home) as db:
            db.execute(
                "insert into conversation values (?,?,?,?,?) on conflict (id) do update set title=excluded.title, "
                "updated=excluded.updated, turns=excluded.turns where owner=excluded.owner",
                row,
            )
            db.execute(
                "delete from conversation where owner=? and id not in "
                "(select id from conversation where owner=? order by updated desc limit ?)",
                (self._owner, self._owner, KEPT),
            )

    def rename(self, ident: str, title: str) -> None:
        """Give a conversation another title. Raises `UnknownConversation`."""
        conversation = self.open(ident)
        conversation.title = _title(title) or conversation.title
        self.save(conversation)

    def delete(self, ident: str) -> None:
        """Remove a conversation for good."""
        with database(self._home) as db:
            db.execute("delete from conversation where id=? and owner=?", (ident, self._owner))

    def delete_all(self) -> int:
        """Remove every conversation of the owner for good; returns how many there were."""
        with database(self._home) as db:
            return db.execute("delete from conversation where owner=?", (self._owner,)).rowcount

    def forget_contract(self, contract: str) -> None:
        """Remove every answer that quotes a contract which its owner deletes; a conversation left empty goes too."""
        for row in self.list():
            conversation = self.open(row.id)
            kept = [turn for turn in conversation.turns if all(part["contract"] != contract for part in turn["parts"])]
            if len(kept) == len(conversation.turns):
                continue
            if kept:
                conversation.turns = kept
                self.save(conversation)
            else:
                self.delete(row.id)


def conversation_markdown(conversation: Conversation) -> str:
    """A conversation with its sources, in Markdown: what is exported."""
    lines = [f"# {_plain(conversation.title)}", ""]
    for turn in conversation.turns:
        lines += [f"## {_plain(turn['question'])}", ""]
        if turn.get("error"):
            lines += [_plain(turn["error"]), ""]
        for part in turn["parts"]:
            if len(turn["parts"]) > 1:
                lines += [f"### {_plain(part['title'])}", ""]
            lines += [part["answer"]["answer"], ""]
            sources = [_source(c) for c in part["answer"]["citations"]]
            if sources:
                lines += ["**Sources**", "", *sources, ""]
    lines += ["---", "", "Assistant CASF. Ce n'est pas un service officiel de l'État : vérifiez la version en vigueur."]
    return "\n".join(lines)


def _source(citation: dict[str, Any]) -> str:
    from assistant.answer import french_date

    dated = f", texte du {french_date(citation['as_of'])}" if citation["as_of"] and citation["kind"] == "article" else ""
    link = f" — <{citation['url']}>" if citation["url"] else ""
    return f"- [{citation['n']}] {_plain(citation['label'])}{dated}{link}"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _title(text: str) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= TITLE else text[: TITLE - 1].rsplit(None, 1)[0] + "…"


def owner_digest(user: str) -> str:
    """What stands for a user in the tables."""
    return hashlib.sha256(user.encode()).hexdigest()


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@contextmanager
def database(home: Path) -> Iterator[sqlite3.Connection]:
    """The file, open for one transaction. Raises `CasfError` when it can't be read or written."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(home / "conversations.db", timeout=10)) as db, db:
            db.execute("pragma secure_delete = on")  # what is deleted leaves no words on the disk
            db.executescript(_TABLES)
            if not any(row[1] == "owner" for row in db.execute("pragma table_info(opinion)")):
                db.execute("alter table opinion add column owner text")  # a file of before opinions had an owner
            yield db
    except (sqlite3.Error, OSError) as error:
        raise CasfError(
            f"Les conversations ne peuvent pas être enregistrées ({type(error).__name__}) : disque plein ou protégé ?"
        ) from None
