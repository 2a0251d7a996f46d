"""What an answer is: its citations, its value, its dates; the same for the law, a contract, a language model."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from corpus.values import MONTH_NAMES


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered source. `quote` stands verbatim in the article's text, in the contract's page, or in our own card."""

    n: int
    kind: str
    id: str
    label: str
    num: str
    as_of: str
    page: int | None
    quote: str
    url: str
    source: str = "law"  # "law", "card" (a summary written for this product) or "contract"
    path: tuple[str, ...] = ()
    text: str = ""  # the passage around the quote, for the page


@dataclass(frozen=True, slots=True)
class Value:
    text: str
    kind: str
    normalized: Any


@dataclass(slots=True)
class Answer:
    """An answer as programs read it (INTERFACE: `casf ask --json`)."""

    question: str
    answer: str
    mode: str = "extractive"
    abstained: bool = False
    reason: str | None = None
    premise: dict[str, Any] | None = None
    value: Value | None = None
    citations: list[Citation] = field(default_factory=list)
    timing_ms: dict[str, float] = field(default_factory=dict)
    confidence: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


ABSTAIN = {
    "out_of_scope": (
        "Cette question ne relève pas du Code de l'action sociale et des familles : je ne peux pas y répondre à partir de ces textes."
    ),
    "not_in_corpus": "Les textes disponibles ici ne répondent pas à cette question.",
    "not_in_contract": "Ce contrat ne répond pas à cette question : je n'y ai pas trouvé de clause qui le dise.",
}


def abstain(question: str, reason: str, more: str = "") -> Answer:
    """An honest "the texts don't answer", without sources under it."""
    text = ABSTAIN[reason] + (f" {more}" if more else "")
    return Answer(question, text, abstained=True, reason=reason)


def french_date(iso: str) -> str:
    """ "2016-01-01" -> "1er janvier 2016"; anything else unchanged."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", iso)
    if not match:
        return iso or "date inconnue"
    day = int(match[3])
    return f"{'1er' if day == 1 else day} {MONTH_NAMES[int(match[2]) - 1]} {match[1]}"


def is_old(iso: str, today: date | None = None) -> bool:
    """Whether a text of that ISO date is more than one year old, or of no known date."""
    try:
        return date.fromisoformat(iso) < (today or date.today()) - timedelta(days=365)
    except ValueError:
        return True


def old_text_warning(citations: Iterable[Citation], today: date | None = None) -> str:
    """One plain sentence when the law cited is more than one year old, else ""."""
    old = sorted({c.as_of for c in citations if c.kind == "article" and is_old(c.as_of, today)})
    if not old:
        return ""
    when = " et du ".join(french_date(d) for d in old)
    return f"⚠ Textes du {when} : ils ont pu changer depuis. Vérifiez la version en vigueur par les liens avant de vous y fier."
