import random

import pytest

from evals.metrics import ranking, said, same_value


def test_ranking_by_hand():
    runs = [(["a", "b"], ["a"]), (["x", "b", "c"], ["c", "z"]), (["x"], ["y"])]
    got = ranking(runs)
    assert got["hit@1"] == pytest.approx(1 / 3, abs=1e-4)
    assert got["hit@5"] == pytest.approx(2 / 3, abs=1e-4)
    assert got["mrr@10"] == pytest.approx((1 + 1 / 3) / 3, abs=1e-4)
    assert got["gold@20"] == pytest.approx((1 + 0.5) / 3, abs=1e-4)


def test_ranking_agrees_with_ir_measures():
    ir = pytest.importorskip("ir_measures")
    rng = random.Random(0)
    runs = [(rng.sample(range(40), 20), rng.sample(range(40), rng.randint(1, 4))) for _ in range(50)]
    runs = [([f"a{n}" for n in found], [f"a{n}" for n in gold]) for found, gold in runs]
    judged = [ir.Qrel(str(q), num, 1) for q, (_, gold) in enumerate(runs) for num in gold]
    ranked = [ir.ScoredDoc(str(q), num, 100.0 - place) for q, (found, _) in enumerate(runs) for place, num in enumerate(found)]
    theirs = {
        "hit@1": ir.Success @ 1, "hit@5": ir.Success @ 5, "hit@10": ir.Success @ 10, "hit@20": ir.Success @ 20,
        "mrr@10": ir.RR @ 10, "gold@20": ir.R @ 20,
    }  # fmt: skip
    computed = ir.calc_aggregate(theirs.values(), judged, ranked)
    ours = ranking(runs)
    for name, measure in theirs.items():
        assert ours[name] == pytest.approx(computed[measure], abs=1e-4), name


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ("95", "95.0", True),
        ("2028-12-31", "2028-12-31", True),
        ("2028-12-31", "2027-12-31", False),
        (["A", "b"], ["B", "a"], True),
        (["l'ARS", "les salariés"], ["Salariés", "ARS"], True),
        (["l'ARS", "les salariés"], ["ARS"], False),
        ("1200000", None, False),
    ],
)
def test_values_compare_once_normalized(expected, got, same):
    assert same_value({"kind": "x", "normalized": expected}, {"normalized": got} if got else None) is same


def test_said():
    assert said({"text": "31 décembre 2028"}, "Le terme est le **31 décembre 2028** [1].")
    assert not said({"text": "31 décembre 2028"}, "Le terme est le 31 décembre 2027.")
    assert not said({"text": "14"}, "140 places")


def test_a_list_is_said_when_every_item_is():
    of = {"kind": "list", "text": "Agence, commune de Bry", "normalized": ["l'Agence", "commune de Bry"]}
    assert said(of, "Financé par l'Agence pour 3 €, par la commune de Bry pour 2 €.")
    assert not said(of, "Financé par l'Agence pour 3 €.")


def test_the_gate_sees_a_fall(monkeypatch, tmp_path):
    import evals.runner as runner

    monkeypatch.setattr(runner, "BASELINE", tmp_path / "baseline.json")
    (tmp_path / "baseline.json").write_text('{"legal, all, sans texte": 0.90, "absent, all, sans texte": 0.9}')
    report = {"index": {"articles": 0}, "sets": {"legal": {"kind": "legal", "systems": {"all": {"hit@10": 0.89}}}}}
    assert runner.fallen(report) == []
    report["sets"]["legal"]["systems"]["all"]["hit@10"] = 0.87
    assert len(runner.fallen(report)) == 1


def test_the_report_page_escapes_questions():
    from evals.page import page

    system = {"hit@1": 1.0, "hit@5": 1.0, "hit@10": 1.0, "hit@20": 1.0, "mrr@10": 1.0}
    result = {
        "kind": "legal", "questions": 1, "systems": {"all": system}, "compared": {}, "by_kind": {}, "trust": [(0.5, True)], "took": [12.0],
        "missed": [{"question": "<script>alert(1)</script>", "gold": ["L1"], "found": []}],
    }  # fmt: skip
    html = page({"date": "2026-01-01", "index": {"articles": 1, "cards": 1, "passages": 1}, "sets": {"x": result}})
    assert "<script>" not in html
    assert "<svg" in html


def test_systems_rank_by_their_own_weights():
    from evals.systems import rankings

    features = {"A": {"text_words": 1.0, "cards": 0.8}, "B": {"text_words": 0.0, "cards": 0.9}}
    ranked = rankings(features)
    assert ranked["BM25, texte"][0] == "A"
    assert ranked["dense, fiches"][0] == "B"
    assert rankings(features, ["A"])["dense, fiches"][0] == "A"


def test_the_markdown_report_tells_failures_by_id_alone():
    from evals.runner import markdown

    m = {"hit@1": 1.0, "hit@5": 1.0, "hit@10": 1.0, "hit@20": 1.0, "mrr@10": 1.0, "gold@20": 1.0}
    result = {
        "kind": "legal", "questions": 2, "systems": {"all": {**m, "ms": {"p50": 1.0, "p95": 2.0}}},
        "compared": {"RRF": m, "sans mots": m}, "by_kind": {"lay": {"questions": 2, **m}}, "by_persona": {"": {"questions": 2, **m}},
        "by_book": {}, "trust": [(0.9, True), (0.1, False)], "refused": 0.0, "answers": {"extraits": {"by_public": {}}},
        "missed": [{"id": "Q1", "question": "Un secret ?", "gold": ["L1"], "found": ["L2"]}],
    }  # fmt: skip
    text = markdown({"date": "2026-01-01", "index": {"articles": 1, "cards": 1, "passages": 1}, "sets": {"x": result}})
    assert "Un secret" not in text
    assert "Q1 : attendu L1 ; rendu L2" in text
    assert text.index("| RRF |") < text.index("sans une partie") < text.index("| sans mots |")
    assert "score de Brier 0.010" in text
