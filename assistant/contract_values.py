"""The exact value that a question on a contract asks for: every value that its units hold, scored by what stands around it.

A value scores by its unit, by the question's words in its own stretch of the sentence or in its column's heading, by its
year, and by its kind; numbers that only name things (articles, tables, years), and dates of cited texts, are no values.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from assistant.answer import french_date
from assistant.contract_avenants import Change
from assistant.contract_life import add_months, day_of
from assistant.contract_question import Asked, Idea, stems_of
from assistant.contract_reading import Reading, Unit, before_term
from assistant.contract_targets import aligned_years
from assistant.contract_text import AVENANT, Piece, one_line
from corpus.values import Value, find_values, plain
from corpus.words import STOPWORDS, fold, stem

_NAMING = re.compile(
    r"(?:articles?|\bart\.|tableaux?|annexes?|fiches?(?: actions?)?|titres?|n°|[LRD]\.|pages?|indicateurs?|chapitre|phase|axe|objectif|groupe"
    r"|avenant|du tableau)\s*(?:n°\s*)?(?:[\d.]+(?:,| et| à)\s*)*$",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"\b(?:arretes?|decrets?|lois?|ordonnance|instruction|circulaire|convention collective[\w ]*|deliberations?|decisions?|avis|courrier|lettre|jugement)\b[^.;:,]{0,70}\b(?:du|le|date du|en date du)\s*$"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLAUSE = re.compile(r"\d{1,2}\.\d{1,2}(?:\.\d{1,2})?")  # French decimals have a comma
_SOME = re.compile(r"\b(?:dont|parmi|reserv\w*)\b")
_FLOW = re.compile(
    r"\b(?:transform\w*|cree(?:e|es|r|s)?|creation|supprim\w*|ferm(?:e|es|er|eture)|extension|ajout\w*|supplementaires?|nouvelles? places?|de plus|en plus|en moins|devien\w*|convert\w*|ouvr\w* \w+ places)\b"
)
_COUNTED = re.compile(r"\s*(?:d['’]ouverture|de fermeture|par (?:an|semaine|mois)|dans l['’]année|de congés)", re.IGNORECASE)
_SPLIT = re.compile(r"(?<!\d),\s|,\s(?!\d)|\s;\s|\set\s|\s:\s|\.\s")


# What an idea counts by where it is met: in the sentence or row itself, its heading, its paragraph, the headings above.
_OWN, _NEAR, _AROUND, _FAR, _HEADS = 1.0, 0.75, 0.6, 0.35, 0.3


def level(idea: Idea, unit: Unit) -> float:
    """How near to what a unit says an idea is met, in [0, 1]."""
    for span, met in ((unit.own, _OWN), (unit.near, _NEAR), (unit.around, _AROUND), (unit.far, _FAR)):
        if span.text and idea.held(span.folded, span.stems):
            return met
    return _HEADS if any(idea.held(h.folded, h.stems) for h in unit.heads) else 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value with where it stands and how well it fits (`score`; `fit` is the share of the question that its unit holds).
    `change` is what an avenant made of it, `computed` how it was worked out, `years` those that it is said of (none: of any), `note` what must be said with it."""

    value: Value
    unit: Unit
    score: float
    fit: float
    change: Change | None = None
    computed: str = ""
    years: tuple[str, ...] = ()
    note: str = ""


def candidates(asked: Asked, scored: Sequence[tuple[Unit, float, float]], reading: Reading) -> list[Candidate]:
    """Every value of the wanted kinds in the units, best first. `scored` gives each unit's score and fit, both in [0, 1+]."""
    out = []
    for unit, score, fit in scored:
        for candidate in _of_unit(asked, unit, reading):
            bonus = asked.kinds.get("duration" if candidate.note in _LENGTHS else candidate.value.kind, 0.0)
            # A cell stands where its row and its column cross: its column's words count as much as its row's.
            crossed = 0.6 * max(0.0, candidate.fit - fit) if unit.is_row and candidate.value.kind != "date" else 0.0
            out.append(replace(candidate, score=candidate.score + score + 0.35 * bonus + crossed, fit=max(candidate.fit, fit)))
    out.sort(key=lambda c: -c.score)
    return turned(asked, out, reading)


def _of_unit(asked: Asked, unit: Unit, reading: Reading) -> Iterator[Candidate]:
    if unit.change is not None:
        yield from _of_change(asked, unit, unit.change)
    elif unit.is_row:
        yield from _of_row(asked, unit, reading)
    else:
        yield from _of_sentence(asked, unit, reading)


def _of_change(asked: Asked, unit: Unit, change: Change) -> Iterator[Candidate]:
    text, normalized = (change.old, change.old_normalized) if asked.original else (change.new, change.new_normalized)
    kind = "party" if change.kind == "text" else change.kind
    if not text or kind not in asked.kinds:
        return
    year = 0.0
    if asked.years and change.year:
        year = 0.35 if change.year in asked.years else -0.6
    elif change.year:
        year = -0.1
    value = Value(kind, text, text if kind == "party" else normalized, 0, 0)
    yield Candidate(
        value, unit, 0.1 + year + 0.4 * asked.share(unit.own.folded) + _counted(asked, unit.own.folded, kind), 0.0, change
    )


def _of_sentence(asked: Asked, unit: Unit, reading: Reading) -> Iterator[Candidate]:
    text = unit.own.text
    found = [v for kind in asked.kinds if kind not in ("party", "list") for v in find_values(text, kind)]
    for value in found:
        if any(_inside(value, other) for other in found):
            continue
        candidate = _usable(value, text, asked)
        if candidate is None:
            continue
        before, after = _stretch(text, value, found)
        # "L'évaluation de l'IME est remise le …, celle du FAM le …": "celle" is what the first value is of.
        first = min(v.start for v in found if v.kind == value.kind)
        told = text[:first] if first < value.start and re.search(r"\bcel(?:le|ui|les)\b|\bceux\b", before) else ""
        shared = f"{_head(told)} {text[first:][:30]}" if told else ""
        near = asked.share(fold(f"{shared} {before} {after}"))
        cue = max(_cue_bonus(asked, fold(b), fold(after)) for b in (before, told))
        bonus = 0.4 * near + _year_bonus(asked, text, value) + cue - 0.6 * _is_given(asked, value)
        above = max((v.end for v in found if v.kind == value.kind and v.end <= value.start), default=0)
        told_of = re.search(r"[,;]|\set\s", text[above : value.start]) if above else None  # what the value before counts is its own
        begins = max(value.start - 60, above + told_of.end() if told_of else above)
        bonus += _counted(asked, f"{fold(text[max(0, begins) : value.end])} {fold(after)[:45]}", candidate.kind)
        if value.kind == "number" and _FLOW.search(fold(text)) and not _FLOW.search(asked.folded):
            bonus -= 0.2  # what is added or taken away is not what there is
        if value.kind == "number" and not _SOME.search(asked.folded):
            right = fold(text[value.end : value.end + 30])
            some = re.match(r"\s+(?:de (?:ses|ces|leurs)|d'entre)\b", right)
            counts = asked.counted is not None and asked.counted.held(right, stems_of(right))
            part = _SOME.search(fold(before)[-40:])
            bonus -= 0.25 * bool(some or (part and (not counts or part[0].startswith("reserv"))))  # a part of what is counted
        bonus -= 0.12 * _of_another(asked, fold(f"{before} {after}"))
        yield Candidate(candidate, unit, bonus, 0.0, years=() if value.kind == "date" else _near_years(text, value))
    if asked.kinds.get("amount", 0.0) >= 0.7 and _SHARED.search(asked.folded):
        yield from _parts(asked, unit)
    if "date" in asked.kinds:
        yield from _ends(asked, unit)
        for words, day, term in before_term(reading, unit, asked.original):
            shown = _like(term, day)
            yield Candidate(Value("date", shown, day, 0, 0), unit, 0.3, 0.0, None, f"{term} − {words} = {shown}")


def _of_another(asked: Asked, folded: str) -> bool:
    """Whether the words around a value name an establishment of another kind than the question's."""
    told = set(_KINDS.findall(folded))
    wants = set(_KINDS.findall(asked.folded))
    return bool(told and wants) and not told & wants


_KINDS = re.compile(
    r"\b(ehpad|ime|impro|itep|ditep|sessad|esat|mas|fam|eam|savs|samsah|chrs|chu|mecs|ssiad|spasad|saad|camsp|cmpp|aemo|huda|cada)s?\b"
)


def _is_given(asked: Asked, value: Value) -> bool:
    """Whether the question itself says the value ("pour prolonger d'un an, combien de temps avant ?")."""
    return any(v.normalized == value.normalized for v in find_values(asked.folded, value.kind)) and value.kind != "date"


def _counted(asked: Asked, after: str, kind: str) -> float:
    """A number counts something: better what the question counts, worse something else."""
    if kind != "number":
        return 0.0
    if asked.counted is None:
        return -0.25
    if not asked.counted.held(after, stems_of(after)):
        return -0.25
    if asked.counted.light:
        return 0.1  # "combien de jours": a length, told by its own unit
    own = stem(asked.counted.name) in stems_of(after[-45:]) and not asked.counted.light  # the question's own word
    return 0.3 if own else 0.25


def _parts(asked: Asked, unit: Unit) -> Iterator[Candidate]:
    """ "412 300 €, à raison de 62 % pour A et de 38 % pour B": what one of them pays, where the question names it."""
    text = unit.own.text
    amounts, shares = find_values(text, "amount"), find_values(text, "percent")
    if len(amounts) != 1 or len(shares) < 2 or sum(Decimal(v.normalized) for v in shares) != 100:
        return
    held = [asked.share(fold(" ".join(_stretch(text, value)))) for value in shares]
    best = max(range(len(shares)), key=lambda i: held[i])
    if sorted(held)[-1] > sorted(held)[-2]:
        whole, share = amounts[0], shares[best]
        part = Decimal(whole.normalized) * Decimal(share.normalized) / 100
        mark = "." if re.search(r"\d\.\d{3}", whole.text) else " "
        shown = f"{part.normalize():,f}".replace(",", "~").replace(".", ",").replace("~", mark) + " €"
        yield Candidate(
            Value("amount", shown, plain(part), 0, 0), unit, 0.75, 0.0, None, f"{whole.text} × {share.text} = {shown}"
        )


def _head(told: str) -> str:
    """What a value is of, without the one of several that has it: "L'évaluation" in "L'évaluation de l'IME est remise le"."""
    return re.split(r"\s(?:de l['’]|du|des|de la|de)\s?", told)[0]


_SHARED = re.compile(r"\bparts?\b|\bpa[iy]\w+|quote|contribu|repart|prend\w* en charge|\bcharges? (communes?|partagees?)")
_RUNS = re.compile(
    r"\bpour\s+(?:une (?:duree|periode) de\s+)?(?P<length>[\w-]+\s+(?:ans?|mois))\s+(?:a compter du|a partir du|depuis le|des le)\s+"
)
_END = re.compile(r"fini|termin|\bfin\b|\bterme\b|expire|tombe|echeance|jusqu|valable|arret")


def _ends(asked: Asked, unit: Unit) -> Iterator[Candidate]:
    """ "Pour cinq ans à compter du 1er janvier 2021": the day on which it ends, where the question is after an end."""
    text = unit.own.text
    match = _RUNS.search(unit.own.folded)
    if match is None or len(unit.own.folded) != len(text) or not _END.search(asked.folded):
        return
    start = next((v for v in find_values(text, "date") if v.start == match.end() and day_of(v.normalized)), None)
    months = find_values(match["length"], "duration")
    length = re.fullmatch(r"P(\d+)([MY])", months[0].normalized) if months else None
    if start is not None and length is not None:
        day = date.fromisoformat(start.normalized)
        end = add_months(day, int(length[1]) * (12 if length[2] == "Y" else 1)) - timedelta(days=1)
        shown = french_date(end.isoformat())
        near = 0.4 * asked.share(unit.own.folded)
        yield Candidate(
            Value("date", shown, end.isoformat(), 0, 0), unit, 0.3 + near, 0.0, None, f"{start.text} + {months[0].text} = {shown}"
        )


def _like(term: str, day: str) -> str:
    """An ISO date written as the contract writes its term."""
    match = re.fullmatch(r"\d\d?([/.-])\d\d?[/.-]\d{4}", term)
    return match[1].join(reversed(day.split("-"))) if match else french_date(day)


def _inside(value: Value, other: Value) -> bool:
    """Whether a value is only a part of a longer one ("20" in "20 ans", "31 décembre" in "31 décembre 2028")."""
    return (
        other is not value
        and other.start <= value.start
        and value.end <= other.end
        and (other.end - other.start > value.end - value.start)
    )


def _usable(value: Value, text: str, asked: Asked) -> Value | None:
    """The value as it is to be answered, None when it only names something."""
    before, after = text[: value.start], text[value.end :]
    if value.kind == "number":
        if asked.counted is None and not re.search(r"\d", value.text):
            return None  # "les deux parties" counts nothing
        if _YEAR.fullmatch(value.text) or _NAMING.search(before[-60:]) or _CLAUSE.fullmatch(value.text):
            return None
        if re.fullmatch(r"\s*(?:§\s?)?(?:\d+[.-])*", before) and re.match(r"(?:\s(?:bis|ter))?\s?[–)—]|\.(?!\d)", after):
            return None  # "17.2 – Le gestionnaire …": the clause's own number
        if re.match(r"\s?(?:heures?|h)\s?\d", after) or re.search(r"\d\s?(?:heures?|h)\s?$", before[-12:]):
            return None  # a time of day
        if re.match(r"[.-]\d|°|er\b|\s?%|\s?€", after) or re.search(r"\d[.-]$", before[-2:]):
            return None
        if re.match(r"\s+(?:de l['’]article|du tableau)", after):
            return None
        if re.match(rf"\s+(?:{_MONTHS})\b", fold(after)):
            return None
    if value.kind == "date" and (_CITED.search(fold(before)[-110:]) or re.match(r"\s+suivant", after)):
        return None
    days = value.normalized.endswith("D") and re.search(
        r"combien de jours\b.*\b(par an|ouver|ferm)|ouver\w* combien", asked.folded
    )
    if value.kind == "duration" and (days or _COUNTED.match(after)) and "number" in asked.kinds:
        number = re.search(r"\d+", value.normalized)
        return Value("number", value.text, number[0] if number else value.normalized, value.start, value.end)
    return value


_MONTHS = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"


def _stretch(text: str, value: Value, others: Sequence[Value] = ()) -> tuple[str, str]:
    """The words around a value that go with it: its clause, and those before that hold no value of its kind."""
    cuts = [m for m in _SPLIT.finditer(text) if not (m.start() < value.end and value.start < m.end())]
    starts = [m.end() for m in cuts if m.end() <= value.start]
    ends = [m.start() for m in cuts if m.start() >= value.end]
    start, end = (starts[-1] if starts else 0), (ends[0] if ends else len(text))
    while len(starts) and value.start - start < 18:  # ", 50 en 2027": too little said, the clause before goes with it
        starts.pop()
        start = starts[-1] if starts else 0
    last = max((v.end for v in others if v.kind == value.kind and v.end <= value.start), default=0)
    while last and len(starts) and starts[-1] > last and not re.search(r"[;.]\s*$", text[: starts[-1]]):  # "et, au titre de l'astreinte, une somme de 57 900 €"
        start = starts.pop()
    return text[max(start, value.start - 160) : value.start], text[value.end : min(end, value.end + 80)]


def _year_bonus(asked: Asked, text: str, value: Value) -> float:
    if not asked.years or value.kind == "date":
        return 0.0
    near = _near_years(text, value)
    if not near:
        return 0.0
    return 0.3 if set(near) & set(asked.years) else -0.4


def _near_years(text: str, value: Value) -> tuple[str, ...]:
    after, before = text[value.end : value.end + 22], text[max(0, value.start - 25) : value.start]
    told = re.findall(r"\b(?:exercice|ann[ée]e|en|pour)\s+((?:19|20)\d\d)\b", text[: value.start])
    return tuple(_YEAR.findall(after) or _YEAR.findall(before) or told[-1:])


def _years_of(column: str, heading: str, label: str, caption: str) -> tuple[str, ...]:
    """The years that a cell is said of: its column's, else those of its heading, its row's label or its table's caption."""
    return next((found for text in (column, heading, label, caption) if (found := tuple(_YEAR.findall(text)))), ())


# What stands beside a value when it is what the question is after.
_CUES: tuple[tuple[str, str, str], ...] = (  # question, before the value, after it
    (r"fini|termin|\bfin\b|\bterme\b|expire|tombe|echeance|jusqu|valable|arret", r"(jusqu.(au?|en)\b|\bfin\b|prend fin|terme (est|au|le)|a son terme|echeance|expire|s.acheve|se termine|\bau)\b[^,;]{0,25}$", ""),
    (r"effet|commence|debut|demarre|vigueur|a partir de", r"(effet|a compter du|a partir du|debut\w*|en vigueur|depuis)\b[^,;]{0,20}$", ""),
    (r"avant quand|limite|rend|remet|envo|transm|demander|au plus tard|pour quand|pour quelle", r"(avant|au plus tard|echeance|limite|pour)\b[^,;]{0,15}$", r"^[^,;]{0,6}au plus tard"),
    (r"preavis|prevenir|(temps|mois|jours) avant\b|s.y prendre|a l.avance", r"preavis\b[^,;]{0,12}$", r"^\s*(au moins |au plus tard |de )?(avant |a l.avance|preavis)[^,;]{0,12}"),
    (r"maxi|au plus|plafon|depasser|limit|jusqu.a combien|droit de", r"(au plus|plafon\w*|maxim\w*|depass\w*|exced\w*|limite|sous|limite de)\b[^,;]{0,25}$", r"^[^,;]{0,4}(au plus|maximum)"),
    (r"mini|au moins", r"(au moins|minimum|moins de)\b[^,;]{0,12}$", r"^[^,;]{0,4}(au moins|minimum)"),
    (r"baiss|perd|reduc|reduit|abattement|penal", r"(reduit\w*|baiss\w*|taux de reduction|abattement\w*)\b[^,;]{0,40}$", ""),
    (r"chaque annee|par an\b|annuel|combien de fois|fois", r"annuel", r"^\s*(fois|par an|seances|reunions)"),
)  # fmt: skip


def _cue_bonus(asked: Asked, before: str, after: str) -> float:
    hits = wanted = 0
    for question, left, right in _CUES:
        if re.search(question, asked.folded):
            weight = 2 if question.startswith(("maxi", "mini")) else 1  # a bound is what the question is after
            wanted += weight
            hits += weight * bool((left and re.search(left, before)) or (right and re.search(right, after)))
    return 0.3 * hits / wanted if wanted else 0.0


def _of_row(asked: Asked, unit: Unit, reading: Reading) -> Iterator[Candidate]:
    cells = unit.piece.cells
    by_cell = aligned_years(cells, reading.base_year)
    # The corner of a table may give the unit of all its figures.
    label = " ; ".join((cells[0][0], *(c for _, c in cells if not re.search(r"\d", c))))
    # "Internat" rather than "semi-internat", "SESSAD Escale" rather than "SESSAD Escale TSA", where the question says no more.
    exact = 0.0
    for _, cell in cells:
        named = stems_of(fold(cell)) - STOPWORDS if not re.search(r"\d{3}|[%€]", cell) else frozenset()
        held = sum(any(i.held(w, frozenset({w})) for i in asked.ideas) for w in named)
        exact += 0.1 * (held / len(named) - 0.5) if held else 0.0
    for place, (head, text) in enumerate(cells):
        heading = unit.heads[place].folded
        if asked.total and not by_cell and place and re.match(r"(?:total|ensemble|en tout)\b", heading):
            # The total of "DGF insertion" and "DGF urgence" is one of DGF.
            heading = " ; ".join((heading, *(head.folded for head in unit.heads[1:] if head.folded != heading)))
        if place == 0 and len(cells) > 1 and not re.search(r"\b\d+\s(places|lits)", text):
            continue
        year = by_cell.get(place, "")
        bonus = 0.0
        if asked.years:
            bonus = (0.35 if year in asked.years else -0.5) if year else (-0.1 if by_cell else 0.0)
            of_row = _YEAR.findall(cells[0][1]) if place and not year else []
            if of_row:
                bonus = 0.35 if set(of_row) & set(asked.years) else -0.5
            elif not year and any(y in heading for y in asked.years):
                bonus = 0.3
            elif not year and any(y in text or y in unit.near.text for y in asked.years):
                bonus = 0.15
        elif year and re.search(r"ref|depart|n-1|constat", heading):
            bonus = 0.15 if re.search(r"\bref|depart|constat|avait|etait|initial", asked.folded) else -0.2
        elif year:
            bonus = -0.05
        if unit.piece.zone == AVENANT and re.search(
            r"origine|ancien|\bavant\b|initial" if not asked.original else r"vigueur|nouve|apres|modifie", heading
        ):
            bonus -= 0.5
        if asked.total and re.match(r"(total|ensemble)\b", fold(cells[0][1])):
            bonus += 0.3
        if re.search(r"\btotal|ensemble", heading) and not asked.total and not asked.share(heading):
            bonus += 0.1 if len(by_cell) > 1 and not asked.years else -0.15
        if re.fullmatch(r"0(?:,0+)?(?:\s?[%€])?", text.strip()):
            bonus -= 0.2  # nothing that year
        if asked.counted is not None and asked.counted.held(heading, unit.heads[place].stems):
            bonus += 0.12  # a column of places says how many there are; a sentence may say of some
        bonus += 0.4 * asked.share(heading) + _cue_bonus(asked, f"{heading} ", "")
        bonus -= 0.12 * _of_another(asked, f"{fold(label)} ; {heading}")
        for value in _in_cell(text, head, f"{label} ; {unit.piece.caption}", reading.about(unit.piece), asked):
            said = fold(" ".join(_stretch(text, value))) if len(text) > 30 else ""
            near = asked.share(f"{unit.own.folded if not said else fold(cells[0][1])} ; {heading} ; {said}")
            count = _counted(asked, f"{said or heading} ; {'' if said else unit.near.folded + ' ' + unit.own.folded}", value.kind)
            if count < 0 and any(asked.counted and asked.counted.held(h.folded, h.stems) for h in unit.heads):
                count = 0.0  # "Paramédical" beside "Total ETP"
            yield Candidate(
                value,
                unit,
                bonus + exact + 0.4 * near + 0.5 * count - 0.02 * place,
                sum(i.weight * max(level(i, unit), float(i.held(heading, stems_of(heading)))) for i in asked.ideas) / asked.weight,
                years=_years_of(year, heading, cells[0][1], unit.piece.caption if value.kind == "amount" else ""),
                note=_unit_note(value, f"{label} {reading.about(unit.piece)}", unit.piece),
            )


def _in_cell(text: str, heading: str, label: str, around: str, asked: Asked) -> Iterator[Value]:
    """The values of a cell; a bare number takes its unit from its column's heading, its row's label or the caption, else,
    where the question wants that unit, from what is said `around` the table."""
    bare = re.fullmatch(r"[-+−–≤≥<>]?\s?\d[\d\s.,]*", text.strip())
    if not bare:
        found = [v for kind in asked.kinds if kind not in ("party", "list") for v in find_values(one_line(text), kind)]
        for value in found:
            if not any(_inside(value, other) for other in found) and (usable := _usable(value, one_line(text), asked)):
                yield usable
        return
    number = find_values(text, "number")
    if not number:
        return
    sign = "-" if re.match(r"\s*[-−–]", text) else ""
    kinds = {kind for kind in ("amount", "percent") if kind in asked.kinds}
    told = {kind for kind in kinds if _UNITS[kind].search(fold(f"{heading} ; {label}"))}
    if not told and _THINGS.search(fold(heading)):
        kinds = set()
    told = told or {k for k in kinds if asked.kinds[k] >= asked.kinds.get("number", 0.0) and _UNITS[k].search(fold(around))}
    kind = "amount" if "amount" in told else "percent" if told else "number"
    if kind not in asked.kinds and not ("duration" in asked.kinds and _length_unit(f"{heading} {label} {around}")):
        return
    normalized = sign + number[0].normalized.lstrip("-")
    if kind == "amount" and re.search(_THOUSANDS, f"{heading} {label} {around}".lower()):
        thousands = float(normalized) * 1000
        normalized = str(int(thousands)) if thousands % 1 == 0 else normalized
    yield Value(kind, text.strip(), normalized, 0, len(text))


_THINGS = re.compile(r"\b(?:places?|lits?|etp|journees?|actes?|nombre|effectifs?|personnes|jeunes|enfants|capacite|gmp|pmp|gir|finess)\b")
_UNITS = {"amount": re.compile(r"€|euro"), "percent": re.compile(r"%|\btaux\b|\bpart d")}


def _unit_note(value: Value, label: str, piece: Piece) -> str:
    if value.kind == "amount" and "€" not in value.text and "euro" not in value.text.lower():
        return "en milliers d'euros" if re.search(_THOUSANDS, f"{label} {piece.caption}".lower()) else "en euros"
    return _length_unit(label) if value.kind == "number" else ""


_THOUSANDS = r"milliers d['’]euros|(?<!\d)(?<!\d )k(?:€| euros)"
_LENGTHS = ("en jours", "en semaines", "en mois", "en années")


def _length_unit(label: str) -> str:
    """The unit of lengths that a row's label gives to its figures: "Délai moyen d'admission (mois)" -> "en mois"."""
    found = re.search(r"(?:\ben |\()(jours|semaines|mois|années)\b", label)
    return f"en {found[1]}" if found else ""


def turned(asked: Asked, found: Sequence[Candidate], reading: Reading) -> list[Candidate]:
    return [_turned(asked, candidate, reading) for candidate in found]


def _turned(asked: Asked, candidate: Candidate, reading: Reading) -> Candidate:
    """The value in force where an avenant replaces this one (or the original, where that is asked)."""
    if candidate.change is not None or candidate.computed:
        return candidate
    piece, value = candidate.unit.piece, candidate.value
    for change in reading.sheet.changes:
        if change.year and asked.years and change.year not in asked.years:
            continue
        target = change.target
        here = target is not None and target.page == piece.page and target.start <= piece.start and piece.end <= target.end
        there = piece.zone == AVENANT and change.page == piece.page and (change.quote in piece.text or piece.text in change.quote)
        if change.kind == "text" and value.kind == "party" and target is not None and target.page == piece.page:
            here = True  # a name told again, on an action sheet
        if not here and (piece.zone == AVENANT or (value.kind == "amount" and len(value.normalized) > 4)):
            # Told again elsewhere, of the same thing: an avenant's recapitulation, a sum in the investment plan's row.
            about = stems_of(f"{target.folded if target else ''} {fold(change.about)}")
            here = len({w for w in candidate.unit.own.stems & about if len(w) > 3}) > 1
        same_kind = change.kind == value.kind or (change.kind == "text" and value.kind == "party")
        if not (here or there) or not same_kind:
            continue
        old = change.old_normalized == value.normalized if change.kind != "text" else fold(value.text) in fold(change.old)
        new = change.new_normalized == value.normalized if change.kind != "text" else fold(value.text) in fold(change.new)
        if here and not change.old and change.kind == "duration":
            old = True
        if not (old or new):
            continue
        text, normalized = (change.old, change.old_normalized) if asked.original else (change.new, change.new_normalized)
        if text:
            kind = value.kind
            return replace(candidate, value=Value(kind, text, text if kind == "party" else normalized, 0, 0), change=change)
    return candidate
