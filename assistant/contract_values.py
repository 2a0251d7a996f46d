"""The exact value that a question on a contract asks for: every value that its units hold, scored by what stands around it.

A value scores by its unit, by the question's words in its own stretch of the sentence or in its column's heading, by its
year, and by its kind; numbers that only name things (articles, tables, years), and dates of cited texts, are no values.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from assistant.answer import french_date
from assistant.contract_avenants import Change, unstyled
from assistant.contract_cells import LENGTHS, of_row
from assistant.contract_cues import (
    FLOW,
    KIND,
    MISSED,
    NOW,
    OUTCOME,
    SOME,
    Candidate,
    counts,
    cue_bonus,
    inside,
    is_age,
    is_given,
    is_limit,
    missed,
    near_years,
    of_another,
    part_played,
    same_unit,
    stretch,
    thing,
    usable,
    year_bonus,
)
from assistant.contract_givers import given
from assistant.contract_life import add_months, day_of
from assistant.contract_question import Asked, stems_of
from assistant.contract_reading import Reading, Unit, after_start, before_term
from assistant.contract_text import AVENANT
from corpus.values import Value, find_values, plain
from corpus.words import fold


def candidates(asked: Asked, scored: Sequence[tuple[Unit, float, float]], reading: Reading) -> list[Candidate]:
    """Every value of the wanted kinds in the units, best first. `scored` gives each unit's score and fit, both in [0, 1+]."""
    out = []
    for unit, score, fit in scored:
        aside = MISSED * missed(asked, unit)
        for candidate in _of_unit(asked, unit, reading):
            bonus = asked.kinds.get("duration" if candidate.note in LENGTHS else candidate.value.kind, 0.0)
            # A cell stands where its row and its column cross: its column's words count as much as its row's.
            crossed = 0.7 * max(0.0, candidate.fit - fit) if unit.is_row and candidate.value.kind != "date" else 0.0
            out.append(
                replace(candidate, score=candidate.score + score + KIND * bonus + crossed - aside, fit=max(candidate.fit, fit))
            )
    out = turned(asked, out, reading)
    if asked.original or NOW.search(asked.folded):  # what stands "now", or stood first, is of what has changed
        out = [replace(c, score=c.score + _CHANGED) if c.change and c.value.kind != "party" else c for c in out]
    return sorted(out, key=lambda c: -c.score)


def _of_unit(asked: Asked, unit: Unit, reading: Reading) -> Iterator[Candidate]:
    if unit.change is not None:
        yield from _of_change(asked, unit, unit.change)
    elif unit.is_row:
        yield from of_row(asked, unit, reading)
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
        value, unit, 0.1 + year + 0.4 * asked.share(unit.own.folded) + counts(asked, unit.own.folded, kind), 0.0, change
    )


def _of_sentence(asked: Asked, unit: Unit, reading: Reading) -> Iterator[Candidate]:
    text = unit.own.text
    found = [v for kind in asked.kinds if kind not in ("party", "list") for v in find_values(text, kind)]
    for value in found:
        if any(inside(value, other) for other in found):
            continue
        candidate = usable(value, text, asked)
        if candidate is None:
            continue
        before, after = stretch(text, value, found)
        # "L'évaluation de l'IME est remise le …, celle du FAM le …": "celle" is what the first value is of.
        first = min(v.start for v in found if v.kind == value.kind)
        told = text[:first] if first < value.start and re.search(r"\bcel(?:le|ui|les)\b|\bceux\b", before) else ""
        shared = f"{_head(told)} {text[first:][:30]}" if told else ""
        joined = "" if told else _joined(text, value, found) or _brought_in(text, value, found)
        near = asked.share(fold(f"{shared}{joined} {before} {after}"))
        if unit.above.text:
            near += _ABOVE * max(0.0, asked.share(fold(f"{unit.above.text} {shared}{joined} {before} {after}")) - near)
        cue = max(cue_bonus(asked, fold(b), fold(after)) for b in (before, told, joined))
        if is_limit(
            asked, fold(before)
        ):  # "réduite de 1 % par point, dans la limite de 5 %": a limit is of all that is said before
            near = max(near, asked.share(fold(text[: value.end])))
        bonus = 0.4 * near + year_bonus(asked, text, value) + cue - 0.6 * is_given(asked, value)
        above = max((v.end for v in found if v.kind == value.kind and v.end <= value.start), default=0)
        told_of = (
            re.search(r"[,;]|\set\s", text[above : value.start]) if above else None
        )  # what the value before counts is its own
        begins = max(value.start - 60, above + told_of.end() if told_of else above)
        bonus += counts(
            asked, f"{fold(text[max(0, begins) : value.end])} {fold(after)[:45]}{thing(text, value, found)}", candidate.kind
        )
        left = re.search(r"\breste\w*|\bapres\b|\bune fois\b", asked.folded)
        flows = value.kind == "number" and FLOW.search(fold(text)) and not OUTCOME.search(fold(text[: value.start]))
        if flows and (left or not FLOW.search(asked.folded)):
            bonus -= 0.35 if left else 0.2  # what is added or taken away is not what there is
        if value.kind == "number" and not SOME.search(asked.folded):
            right = fold(text[value.end : value.end + 30])
            kept = _KEPT.search(fold(after))
            some = re.match(r"\s+(?:de (?:ses|ces|leurs)|d'entre)\b", right) or (kept and not asked.share(kept[1]))
            its_own = asked.counted is not None and asked.counted.held(right, stems_of(right))
            part = SOME.search(fold(before)[-40:])
            bonus -= 0.25 * bool(some or (part and (not its_own or part[0].startswith("reserv"))))  # a part of what is counted
        bonus += given(asked, text, value) - 0.4 * is_age(asked, text, value)
        bonus += same_unit(asked, value) - 0.12 * of_another(asked, fold(f"{before} {after}"))
        bonus += part_played(asked, fold(text[: value.start]), fold(text[value.end :]), fold(f"{before} {after}"))
        yield Candidate(candidate, unit, bonus, 0.0, years=() if value.kind == "date" else near_years(text, value))
    if asked.kinds.get("amount", 0.0) >= 0.7 and _SHARED.search(asked.folded):
        yield from _parts(asked, unit)
    if "date" in asked.kinds:
        yield from _ends(asked, unit)
        later = ((*made, "+", ()) for made in after_start(reading, unit))
        earlier = ((*made[:3], "−", made[3]) for made in before_term(reading, unit, asked.original))
        for words, day, base, sign, beside in (*later, *earlier):
            shown = _like(base, day)
            near = 0.4 * asked.share(unit.own.folded)
            working = f"{base} {sign} {words} = {shown}"
            yield Candidate(Value("date", shown, day, 0, 0), unit, 0.3 + near, 0.0, computed=working, beside=beside)


def _parts(asked: Asked, unit: Unit) -> Iterator[Candidate]:
    """ "412 300 €, à raison de 62 % pour A et de 38 % pour B": what one of them pays, where the question names it."""
    text = unit.own.text
    amounts, shares = find_values(text, "amount"), find_values(text, "percent")
    if len(amounts) != 1 or len(shares) < 2 or sum(Decimal(v.normalized) for v in shares) != 100:
        return
    held = [asked.share(fold(" ".join(stretch(text, value)))) for value in shares]
    best = max(range(len(shares)), key=lambda i: held[i])
    if sorted(held)[-1] > sorted(held)[-2]:
        whole, share = amounts[0], shares[best]
        part = Decimal(whole.normalized) * Decimal(share.normalized) / 100
        mark = "." if re.search(r"\d\.\d{3}", whole.text) else " "
        shown = f"{part.normalize():,f}".replace(",", "~").replace(".", ",").replace("~", mark) + " €"
        yield Candidate(
            Value("amount", shown, plain(part), 0, 0), unit, 0.75, 0.0, computed=f"{whole.text} × {share.text} = {shown}"
        )


_JOINED = re.compile(r"\b(?:et|ou)\s+(?:a |de |d.)?$")


def _joined(text: str, value: Value, found: Sequence[Value]) -> str:
    """The words before the first of the values that one joins ("n'excède pas 30 jours au foyer et 45 jours en …"): said of both."""
    above = [v for v in found if v.kind == value.kind and v.end <= value.start]
    between = fold(text[above[-1].end : value.start]) if above else ""
    if value.kind not in ("duration", "percent", "amount") or len(above) != 1 or not _JOINED.search(between):
        return ""
    return text[: above[0].start][-100:]


def _brought_in(text: str, value: Value, found: Sequence[Value]) -> str:
    """What stands before the colon that brings in values of one kind: "Subventions annuelles : 18 000 € pour A ; 7 000 € pour B"."""
    colon = re.search(r"\s:\s", text[: value.start])
    among = (
        colon
        and ";" in text[colon.end() :]
        and any(v.kind == value.kind and v.start >= colon.end() for v in found if v is not value)
    )
    return text[: colon.start()][-80:] if colon and among else ""


def _head(told: str) -> str:
    """What a value is of, without the one of several that has it: "L'évaluation" in "L'évaluation de l'IME est remise le"."""
    return re.split(r"\s(?:de l['’]|du|des|de la|de)\s?", told)[0]


_KEPT = re.compile(r"^[^,;]{0,40}\b(?:sont|est|seront|sera) reserv\w*(.*)")  # "quatre places y sont réservées à …"
_CHANGED = 0.4
_ABOVE = 0.75  # what the sentence before says of a value, beside its own words
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
            about = stems_of(
                fold(change.about) if not candidate.unit.is_row else f"{target.folded if target else ''} {fold(change.about)}"
            )
            here = len({w for w in candidate.unit.own.stems & about if len(w) > 3}) > 1
        same_kind = change.kind == value.kind or (change.kind == "text" and value.kind == "party")
        if not (here or there) or not same_kind:
            continue
        if change.kind == "text":
            name = fold(unstyled(value.text))
            old, new = name in fold(change.old), name in fold(change.new)
        else:
            old, new = change.old_normalized == value.normalized, change.new_normalized == value.normalized
        if here and not change.old and change.kind == "duration":
            old = True
        if not (old or new):
            continue
        text, normalized = (change.old, change.old_normalized) if asked.original else (change.new, change.new_normalized)
        if text:
            kind = value.kind
            return replace(candidate, value=Value(kind, text, text if kind == "party" else normalized, 0, 0), change=change)
    return candidate
