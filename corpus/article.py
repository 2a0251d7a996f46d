"""An article of a code and the passages that it is cut into."""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote_plus

from corpus.codes import CASF, key_of, split_key, title_of

LEGIFRANCE = "https://www.legifrance.gouv.fr"

Kind = Literal["article", "contract"]


# What an article says of another text, or another text of it: kind ("CITATION", "MODIFIE", "ABROGE"…), sense
# ("cible": this article is the target; "source": it is where the link starts), the other's number, its identifier.
Link = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Article:
    """One version of an article as its source gives it; what the source doesn't say is "" or empty.

    `path` is the headings, outermost first; `text` holds the alinéas parted by blank lines, verbatim;
    `as_of` is the ISO date of the snapshot that the text comes from; `ident` is the LEGIARTI identifier of this version;
    `state` is LEGI's ETAT ("VIGUEUR", "MODIFIE", "ABROGE", "VIGUEUR_DIFF"…); the version applies from `start` up to the
    day before `end` (ISO dates; an empty `end`: no end known); without `state` these are not the law's own dates but
    those of the copies that were read: `start` the first with this text, `end` the first without it;
    `code` is a key of `corpus.codes.CODES`; `note` is the editor's remark (LEGI's NOTA) or ours on a doubtful source;
    `spelt` is the source's spelling of a starred number ("R*314-1"), which `num` has without its star.
    """

    num: str
    path: tuple[str, ...]
    text: str
    as_of: str
    ident: str = ""
    state: str = ""
    start: str = ""
    end: str = ""
    code: str = CASF
    links: tuple[Link, ...] = ()
    note: str = ""
    spelt: str = ""

    @property
    def key(self) -> str:
        """The number, with the code's short name when it isn't the CASF: "L313-11", "375 C. civ."."""
        return key_of(self.num, self.code)

    @property
    def label(self) -> str:
        from corpus.reference import label_of

        return label_of(self.key)

    @property
    def url(self) -> str:
        return article_url(self.key, self.ident)

    def holds(self, on: str) -> bool:
        """Whether this version applies on a date (ISO). Dates decide: "ABROGE_DIFF" applies until its end,
        "VIGUEUR_DIFF" from its start; words count only where a date is missing."""
        if self.state in _NEVER or (self.state in _ENDED and not self.end):
            return False
        if not self.start and self.state == "VIGUEUR_DIFF":
            return False
        return self.start <= on and (not self.end or on < self.end or self.end >= ENDLESS)


ENDLESS = "2999-01-01"  # LEGI's date for no end
# States of versions that never applied (annulled by a court, replaced before their day, split off), and of ended ones.
_NEVER = ("ANNULE", "MODIFIE_MORT_NE", "DISJOINT")
_ENDED = ("ABROGE", "PERIME", "TRANSFERE", "DEPLACE")


def article_url(key: str, ident: str = "") -> str:
    """The article's Légifrance page where its identifier is known, else Légifrance's search for its number and code."""
    if ident:
        return f"{LEGIFRANCE}/codes/article_lc/{ident}"
    num, code = split_key(key)
    return f"{LEGIFRANCE}/search/code?tab_selection=code&searchField=ALL&query={quote_plus(f'{num} {title_of(code)}')}"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: character offsets, `text[start:end]`."""

    start: int
    end: int


_BLANK = re.compile(r"\n\s*\n")


def alineas(text: str) -> list[Span]:
    """The alinéas of an article's text, numbered from 1 by their place in the list; blank ones are skipped."""
    spans: list[Span] = []
    pos = 0
    for match in [*_BLANK.finditer(text), None]:
        end = match.start() if match else len(text)
        raw = text[pos:end]
        if raw.strip():
            start = pos + len(raw) - len(raw.lstrip())
            spans.append(Span(start, pos + len(raw.rstrip())))
        if match:
            pos = match.end()
    return spans


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole alinéas of one article, or of whole paragraphs of one contract page: the unit that is indexed and cited.

    `start`/`end` are character offsets in the article's (or page's) text, so `text` is verbatim by construction;
    `first`/`last` are the alinéa numbers (from 1); `page` is the contract's page (from 1), None for an article.
    """

    id: str
    kind: Kind
    num: str
    label: str
    path: tuple[str, ...]
    text: str
    start: int
    end: int
    first: int
    last: int
    as_of: str = ""
    page: int | None = None
    extra: dict[str, str] = field(default_factory=dict)
