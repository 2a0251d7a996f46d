"""Fit what kind of value a question on a contract wants (`assistant/contract_kinds.npz`).

Usage: python -m evals.train_kinds HOME   (a home where the embedding model is)

Learns from the labelled questions of `questions/kinds*.txt` and from the sets on contracts, the last ones (blind6 on) apart; says
first what it gives on each contract when that contract's questions are left out.
"""

import sys

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from assistant.contract_kinds import WEIGHTS, features
from assistant.contract_question import wanted_kinds
from assistant.engine import Engine
from assistant.question import read_question
from assistant.settings import Settings
from corpus.words import fold
from evals.runner import QUESTIONS, read_questions

SETS = ("contract", "contracts", "blind", "blind2", "blind3", "blind4", "blind5", "drill1", "drill2", "drill3", "drill4")
STRENGTH = 3.0  # the inverse of the penalty on weights


def labelled() -> list[tuple[str, str, str]]:
    """(question, kind, contract or "") of every question whose kind is known; "text" wants no value."""
    out = []
    for file in sorted(QUESTIONS.glob("kinds*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            kind, _, question = line.partition(" | ")
            out.append((question.strip(), kind.strip(), ""))
    for name in SETS:
        rows = [row for row in read_questions(QUESTIONS / f"{name}.jsonl") if row["answerable"]]
        out += [(row["question"], row["value"]["kind"] if row.get("value") else "text", row["contract"]) for row in rows]
    return out


def main() -> int:
    if len(sys.argv) != 2:
        print("Usage : python -m evals.train_kinds DOSSIER", file=sys.stderr)
        return 2
    engine = Engine(Settings.load(sys.argv[1]))
    rows = labelled()
    vectors = np.array([engine.embedder.query(read_question(question).mended) for question, _, _ in rows])
    mean = vectors.mean(0)
    x = np.array([features(v, mean, wanted_kinds(fold(q))) for v, (q, _, _) in zip(vectors, rows, strict=True)])
    y = np.array([kind for _, kind, _ in rows])
    of = np.array([contract for _, _, contract in rows])
    good = 0
    for contract in sorted(set(of) - {""}):
        model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(x[of != contract], y[of != contract])
        right = model.predict(x[of == contract]) == y[of == contract]
        good += right.sum()
        print(f"{contract} mis à part : {right.mean():.3f} ({len(right)})")
    print(f"ensemble : {good / (of != '').sum():.3f}")
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(x, y)
    np.savez_compressed(
        WEIGHTS, kinds=model.classes_, mean=mean.astype("f4"), weights=model.coef_.astype("f4"),
        bias=model.intercept_.astype("f4"), fingerprint=np.array(engine.embedder.fingerprint),
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
