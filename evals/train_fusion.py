"""Fit the fusion weights and the confidence: `python -m evals.train_fusion --home DIR --questions FILE …`.

Listwise softmax over each question's candidates (Cao et al. 2007) on the features of `assistant.fusion`, pulled towards
zero; the confidence is a logistic on signals of the ranking. Both are cross-validated in five folds over the questions,
and compared with reciprocal rank fusion (Cormack et al. 2009) and with the fixed prior. Questions that cite an article
are left out: being named already decides them. Articles that a set lists as also acceptable are neither right nor wrong.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from assistant.engine import Engine
from assistant.fusion import FEATURES, WEIGHTS, weights
from assistant.question import read_question
from assistant.retrieval import Searcher, signals
from assistant.settings import Settings
from evals.metrics import ranking

NAMES = list(FEATURES)
PULL, STEPS, RATE = 1e-2, 400, 0.05


def candidates(searcher: Searcher, row: dict[str, Any]) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """A question's candidates: numbers, features (n, len(NAMES)), right (n,), neutral (n,)."""
    _, found = searcher.features(read_question(row["question"], searcher.index.vocabulary))
    nums = sorted(found)
    matrix = np.array([[found[num].get(name, 0.0) for name in NAMES] for num in nums])
    right = np.array([num in row["gold"] for num in nums])
    return nums, matrix, right, np.array([num in row.get("also", ()) for num in nums]) & ~right


def fit(lists: list[tuple[list[str], np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """Weights by feature, shape (len(NAMES),)."""
    usable = [(x, y, skip) for _, x, y, skip in lists if y.any()]
    everything = np.concatenate([x for x, _, _ in usable])
    mean, spread = everything.mean(axis=0), everything.std(axis=0) + 1e-9
    w = np.zeros(len(NAMES))
    first, second = np.zeros_like(w), np.zeros_like(w)
    for step in range(1, STEPS + 1):
        gradient = PULL * w
        for x, y, skip in usable:
            z = (x[~skip] - mean) / spread
            p = np.exp(z @ w - (z @ w).max())
            p /= p.sum()
            target = p * y[~skip]
            gradient = gradient + z.T @ (p - target / (target.sum() + 1e-12)) / len(usable)
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        w -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return np.asarray(w / spread)


def rank(lists: list[Any], w: np.ndarray) -> list[list[str]]:
    return [[nums[i] for i in np.argsort(-(x @ w), kind="stable")[:20]] for nums, x, _, _ in lists]


def reciprocal(lists: list[Any]) -> list[list[str]]:
    """Reciprocal rank fusion (k = 60) of the six cosines and the two BM25 scores."""
    out = []
    for nums, x, _, _ in lists:
        score = np.zeros(len(nums))
        for j in range(8):
            score[np.argsort(-x[:, j], kind="stable")] += 1 / (60 + np.arange(len(nums)))
        out.append([nums[i] for i in np.argsort(-score, kind="stable")[:20]])
    return out


def logistic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights and, last, the intercept of a logistic regression (Newton's method, small pull)."""
    design = np.hstack([x, np.ones((len(x), 1))])
    w = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ w, -30, 30)))
        gradient = design.T @ (p - y) + 0.1 * w
        w -= np.linalg.solve(design.T @ (design * (p * (1 - p))[:, None]) + 0.1 * np.eye(len(w)), gradient)
    return w


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    parser.add_argument("--questions", action="append", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write assistant/fusion.json")
    options = parser.parse_args()
    searcher = Engine(Settings.load(options.home)).searcher()
    rows = [json.loads(line) for path in options.questions for line in path.read_text(encoding="utf-8").splitlines()]
    usable = [row for row in rows if row.get("gold") and row.get("kind") not in ("trap", "reference")]
    lists = [candidates(searcher, row) for row in usable]
    gold = [row["gold"] for row in usable]
    folds = [np.arange(len(lists))[i::5] for i in range(5)]
    order = np.random.default_rng(0).permutation(len(lists))

    crossed: dict[int, list[str]] = {}
    for fold in folds:
        held = set(order[fold].tolist())
        w = fit([item for i, item in enumerate(lists) if i not in held])
        crossed |= dict(zip(sorted(held), rank([lists[i] for i in sorted(held)], w), strict=True))
    prior = np.array([weights()["prior"].get(name, 0.0) for name in NAMES])
    everything = fit(lists)
    table = {
        "RRF": reciprocal(lists), "poids fixes": rank(lists, prior),
        "appris, validation croisée": [crossed[i] for i in range(len(lists))], "appris, sur tout": rank(lists, everything),
    }  # fmt: skip
    for name, found in table.items():
        print(f"{name:28}", ranking(list(zip(found, gold, strict=True))))
    scale = 1.0 / max(everything[NAMES.index("cards")], 1e-9)
    learnt = {name: round(float(value * scale), 4) for name, value in zip(NAMES, everything, strict=True)}

    # Confidence: does the best article answer? Out-of-scope questions count as no.
    asked = [row for row in rows if row.get("kind") != "reference" and row.get("trap") != "premise_false"]
    x, y = [], []
    for row in asked:
        question = read_question(row["question"], searcher.index.vocabulary)
        hits = searcher.search(question, 10)
        named = signals(question, hits, searcher)
        x.append(list(named.values()))
        y.append(hits[0].num in {*row.get("gold", ()), *row.get("also", ())})
    signal_names = list(named)
    matrix, answers = np.array(x), np.array(y, float)
    model = logistic(matrix, answers)
    probability = np.zeros(len(answers))
    shuffled = np.random.default_rng(1).permutation(len(answers))
    for i in range(5):
        held_out = shuffled[i::5]
        kept = np.setdiff1d(shuffled, held_out)
        w = logistic(matrix[kept], answers[kept])
        probability[held_out] = 1 / (1 + np.exp(-(np.hstack([matrix[held_out], np.ones((len(held_out), 1))]) @ w)))
    brier = float(((probability - answers) ** 2).mean())
    print(f"confiance : score de Brier {brier:.3f} (base {answers.mean() * (1 - answers.mean()):.3f})")
    for low in np.arange(0, 1, 0.2):
        inside = (probability >= low) & (probability < low + 0.2)
        if inside.any():
            print(f"  {low:.1f}-{low + 0.2:.1f} : {inside.sum():4d} questions, {answers[inside].mean():.2f} justes")
    fitted = dict(weights()) | {
        "all": learnt,
        "confidence": {name: round(float(v), 4) for name, v in zip([*signal_names, "intercept"], model, strict=True)},
    }
    print(json.dumps(fitted["all"], ensure_ascii=False), json.dumps(fitted["confidence"]))
    if options.write:
        WEIGHTS.write_text(json.dumps(fitted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
