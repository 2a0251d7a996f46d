"""What readers think of the answers: a thumb and a reason, kept on this machine and read by `casf feedback`."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.conversations import database, now

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


def give(home: Path, vote: str, reason: str, question: str, sources: list[str]) -> None:
    """Keep an opinion; a second one on the same question replaces the first."""
    if vote not in ("up", "down") or (reason and reason not in REASONS):
        return
    told = " ; ".join(sources)
    with database(home) as db:
        db.execute("delete from opinion where question=? and sources=?", (question, told))
        db.execute("insert into opinion values (?,?,?,?,?)", (now(), vote, reason, question, told))


def opinions(home: Path) -> list[Opinion]:
    """Every opinion, the latest first."""
    with database(home) as db:
        return [Opinion(*row) for row in db.execute("select * from opinion order by at desc")]
