"""Versions of articles: several readings of a code made one history, and what changed between two states of it.

A source tells dates in one of two ways. LEGI gives each version its own start and end. A copy (Markdown, JSONL) only
shows which text stood on one day: its version then holds from the first copy that has it up to the first copy that has
another text, or that is a whole code and lacks the article.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from corpus.article import Article
from corpus.numbers import order_key
from corpus.words import fold

if TYPE_CHECKING:
    from ingest.index import Index

WHOLE = 0.8  # share of a code's articles from which a copy counts as the whole code: what it lacks has gone
ALIKE = 0.9  # share of common words from which an article that went and one that came are one, renumbered

Kind = Literal["added", "changed", "repealed", "renumbered"]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one article, `num` being its key ("L313-11", "375 C. civ."; the new one when it was renumbered)."""

    kind: Kind
    num: str
    before: Article | None
    after: Article | None


def words_of(text: str) -> tuple[str, ...]:
    """A text's words as two copies of it share them: case, accents, punctuation and spaces are the copyist's."""
    return tuple(re.findall(r"\w+", fold(text)))


def in_force(versions: Iterable[Article], on: str) -> dict[str, Article]:
    """By key, the version that applies on a date (ISO); the one that began last where a source has two."""
    found: dict[str, Article] = {}
    for version in versions:
        if version.text and version.holds(on):
            rival = found.get(version.key)
            if rival is None or (rival.start, rival.ident) < (version.start, version.ident):
                found[version.key] = version
    return found


def merge(*readings: Sequence[Article]) -> list[Article]:
    """Every version that the readings hold, each once, dated, code by code in the order of the numbers.

    A reading is what one source gave, or every version of an index (`Index.versions`). Of two readings of one version
    (same identifier, or same words in two copies) the later one is kept.
    """
    whole = _whole_copies(readings)
    by_key: dict[str, list[Article]] = defaultdict(list)
    codes: dict[str, int] = {}
    for reading in readings:
        for article in reading:
            by_key[article.key].append(article)
            codes.setdefault(article.code, len(codes))
    merged = [_ended(version, whole[version.code]) for versions in by_key.values() for version in _line(versions)]
    return sorted(merged, key=lambda a: (codes[a.code], order_key(a.num), a.start, a.ident))


def _whole_copies(readings: Sequence[Sequence[Article]]) -> Mapping[str, list[tuple[str, set[str]]]]:
    """By code, the readings that show all of it on one day, as (day, keys); an excerpt's silence says nothing."""
    whole: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    for code in {article.code for reading in readings for article in reading}:
        copies = [[article for article in reading if article.code == code] for reading in readings]
        most = max(len({article.key for article in copy if not article.end}) for copy in copies)
        for copy in copies:
            days, keys = {article.as_of for article in copy}, {article.key for article in copy}
            if len(days) == 1 and len(keys) >= WHOLE * most:
                whole[code].append((days.pop(), keys))
        whole[code].sort(key=lambda pair: pair[0])
    return whole


def _line(versions: Sequence[Article]) -> list[Article]:
    """One article's versions, oldest first, each ending where the next begins."""
    official = list({v.ident or (v.start, v.as_of): v for v in versions if v.state}.values())
    copies = [replace(v, start=v.start or v.as_of) for v in versions if not v.state]
    copies = [v for v in copies if not any(_covers(o, v) for o in official)]
    line: list[Article] = []
    for version in sorted([*official, *copies], key=lambda v: (v.start, v.as_of)):
        last = line[-1] if line else None
        if last is None:
            line.append(version)
        elif not (last.state or version.state) and not _gap(last, version) and _same(last, version):
            line[-1] = replace(version, start=last.start) if version.as_of >= last.as_of else last
        elif not last.state and last.start == version.start:
            line[-1] = version  # two copies of one day: the one read last
        else:
            if not last.end or (not last.state and last.end > version.start):
                line[-1] = replace(last, end=version.start)
            line.append(version)
    return line


def _covers(official: Article, copy: Article) -> bool:
    """Whether an official version already says what a copy shows on its day; a newer copy may know of a change."""
    if copy.as_of < official.start:
        return False
    return copy.as_of < official.end if official.end else copy.as_of <= official.as_of or _same(official, copy)


def _gap(last: Article, version: Article) -> bool:
    return bool(last.end) and last.end < version.start


def _same(one: Article, other: Article) -> bool:
    return one.text == other.text or words_of(one.text) == words_of(other.text)


def _ended(version: Article, whole: Sequence[tuple[str, set[str]]]) -> Article:
    """The version with an end when a later copy of the whole code lacks its article."""
    gone = next((day for day, keys in whole if day > version.as_of and version.key not in keys), "")
    return replace(version, end=gone) if gone and (not version.end or gone < version.end) else version


def changes(old: "Index | None", articles: Iterable[Article], on: str = "") -> list[Change]:
    """What differs between the articles in force in an index and those in force in `articles` (all versions), on a date
    (ISO; today by default), in the order of the codes. Without an index everything is added."""
    on = on or date.today().isoformat()
    after = in_force(articles, on)
    before = in_force(old.versions(), on) if old else {}
    gone = {key: article for key, article in before.items() if key not in after}
    come = {key: article for key, article in after.items() if key not in before}
    found: list[Change] = []
    for new, earlier in _renumbered(gone, come).items():
        found.append(Change("renumbered", new, gone.pop(earlier), come.pop(new)))
    found += [Change("added", key, None, article) for key, article in come.items()]
    found += [Change("repealed", key, article, None) for key, article in gone.items()]
    found += [
        Change("changed", key, before[key], article)
        for key, article in after.items()
        if key in before and not _same(before[key], article)
    ]
    return sorted(found, key=lambda c: ((c.after or c.before or _NONE).code, order_key((c.after or c.before or _NONE).num)))


_NONE = Article("", (), "", "")


def _renumbered(gone: Mapping[str, Article], come: Mapping[str, Article]) -> dict[str, str]:
    """New key -> old key, where an article that went says what one that came says (numbers of articles left aside)."""
    pairs: dict[str, str] = {}
    left = {key: _saying(article) for key, article in gone.items()}
    for key, article in come.items():
        own = _saying(article)
        best = max(left, key=lambda old: _share(left[old], own), default="")
        if best and _share(left[best], own) >= ALIKE:
            pairs[key] = best
            del left[best]
    return pairs


def likeness(one: Article, other: Article) -> float:
    """The share of words that two texts have in common, numbers of articles left aside; 1 for one text renumbered."""
    return _share(_saying(one), _saying(other))


def _saying(article: Article) -> frozenset[str]:
    return frozenset(word for word in words_of(article.text) if not word[-1].isdigit())


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a and b else 0.0
