"""Values worked out from the two parts of a thing: what is missing between two columns, a share in percent as an amount."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from assistant.contract_cues import Candidate
from assistant.contract_question import Asked
from assistant.contract_reading import Reading, Unit
from assistant.contract_text import AVENANT
from assistant.contract_working import cells_of, holds, number, said, worked
from corpus.values import Value, find_values
from corpus.words import fold

_MISSING = re.compile(r"\bmanqu\w+|\brest\w+ (?:donc )?a (?:pourvoir|ouvrir|installer|creer|recruter)\b|\becart\b|\bdifference\b")
# What may be, what is, and what a table says itself of the one less the other.
_ALLOWED = re.compile(r"\bautoris\w*|\bagree\w*|\btheorique|\bbudget\w*|\bhabilit\w+")
_THERE = re.compile(r"\binstall\w+|\bouvert\w*|\bpourvu\w*|\boccupe\w*|\bpresent\w*|\breel\w*")
_GAP = re.compile(r"\bvacan\w+|\bmanqu\w+|\becart|\bdifference|\ba pourvoir|\brest\w+")
_FOR = re.compile(r"\s?(?:pour|au titre d(?:es?|u)?|à|aux?|sur|en faveur d(?:es?|u)?)\b", re.IGNORECASE)
_PAYS = re.compile(
    r"\bcontribu\w+|\bparticip\w+|\bfinanc\w+|\bsubvention\w*|\bprend\w* en charge|\bpris\w* en charge|\bapport\w+|\bsupport\w+"
)


def gaps(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """What is missing: what a row says itself that is, else what it allows less what is there."""
    if not (_MISSING.search(asked.folded) and "combien" in asked.folded):
        return
    for candidate in found[:6]:
        unit = candidate.unit
        if not unit.is_row or candidate.value.kind != "number":
            continue
        cells = cells_of(asked, unit, reading, "number")
        allowed = [cell for head, cell in cells.items() if _ALLOWED.search(fold(head))]
        there = [cell for head, cell in cells.items() if _THERE.search(fold(head)) and not _ALLOWED.search(fold(head))]
        given = [cell for head, cell in cells.items() if _GAP.search(fold(head))]
        if len(given) == 1:
            yield replace(candidate, value=given[0].value, place=given[0].place, score=candidate.score + 0.2)
            return
        if len(allowed) == len(there) == 1 and not given:
            values = (allowed[0].value, there[0].value)
            more, less = (number(value) for value in values)
            if more is not None and less is not None and more > less:
                working = f"{said(values[0])} − {said(values[1])}"
                yield worked("number", more - less, working, candidate, candidate.score + 0.2, (unit,), values)
                return


def shares(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Iterator[Candidate]:
    """What one party pays, where a sentence says a cost and it, or the next one, says which percentage each pays."""
    if asked.kinds.get("amount", 0.0) < max(asked.kinds.values(), default=0.0) or asked.years:
        return
    for candidate in found[:2]:
        unit = candidate.unit
        if unit.is_row or candidate.value.kind != "amount" or candidate.change is not None or unit.piece.zone == AVENANT:
            continue
        whole = number(candidate.value)
        for value, place in _percentages(asked, unit, reading):
            share = number(value)
            if whole is not None and share is not None and 0 < share < 100:
                working = f"{said(candidate.value)} × {said(value)}"
                total = (whole * share / 100).quantize(Decimal("0.01"))
                yield worked("amount", total, working, candidate, candidate.score + 0.2, (unit, place), (candidate.value,))
                return


def _percentages(asked: Asked, cost: Unit, reading: Reading) -> Iterator[tuple[Value, Unit]]:
    """The percentages that are said of what the question names and the cost's sentence doesn't."""
    at = reading.units.index(cost)
    for unit in islice(reading.units, at + 1, at + 2):
        told = _by_whom(unit.own.text, "percent")
        if unit.is_row or unit.piece.headings != cost.piece.headings or not _PAYS.search(unit.own.folded):
            continue
        for value, words in told:
            others = " ; ".join(text for _, text in told if text != words)
            if any(holds(i, words) and not (holds(i, others) or holds(i, cost.own.folded)) for i in asked.ideas):
                yield value, unit


def of_what(text: str, kind: str) -> list[tuple[Value, str]]:
    """The values of one kind of a sentence with the folded words that say what each is for: "10 € pour A, 20 € pour B"."""
    values = find_values(text, kind)
    ends = [value.start for value in values[1:]] + [len(text)]
    told = [(value, text[value.end : end]) for value, end in zip(values, ends, strict=True)] if values else []
    return [(value, fold(words)) for value, words in told] if all(_FOR.match(words) for _, words in told) else []


def _by_whom(text: str, kind: str) -> list[tuple[Value, str]]:
    """The values of one kind of a sentence with the folded words that stand before each: "A paie 10 %, B 20 %"."""
    values = find_values(text, kind)
    starts = [0, *(value.end for value in values)]
    return [(value, fold(text[start : value.start])) for start, value in zip(starts, values, strict=False)]
