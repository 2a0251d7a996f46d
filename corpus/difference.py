"""What changed between two texts of an article, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from corpus.article import alineas

_WORD = re.compile(r"\s+|[\w.°-]*\w|[^\w\s]")  # a number, "132-8", is one word
_ALIKE = 0.3  # share of common words under which two alinéas are two texts, not one that changed
_RUN = 6  # words and spaces that stand between two changes for them to be told apart
_AROUND = 60  # characters kept on each side of a change


class Piece(NamedTuple):
    """A run of words: the same in both texts, only in the later ("added"), only in the earlier ("removed")."""

    kind: Literal["same", "added", "removed"]
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """The later text with what was removed left in place. Alinéas are paired first, then the words of those that differ,
    so a long annexe is compared as fast as a short article. Breaks between alinéas come out as one blank line."""
    old = [before[s.start : s.end] for s in alineas(before)]
    new = [after[s.start : s.end] for s in alineas(after)]
    pieces: list[Piece] = []
    for tag, i, j, k, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces += [Piece("same", text + "\n\n") for text in old[i:j]]
            continue
        both = min(j - i, end - k)
        for earlier, later in zip(old[i : i + both], new[k : k + both], strict=True):
            pieces += _words(earlier, later)
            pieces.append(Piece("same", "\n\n"))
        pieces += [Piece("removed", text + "\n\n") for text in old[i + both : j]]
        pieces += [Piece("added", text + "\n\n") for text in new[k + both : end]]
    return list(_joined(pieces))


def _words(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    common, either = set(old) & set(new), set(old) | set(new)
    if len(common) < _ALIKE * len(either):
        yield from _changed(before, after)
        return
    codes = SequenceMatcher(None, old, new, autojunk=len(old) > 2000).get_opcodes()
    removed, added = "", ""
    for place, (tag, i, j, k, end) in enumerate(codes):
        # A word or two in common between two changes says nothing: it goes with them.
        if tag == "equal" and (j - i >= _RUN or place in (0, len(codes) - 1)):
            yield from _changed(removed, added)
            removed, added = "", ""
            yield Piece("same", "".join(new[k:end]))
        else:
            removed, added = removed + "".join(old[i:j]), added + "".join(new[k:end])
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """The same with neighbours of one kind as one piece."""
    last: Piece | None = None
    for piece in pieces:
        if last and last.kind == piece.kind:
            last = Piece(last.kind, last.text + piece.text)
        else:
            if last:
                yield last
            last = piece
    if last:
        yield last


def shown(pieces: list[Piece]) -> str:
    """One line a person reads: "[-removed-]" and "{+added+}" with some words around, what stayed cut short."""
    parts: list[str] = []
    for place, (kind, text) in enumerate(pieces):
        words = " ".join(text.split())
        if kind == "same":
            parts.append(_cut(words, first=place == 0, last=place == len(pieces) - 1))
        elif words:
            parts.append(f"[-{words}-]" if kind == "removed" else f"{{+{words}+}}")
    return " ".join(part for part in parts if part)


def _cut(words: str, first: bool, last: bool) -> str:
    if len(words) <= (_AROUND if first or last else 2 * _AROUND):
        return words
    head = "" if first else words[:_AROUND].rsplit(" ", 1)[0] + " "
    tail = "" if last else " " + words[-_AROUND:].split(" ", 1)[-1]
    return f"{head}…{tail}"
