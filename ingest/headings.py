"""Which lines of a page are headings: numbered ("ARTICLE 24.2 –", "3.1 Axe A"), named ("TITRE II"), upper-case, or alone.

A numbered sentence is no heading: it is its clause's paragraph, and only its number gives the place.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

LEADERS = re.compile(r"(?:\s*\.){5,}\s*\d*\s*$|(?:\.\s){5,}|…{2,}\s*\d+\s*$|_{5,}\s*\d+\s*$")
BULLET = re.compile(r"^\s*(?:[-–—•●▪■*]|\d{1,2}[°)]|[a-z]\)|[ivx]+\))\s")

AVENANT, ANNEXE, PART, CHAPTER, SECTION, ARTICLE, ALONE = 0, 1, 1, 2, 3, 4, 9
_NUMBER = r"(?:\d{1,3}(?:[.-]\d{1,2})*|[IVX]{1,5}(?:[.-]\d{1,2})*|1er|premier|PREMIER|unique|UNIQUE)\b"
_ORDINAL = r"(?:PREMIER|DEUXI[EÈ]ME|SECOND|TROISI[EÈ]ME|QUATRI[EÈ]ME|CINQUI[EÈ]ME)"
# Level, kind, pattern of the number or name with which the heading begins, outermost first.
_NAMED: tuple[tuple[int, str, re.Pattern[str]], ...] = (
    (AVENANT, "avenant", re.compile(rf"(?:AVENANT|Avenant)\s+(?:n|N|au|AU|°|\d|de|DE|modif|MODIF)\S*|{_ORDINAL}\s+AVENANT")),
    (ANNEXE, "annexe", re.compile(r"(?:ANNEXES?|Annexes?)\b(?:\s+(?:[nN]°\s?)?(?:\d+|[A-Z]|[IVX]+)\b|\s*$)")),
    (PART, "titre", re.compile(rf"(?:TITRE|Titre|PARTIE|Partie|VOLET|Volet)\s+{_NUMBER}")),
    (CHAPTER, "chapitre", re.compile(rf"(?:CHAPITRE|Chapitre)\s+{_NUMBER}")),
    (SECTION, "section", re.compile(rf"(?:SECTION|Section|SOUS-SECTION|Sous-section)\s+{_NUMBER}")),
    (ARTICLE, "article", re.compile(rf"(?:ARTICLE|Article|Art\.|ART\.)\s+{_NUMBER}(?!\s*(?:du|de|des|et|à|ou|ci)\b)")),
    (ARTICLE, "sign", re.compile(r"§\s?\d{1,3}(?: (?:bis|ter|quater))?(?=\s?[.:–—-]?\s*(?:[–—-]\s)?(?:[A-ZÀ-Ý«]|$))")),
    (ARTICLE, "fiche", re.compile(r"(?:FICHE|Fiche)(?:[ -](?:ACTION|action|objectif|OBJECTIF))?\s+(?:[nN]°\s?)?\d+\b")),
)  # fmt: skip
_DEEP = re.compile(
    r"(?:§\s?)?(?:\d{1,2}|[IVX]{1,4}|[A-Z])(?:\.\d{1,2}){1,3}\b\.?|\d{1,2}(?:-\d{1,2}){1,3}[.)]|[IVX]{1,4}\.[A-Z](?:\.|(?=\s[–—-]\s))|[A-H]\d{1,2}(?:\.|(?=\s[–—-]\s))"
)
_FLAT = re.compile(r"(?:\d{1,2}|[IVX]{1,4}|[A-Z])\s?(?:[.)–—-]|\s-)(?=\s)|[A-Z][a-zé]{1,9}\.(?=\s[–—-]\s)")
_TITLED = r"\s*(?:[-–—:.)]\s*)?(?=[A-ZÀ-Ý«\d])"
# A title that the first sentence follows on the same line: "Article 5 – Objet. Le contrat…".
_RUN_IN = re.compile(r"[^.;:]{0,90}?[^\W\d_]{3,}(?:\s?:|\.)\s+(?=[A-ZÀ-Ý«])")
_SAYS = re.compile(
    r"\b(?:est|sont|ont|peut|peuvent|doit|doivent|sera|seront|verse|alloue|décide|s['’]engage|prend|transmet|remet)\b"
)
_STOP = re.compile(r"(?<=[a-zà-ÿ]{3})[.;]\s+(?=[A-ZÀ-Ý])")
_BROKEN_OFF = r"(?:\S+\s+){8}.*\b(?:le|la|les|un|une|des?|du|et|ou|à|au|aux|par|pour|en|dans|sur|avec|que|qui|dont|son|sa|ses)$"
_PARTIES = re.compile(r"(?:ET|ENTRE|D.UNE PART|D.AUTRE PART|VU|CONSID[EÉ]RANT|IL (?:A|EST)|DIT|SIGN[EÉ]|POUR)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` from 0, outermost; `title` is what stands in the path; `said`: the line is (also) a sentence to be kept."""

    level: int
    kind: str
    title: str
    said: bool = False


def heading_of(text: str) -> Heading | None:
    """The heading that a line is or begins with, its wrapped end included; None for anything else."""
    if not text or LEADERS.search(text):
        return None
    for level, kind, pattern in _NAMED:
        if match := pattern.match(text):
            return _numbered(text, match.end(), level + match[0].count(".", 5) * (level == ARTICLE), kind)
    if (match := _DEEP.match(text)) and re.match(_TITLED, text[match.end() :]) and text[match.end() : match.end() + 1] in " ":
        return _numbered(text, match.end(), ARTICLE + 1 + len(re.findall(r"[.-]", match[0].strip(".)"))), "number")
    if (match := _FLAT.match(text)) and re.match(_TITLED, text[match.end() :]):
        found = _numbered(text, match.end(), ARTICLE + 1, "item")
        return None if found is None or found.said else found  # "1. Le gestionnaire transmet…;" is an item of a list
    letters = [c for c in text if c.isalpha()]
    capitals = len(letters) >= 4 and len(text) <= 120 and sum(c.isupper() for c in letters) > 0.85 * len(letters)
    if capitals and text[-1] not in ".,;:" and not _PARTIES.match(text):
        return Heading(CHAPTER, "capitals", text)
    return None


def _numbered(text: str, end: int, level: int, kind: str) -> Heading | None:
    """The heading whose number or name ends at `end`: its title whole, run in, or nothing but the number."""
    rest = re.sub(r"^\s*[-–—:.)]*\s*", "", text[end:])
    if not _is_sentence(rest):
        return Heading(level, kind, text)
    if kind in ("avenant", "annexe"):
        return None  # spoken of, not begun
    start = len(text) - len(rest)
    run_in = _RUN_IN.match(text, start)
    titled = run_in and len(run_in[0].split()) <= 12 and not _SAYS.search(run_in[0])
    title = text[: run_in.end()].rstrip(" .:") if run_in and titled else text[:end].rstrip(" .")
    return Heading(level, kind, title, said=True)


def _is_sentence(rest: str) -> bool:
    """Is what follows the number a sentence (or more than a title holds)?"""
    if len(rest) > 160:
        return True
    words = rest.split()
    ended = bool(re.search(r"[.;:,]$", rest)) and not re.search(r"\b(?:etc|[A-Z])\.$", rest)
    if any(len(rest[: stop.start()].split()) >= 6 for stop in _STOP.finditer(rest)) or re.search(_BROKEN_OFF, rest):
        return True  # the page ends before the sentence does
    return (ended and len(words) >= 6) or bool(_RUN_IN.match(rest) and ended)


def is_alone(text: str, following: Sequence[str]) -> bool:
    """A short line alone, with a capital and no full stop, above text: an unnumbered heading. `following`: the lines below."""
    after = next((line for line in following if line), "")
    return (
        3 <= len(text) <= 70 and text[0].isupper() and text[-1].isalnum() and len(text.split()) <= 9
        and not _PARTIES.match(text) and bool(after) and (not following[0] or len(after) > 70) and not re.search(r"\d{4,}|€|%", text)
    )  # fmt: skip
