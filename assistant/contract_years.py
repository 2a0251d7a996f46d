"""The year that a question on a contract asks for, and the years that the value found is said of."""

import re
from collections.abc import Sequence

from assistant.contract_cues import Candidate
from assistant.contract_question import Asked
from assistant.contract_reading import Reading
from assistant.contract_text import DIAGNOSTIC

_AS_WELL = 0.7  # of what the best value meets: another that meets as much may be the one asked for
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def undated(asked: Asked, best: Candidate) -> bool:
    """Whether a sum is answered to a question on a year of which nothing around it speaks."""
    unit = best.unit
    around = " ".join((unit.piece.text, unit.near.text, unit.around.text, unit.far.text, *(head.text for head in unit.heads)))
    return bool(asked.years) and best.value.kind == "amount" and not best.years and not _YEAR.search(around)


def other_years(asked: Asked, best: Candidate, reading: Reading) -> str:
    """What to say when the year asked for is not one that the contract gives: "le contrat donne … pour 2024"; "" when it may be.

    A value said of several years, or from one on, holds for those between and after.
    """
    if not asked.years or asked.kinds.keys() <= {"date", "party", "list"} or best.value.kind in ("date", "party", "list"):
        return ""
    asks = set(asked.years)
    life = reading.sheet.life
    last = int(life.term.value[:4]) if life.term and life.term.value[:4].isdigit() else 9999
    if not best.years and best.change is None and all(int(y) > last for y in asks):
        return f"Le contrat s'arrête en {last}."
    first = int(life.effect.value[:4]) if life.effect else 9999
    if not best.years and best.unit.piece.zone == DIAGNOSTIC and all(int(y) > first for y in asks):
        return f"Le contrat ne donne que {best.value.text}, au diagnostic : rien pour {', '.join(asked.years)}."
    if not best.years or asks & set(best.years):
        return ""
    if len(set(best.years)) > 1 and any(min(best.years) <= y <= max(best.years) for y in asks):
        return ""
    if not best.unit.is_row and re.search(r"\b(a compter|a partir|depuis|des (?=l|\d))", best.unit.own.folded):
        return ""
    year = " et ".join(dict.fromkeys(best.years))
    return f"Le contrat donne {best.value.text} pour {year}, rien de tel pour {', '.join(asked.years)}."


def of_the_year(asked: Asked, found: Sequence[Candidate], reading: Reading) -> Candidate | None:
    """The best of the values found (best first); where it is said of other years than the one asked for, the next of its kind
    that is said of that year and meets the question about as well."""
    best = next(iter(found), None)
    if best is None or not other_years(asked, best, reading):
        return best
    same = (c for c in found if c.value.kind == best.value.kind and c.fit >= _AS_WELL * best.fit)
    return next((c for c in same if set(asked.years) & set(c.years)), best)
