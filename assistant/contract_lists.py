"""Lists that a question on a contract asks for ("quels sont les quatre axes ?"): rows of a table, items, headings of a series."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from assistant.contract_chosen import Chosen, chosen
from assistant.contract_cues import KIND, SURE, TOTAL, Candidate
from assistant.contract_facts import PERIMETER_ALSO, leftover
from assistant.contract_items import parts, run_of, short, subject_of, unnamed
from assistant.contract_question import Asked, Idea, stems_of
from assistant.contract_reading import Reading, Span, Unit
from assistant.contract_text import AVENANT, GLOSSARY, bare, labelled, one_line
from corpus.values import NUMBER_WORDS, Value, find_values
from corpus.words import fold

_ITEM = re.compile(r"\s*(?:[-–—•·■*]|\d{1,2}[.)°]|[a-h]\))[\s_]+")
_NOTE = re.compile(r"[\d⁰¹²³⁴-⁹]{1,2} +[A-ZÀ-Ý«]")
_SERIES = re.compile(r"(?P<kind>[^\W\d_]{3,}) (?:n° ?)?(?P<n>\d{1,2}|[IVX]{1,4})\s?[.:–—-]\s*(?P<title>.{4,})")
_TITLED = re.compile(
    r"(?:^(?:\d{1,2}\.\d{1,2}\.?\s|[–—-]\s)?|[■•;]\s*)(?P<kind>[^\W\d_]{3,}) (?:n° ?)?(?P<n>\d{1,2}|[IVX]{1,4}|[A-H])\s?[,:–—-]\s*(?P<title>[^;:.]{4,90})"
)  # the same in sentences: "4.1. Objectif n° 1 : accueillir mieux."
_QUOTED = re.compile(r"«[^»]{3,80}»(?:(?:\s?[,;]|\s(?:et|ou))\s(?:de |d['’])?«[^»]{3,80}»)+")
# What a contract leaves out, as it is asked and as it is said.
_OUTSIDE = re.compile(
    r"\bhors (?:du |de (?:la )?)?(?:contrat|convention|cpom|perimetre|champ)|\bexclu|\ben dehors|\ba l.ecart|\bpas (?:dans|compris|couver|inclus|concern)\w*"
)
_OURS = re.compile(r"\b(?:associations?|fondation|activites?|dispositifs?|restent?|laiss\w*|tenus?|gerons|liee?s?)\b")
_NEITHER = re.compile(
    r"\bni (?:sur |dans |à |de )?((?:l['’]|les? |la |une? |aux? |du |des )[^,;.]+?)(?=,?\s+ni\b|[,;.]|$)", re.IGNORECASE
)
_FOR = re.compile(r"\b(?:pour|au titre d(?:es?|u)|parmi)\b ?(?P<whom>(?:l['’]|les? |la )?[^,:;]{2,40})(?:,| :)\s", re.IGNORECASE)
_EXCLUDES = re.compile(r"\bne \w+ ni\b|\ben dehors|\bhors\b|\bexclu|\bn.?e?\s?(?:y )?\w+ pas\b|\bn.entre|\bne releve")
_TOO = re.compile(r"\b(?:aussi|egalement|de meme)\b[^,;]{0,20}$")
_MOST = 15
_LEAST = 0.5  # share of the question that a table's or an introduction's own words must hold
_SAID = 0.35  # the same of a sentence that lists: it says in its own words what the question puts otherwise


def lists(asked: Asked, scored: Sequence[tuple[Unit, float, float]], reading: Reading) -> list[Candidate]:
    """Lists of the best units, each whole; of a question that hardly asks for one, only the rows that it chooses, if any."""
    picked = [c for pick in chosen(asked, reading) for c in _picked(asked, pick)]
    if asked.kinds.get("list", 0.0) < 0.4:
        return picked
    told = [(unit, score, fit) for unit, score, fit in scored[:12] if not unit.is_row]
    sentences = [(unit, score, fit) for unit, score, fit in told if fit >= _SAID]
    if _OUTSIDE.search(asked.folded):
        found = [c for unit, score, fit in told for c in _left_out(asked, unit, score, fit, reading)]
    else:
        found = [*_series(asked, reading), *_tables(asked, reading), *_under_heading(asked, reading)]
        found += [c for unit, score, fit in scored[:3] if unit.is_row and fit >= 0.6 for c in _ticked(asked, unit, score, fit)]
        found += [c for unit, score, fit in sentences for c in _said(asked, unit, score, fit, reading)]
    return sorted([*found, *picked], key=lambda c: -c.score)


def _picked(asked: Asked, pick: Chosen) -> Iterator[Candidate]:
    names = [name for label in pick.names for name in _names(label)]
    value = Value("list", ", ".join(names), names, 0, 0)  # type: ignore[arg-type]
    yield Candidate(value, pick.unit, 0.75 * pick.fit + 0.9 + KIND * pick.wanted, pick.fit)


def _candidate(asked: Asked, items: Sequence[str], unit: Unit, score: float, fit: float) -> Iterator[Candidate]:
    names = list(dict.fromkeys(name for item in items if (name := short(item))))
    if 2 <= len(names) <= _MOST and not all(find_values(name, "amount") for name in names):
        told = re.search(r"\b(\d{1,2}|" + "|".join(NUMBER_WORDS) + r")\b (?=\w+s\b)", asked.folded)
        count = int(told[1]) if told and told[1].isdigit() else NUMBER_WORDS.get(told[1], 0) if told else 0
        same = 0.0 if not count else 0.3 if count == len(names) else -0.3
        value = Value("list", ", ".join(names), names, 0, 0)  # type: ignore[arg-type]
        first = 0.25 * (asked.kinds["list"] >= max(asked.kinds.values()))
        yield Candidate(value, unit, score + KIND * asked.kinds["list"] + first + same, fit)


def _series(asked: Asked, reading: Reading) -> Iterator[Candidate]:
    """ "Axe 1 – Parcours", "Axe 2 – Qualité": the titles of headings of one kind, numbered."""
    titles: dict[str, dict[str, tuple[str, Unit]]] = {}
    said: dict[str, dict[str, tuple[str, Unit]]] = {}
    for unit in reading.units:
        for heading in unit.piece.headings if unit.piece.zone not in (AVENANT, GLOSSARY) else ():
            if match := _SERIES.search(one_line(heading)):
                titles.setdefault(fold(match["kind"]), {}).setdefault(match["n"], (match["title"].strip(" :–-."), unit))
        is_ours = not unit.is_row and unit.piece.zone not in (AVENANT, GLOSSARY)
        for match in _TITLED.finditer(unit.own.text) if is_ours else ():
            said.setdefault(fold(match["kind"]), {}).setdefault(match["n"], (match["title"].strip(), unit))
    titles = {kind: of for kind, of in said.items() if {*of} & {"1", "I", "A"}} | {
        kind: of for kind, of in titles.items() if len(of) > 1
    }
    for kind, of in titles.items():
        one = re.search(
            rf"\b{kind} (?:n° ?|numero )?(?:\d|(?:[a-h]|[ivx]+)(?= ?(?:[?,.;:]|$)))", asked.folded
        )  # "l'axe C" is not "les axes"
        asks = not one and any(idea.held(kind, stems_of(kind)) for idea in asked.ideas)
        if asks and len(of) > 1 and kind not in ("article", "chapitre", "titre", "section", "annexe"):
            unit = next(iter(of.values()))[1]
            above = reading.units[max(0, reading.units.index(unit) - 1)].own.text  # "9. Pièces jointes", not read as a heading
            numbers = [word for word, number in NUMBER_WORDS.items() if number == len(of)]
            told = fold(" ; ".join((kind, str(len(of)), *numbers, above, *unit.piece.headings)))
            if (fit := asked.share(told)) >= 0.6:
                yield from _candidate(asked, [title for title, _ in of.values()], unit, 0.9 * fit + 0.3, fit)


def _tables(asked: Asked, reading: Reading) -> Iterator[Candidate]:
    """The labels of a table's rows, where its caption, its headings or its first column is what is asked for."""
    told = [idea for idea in asked.ideas if not idea.light]
    subject = min(told, key=lambda idea: asked.folded.find(idea.name), default=None)  # "quels sont les ateliers de l'ESAT ?"
    rows = [unit for unit in reading.units if unit.is_row and unit.change is None and unit.piece.zone != AVENANT]
    for _, group in groupby(rows, key=lambda unit: unit.piece.table):
        units = [unit for unit in group if not TOTAL.match(fold(_label(unit)))]
        labels = [_label(unit) for unit in units]
        if len(labels) < 2 or not all(re.search(r"[^\W\d_]{3}", label) for label in labels):
            continue
        first = units[0]
        head = first.heads[0].folded
        about = f"{head} ; {first.near.folded} ; {fold(reading.about(first.piece))}"
        fit = asked.share(about)
        told_of = [about, *map(fold, labels)] if fit >= 0.6 else [about]
        if fit < _LEAST or not (subject is None or any(subject.held(text, stems_of(text)) for text in told_of)):
            continue
        bonus = 0.3 * asked.share(head)
        others = [idea for idea in told if not idea.held(about, stems_of(about))]
        kept = [unit for unit in units if _of_year(asked, unit, units) and _of_kind(others, unit, units)]
        # What the whole table says is said of its list: no idea is missed because its first row lacks it.
        whole = replace(first, own=Span(" ; ".join(unit.own.text for unit in units)), around=Span(about))
        yield from _candidate(
            asked, [name for unit in kept for name in _names(_label(unit))], whole, 0.75 * fit + 0.15 + bonus, fit
        )


def _label(unit: Unit) -> str:
    return labelled(unit.piece.cells)[0][1].strip()


def _names(label: str) -> list[str]:
    """A row's label; each of them where it names several kinds ("IME et SESSAD")."""
    return re.split(r", | et ", label) if re.fullmatch(r"[A-Z]{2,8}(?:, [A-Z]{2,8})* et [A-Z]{2,8}", label) else [label]


def _of_year(asked: Asked, unit: Unit, units: Sequence[Unit]) -> bool:
    """Whether a row is of the asked year, where some rows of its table say that year in a cell and others another one."""
    held = [other for other in units if any(year in cell for year in asked.years for _, cell in other.piece.cells)]
    return unit in held if 0 < len(held) < len(units) else True


def _of_kind(ideas: Sequence[Idea], unit: Unit, units: Sequence[Unit]) -> bool:
    """Whether a row is of the kind asked for, where only some are ("quels EHPAD ?": the rows that say EHPAD)."""
    for idea in ideas:
        held = [other for other in units if idea.held(other.own.folded, other.own.stems)]
        if 2 <= len(held) < len(units):
            return unit in held
    return True


def _left_out(asked: Asked, unit: Unit, score: float, fit: float, reading: Reading) -> Iterator[Candidate]:
    """What a sentence, and those after it that say the same of something else, leave out: "X is outside. So is Y." """
    if not _EXCLUDES.search(unit.own.folded):
        return
    at = reading.units.index(unit)
    units = [
        unit,
        *takewhile(lambda other: not other.is_row and _TOO.search(other.own.folded.strip(" .")), reading.units[at + 1 :]),
    ]
    names: list[str] = []
    for said in units:
        run = run_of(said.own.text)
        if len(neither := _NEITHER.findall(said.own.text)) > 1:  # "Il ne porte ni sur la crèche, ni sur le foyer"
            names += [unnamed(name) for name in neither]
            continue
        names += run.items if run and run.rest and not run.lead else [subject_of(said.own.text)]
    sure = not leftover(asked, PERIMETER_ALSO, _OUTSIDE, _OURS) and len(names) > 1
    if sure or fit >= _SAID:
        yield from _candidate(asked, names, unit, SURE if sure else score + 0.2, 1.0 if sure else fit)


def _said(asked: Asked, unit: Unit, score: float, fit: float, reading: Reading) -> Iterator[Candidate]:
    """The items of an enumeration: under an introduction that ends with a colon, between quotes, after the colon, or in a run."""
    text = unit.own.text
    if (run := _QUOTED.search(text)) and not re.search(r"\bci-apres|\bdenomm|\bdesigne", unit.own.folded):
        if fit >= _LEAST:
            yield from _candidate(asked, re.findall(r"«\s?([^»]+?)\s?»", run[0]), unit, score, fit)
        return
    if (side := _side(asked, re.split(r"\s;\s", text))) and fit >= _SAID:
        yield from _candidate(asked, side, unit, score + 0.1, fit)
        return
    lead, colon, tail = text.partition(" :")
    if colon and not tail.strip():
        items = _items(unit, reading)
        yield from _candidate(asked, _side(asked, items) or items, unit, score + 0.1, fit)
    elif colon and not _ITEM.match(unit.piece.text):
        if asked.share(f"{unit.near.folded} ; {fold(lead)}") >= _SAID:
            yield from _candidate(asked, parts(tail), unit, score, fit)
    elif not colon and (named := run_of(text)) and asked.share(fold(f"{unit.near.text} ; {named.lead} ; {named.rest}")) >= _SAID:
        yield from _candidate(asked, named.items, unit, score, fit)


def _side(asked: Asked, told: Sequence[str]) -> list[str]:
    """The items of the one party asked for: "pour l'Agence, A et B", "pour le Département, C et D"; [] where none is told apart."""
    sides = [(match, part) for part in told if (match := _FOR.search(part))]
    held = [
        part[match.end() :]
        for match, part in sides
        if any(idea.held(whom, stems_of(whom)) for whom in [fold(match["whom"])] for idea in asked.ideas)
    ]
    return parts(held[0]) if len(sides) > 1 and len(held) == 1 else []


def _items(intro: Unit, reading: Reading) -> list[str]:
    """The items that follow an introduction, on the next page too: bullets, or lines that semicolons end."""
    at = reading.units.index(intro)
    out: list[str] = []
    open_ = True  # the line above ended on a colon or a semicolon
    for unit in reading.units[at + 1 :]:
        text = unit.piece.text.strip()
        listed = _ITEM.match(text) or (open_ and (text.endswith(";") or (out and text[:1].islower())))
        if out and not listed and open_ and _NOTE.match(text):
            continue  # the foot of a page between two items
        if unit.is_row or not listed:
            break
        open_ = text.endswith(";")
        out.append(_title(text))
    return out


def _title(text: str) -> str:
    item = bare(text).strip(" .;,_")
    return series["title"] if (series := _SERIES.match(item)) else item


def _under_heading(asked: Asked, reading: Reading) -> Iterator[Candidate]:
    """Bullets that stand right under the heading that says what they are ("PIÈCES JOINTES")."""
    for near, group in groupby(reading.units, key=lambda unit: unit.near.folded):
        units = [unit for unit in group if not unit.is_row]
        fit = asked.share(near)
        if fit >= _LEAST and len(units) > 1 and all(_ITEM.match(unit.piece.text) for unit in units[:2]):
            items = takewhile(lambda unit: _ITEM.match(unit.piece.text), units)
            yield from _candidate(asked, [_title(unit.piece.text) for unit in items], units[0], 0.75 * fit + 0.2, fit)


def _ticked(asked: Asked, unit: Unit, score: float, fit: float) -> Iterator[Candidate]:
    """The columns that a row ticks: "Séjours d'été | IME : oui | SESSAD : non"."""
    cells = unit.piece.cells[1:]
    if cells and all(re.fullmatch(r"oui|non|x|[-–✓✔]?", fold(cell.strip())) for _, cell in cells):
        heads = [head for head, cell in cells if head and re.fullmatch(r"oui|x|[✓✔]", fold(cell.strip()))]
        yield from _candidate(asked, heads, unit, score + 0.1, fit)
