"""What the answers on the law are worth: the articles cited, the points covered, the direct lines, the quotations, the time."""

import re
from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from assistant.answer import Answer
from assistant.engine import Engine
from corpus.words import fold, index_words
from evals.metrics import times

FIGURES = {
    "precision": "articles cités qui sont bons", "cited": "bon article cité", "points": "points attendus couverts",
    "direct_given": "réponse directe donnée", "direct_right": "réponses directes justes", "quotes": "citations mot pour mot",
    "generative": "réponses du modèle gardées", "p50": "durée médiane (ms)",
}  # fmt: skip
COVERED = 0.5  # share of a point's words that the answer must hold
PUBLICS = (
    ("direction", r"direct|gestionnaire|president|cadre|chef|comptable|administrat|secretaire|maire\b|elu\b"),
    ("formation", r"format|etudiant|juriste|documentaliste|candidat"),
    ("travail social", r"social|educat|cesf|conseill|travailleur|agent|mandataire|tutrice|infirm|intervenant|animat|assistante|benevole|prepose"),
)  # fmt: skip


def public(persona: str) -> str:
    """The public that a persona belongs to; most people who ask are none of the trade."""
    return next((name for name, pattern in PUBLICS if re.search(pattern, fold(persona))), "personnes et familles")


def run_answers(engine: Engine, rows: Sequence[dict[str, Any]], model: bool = False) -> dict[str, Any]:
    """The figures of `FIGURES` over the answerable questions, the same by public, and the direct lines that are wrong."""
    seen: list[dict[str, Any]] = []
    for row in rows:
        if row.get("gold") and row.get("kind") != "trap":
            answer = (engine.ask if model else engine.extract)(row["question"], history=row.get("previous", ()))
            seen.append({"public": public(row.get("persona", "")), "row": row, **judge(answer, row, engine)})
    publics = sorted({one["public"] for one in seen})
    wrong = [
        {"question": one["row"]["question"], "expected": one["row"].get("values") or one["row"].get("says"), "got": one["got"]}
        for one in seen
        if one.get("direct_right") is False
    ]
    took = [one["ms"] for one in seen]
    total = {"questions": len(seen), **_means(seen), **times(took), "wrong": wrong}
    return {**total, "by_public": {name: _means([one for one in seen if one["public"] == name]) for name in publics}}


def _means(seen: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    out = {}
    for key in FIGURES:
        values = [float(one[key]) for one in seen if one.get(key) is not None]
        if values:
            out[key] = round(mean(values), 4)
    return out


def judge(answer: Answer, row: Mapping[str, Any], engine: Engine) -> dict[str, Any]:
    """One answer's figures; None where a figure does not apply."""
    good = {*row["gold"], *row.get("also", ())}
    nums = {c.num for c in answer.citations}
    said = set(index_words(answer.answer))
    points = [set(index_words(point)) for point in row.get("answer_points", ())]
    line = direct_line(answer.answer)
    labelled = row.get("values") is not None
    return {
        "precision": len(nums & good) / len(nums) if nums else None,
        "cited": bool(nums & set(row["gold"])),
        "points": mean(len(p & said) >= COVERED * len(p) for p in points if p) if any(points) else None,
        "direct_given": bool(line) if labelled else None,
        "direct_right": direct_is_right(answer, line, row) if labelled and line else None,
        "quotes": mean(exact(answer, engine)) if answer.citations else None,
        "generative": (answer.mode == "generative") if engine.settings.llm else None,
        "ms": answer.timing_ms["total"], "got": line,
    }  # fmt: skip


def direct_line(text: str) -> str:
    """The direct lines of an answer: what stands before the first article, part by part."""
    return " ".join(
        re.findall(r"^(?:D'après[^:\n]*: )?\*\*(?!Article|Annexe|Exceptions|Texte|À lire)[^\n]+$", text, re.MULTILINE)
    )


def direct_is_right(answer: Answer, line: str, row: Mapping[str, Any]) -> bool:
    """Whether the value given is one that is expected, or the yes or no is the right one."""
    if row.get("says"):
        return bool(re.search(rf"\*\*{row['says']}\b", line, re.IGNORECASE))
    got = answer.value
    return got is not None and any(
        v["kind"] == got.kind
        and (v["normalized"] == got.normalized or (v["kind"] == "party" and fold(v["normalized"]) in got.normalized))
        for v in row["values"]
    )


def exact(answer: Answer, engine: Engine) -> list[bool]:
    """For each citation and each quotation of the answer's text: whether it stands word for word in its source."""
    index = engine.searcher().index
    sources: list[str] = []
    checks: list[bool] = []
    for citation in answer.citations:
        article = index.article(citation.num)
        cards = [card.summary for card in index.cards_of(citation.num)]
        sources += [article.text if article else "", *cards]
        checks.append(any(citation.quote in source for source in [article.text if article else "", *cards]))
    if answer.mode == "extractive":
        known = [" ".join(source.split()) for source in sources]
        quoted = re.findall(r"^> (.+)$", answer.answer, re.MULTILINE) + re.findall(
            r"— « (.+) » \[\d+\]$", answer.answer, re.MULTILINE
        )
        for quote in quoted:
            plain = " ".join(re.sub(r"\*\*|\s\[\d+\]$|^… | …$", "", quote).split())
            checks.append(any(plain in source.replace("**", "") for source in known))
    return checks


def answer_lines(answers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The figures as Markdown: one column a way of answering, then by public."""
    lines = ["", "| réponses | " + " | ".join(answers) + " |", "|---|" + "---|" * len(answers)]
    shown = [key for key in FIGURES if any(key in m for m in answers.values())]
    lines += [f"| {FIGURES[key]} | " + " | ".join(f"{m.get(key, 0):.3g}" for m in answers.values()) + " |" for key in shown]
    first = next(iter(answers.values()))
    keys = [key for key in ("precision", "cited", "points", "direct_given", "direct_right", "quotes") if key in first]
    lines += ["", "| public | " + " | ".join(FIGURES[key] for key in keys) + " |", "|---|" + "---|" * len(keys)]
    for name, figures in first["by_public"].items():
        lines.append(f"| {name} | " + " | ".join(f"{figures[key]:.2f}" if key in figures else "–" for key in keys) + " |")
    return lines
