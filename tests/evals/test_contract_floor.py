"""Contracts that nobody tuned the reading on when they were written: what they are answered with may not fall."""

import pytest

from evals.runner import QUESTIONS, made_contracts, read_questions, run_contract

DRAWN = ("tilleul", "marronnier", "aubepine", "mistral", "romarin", "hirondelle")  # those that need no OCR


@pytest.mark.ci
def test_answers_on_contracts_written_apart_keep_their_level(engine):
    rows = [row for name in ("blind4", "blind6", "blind7") for row in read_questions(QUESTIONS / f"{name}.jsonl")]
    rows = [row for row in rows if row["contract"] in DRAWN]
    found = run_contract(engine, rows, made_contracts(engine, rows))
    assert not found["unread"] and found["questions"] == 135
    assert found["value_exact"] >= 0.80, found["failures"]
    assert found["page_in_3"] >= 0.88 and found["refused"] <= 0.08
    assert found["absence"] >= 0.75
