"""What readers think of the answers: a thumb and a reason, kept on this machine and read by `casf feedback`."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.conversations import database, now, owner_digest

REASONS = ("mauvais article", "incomplet", "faux")


@dataclass(frozen=True, slots=True)
class Opinion:
    """`at` is an ISO instant (UTC); `vote` is "up" or "down"; `reason` is one of `REASONS` or ""; `sources` are labels."""

    at: str
    vote: str
    reason: str
    question: str
    sources: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def give(home: Path, vote: str, reason: str, question: str, sources: list[str], user: str = "") -> None:
    """Keep a user's opinion; a second one on the same question replaces the first."""
    if vote not in ("up", "down") or (reason and reason not in REASONS):
        return
    told, owner = " ; ".join(sources), owner_digest(user)
    with database(home) as db:
        db.execute("delete from opinion where question=? and sources=? and owner=?", (question, told, owner))
        db.execute("insert into opinion values (?,?,?,?,?,?)", (now(), vote, reason, question, told, owner))


def opinions(home: Path, user: str | None = None) -> list[Opinion]:
    """Every opinion, or those of one user, the latest first."""
    which, values = ("", ()) if user is None else (" where owner=?", (owner_digest(user),))
    with database(home) as db:
        rows = db.execute(f"select at, vote, reason, question, sources from opinion{which} order by at desc", values)
        return [Opinion(*row) for row in rows]


def forget(home: Path, user: str) -> int:
    """Remove a user's opinions for good; returns how many there were."""
    with database(home) as db:
        return db.execute("delete from opinion where owner=?", (owner_digest(user),)).rowcount
