"""Whether a contract is silent on a question, and what is said then.

Five measures decide, weighed by a logistic regression over the questions of `evals/questions` whose answer is known to be
in the contract or not (`evals/train_silence.py` makes the weights).
"""

import math
import re
from collections.abc import Sequence

from assistant.contract_cues import Candidate, missed
from assistant.contract_question import Asked
from assistant.contract_reading import Reading, Unit
from corpus.clauses import Clause, expected_clauses

# Intercept, then one weight a measure, in the order of `measures`.
WEIGHTS = (-0.6, 1.4, 1.9, -0.9, -4.5, 3.9)
THRESHOLD = 0.5


def measures(
    asked: Asked, ranked: Sequence[tuple[Unit, float, float]], cosine: float, best: Candidate | None
) -> tuple[float, ...]:
    """(share of the question met at the best place, share whose words stand nowhere, nearness in meaning, share met where
    the value stands, likeliest subject not met there); each about in [0, 1]. `ranked` is (unit, score, fit), best first."""
    top = max((fit for _, _, fit in ranked[:12]), default=0.0)
    stranger = sum(idea.weight for idea in asked.ideas if idea.name in asked.unknown) / asked.weight
    value = best.fit if best is not None else 0.0 if asked.kinds.keys() - {"list"} else top
    place = best.unit if best is not None else max(ranked[:12], key=lambda r: r[2])[0] if ranked else None
    return top, stranger, (cosine - 0.8) * 10, value, missed(asked, place) if place is not None else 1.0


def silence(found: Sequence[float]) -> float:
    """The probability that the contract doesn't say, from `measures`."""
    z = WEIGHTS[0] + sum(w * x for w, x in zip(WEIGHTS[1:], found, strict=True))
    return 1 / (1 + math.exp(-z))


def is_silent(
    asked: Asked, ranked: Sequence[tuple[Unit, float, float]], cosine: float, best: Candidate | None, reading: Reading
) -> bool:
    """Whether to answer that the contract doesn't say."""
    if asked.avenant and asked.avenant not in {a.number for a in reading.sheet.avenants}:
        return not any(asked.avenant == number for number in _named(reading))
    if best is not None and best.fit >= 1.0 and best.score >= 3.0:
        return False
    return bool(asked.ideas) and silence(measures(asked, ranked, cosine, best)) > THRESHOLD


def _named(reading: Reading) -> set[str]:
    """Numbers of the avenants that the contract speaks of, even when they are not in the file."""
    return {m[1] for unit in reading.units for m in re.finditer(r"avenant (?:n° ?|numero )(\d+)", unit.own.folded)}


def said_elsewhere(asked: Asked) -> str:
    """What the law or the usual model provides on the question's subject, "" when none of the 35 clauses is about it."""
    clause = next((c for c in expected_clauses() if _about(c, asked.folded)), None)
    if clause is None:
        return ""
    return f"\n\n**En dehors du contrat** : la clause usuelle « {clause.label} » repose sur : {clause.basis}."


def _about(clause: Clause, folded: str) -> bool:
    return bool(clause.heads.search(folded) or clause.strong.search(folded)) and not clause.never.search(folded)
