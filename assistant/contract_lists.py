"""Lists that a question on a contract asks for ("quels sont les quatre axes ?"): rows of a table, items, headings of a series."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from assistant.contract_cues import KIND, TOTAL, Candidate
from assistant.contract_question import Asked, Idea, stems_of
from assistant.contract_reading import Reading, Unit
from assistant.contract_text import AVENANT, GLOSSARY, bare, one_line
from corpus.values import NUMBER_WORDS, Value
from corpus.words import fold

_ITEM = re.compile(r"\s*(?:[-–—•·■*]|\d{1,2}[.)°]|[a-h]\))\s+")
_SERIES = re.compile(r"(?P<kind>[^\W\d_]{3,}) (?:n° ?)?(?P<n>\d{1,2}|[IVX]{1,4})\s?[.:–—-]\s*(?P<title>.{4,})")
_QUOTED = re.compile(r"«[^»]{3,80}»(?:(?:\s?[,;]|\s(?:et|ou))\s(?:de |d['’])?«[^»]{3,80}»)+")
_ENUMERATED = re.compile(
    r"\s(?:sont|comprend|comprennent|regroupe|regroupent)\s(?P<items>[^,;:]{3,60}(?:,\s[^,;:]{3,60}){1,9}\set\s[^;:]{3,60})$"
)
_NUMBERED = re.compile(r"(?:n° ?)?\d{1,2}\s?[.)–-]\s*|[a-zA-Z]\)\s*")
_MOST = 15
_LEAST = 0.5  # share of the question that a table's or an introduction's own words must hold


def lists(asked: Asked, scored: Sequence[tuple[Unit, float, float]], reading: Reading) -> list[Candidate]:
    """Lists of the best units, each whole; [] where the question doesn't ask for one."""
    if asked.kinds.get("list", 0.0) < 0.4:
        return []
    found = [*_series(asked, reading), *_tables(asked, reading)]
    found += [
        c
        for unit, score, fit in scored[:12]
        if not unit.is_row and fit >= _LEAST
        for c in _said(asked, unit, score, fit, reading)
    ]
    return sorted(found, key=lambda c: -c.score)


def _candidate(asked: Asked, items: Sequence[str], unit: Unit, score: float, fit: float) -> Iterator[Candidate]:
    names = list(dict.fromkeys(_NUMBERED.sub("", item, count=1) if _NUMBERED.match(item) else item for item in items if item))
    if 2 <= len(names) <= _MOST:
        told = re.search(r"\b(\d{1,2}|" + "|".join(NUMBER_WORDS) + r")\b (?=\w+s\b)", asked.folded)
        count = int(told[1]) if told and told[1].isdigit() else NUMBER_WORDS.get(told[1], 0) if told else 0
        same = 0.0 if not count else 0.3 if count == len(names) else -0.3
        value = Value("list", ", ".join(names), names, 0, 0)  # type: ignore[arg-type]
        first = 0.25 * (asked.kinds["list"] >= max(asked.kinds.values()))
        yield Candidate(value, unit, score + KIND * asked.kinds["list"] + first + same, fit)


def _series(asked: Asked, reading: Reading) -> Iterator[Candidate]:
    """ "Axe 1 – Parcours", "Axe 2 – Qualité": the titles of headings of one kind, numbered."""
    titles: dict[str, dict[str, tuple[str, Unit]]] = {}
    for unit in reading.units:
        for heading in unit.piece.headings if unit.piece.zone not in (AVENANT, GLOSSARY) else ():
            if match := _SERIES.search(one_line(heading)):
                titles.setdefault(fold(match["kind"]), {}).setdefault(match["n"], (match["title"].strip(" :–-."), unit))
    for kind, of in titles.items():
        asks = [idea for idea in asked.ideas if idea.held(kind, stems_of(kind))]
        if asks and len(of) > 1 and kind not in ("article", "chapitre", "titre", "section", "annexe"):
            fit = asked.share(kind)
            if fit >= 0.6:
                yield from _candidate(
                    asked, [title for title, _ in of.values()], next(iter(of.values()))[1], 0.9 * fit + 0.3, fit
                )


def _tables(asked: Asked, reading: Reading) -> Iterator[Candidate]:
    """The labels of a table's rows, where its caption, its headings or its first column is what is asked for."""
    told = [idea for idea in asked.ideas if not idea.light]
    subject = min(told, key=lambda idea: asked.folded.find(idea.name), default=None)  # "quels sont les ateliers de l'ESAT ?"
    rows = [unit for unit in reading.units if unit.is_row and unit.change is None and unit.piece.zone != AVENANT]
    for _, group in groupby(rows, key=lambda unit: unit.piece.table):
        units = list(group)
        first = units[0]
        labels = [unit.piece.cells[0][1].strip() for unit in units if not TOTAL.match(fold(unit.piece.cells[0][1]))]
        if len(labels) < 2 or not all(re.search(r"[^\W\d_]{3}", label) for label in labels):
            continue
        head = first.heads[0].folded
        about = f"{head} ; {first.near.folded} ; {fold(reading.about(first.piece))}"
        fit = asked.share(about)
        if fit < _LEAST or not (subject is None or subject.held(about, stems_of(about))):
            continue
        bonus = 0.3 * asked.share(head)
        kept = [
            label for label in labels if _of_kind([idea for idea in told if not idea.held(about, stems_of(about))], label, labels)
        ]
        yield from _candidate(asked, kept, first, 0.75 * fit + 0.15 + bonus, fit)


def _of_kind(ideas: Sequence[Idea], label: str, labels: Sequence[str]) -> bool:
    """Whether a label is of the kind asked for, where only some are ("quels EHPAD ?": the rows that say EHPAD)."""
    for idea in ideas:
        held = [other for other in labels if idea.held(fold(other), stems_of(fold(other)))]
        if 2 <= len(held) < len(labels):
            return label in held
    return True


def _said(asked: Asked, unit: Unit, score: float, fit: float, reading: Reading) -> Iterator[Candidate]:
    """The items of an enumeration: under an introduction that ends with a colon, between quotes, or after the colon."""
    text = unit.own.text
    if run := _QUOTED.search(text):
        yield from _candidate(asked, re.findall(r"«\s?([^»]+?)\s?»", run[0]), unit, score, fit)
        return
    lead, colon, tail = text.partition(" :")
    if not colon and (run := _ENUMERATED.search(text)):  # "Les ateliers sont l'entretien, la cuisine et la blanchisserie."
        lead, colon, tail = text[: run.start()], ":", run["items"]
    if colon and not tail.strip():
        yield from _candidate(asked, _items(unit, reading), unit, score + 0.1, fit)
    elif colon and not _ITEM.match(unit.piece.text) and asked.share(fold(lead)) >= _LEAST:
        parts = [part for part in re.split(r"\s?;\s|,\s(?!\d)", tail.strip(" .")) if part.strip()]
        if len(parts) > 1:  # "a, b et c"
            parts[-1:] = re.split(r"\set\s", parts[-1], maxsplit=1)
        yield from _candidate(asked, [part.strip(" .,;") for part in parts], unit, score, fit)


def _items(intro: Unit, reading: Reading) -> list[str]:
    """The items that follow an introduction, on the next page too."""
    at = next((i for i, unit in enumerate(reading.units) if unit is intro), len(reading.units))
    out: list[str] = []
    for unit in reading.units[at + 1 :]:
        if unit.is_row or not _ITEM.match(unit.piece.text):
            break
        item = bare(unit.piece.text).strip(" .;,")
        out.append(series["title"] if (series := _SERIES.match(item)) else item)
    return out
