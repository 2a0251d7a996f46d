"""Article cards: for each article a plain title, a summary and the questions people ask, in our own words.

A card bridges people's words and the statute's. It is never cited as the law. One YAML file a chapter,
`corpus/cards/<livre>/<chapitre>.yaml`, a list of entries in the code's order; `docs/cards.md` says how they were read.
Another code's cards stand in that code's folder, one file for ten numbers: `corpus/cards/code-civil/370.yaml`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.codes import CASF, split_key
from corpus.errors import CasfError
from corpus.words import fold

CARDS = Path(__file__).parent / "cards"
STATUSES = ("in_force", "changed", "repealed", "to_check")

_LISTS = ("questions", "keywords", "see", "derived")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Card:
    """A card, in our own words, about one article (or one `part` of a long one).

    `num` is the article's key ("L313-11", "375 C. civ."); `as_of` is the ISO date of the text that was read; `status` is one of `STATUSES`, as far as known;
    `note` says what is known to have changed; `see` lists related keys; `readings` counts the readers;
    `part` names the part of a long article; `derived` lists figures of the summary that follow from the text unsaid by it.
    """

    num: str
    title: str
    summary: str
    questions: tuple[str, ...]
    keywords: tuple[str, ...]
    as_of: str
    status: str
    note: str = ""
    see: tuple[str, ...] = ()
    readings: int = 1
    part: str = ""
    derived: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.num}|{self.part}" if self.part else self.num


class CardFault(CasfError):
    """Raised when a card file does not follow the schema; the message names file, entry and field."""


def repeal_told(note: str) -> str:
    """What follows "L'article …" when it is repealed: that it is, then the note; once where the note says it itself.

    >>> repeal_told("Abrogé au 1er janvier 2019."), repeal_told("Remplacé par le RSA."), repeal_told("")
    ('a été abrogé au 1er janvier 2019.', 'est abrogé. Remplacé par le RSA.', 'est abrogé.')
    """
    return f"a été a{note[1:]}" if note.startswith("Abrogé ") else f"est abrogé. {note}".strip()


def place(num: str) -> str:
    """The file of an article's card, relative to `corpus/cards`.

    >>> place("R314-40"), place("L14-10-1"), place("Annexe 2-3"), place("375-3 C. civ.")
    ('livre-3/314.yaml', 'livre-1/14-10.yaml', 'annexes/annexe-2.yaml', 'code-civil/370.yaml')
    """
    num, code = split_key(num)
    if code != CASF:
        first = re.search(r"\d+", num)
        return f"{'-'.join(re.findall('[a-z0-9]+', fold(code)))}/{int(first[0]) // 10 * 10 if first else 0}.yaml"
    if num.startswith("Annexe"):
        return f"annexes/annexe-{num.split()[1].split('-')[0]}.yaml"
    number = re.sub(r"^[A-Z*]+", "", num)
    if number.startswith("14-10"):
        return "livre-1/14-10.yaml"
    chapter = re.split(r"[-\s]", number)[0]
    return f"livre-{chapter[0]}/{chapter}.yaml"


def card_from(entry: dict[str, Any], where: str) -> Card:
    """One YAML entry as a `Card`; raises `CardFault` when a field is missing, unknown or of the wrong type."""
    allowed = set(Card.__dataclass_fields__)
    name = f"{where}, {entry.get('num', '?')}"
    if unknown := set(entry) - allowed:
        raise CardFault(f"{name} : champ inconnu « {sorted(unknown)[0]} ».")
    for key in ("num", "title", "summary", "as_of", "status"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise CardFault(f"{name} : champ « {key} » manquant ou vide.")
    for key in _LISTS:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise CardFault(f"{name} : « {key} » doit être une liste de textes.")
    if entry["status"] not in STATUSES:
        raise CardFault(f"{name} : statut inconnu « {entry['status']} ».")
    fields = dict(entry)
    for key in _LISTS:
        fields[key] = tuple(entry.get(key, []))
    return Card(**fields)


def read_cards(folder: Path = CARDS) -> Iterator[tuple[Path, Card]]:
    """Every card with its file, files in order of name."""
    for path in sorted(folder.glob("*/*.yaml")):
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # a safe loader, C where there is one
        for entry in entries or []:
            yield path, card_from(entry, path.name)


@lru_cache(maxsize=1)
def load_cards() -> tuple[Card, ...]:
    """The product's own cards."""
    return tuple(card for _, card in read_cards())


def write_cards(cards: Iterable[Card], folder: Path = CARDS) -> None:
    """Write cards in the canonical layout (used to import corrections; keeps files diff-friendly)."""
    files: dict[str, list[Card]] = {}
    for card in cards:
        files.setdefault(place(card.num), []).append(card)
    for name, entries in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        blocks = [yaml.safe_dump([_plain(card)], allow_unicode=True, sort_keys=False, width=110) for card in entries]
        path.write_text("\n".join(blocks), encoding="utf-8")


def _plain(card: Card) -> dict[str, Any]:
    entry = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(card).items()}
    return {key: value for key, value in entry.items() if value or key in ("questions", "keywords")}
