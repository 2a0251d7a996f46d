"""Small logistic regressions over vectors of the embedding model, as `evals/train_*.py` write them.

A file holds `mean` (d,), `weights`, `bias` and the `fingerprint` of the model whose vectors they read; one of several kinds,
their names in `kinds`.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

Weights = Mapping[str, np.ndarray]
_SCALE = 6.0  # a vector's coordinates, beside patterns from 0 to 1 and a penalty on weights of one


@cache
def read_weights(file: Path) -> Weights:
    """The arrays of an .npz file, by name."""
    with np.load(file) as arrays:
        return {name: arrays[name] for name in arrays.files}


def centred(vector: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """A vector (d,) as the regressions read it."""
    return np.asarray((vector - mean) * _SCALE)


def chances_of(weights: Weights, features: np.ndarray) -> dict[str, float]:
    """How likely each kind is, by name; they add up to one."""
    z = weights["weights"] @ features + weights["bias"]
    chances = np.exp(z - z.max())
    return dict(zip(map(str, weights["kinds"]), (chances / chances.sum()).tolist(), strict=True))
