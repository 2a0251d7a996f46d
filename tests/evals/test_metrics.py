import pytest

from evals.metrics import ranking, said, same_value


def test_ranking_by_hand():
    runs = [(["a", "b"], ["a"]), (["x", "b", "c"], ["c", "z"]), (["x"], ["y"])]
    got = ranking(runs)
    assert got["hit@1"] == pytest.approx(1 / 3, abs=1e-4)
    assert got["hit@5"] == pytest.approx(2 / 3, abs=1e-4)
    assert got["mrr@10"] == pytest.approx((1 + 1 / 3) / 3, abs=1e-4)
    assert got["gold@20"] == pytest.approx((1 + 0.5) / 3, abs=1e-4)


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ("95", "95.0", True),
        ("2028-12-31", "2028-12-31", True),
        ("2028-12-31", "2027-12-31", False),
        (["A", "b"], ["B", "a"], True),
        ("1200000", None, False),
    ],
)
def test_values_compare_once_normalized(expected, got, same):
    assert same_value({"kind": "x", "normalized": expected}, {"normalized": got} if got else None) is same


def test_said():
    assert said({"text": "31 décembre 2028"}, "Le terme est le **31 décembre 2028** [1].")
    assert not said({"text": "31 décembre 2028"}, "Le terme est le 31 décembre 2027.")
