"""Fit the weights by which a contract's silence is recognised (`assistant/contract_silence.py`) and print them.

Usage: python -m evals.train_silence HOME   (a home where the embedding model is; the test contracts are read into it)
"""

import sys

import numpy as np

from assistant.contract_answer import weigh
from assistant.contract_cues import SURE
from assistant.contract_silence import measures
from assistant.contract_subjects import subject_chances
from assistant.contract_years import other_years
from assistant.engine import Engine
from assistant.question import read_question
from assistant.settings import Settings
from evals.train_subjects import apart, asked_of_contracts, labelled, nowhere

RARE = 0.35  # silent questions are few: how far they are made to weigh as much as the others (0 = not at all, 1 = wholly)


def samples(engine: Engine) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Measures (n, 6) of the questions on contracts that no fact and no year settles, whether the contract is silent (n,), and
    which contract it is (n,)."""
    rows, ids = asked_of_contracts(engine)
    met, more = nowhere(engine, rows, ids), labelled(engine)
    fingerprint = engine.embedder.fingerprint
    weights = {name: apart(met, more, name, fingerprint) for name in {row["contract"] for row in rows}}
    seen, silent, names = [], [], []
    for row in rows:
        name, question = row["contract"], read_question(row["question"])
        opened = engine.workspace("evals").open(ids[name])
        # Words weighed as in a contract never seen: by what the others' questions taught.
        weighed = weigh(question, opened, engine.embedder, subject_chances(question.mended, engine.embedder, weights[name]))
        if weighed is None:
            continue
        best, reading = weighed.best, weighed.reading
        if best is None or (best.score < SURE and not other_years(weighed.asked, best, reading)):
            names.append(name)
            seen.append(measures(weighed.asked, weighed.scored, max(r.cosine for r in weighed.ranked), best))
            silent.append(not row["answerable"])
    return np.array(seen), np.array(silent, float), np.array(names)


def fit(x: np.ndarray, y: np.ndarray, steps: int = 4000, l2: float = 0.3) -> np.ndarray:
    """Weights (1 + features,) of a logistic regression by gradient descent, the intercept first."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.c_[np.ones(len(x)), (x - mean) / spread]
    w = np.zeros(z.shape[1])
    weight = np.where(y > 0, ((y == 0).sum() / max(1, y.sum())) ** RARE, 1.0)
    for _ in range(steps):
        p = 1 / (1 + np.exp(-z @ w))
        w -= 0.5 * (z.T @ (weight * (p - y)) + l2 * np.r_[0, w[1:]]) / len(y)
    slopes = w[1:] / spread
    return np.concatenate([[w[0] - (slopes * mean).sum()], slopes])


def silent(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Whether each of the measures (n, features) is taken for silence (n,)."""
    taken: np.ndarray = weights[0] + x @ weights[1:] > 0
    return taken


def main() -> int:
    if len(sys.argv) != 2:
        print("Usage : python -m evals.train_silence DOSSIER", file=sys.stderr)
        return 2
    x, y, names = samples(Engine(Settings.load(sys.argv[1])))
    weights = fit(x, y)
    kept = np.zeros(len(y), bool)
    for name in set(names):  # what a contract never seen would get
        kept[names == name] = silent(fit(x[names != name], y[names != name]), x[names == name])
    for title, taken in (("appris", silent(weights, x)), ("chaque contrat mis à part", kept)):
        print(f"{title} : silence reconnu {taken[y > 0].mean():.2f}, refus à tort {taken[y == 0].mean():.3f}")
    print(np.round(weights, 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
