"""Contracts written by somebody who had not read the answering code: what they are answered with may not fall."""

import pytest

from evals.runner import QUESTIONS, made_contracts, read_questions, run_contract

DRAWN = ("tilleul", "marronnier", "aubepine", "mistral", "romarin", "hirondelle", "sorbier", "cormoran", "peuplier", "bouvreuil", "cedre", "mesange", "tremble", "pinson", "charme", "alouette", "erable", "rossignol", "saule", "fauvette")  # fmt: skip # no OCR


@pytest.mark.ci
@pytest.mark.parametrize(
    "name", ["blind4", "blind6", "blind7", "blind10", "blind11", "blind12", "blind13", "blind14", "blind15", "blind16"]
)
def test_answers_on_contracts_written_apart_keep_their_level(engine, name):
    rows = [row for row in read_questions(QUESTIONS / f"{name}.jsonl") if row["contract"] in DRAWN]
    found = run_contract(engine, rows, made_contracts(engine, rows))
    assert not found["unread"] and found["questions"] == len(rows) > 35
    assert found["value_exact"] >= 0.8, found["failures"]
    assert found["page_in_3"] >= 0.92 and found["refused"] <= 0.06 and found["absence"] >= 0.8
