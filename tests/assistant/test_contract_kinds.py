"""What kind of value a question wants: the patterns' verdict corrected by the shipped regression, kept under another model."""

import numpy as np

from assistant.contract_kinds import PATTERNS, WEIGHTS, likely_kinds
from assistant.contract_question import wanted_kinds
from assistant.question import read_question
from corpus.words import fold

ASKED = {
    "Pour combien de temps est-on engagés ?": "duration",
    "quel montant l'agence nous verse-t-elle en 2026 ?": "amount",
    "objectif de remplissage de l'internat": "percent",
    "qui est notre interlocutrice au département ?": "party",
    "il se termine à quelle date, notre engagement ?": "date",
}


def test_the_likeliest_kind_is_the_one_wanted(engine):
    for text, kind in ASKED.items():
        kinds = likely_kinds(
            wanted_kinds(fold(text)), engine.embedder.query(read_question(text).mended), engine.embedder.fingerprint
        )
        assert max(kinds, key=lambda k: kinds[k]) == kind, text


def test_another_model_keeps_the_patterns_verdict(engine):
    assert likely_kinds({"date": 1.0}, np.zeros(3), "another model") == {"date": 1.0}


def test_the_shipped_weights_are_of_this_model_and_these_patterns(engine):
    with np.load(WEIGHTS) as file:
        assert str(file["fingerprint"]) == engine.embedder.fingerprint
        assert file["weights"].shape == (len(file["kinds"]), len(file["mean"]) + len(PATTERNS))
