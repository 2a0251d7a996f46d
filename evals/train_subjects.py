"""Fit which words of a question are subjects that a contract would have to speak of (`assistant/contract_subjects.npz`).

Usage: python -m evals.train_subjects HOME   (a home where the embedding model is; the test contracts are read into it)

Learns from the questions of `questions/subjects*.txt` ("question | its subject words") and from what happened: the words that
a test contract has nowhere, in questions that it answers (no subject) and in questions that it doesn't (a subject). Says first
how well the latter are told apart when a contract's questions, and every question with the same word, are left out.
"""

import sys
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from assistant.contract_question import understand
from assistant.contract_reading import Reading, read_contract
from assistant.contract_subjects import WEIGHTS, chance, word_vectors
from assistant.engine import Engine
from assistant.fitted import centred
from assistant.question import read_question
from assistant.settings import Settings
from corpus.contract_words import contract_words
from corpus.words import STOPWORDS, fold
from evals.runner import QUESTIONS, made_contracts, read_questions

SETS = ("contract", "contracts", "blind", "blind2", "blind3", "blind4", "blind5", "drill1", "drill2", "drill3", "drill4")
STRENGTH = 0.3  # the inverse of the penalty on weights
LABELLED = 0.1  # what a labelled word counts beside one that a contract has nowhere

Sample = tuple[str, np.ndarray, bool, str]  # a folded word, its vector (d,), whether it is a subject, its contract


def labelled(engine: Engine) -> list[Sample]:
    """The words of the labelled questions, small words left out."""
    out: list[Sample] = []
    small = STOPWORDS | contract_words().drop
    for file in sorted(QUESTIONS.glob("subjects*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            question, _, marked = line.partition(" | ")
            subjects = set(fold(marked).split())
            out += [
                (word, vector, word in subjects, "")
                for word, vector in word_vectors(question.strip(), engine.embedder)
                if len(word) > 2 and word not in small
            ]
    return out


def nowhere(engine: Engine, rows: list[dict[str, Any]], ids: dict[str, str]) -> list[Sample]:
    """The words of questions on test contracts that stand nowhere in them, small words left out."""
    small = STOPWORDS | contract_words().drop
    readings: dict[str, Reading] = {}
    out: list[Sample] = []
    for row in rows:
        name = row["contract"]
        if name not in readings:
            readings[name] = read_contract(engine.workspace("evals").open(ids[name]))
        question = read_question(row["question"])
        unknown = {word for idea in understand(question, readings[name]).unknown for word in idea.split()} - small
        vectors = dict(word_vectors(question.mended, engine.embedder))
        out += [(word, vectors[word], not row["answerable"], name) for word in unknown if word in vectors]
    return out


def fitted(met: list[Sample], more: list[Sample], fingerprint: str) -> dict[str, np.ndarray]:
    """The weights, as `contract_subjects.npz` holds them."""
    mean = np.mean([sample[1] for sample in met + more], axis=0)
    once = np.array([sample[2] for sample in met])
    rare = (~once).sum() / max(1, once.sum())  # subjects are as many as the others, all told
    weight = np.r_[np.where(once, rare, 1.0), np.full(len(more), LABELLED)]
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(
        [centred(sample[1], mean) for sample in met + more], [sample[2] for sample in met + more], sample_weight=weight
    )
    return {
        "mean": mean.astype("f4"), "weights": model.coef_[0].astype("f4"), "bias": np.array(model.intercept_[0], "f4"),
        "fingerprint": np.array(fingerprint),
    }  # fmt: skip


def apart(met: list[Sample], more: list[Sample], contract: str, fingerprint: str) -> dict[str, np.ndarray]:
    """The weights without what a contract's questions taught, nor any question on a word that they were on."""
    words = {sample[0] for sample in met if sample[3] == contract}
    kept = [[s for s in samples if s[3] != contract and s[0] not in words] for samples in (met, more)]
    return fitted(kept[0], kept[1], fingerprint)


def asked_of_contracts(engine: Engine) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The questions to learn from and the workspace ids of their contracts."""
    rows = [row for name in SETS for row in read_questions(QUESTIONS / f"{name}.jsonl")]
    ids = {"demo": "demo", **made_contracts(engine, rows)}
    return [row for row in rows if row["contract"] in ids], ids


def main() -> int:
    if len(sys.argv) != 2:
        print("Usage : python -m evals.train_subjects DOSSIER", file=sys.stderr)
        return 2
    engine = Engine(Settings.load(sys.argv[1]))
    met, more = nowhere(engine, *asked_of_contracts(engine)), labelled(engine)
    fingerprint = engine.embedder.fingerprint
    seen, chances = [], []
    for contract in sorted({sample[3] for sample in met}):
        weights = apart(met, more, contract, fingerprint)
        own = [sample for sample in met if sample[3] == contract]
        seen += [sample[2] for sample in own]
        chances += [chance(sample[1], weights) for sample in own]
    print(f"{len(met)} mots, {len(more)} mots annotés ; contrat et mots mis à part : {roc_auc_score(seen, chances):.3f} (AUC)")
    np.savez_compressed(WEIGHTS, allow_pickle=False, **fitted(met, more, fingerprint))
    return 0


if __name__ == "__main__":
    sys.exit(main())
