"""The report as one HTML page: tables, a reliability plot and a latency plot drawn as SVG, and the failing questions."""

from html import escape
from typing import Any

from evals.answers import FIGURES

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#1b2733}
table{border-collapse:collapse;margin:.6rem 0}td,th{border:1px solid #c9d2dc;padding:.2rem .6rem;text-align:right}
td:first-child,th:first-child{text-align:left}h2{margin-top:2rem;color:#1f4e79}figure{display:inline-block;margin:.5rem 1rem .5rem 0}
.q{margin:.5rem 0}.q small{color:#556}"""
_METRICS = ("hit@1", "hit@5", "hit@10", "hit@20", "mrr@10")


def page(report: dict[str, Any]) -> str:
    """The whole page; every text from a question is escaped."""
    index = report["index"]
    parts = [
        f"<!doctype html><html lang='fr'><meta charset='utf-8'><title>Mesures</title><style>{_STYLE}</style><h1>Mesures</h1>",
        f"<p>{escape(report['date'][:10])} — {index['articles']} articles, {index['cards']} fiches, {index['passages']} passages.</p>",
    ]
    for name, result in report["sets"].items():
        parts.append(f"<h2>{escape(name)} ({result['questions']} questions)</h2>")
        parts.append({"legal": _legal, "direct": _answers, "premise": _premise, "contract": _contract}[result["kind"]](result))
    return "".join([*parts, "</html>"])


def _table(title: str, rows: dict[str, dict[str, Any]]) -> str:
    if not rows:
        return ""
    counted = any("questions" in m for m in rows.values())
    head = "".join(f"<th>{m}</th>" for m in (*(("questions",) if counted else ()), *_METRICS))
    body = "".join(
        f"<tr><td>{escape(name)}</td>"
        + (f"<td>{m['questions']}</td>" if counted else "")
        + "".join(f"<td>{m[k]:.2f}</td>" for k in _METRICS)
        + "</tr>"
        for name, m in rows.items()
    )
    return f"<table><tr><th>{escape(title)}</th>{head}</tr>{body}</table>"


def _legal(result: dict[str, Any]) -> str:
    views = {"text": "texte seul", "cards": "fiches seules", "all": "texte et fiches"}
    parts = [
        _table("vues", {views[k]: m for k, m in result["systems"].items()}),
        *(
            _table(title, {n: m for n, m in result["compared"].items() if n.startswith("sans ") == chosen})
            for title, chosen in (("systèmes comparés", False), ("sans une partie", True))
        ),
    ]
    parts += [
        _table(title, result.get(key, {}))
        for title, key in (("genre", "by_kind"), ("public", "by_persona"), ("livre", "by_book"))
    ]
    parts += [_reliability(result.get("trust", [])), _latency(result.get("took", []))]
    parts.append(_answers(result))
    parts.append(f"<h3>Questions manquées ({len(result.get('missed', []))})</h3>")
    parts += [
        f"<p class='q'>{escape(m['question'])}<br><small>attendu : {escape(', '.join(m['gold']))} ; rendu : {escape(', '.join(m['found']))}</small></p>"
        for m in result.get("missed", [])
    ]
    return "".join(parts)


def _answers(result: dict[str, Any]) -> str:
    """The answers' figures, one column a way of answering, by public, and the direct lines that were wrong."""
    answers = result.get("answers", {})
    names = [key for key in FIGURES if any(key in m for m in answers.values())]
    head = "".join(f"<th>{escape(name)}</th>" for name in answers)
    body = "".join(
        f"<tr><td>{FIGURES[key]}</td>" + "".join(f"<td>{m.get(key, 0):.2f}</td>" for m in answers.values()) + "</tr>"
        for key in names
    )
    wrong = "".join(
        f"<p class='q'>{escape(f['question'])}<br><small>attendu : {escape(str(f['expected']))} ; rendu : {escape(f['got'])}</small></p>"
        for m in answers.values()
        for f in m["wrong"]
    )
    return f"<table><tr><th>réponses</th>{head}</tr>{body}</table>" + (
        f"<h3>Réponses directes fausses</h3>{wrong}" if wrong else ""
    )


def _premise(result: dict[str, Any]) -> str:
    names = {
        "named": "pièges nommés",
        "redirected": "renvoyés au bon article",
        "unknown": "inconnus nommés",
        "accused": "honnêtes accusées",
    }
    head = "".join(f"<th>{label}</th>" for label in names.values())
    parts = {key: m for key, m in result.items() if isinstance(m, dict)}
    rows = "".join(f"<tr><td>{key}</td>" + "".join(f"<td>{m[n]:.3f}</td>" for n in names) + "</tr>" for key, m in parts.items())
    failures = "".join(
        f"<p class='q'>[{escape(f['kind'])}] {escape(f['question'])}<br><small>rendu : {escape(', '.join(f['got']))}</small></p>"
        for m in parts.values()
        for f in m["failures"]
    )
    return f"<table><tr><th>part</th>{head}</tr>{rows}</table><h3>Réponses fausses</h3>{failures}"


def _contract(result: dict[str, Any]) -> str:
    names = {
        "value_exact": "valeur exacte", "value_said": "valeur dite", "page_in_3": "page parmi trois", "page_first": "page, première",
        "absence": "absence reconnue", "refused": "refus à tort",
    }  # fmt: skip
    head = "".join(f"<th>{label}</th>" for label in names.values())
    row = "".join(f"<td>{result[key]:.2f}</td>" for key in names)
    failures = "".join(
        f"<p class='q'>[{escape(f['what'])}] {escape(f['question'])}<br><small>attendu : {escape(str(f['expected']))}, p. {f['pages']} ;"
        f" rendu : {escape(str(f['got']))}, p. {f['got_pages']}</small></p>"
        for f in result["failures"]
    )
    return f"<table><tr><th></th>{head}</tr><tr><td>part</td>{row}</tr></table><h3>Réponses fausses</h3>{failures}"


def _reliability(trust: list[tuple[float, bool]]) -> str:
    """Confidence said (across) against share right (up), by fifths; the size of a point is its number of questions."""
    points = []
    for i in range(5):
        inside = [(p, ok) for p, ok in trust if i / 5 <= p < (i + 1) / 5 + (1e-9 if i == 4 else 0)]
        if inside:
            said = sum(p for p, _ in inside) / len(inside)
            right = sum(ok for _, ok in inside) / len(inside)
            points.append(
                f"<circle cx='{20 + 200 * said:.0f}' cy='{220 - 200 * right:.0f}' r='{2 + len(inside) ** 0.5:.1f}' fill='#1f4e79' opacity='.7'/>"
            )
    if not points:
        return ""
    return (
        "<figure><svg width='240' height='240' role='img' aria-label='Confiance annoncée et part de réponses justes'>"
        "<rect x='20' y='20' width='200' height='200' fill='none' stroke='#889'/><line x1='20' y1='220' x2='220' y2='20' stroke='#bbb'/>"
        + "".join(points) + "</svg><figcaption>Confiance annoncée → part juste</figcaption></figure>"
    )  # fmt: skip


def _latency(took: list[float]) -> str:
    """How many questions took how long, in bars of 20 ms up to 400."""
    if not took:
        return ""
    counts = [0] * 20
    for ms in took:
        counts[min(19, int(ms // 20))] += 1
    top = max(counts)
    bars = "".join(
        f"<rect x='{20 + 14 * i}' y='{220 - 190 * n / top:.0f}' width='12' height='{190 * n / top:.0f}' fill='#1f4e79'/>"
        for i, n in enumerate(counts)
    )
    return f"<figure><svg width='320' height='240' role='img' aria-label='Durées des recherches'>{bars}</svg><figcaption>Durées, de 0 à 400 ms</figcaption></figure>"
