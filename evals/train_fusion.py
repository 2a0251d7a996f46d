"""Fit the fusion weights and the confidence: `python -m evals.train_fusion --home DIR --questions FILE …`.

Listwise softmax over each question's candidates (Cao et al. 2007) on the features of `assistant.fusion`, pulled towards
zero; the confidence is a logistic on signals of the ranking. Both are cross-validated in five folds, questions of one
article in the same fold, and compared with reciprocal rank fusion (Cormack et al. 2009) and with the fixed prior.
Questions that cite an article are left out: being named already decides them. Articles that a set lists as also
acceptable are neither right nor wrong. `--cache` keeps the features, so that another fit takes seconds.
"""

import argparse
import json
import pickle
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from assistant.engine import Engine
from assistant.fusion import FEATURES, WEIGHTS, weights
from assistant.question import read_question
from assistant.retrieval import Searcher, signals
from assistant.settings import Settings
from evals.metrics import ranking
from evals.systems import rankings
from ingest.generation import VIEWS

NAMES = list(FEATURES)
PULL, FOLDS = 1e-2, 5
WEIGHT = 8.0  # what the cosines weigh together: the scores' scale, on which answers tell what is near


class Listed(NamedTuple):
    """A question's candidates: numbers, features (n, len(NAMES)), right (n,), neutral (n,), and its right articles."""

    nums: list[str]
    x: np.ndarray
    right: np.ndarray
    neutral: np.ndarray
    gold: list[str]

    @property
    def fold(self) -> int:
        return zlib.crc32(self.gold[0].encode()) % FOLDS


def listed(searcher: Searcher, row: dict[str, Any]) -> Listed:
    """The candidates of one question of a set."""
    found = searcher.features(read_question(row["question"], searcher.index.vocabulary))
    nums = sorted(found)
    matrix = np.array([[found[num].get(name, 0.0) for name in NAMES] for num in nums], np.float32)
    right = np.array([num in row["gold"] for num in nums])
    return Listed(nums, matrix, right, np.array([num in row.get("also", ()) for num in nums]) & ~right, row["gold"])


def fit(lists: list[Listed]) -> np.ndarray:
    """Weights by feature, shape (len(NAMES),)."""
    usable = [(one.x[~one.neutral], one.right[~one.neutral]) for one in lists if one.right.any()]
    x = np.concatenate([x for x, _ in usable]).astype(np.float64)
    target = np.concatenate([y / y.sum() for _, y in usable])
    sizes = np.array([len(y) for _, y in usable])
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    spread = x.std(axis=0) + 1e-9
    z = (x - x.mean(axis=0)) / spread

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        score = z @ w
        score -= np.repeat(np.maximum.reduceat(score, starts), sizes)
        log_p = score - np.repeat(np.log(np.add.reduceat(np.exp(score), starts)), sizes)
        gradient = z.T @ (np.exp(log_p) - target) / len(usable) + PULL * w
        return float(-(target * log_p).sum() / len(usable) + PULL / 2 * w @ w), gradient

    return np.asarray(minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x / spread)


def ranked(one: Listed, w: np.ndarray) -> list[str]:
    return [one.nums[i] for i in np.argsort(-(one.x @ w), kind="stable")[:20]]


def crossed(lists: list[Listed]) -> list[list[str]]:
    """Each question ranked by weights that were fitted without its fold."""
    learnt = [fit([one for one in lists if one.fold != fold]) for fold in range(FOLDS)]
    return [ranked(one, learnt[one.fold]) for one in lists]


def compare(lists: dict[str, list[Listed]], everything: np.ndarray, view: str) -> None:
    """Print the table: RRF, fixed weights, weights in use, learnt (cross-validated) and learnt (on all), set by set."""
    pooled = [one for own in lists.values() for one in own]
    prior, used = (np.array([weights()[name].get(feature, 0.0) for feature in NAMES]) for name in ("prior", view))
    found = {
        "RRF": [
            rankings({n: dict(zip(NAMES, x, strict=True)) for n, x in zip(one.nums, one.x, strict=True)})["RRF"] for one in pooled
        ],
        "poids fixes": [ranked(one, prior) for one in pooled],
        "poids en service": [ranked(one, used) for one in pooled],
        "appris, validation croisée": crossed(pooled),
        "appris, sur tout": [ranked(one, everything) for one in pooled],
    }
    of = [name for name, own in lists.items() for _ in own]
    for title, runs in found.items():
        for name in [*lists, "tous"]:
            pairs = [(run, one.gold) for run, one, own in zip(runs, pooled, of, strict=True) if name in (own, "tous")]
            print(f"{title:28} {name:12}", ranking(pairs))


def fit_confidence(searcher: Searcher, rows: list[dict[str, Any]]) -> dict[str, float]:
    """The logistic that turns `signals` into a confidence; prints its Brier score and reliability, cross-validated."""
    x, y, groups = [], [], []
    for row in rows:
        question = read_question(row["question"], searcher.index.vocabulary)
        hits = searcher.search(question, 10)
        named = signals(question, hits, searcher)
        x.append(list(named.values()))
        y.append(hits[0].num in {*row.get("gold", ()), *row.get("also", ())})
        groups.append(zlib.crc32((row["gold"] or [row["id"]])[0].encode()) % FOLDS)
    matrix, answers, folds = np.array(x), np.array(y), np.array(groups)
    probability = np.zeros(len(answers))
    for fold in range(FOLDS):
        model = LogisticRegression(C=10, max_iter=1000).fit(matrix[folds != fold], answers[folds != fold])
        probability[folds == fold] = model.predict_proba(matrix[folds == fold])[:, 1]
    brier = float(((probability - answers) ** 2).mean())
    print(f"confiance : score de Brier {brier:.3f} (sans signal {answers.mean() * (1 - answers.mean()):.3f})")
    for low in np.arange(0, 1, 0.2):
        inside = (probability >= low) & (probability < low + 0.2)
        if inside.any():
            print(f"  {low:.1f}-{low + 0.2:.1f} : {inside.sum():4d} questions, {answers[inside].mean():.2f} justes")
    answerable = np.array([bool(row.get("gold")) for row in rows])
    for share in (1, 2, 5):
        limit = float(np.percentile(probability[answerable], share))
        print(f"  sous {limit:.2f} : {share} % des questions du code, {(probability[~answerable] < limit).mean():.2f} des autres")
    model = LogisticRegression(C=10, max_iter=1000).fit(matrix, answers)
    fitted = {name: round(float(v), 4) for name, v in zip(named, model.coef_[0], strict=True)}
    return fitted | {"intercept": round(float(model.intercept_[0]), 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", required=True)
    parser.add_argument("--questions", action="append", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="a file that keeps the features between runs")
    parser.add_argument("--write", action="store_true", help="write assistant/fusion.json")
    options = parser.parse_args()
    searcher = Engine(Settings.load(options.home)).searcher()
    sets = {p.stem: [json.loads(line) for line in p.read_text(encoding="utf-8").splitlines()] for p in options.questions}
    sets = {
        name: [row for row in rows if row.get("kind") != "reference" and not row.get("previous")] for name, rows in sets.items()
    }
    searchers = {"all": searcher, "cards": Searcher(searcher.index, searcher.embedder, "cards")}
    if options.cache and options.cache.is_file():
        lists = pickle.loads(options.cache.read_bytes())
    else:
        lists = {
            view: {n: [listed(own, r) for r in rows if r.get("gold") and r.get("kind") != "trap"] for n, rows in sets.items()}
            for view, own in searchers.items()
        }
        if options.cache:
            options.cache.write_bytes(pickle.dumps(lists))
    fitted = dict(weights())
    for view, own in lists.items():
        learnt = fit([one for rows in own.values() for one in rows])
        print(f"--- {view}")
        compare(own, learnt, view)
        scale = WEIGHT / sum(w for name, w in zip(NAMES, learnt, strict=True) if name.removeprefix("adapted_") in VIEWS)
        fitted[view] = {n: round(float(w * scale), 4) for n, w in zip(NAMES, learnt, strict=True) if abs(w * scale) > 1e-4}
        print(json.dumps(fitted[view], ensure_ascii=False))
    if options.write:
        WEIGHTS.write_text(json.dumps(fitted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        weights.cache_clear()
    asked = [row for rows in sets.values() for row in rows if row.get("trap") != "premise_false"]
    fitted["confidence"] = fit_confidence(searcher, asked)
    print(json.dumps(fitted["confidence"]))
    if options.write:
        WEIGHTS.write_text(json.dumps(fitted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
