"""What kind of value a question on a contract is after: what its patterns say, corrected by what questions of its meaning want.

A multinomial logistic regression over the question's vector and the patterns' own verdict, fitted by `evals/train_kinds.py`
on labelled questions (`contract_kinds.npz`: `kinds`, `mean` (d,), `weights` (kinds, d + patterns), `bias` (kinds,), `fingerprint`).
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from assistant.fitted import centred, chances_of, read_weights

WEIGHTS = Path(__file__).parent / "contract_kinds.npz"
PATTERNS = ("date", "amount", "percent", "number", "duration", "party", "list")
_TOLD, _LEAST = 0.7, 0.1  # sure that no value is wanted; less likely than that beside the likeliest is not


def features(vector: np.ndarray, mean: np.ndarray, patterns: Mapping[str, float]) -> np.ndarray:
    """What the regression reads: the centred vector (d,) then the weight of each kind by the patterns, shape (d + 7,)."""
    return np.concatenate([centred(vector, mean), [patterns.get(kind, 0.0) for kind in PATTERNS]])


def likely_kinds(patterns: dict[str, float], vector: np.ndarray, fingerprint: str) -> dict[str, float]:
    """Each kind of value that may be wanted with its weight in ]0, 1]; `patterns` alone under another embedding model."""
    fitted = read_weights(WEIGHTS)
    if str(fitted["fingerprint"]) != fingerprint:
        return patterns
    chances = chances_of(fitted, features(vector, fitted["mean"], patterns))
    if chances.pop("text") >= _TOLD:
        return patterns
    top = max(chances.values())
    likely = {kind: chance / top for kind, chance in chances.items() if chance >= _LEAST * top}
    return {kind: 0.5 * (likely.get(kind, 0.0) + patterns.get(kind, 0.0)) for kind in {*likely, *patterns}}
