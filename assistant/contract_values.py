"""The exact value that a question on a contract asks for: every value of the likely passages, scored by what stands around it.

A value scores by its passage's rank, by the question's words in its sentence, headings, row and column, by the verb that
fits the question ("prend fin" for « finit quand »), and by its kind; numbers that only name things (articles, tables,
years) are no values.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.question import Question
from corpus.article import Passage
from corpus.values import Value, find_values
from corpus.words import fold, index_words

# Kinds to look for, likeliest first, by the kind of question; "combien" alone may be any of them.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "date": ("date",), "duration": ("duration",), "amount": ("amount",), "percent": ("percent", "number"),
    "number": ("number", "amount", "percent", "duration"),
}  # fmt: skip
_UNITS = re.compile(
    r"\bplaces?\b|\bjours?\b|\bjeunes?\b|reunions?|\betp\b|seances?|personnes?|\blits?\b|heures?|\bnb\b|nombre|finess|siren|\bgmp\b|\bpmp\b|numero|file active"
)
_MONEY = re.compile(
    r"verse|coute|\bpaie|paye|tarif\b|\bdgc\b|\bppi\b|emprunt|investissement|\btotal\b|exceden|resultat|\bfrais\b|budget|dotation|forfait|credit|\bsomme\b|montant|subvention|enveloppe|jusqu.a combien|surcout|reserve"
)
_RATE = re.compile(r"\btaux\b|\bpart\b|\bto\b|absenteisme|plafonne|pourcentage|\bcible\b|occupation|objectif")
_TIME = re.compile(r"rallonge|prolong|proroge|dure|delai|preavis|temps")
_NAMING = re.compile(
    r"(?:articles?|\bart\.|tableaux?|annexes?|fiches?|titres?|n°|[LRD]\.|pages?|\bet|indicateur|chapitre|phase|axe|objectif|groupe)\s*(?:n°\s*)?$",
    re.IGNORECASE,
)
# What the question is after, and the words that then stand beside the right value.
_CUES: tuple[tuple[str, str], ...] = (
    (r"\bfini|termin|\bfin\b|\bterme\b|expire|tombe|echeance|jusqu|valable", r"jusqu|prend fin|\bterme\b|echeance|expire|\bfin\b|arrive a"),
    (r"\beffet\b|commence|debut|demarre|entre en vigueur", r"prend effet|a compter|a partir|debut|entre en vigueur|\beffet"),
    (r"\bsign", r"\bsigne|\bfait a\b"),
    (r"avant quand|date limite|rendre|remettre|envoyer|transmettre|demander avant|au plus tard", r"avant le|au plus tard|remis|transmet|echeance|date limite|demande"),
    (r"preavis|resili", r"preavis|resili"),
    (r"maximum|au plus|plafon|ne doit pas depasser|limite", r"au plus|plafon|maximum|sans depasser|ne peut exceder|dans la limite"),
    (r"minimum|mini\b|au moins", r"au moins|minimum"),
    (r"proroge|prolong|rallonge", r"proroge|prolong"),
)  # fmt: skip
ORIGINAL = re.compile(r"origin|initial|avant l.avenant|au depart|premiere version|avant la modification")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(slots=True)
class Candidate:
    """A value with where it stands and how well it fits; `cell` is its column heading in a table row."""

    value: Value
    passage: Passage
    score: float
    cell: str = ""


def wanted_kinds(question: Question) -> tuple[str, ...]:
    """Kinds of value to look for, likeliest first; () when the question asks for none."""
    folded = fold(question.text)
    if question.kind == "number" or (
        not question.kind and re.search(r"combien|\bnb\b|\bto\b|\bgmp\b|\bpmp\b|cible|total", folded)
    ):
        found = [
            kind
            for kind, cue in (("number", _UNITS), ("amount", _MONEY), ("percent", _RATE), ("duration", _TIME))
            if cue.search(folded)
        ]
        return tuple(dict.fromkeys([*found, *_KINDS["number"]]))
    if question.kind == "duration" and _UNITS.search(folded) and "combien de jours" in folded:
        return ("duration", "number")
    if question.kind in _KINDS:
        return _KINDS[question.kind]
    if re.search(r"\bdate\b|quel jour|\bquand\b", folded):
        return ("date", "number") if "quel jour" in folded and "mois" in folded else ("date",)
    return ()


def candidates(
    question: Question, ranked: Sequence[tuple[Passage, float]], kinds: Sequence[str], rarity: Mapping[str, float]
) -> list[Candidate]:
    """Every value of the wanted kinds in the passages, best first. `ranked` gives each passage's score in [0, 1+]."""
    wanted = {w: rarity.get(w, 1.0) for w in (*question.words, *question.added) if not re.fullmatch(r"\d+", w)}
    weight = sum(wanted.values()) or 1.0
    folded = fold(question.text)
    cues = [answer for asked, answer in _CUES if re.search(asked, folded)]
    years = _YEAR.findall(question.text)
    out = []
    for passage, rank in ranked:
        for value, around, cell in _values(passage, kinds):
            own = set(index_words(around))
            near = sum(w for word, w in wanted.items() if word in own) / weight
            folded_around = fold(around)
            cue = sum(bool(re.search(answer, folded_around)) for answer in cues) / max(1, len(cues))
            year = 0.0
            if years and passage.extra.get("kind") == "row":
                year = 0.7 if any(y in cell for y in years) else -0.3 if _YEAR.search(cell) else 0.0
            elif years and any(y in around for y in years):
                year = 0.15
            kind = 0.25 * (1 - kinds.index(value.kind) / len(kinds))
            vague = -0.2 if value.kind == "date" and value.normalized.startswith("--") else 0.0
            out.append(Candidate(value, passage, rank + 0.9 * near + 0.35 * cue + year + kind + vague, cell))
    return sorted(out, key=lambda c: -c.score)


def _values(passage: Passage, kinds: Sequence[str]) -> Iterator[tuple[Value, str, str]]:
    """(value, the words around it, its column heading) for each value of a passage."""
    headings = " ".join(passage.path[-2:])
    if passage.extra.get("kind") == "row":
        cells: list[list[str]] = json.loads(passage.extra["cells"])
        row = " ".join(text for _, text in cells if not re.fullmatch(r"[\d\s.,%€-]+", text))
        for place, (heading, text) in enumerate(cells):
            if place == 0 and len(cells) > 1:
                continue
            for value in _in_cell(text, heading, kinds):
                yield value, f"{passage.extra['caption']} {headings} {row} {heading}", heading
        return
    text = passage.text
    for kind in kinds:
        for value in find_values(text, kind):
            if kind == "number" and not _counts(text, value):
                continue
            start = max((m.end() for m in re.finditer(r"[.;:]\s", text[: value.start])), default=0)
            stop = re.search(r"[.;]\s", text[value.end :])
            sentence = text[start : value.end + (stop.start() if stop else len(text))]
            yield value, f"{headings} {sentence}", ""


def _in_cell(text: str, heading: str, kinds: Sequence[str]) -> Iterator[Value]:
    """The value of a cell: of a wanted kind, or a bare number whose unit stands in the column's heading."""
    for kind in kinds:
        found = find_values(text, kind)
        if kind == "number":
            found = [v for v in found if _counts(text, v)]
        if found:
            yield found[0]
            return
    if re.fullmatch(r"[-+−]?[\d\s.,]+", text.strip()) and (found := find_values(text, "number")):
        unit = "%" if "%" in heading or "taux" in fold(heading) else "€" if "€" in heading or "euro" in fold(heading) else ""
        kind = {"%": "percent", "€": "amount", "": "number"}[unit]
        yield Value(kind if kind in kinds else kinds[0], f"{found[0].text} {unit}".strip(), found[0].normalized, 0, len(text))


def _counts(text: str, value: Value) -> bool:
    """Whether a bare number counts something: not a year, not the name of an article, a table, a law."""
    if _YEAR.fullmatch(value.text) or _NAMING.search(text[max(0, value.start - 14) : value.start]):
        return False
    after = text[value.end : value.end + 2]
    return not re.match(r"[.-]\d|°|er\b", after) and not re.search(r"[\d][.-]$", text[max(0, value.start - 2) : value.start])
