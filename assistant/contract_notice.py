"""How long before its end one asks to extend or renew the contract, and how long beforehand one says that one leaves it."""

import re
from collections.abc import Iterator

from assistant.contract_cues import SURE, Candidate, stretch
from assistant.contract_question import Asked
from assistant.contract_reading import Reading, Unit
from assistant.contract_text import AVENANT, VISAS
from corpus.values import Value, find_values
from corpus.words import fold

_LONGER = re.compile(
    r"prolong|prorog|renouvel|reconduc|reconduit|nouveau contrat|(?:sixieme|supplementaire) annee|annee supplementaire"
)
_ENDED = re.compile(
    r"resili|denonc|met\w* (?:un terme|fin)|rompu|rompre|rupture|retir(?:er|e)\b|quitt(?:er|e)\b|\bsort(?:ir|ie|ant)? d[ue]|\bs.en aller"
)
_OTHERS = re.compile(r"autorisation|siege|mandat|convention|salari|logement|chambre|emprunt")
_ASKS = re.compile(r"demand|souhait|saisi|notifi|requete|savoir|manifest|courrier|lettre|ecrit|parven|sollicit")
_BEFORE_END = re.compile(
    r"(?: \(\d+\))?(?: au moins| au plus tard)?,? avant (?:l.|la |le |son |sa |ce |cette |cet )?(?:terme|echeance|expiration|fin)\b"
)
_GIVEN = re.compile(r"preavis (?:minimum |minimal )?(?:de |d.)?(?:\w+ \()?$|(?:delai|expiration|terme) (?:de |d.un delai de )$")

# "À condition de prévenir l'autre par lettre six mois à l'avance".
_AHEAD, _WARNS = (
    re.compile(r" (?:au moins |au plus tard )?(?:a l.avance|auparavant)\b"),
    re.compile(r"\b(?:prevenir|prevenant|avertir|avertissant|inform\w+)\b[^;]*$"),
)


def notices(asked: Asked, reading: Reading, intent: str) -> Iterator[Candidate]:
    """The delay that the contract sets to ask for more of it ("extend") or to leave it ("leave"), the likeliest one only.

    None where the same sentence sets another in the case that the question puts ("ramené à deux mois en cas de manquement").
    """
    tells = _to_extend if intent == "extend" else _to_leave
    found = [(tells(unit, value), unit, value) for unit, value in _durations(reading)]
    best = max(found, key=lambda told: told[0], default=None)
    if best is None or best[0] <= 0:
        return
    others = find_values(best[1].own.text, "duration")
    shares = {v.start: asked.share(fold(" ".join(stretch(best[1].own.text, v, others)))) for v in others}
    if shares[best[2].start] >= max(shares.values()) - 0.3:
        yield Candidate(best[2], best[1], SURE, 1.0)


def _durations(reading: Reading) -> Iterator[tuple[Unit, Value]]:
    for unit in reading.units:
        if unit.change is None and not unit.is_row and unit.piece.zone not in (AVENANT, VISAS):
            yield from ((unit, value) for value in find_values(unit.own.text, "duration"))


def _to_extend(unit: Unit, value: Value) -> float:
    """How surely a value is the delay to ask for more, 0 for any other."""
    if _OTHERS.search(unit.own.folded) or not _BEFORE_END.match(fold(unit.own.text[value.end :])):
        return 0.0
    own, near = (bool(_LONGER.search(text)) for text in (unit.own.folded, f"{unit.near.folded} {unit.around.folded}"))
    return (own or near) * (1.0 + own + bool(_ASKS.search(unit.own.folded)))


def _to_leave(unit: Unit, value: Value) -> float:
    """How surely a value is the notice of one who leaves, 0 for any other."""
    given = _GIVEN.search(fold(unit.own.text[: value.start]))
    if given is None and _AHEAD.match(fold(unit.own.text[value.end :])):
        given = _WARNS.search(fold(unit.own.text[: value.start]))
    if given is None or _OTHERS.search(unit.own.folded):
        return 0.0
    own, near = (bool(_ENDED.search(text)) for text in (unit.own.folded, f"{unit.near.folded} {unit.around.folded}"))
    return (own or near) * (1.0 + own + given[0].startswith("preavis"))
