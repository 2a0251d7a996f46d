"""What kind of value a question wants: the patterns' verdict corrected by the shipped regression, kept under another model."""

import numpy as np

from assistant.contract_kinds import PATTERNS, WEIGHTS, likely_kinds
from assistant.contract_question import wanted_kinds
from assistant.question import read_question
from corpus.words import fold

# Questions that the patterns alone take for something else.
ASKED = {
    "objectif de remplissage de l'internat": "percent",
    "part des professionnels formés visée en 2027": "percent",
    "nos interlocuteurs à l'agence": "party",
    "la personne qui suit notre dossier au département": "party",
}


def likeliest(kinds: dict[str, float]) -> str:
    return max(kinds, key=lambda kind: kinds[kind], default="")


def test_the_likeliest_kind_is_the_one_wanted_where_the_patterns_err(engine):
    for text, kind in ASKED.items():
        patterns = wanted_kinds(fold(text))
        assert likeliest(patterns) != kind, text
        vector = engine.embedder.query(read_question(text).mended)
        assert likeliest(likely_kinds(patterns, vector, engine.embedder.fingerprint)) == kind, text


def test_another_model_keeps_the_patterns_verdict(engine):
    assert likely_kinds({"date": 1.0}, np.zeros(3), "another model") == {"date": 1.0}


def test_the_shipped_weights_are_of_this_model_and_these_patterns(engine):
    with np.load(WEIGHTS) as file:
        assert str(file["fingerprint"]) == engine.embedder.fingerprint
        assert file["weights"].shape == (len(file["kinds"]), len(file["mean"]) + len(PATTERNS))
