"""Whether a contract is silent on a question, and what is said then.

Six measures decide, weighed by a logistic regression over the questions of `evals/questions` whose answer is known to be
in the contract or not (`evals/train_silence.py` makes the weights).
"""

import math
import re
from collections.abc import Sequence

from assistant.contract_cues import Candidate, missed
from assistant.contract_question import Asked, wants_list
from assistant.contract_reading import Reading, Unit
from corpus.clauses import Clause, expected_clauses

# Intercept, then one weight a measure, in the order of `measures`. The fit gives -0.92: at -0.72 fewer of the answerable are
# refused than the goal allows (3 in 100 over all sets), and 85 of 100 silences are recognised.
WEIGHTS = (-0.72, 1.9, 2.1, -1.0, -4.7, 3.1, 1.1)
THRESHOLD = 0.5
_IN_WORDS = 0.1  # of what is met where no value wanted stands: the place may still say it in words ("au printemps")


def measures(
    asked: Asked, ranked: Sequence[tuple[Unit, float, float]], cosine: float, best: Candidate | None
) -> tuple[float, ...]:
    """(share of the question met at the best place, share whose words stand nowhere, nearness in meaning, share met where
    the answer stands, likeliest subject not met there, and at the best place when a value is wanted); each about in [0, 1].
    `ranked` is (unit, score, fit), best first.

    The answer stands where its value does; a list that was not read, or a question that wants no value, where most is met. Where
    no value wanted stands, little of what is met counts.
    """
    most = max(ranked[:12], key=lambda r: r[2], default=None)
    if most is None:
        return 0.0, 1.0, (cosine - 0.8) * 10, 0.0, 1.0, 1.0
    stranger = sum(idea.weight for idea in asked.ideas if idea.name in asked.unknown) / asked.weight
    wanted = bool(asked.kinds.keys() - {"list"})
    unread = wants_list(asked.kinds) and (best is None or best.value.kind != "list")
    place, value = most[0], most[2] if unread or not wanted else _IN_WORDS * most[2]
    if best is not None and not unread:
        place, value = best.unit, best.fit
    return most[2], stranger, (cosine - 0.8) * 10, value, missed(asked, place), missed(asked, most[0]) if wanted else 0.0


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
