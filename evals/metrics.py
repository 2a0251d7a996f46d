"""Ranking and value metrics, small enough to read; tests check the ranking ones against a library where it is installed."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from statistics import mean, median
from typing import Any

CUTS = (1, 5, 10, 20)


def first_rank(found: Sequence[str], gold: Sequence[str]) -> int:
    """Place (from 1) of the first right article, 0 when none is there."""
    return next((i for i, num in enumerate(found, 1) if num in gold), 0)


def ranking(runs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> dict[str, float]:
    """hit@k, MRR@10 and the share of gold found in 20, over (found, gold) pairs."""
    if not runs:
        return {}
    ranks = [first_rank(found, gold) for found, gold in runs]
    out = {f"hit@{k}": mean(0 < r <= k for r in ranks) for k in CUTS}
    out["mrr@10"] = mean(1 / r if 0 < r <= 10 else 0.0 for r in ranks)
    out["gold@20"] = mean(len(set(found[:20]) & set(gold)) / len(set(gold)) for found, gold in runs)
    return {name: round(float(value), 4) for name, value in out.items()}


def same_value(expected: Mapping[str, Any], got: Mapping[str, Any] | None) -> bool:
    """Whether two values are the same once normalised: numbers as numbers, parties by their words, lists as sets of items, the
    article that opens an item aside."""
    if not got:
        return False
    a, b = expected["normalized"], got["normalized"]
    if isinstance(a, list):
        return isinstance(b, list) and {_item(x) for x in a} == {_item(x) for x in b}
    if isinstance(b, list):
        return False
    try:
        return Decimal(str(a)) == Decimal(str(b))
    except InvalidOperation:
        return _words(str(a)) == _words(str(b)) or (expected["kind"] == "party" and _words(str(a)) in _words(str(b)))


def said(expected: Mapping[str, Any], answer: str) -> bool:
    """Whether the value as the contract writes it stands in the answer's text; of a list, every item, wherever it stands."""
    if expected.get("kind") == "list":
        return all(f" {_item(item)} " in f" {_words(answer)} " for item in expected["normalized"])
    return f" {_words(expected['text'])} " in f" {_words(answer)} "


def _item(text: str) -> str:
    """The words of a list's item, with or without the article that opens it."""
    return re.sub(r"^(?:les?|la|l|des|une?) (?=\S)", "", _words(text))


def _words(text: str) -> str:
    return " ".join(re.findall(r"[\w%€]+", text.lower().replace("\u00a0", " ")))


def times(values: Sequence[float]) -> dict[str, float]:
    """p50 and p95 of milliseconds."""
    ordered = sorted(values)
    if not ordered:
        return {}
    return {"p50": round(median(ordered), 1), "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 1)}
