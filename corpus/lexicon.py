"""The lexicon of the field: acronyms and everyday words on one side, the statute's expressions on the other.

`corpus/lexicon.yaml` holds the entries. Expressions are matched on whole folded words, longest first, stop words kept:
stems collide here ("mamie" and MAM). A few acronyms that are also common words count in capitals only.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.words import fold

FILE = Path(__file__).parent / "lexicon.yaml"
KINDS = ("acronym", "everyday", "old")
CAPITALS_ONLY = frozenset("AS CA CE CET ES JE ME PRE TA".split())

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: the word people use, its other spellings, what the statute calls it, and a sentence for readers."""

    term: str
    also: tuple[str, ...]
    means: tuple[str, ...]
    kind: str
    tip: str


@dataclass(frozen=True, slots=True)
class Match:
    """An entry met in a text, at character offsets `start`/`end`; `reverse` when the statute's expression was met."""

    entry: Entry
    start: int
    end: int
    reverse: bool = False

    @property
    def brings(self) -> tuple[str, ...]:
        """The expressions that this match adds to a search."""
        return (self.entry.term,) if self.reverse else self.entry.means


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """Every entry, in the file's order."""
    rows = yaml.load(FILE.read_text(encoding="utf-8"), Loader=_Loader)
    return tuple(Entry(r["term"], tuple(r.get("also") or ()), tuple(r["means"]), r["kind"], r["tip"]) for r in rows)


@lru_cache(maxsize=1)
def _spellings() -> tuple[dict[tuple[str, ...], tuple[Entry, bool]], dict[str, list[int]]]:
    """Folded word sequences to (entry, reverse), and how many words those of each first word have, most first; terms win
    over expressions."""
    table: dict[tuple[str, ...], tuple[Entry, bool]] = {}
    for entry in entries():
        for means in entry.means:
            words = tuple(_WORD.findall(fold(means)))
            if len(words) >= 2:
                table.setdefault(words, (entry, True))
    for entry in entries():
        for spelling in (entry.term, *entry.also):
            table[tuple(_WORD.findall(fold(spelling)))] = (entry, False)
    sizes: dict[str, list[int]] = {}
    for first, size in sorted({(words[0], len(words)) for words in table}, reverse=True):
        sizes.setdefault(first, []).append(size)
    return table, sizes


def find_terms(text: str) -> list[Match]:
    """The lexicon's expressions in a text, in order, longest first, without overlap."""
    table, sizes = _spellings()
    tokens = [(fold(m[0]), m.start(), m.end()) for m in _WORD.finditer(text)]
    words = [token for token, _, _ in tokens]
    found: list[Match] = []
    i = 0
    while i < len(tokens):
        for size in sizes.get(words[i], ()):
            hit = table.get(tuple(words[i : i + size])) if i + size <= len(words) else None
            if hit and (size > 1 or hit[0].term not in CAPITALS_ONLY or text[tokens[i][1] : tokens[i][2]].isupper()):
                found.append(Match(hit[0], tokens[i][1], tokens[i + size - 1][2], hit[1]))
                i += size
                break
        else:
            i += 1
    return found
