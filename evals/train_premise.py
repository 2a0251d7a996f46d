"""Fit the weights of `assistant/premise.py`: `python -m evals.train_premise --home FULL --home CARDS`.

On the questions of `evals/questions/traps.jsonl` whose part is "dev"; the other part, which cites other articles, tells
what the fitted weights are worth. Several homes (with the official text, with the cards alone) are fitted together.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.engine import Engine
from assistant.premise import WEIGHTS, WRONG, measures, what_is_said
from assistant.question import read_question
from assistant.settings import Settings
from corpus.reference import CASF

NAMES = list(WEIGHTS)
TRAPS = Path(__file__).parent / "questions" / "traps.jsonl"


def rows(home: str) -> list[tuple[str, bool, list[float]]]:
    """(part, whether it is a trap, measures) of the questions whose article exists and which say something of it."""
    engine = Engine(Settings.load(home))
    searcher, judge = engine.searcher(), engine.judge(engine.searcher())
    out = []
    for line in TRAPS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] not in ("honest", "neighbour", "far", "letter"):
            continue
        refs = [ref for ref in read_question(row["question"]).refs if ref.code == CASF]
        nums = [num for ref in refs for num in searcher.resolve(ref)]
        said = what_is_said(row["question"])
        if nums and judge.says_something(said):
            found = measures(read_question(said, searcher.index.vocabulary), nums, searcher, judge)
            out.append((row["part"], row["kind"] != "honest", [found[name] for name in NAMES]))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", action="append", required=True)
    found = [row for home in parser.parse_args().home for row in rows(home)]
    x, y = np.array([m for _, _, m in found]), np.array([trap for _, trap, _ in found])
    dev = np.array([part == "dev" for part, _, _ in found])
    mean, spread = x[dev].mean(axis=0), x[dev].std(axis=0)
    model = LogisticRegression(C=0.3, max_iter=1000).fit((x[dev] - mean) / spread, y[dev])
    weights = model.coef_[0] / spread
    bias = float(model.intercept_[0] - weights @ mean)
    print("WEIGHTS =", {name: round(float(w), 3) for name, w in zip(NAMES, weights, strict=True)}, "BIAS =", round(bias, 3))
    p = 1 / (1 + np.exp(-(x @ weights + bias)))
    for part, chosen in (("dev", dev), ("validation", ~dev)):
        for line in (WRONG - 0.1, WRONG, WRONG + 0.1):
            named, accused = (p[chosen & y] >= line).mean(), (p[chosen & ~y] >= line).mean()
            print(f"{part:10} seuil {line:.1f} : pièges nommés {named:.3f}, honnêtes accusées {accused:.3f}")


if __name__ == "__main__":
    main()
