"""Fit what a question asks of the contract's own life (`assistant/contract_intent.npz`).

Usage: python -m evals.train_intent HOME   (a home where the embedding model is)

Learns from the labelled questions of `questions/life.txt` and `life2.txt` ("intent | question") and from the sets on contracts, the last ones
(blind6 on) apart, of which `questions/life_sets.txt` ("intent | set id") names the questions on the contract's own life.
Says first what it gives on each contract when that contract's questions are left out.
"""

import sys

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from assistant.contract_intent import NONE, WEIGHTS, features, life_intent
from assistant.engine import Engine
from assistant.question import read_question
from assistant.settings import Settings
from corpus.words import fold
from evals.runner import QUESTIONS, read_questions

SETS = ("contracts", "blind", "blind2", "blind3", "blind4", "blind5", "drill1", "drill2", "drill3", "drill4")
STRENGTH = 3.0  # the inverse of the penalty on weights

Row = tuple[str, str, str]  # a question, its intent, its contract or ""


def labelled() -> list[Row]:
    """Every question whose intent is known."""
    files = (QUESTIONS / "life.txt", QUESTIONS / "life2.txt")
    lines = [line.partition(" | ") for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    named = [line.partition(" | ") for line in (QUESTIONS / "life_sets.txt").read_text(encoding="utf-8").splitlines()]
    intents = {place: intent for intent, _, place in named}
    out = [(question, intent, "") for intent, _, question in lines]
    for name in SETS:
        rows = read_questions(QUESTIONS / f"{name}.jsonl")
        out += [(row["question"], intents.get(f"{name} {row['id']}", NONE), row["contract"]) for row in rows]
    return out


def fitted(rows: list[Row], vectors: np.ndarray, fingerprint: str) -> dict[str, np.ndarray]:
    """The weights, as `contract_intent.npz` holds them; `vectors` (questions, d)."""
    mean = vectors.mean(0)
    x = np.array([features(vector, mean, fold(row[0])) for vector, row in zip(vectors, rows, strict=True)])
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(x, [row[1] for row in rows])
    return {
        "kinds": model.classes_, "mean": mean.astype("f4"), "weights": model.coef_.astype("f4"),
        "bias": model.intercept_.astype("f4"), "fingerprint": np.array(fingerprint),
    }  # fmt: skip


def apart(rows: list[Row], vectors: np.ndarray, contract: str, fingerprint: str) -> dict[str, np.ndarray]:
    """The weights without a contract's questions."""
    kept = [i for i, row in enumerate(rows) if row[2] != contract]
    return fitted([rows[i] for i in kept], vectors[kept], fingerprint)


def main() -> int:
    if len(sys.argv) != 2:
        print("Usage : python -m evals.train_intent DOSSIER", file=sys.stderr)
        return 2
    engine = Engine(Settings.load(sys.argv[1]))
    rows, fingerprint = labelled(), engine.embedder.fingerprint
    vectors = np.array([engine.embedder.query(read_question(row[0]).mended) for row in rows])
    right = alarms = 0
    for contract in sorted({row[2] for row in rows} - {""}):
        weights = apart(rows, vectors, contract, fingerprint)
        for row, vector in zip(rows, vectors, strict=True):
            if row[2] == contract:
                said = life_intent(fold(row[0]), vector, fingerprint, weights)
                right += said == row[1] != NONE
                alarms += said != row[1] == NONE
    asked = sum(bool(row[2]) and row[1] != NONE for row in rows)
    print(f"contrat mis à part : {right} questions reconnues sur {asked}, {alarms} prises à tort pour l'une d'elles")
    np.savez_compressed(WEIGHTS, allow_pickle=False, **fitted(rows, vectors, fingerprint))
    return 0


if __name__ == "__main__":
    sys.exit(main())
