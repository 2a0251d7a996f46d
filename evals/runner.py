"""Asks the question sets, measures, and writes the report: a table on screen, Markdown and JSON in the report folder."""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from assistant.answer import Answer
from assistant.engine import Engine
from assistant.fusion import confidence
from assistant.question import in_conversation, read_question
from assistant.retrieval import Searcher, signals
from corpus.cards import place
from corpus.errors import CasfError
from evals.answers import answer_lines, run_answers
from evals.metrics import ranking, said, same_value, times
from evals.page import page
from evals.systems import rankings

BASELINE = Path(__file__).parent / "baseline.json"
QUESTIONS = Path(__file__).parent / "questions"
CONTRACTS = {
    "ehpad": "ehpad.pdf",
    "handicap": "handicap.pdf",
    "chrs": "chrs-scan.pdf",
    "rives": "rives.pdf",
    "colombier": "colombier.pdf",
    "verger": "verger.pdf",
    "passerelle": "passerelle.pdf",
    "halte": "halte-scan.pdf",
    "lisiere": "lisiere.pdf",
    "tilleul": "tilleul.pdf",
    "marronnier": "marronnier.pdf",
    "escale": "escale-scan.pdf",
    "glycine": "glycine.pdf",
    "tramontane": "tramontane.pdf",
    "relais": "relais-scan.pdf",
    "aubepine": "aubepine.pdf",
    "mistral": "mistral.pdf",
    "phare": "phare-scan.pdf",
    "romarin": "romarin.pdf",
    "hirondelle": "hirondelle.pdf",
    "balise": "balise-scan.pdf",
    "genevrier": "genevrier.pdf",
    "alizier": "alizier.pdf",
    "ancre": "ancre-scan.pdf",
    "chataigneraie": "chataigneraie.pdf",
    "loriot": "loriot.pdf",
    "amarre": "amarre-scan.pdf",
    "sorbier": "sorbier.pdf",
    "cormoran": "cormoran.pdf",
    "vigie": "vigie-scan.pdf",
    "peuplier": "peuplier.pdf",
    "bouvreuil": "bouvreuil.pdf",
    "gouvernail": "gouvernail-scan.pdf",
    "cedre": "cedre.pdf",
    "mesange": "mesange.pdf",
    "cabestan": "cabestan-scan.pdf",
    "tremble": "tremble.pdf",
    "pinson": "pinson.pdf",
    "beffroi": "beffroi-scan.pdf",
    "charme": "charme.pdf",
    "alouette": "alouette.pdf",
    "misaine": "misaine-scan.pdf",
    "erable": "erable.pdf",
    "rossignol": "rossignol.pdf",
    "etrave": "etrave-scan.pdf",
    "saule": "saule.pdf",
    "fauvette": "fauvette.pdf",
    "brigantin": "brigantin-scan.pdf",
}
KINDS = {
    "contract": "contract",
    "premise": "part",
    "direct": "values",
}  # sets of a kind have this field in every line; any other is on the law
REPORTS = Path(__file__).parent / "reports"


def read_questions(path: Path) -> list[dict[str, Any]]:
    """A question set, one JSON object a line; raises `CasfError` when it is none."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not all("question" in row for row in rows):
            raise ValueError
    except (OSError, ValueError):
        raise CasfError(f"« {path} » n'est pas un jeu de questions lisible (un objet JSON par ligne).") from None
    return rows


def run_legal(engine: Engine, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Retrieval on answerable questions: every system, ablations, kinds, publics, books, confidence, misses."""
    base = engine.searcher()
    asked = [row for row in rows if row.get("gold") and row.get("kind") != "trap"]
    vocabulary = base.index.vocabulary
    out: dict[str, Any] = {"questions": len(asked), "systems": {}, "compared": {}}
    compared: dict[str, list[tuple[list[str], list[str]]]] = {}
    for views in ("text", "cards", "all"):
        if (views != "cards" and not base.index.manifest["passages"]) or (views == "all" and not base.index.manifest["cards"]):
            continue
        searcher = Searcher(base.index, engine.embedder, views)  # type: ignore[arg-type]
        runs, took, missed, trust = [], [], [], []
        for row in asked:
            start = time.perf_counter()
            question = read_question(in_conversation(row["question"], row.get("previous", ())), vocabulary)
            hits = searcher.search(question, 20)
            took.append((time.perf_counter() - start) * 1000)
            found = [hit.num for hit in hits]
            runs.append((found, row["gold"]))
            if not set(found[:10]) & set(row["gold"]):
                missed.append({"id": row.get("id"), "question": row["question"], "gold": row["gold"], "found": found[:5]})
            if views == base.views:
                trust.append((confidence(signals(question, hits, searcher)), found[0] in {*row["gold"], *row.get("also", ())}))
                named = [num for ref in question.refs for num in searcher.resolve(ref)]
                for name, ranked in rankings(searcher.features(question, named), named, views).items():
                    compared.setdefault(name, []).append((ranked, row["gold"]))
        out["systems"][views] = {**ranking(runs), "ms": times(took)}
        if views == base.views:
            out["missed"], out["took"], out["trust"] = missed, [round(t, 1) for t in took], [(round(p, 3), ok) for p, ok in trust]
            for field, label in (("kind", "by_kind"), ("persona", "by_persona")):
                out[label] = _by(runs, [str(row.get(field, "")) for row in asked])
            out["by_book"] = _by(runs, [place(row["gold"][0]).split("/")[0] for row in asked])
    out["compared"] = {name: ranking(pairs) for name, pairs in compared.items()}
    return out


def _by(runs: list[tuple[list[str], list[str]]], keys: list[str]) -> dict[str, dict[str, float]]:
    """Ranking metrics by group, groups of three questions or more."""
    groups: dict[str, list[tuple[list[str], list[str]]]] = {}
    for pair, key in zip(runs, keys, strict=True):
        groups.setdefault(key, []).append(pair)
    return {key: {"questions": len(pairs), **ranking(pairs)} for key, pairs in sorted(groups.items()) if len(pairs) >= 3}


def made_contracts(engine: Engine, rows: list[dict[str, Any]]) -> dict[str, str]:
    """The workspace ids of the contracts that the questions name, made by script and read as a user's (not "demo").

    A contract whose reading fails (a scan where no OCR is installed) is left out.
    """
    from evals.contracts.make_contracts import make

    wanted = {row["contract"] for row in rows} - {"demo"}
    if not wanted:
        return {}
    ids = {}
    workspace = engine.workspace("evals")
    with tempfile.TemporaryDirectory() as folder:
        made = make(Path(folder))
        for name in wanted & set(CONTRACTS):
            with suppress(CasfError):
                ids[name] = workspace.add(made[CONTRACTS[name]]).id
    return ids


def run_contract(engine: Engine, rows: list[dict[str, Any]], contracts: dict[str, str] | None = None) -> dict[str, Any]:
    """Exact value, value said, right page among three citations, absence recognised; wrong answers listed.

    `contracts` names the workspace's id of each question's contract ("demo" needs none).
    """
    names = {"demo": "demo", **(contracts or {})}
    unread = sorted({row["contract"] for row in rows} - set(names))
    rows = [row for row in rows if row["contract"] in names]
    valued = [row for row in rows if row["answerable"] and row.get("value")]
    answerable = [row for row in rows if row["answerable"]]
    absent = [row for row in rows if not row["answerable"]]
    results = {
        (row["contract"], row["id"]): engine.ask(row["question"], names[row["contract"]], "evals").to_json() for row in rows
    }

    def of(row: dict[str, Any]) -> dict[str, Any]:
        return results[row["contract"], row["id"]]

    def cited(row: dict[str, Any], most: int) -> bool:
        return any(citation["page"] in row["pages"] for citation in of(row)["citations"][:most])

    failures = []

    def share(checked: Iterable[tuple[dict[str, Any], bool]], what: str) -> float:
        verdicts = []
        for row, good in checked:
            verdicts.append(good)
            if not good:
                got = of(row)
                failures.append({
                    "what": what, "id": row["id"], "question": row["question"], "expected": row.get("value"), "pages": row["pages"],
                    "got": got["value"], "got_pages": [c["page"] for c in got["citations"]], "abstained": got["abstained"],
                })  # fmt: skip
        return round(mean(verdicts), 4) if verdicts else 0.0

    return {
        "questions": len(rows),
        "unread": unread,
        "value_exact": share(((r, same_value(r["value"], of(r)["value"])) for r in valued), "value"),
        "value_said": share(
            ((r, said({**r["value"], "text": r.get("text") or r["value"]["text"]}, of(r)["answer"])) for r in valued), "said"
        ),
        "page_in_3": share(((r, cited(r, 3)) for r in answerable), "page"),
        "page_first": share(((r, cited(r, 1)) for r in answerable), "first"),
        "absence": share(((r, of(r)["abstained"]) for r in absent), "absence"),
        "refused": round(mean(of(r)["abstained"] for r in answerable), 4) if answerable else 0.0,
        "ms": times([of(r)["timing_ms"]["total"] for r in rows]),
        "failures": failures,
    }


def run_premise(engine: Engine, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Wrong references: traps named, sent to a right article, unknown numbers named; honest questions accused."""
    answers = [engine.ask(row["question"]) for row in rows]
    pairs = list(zip(rows, answers, strict=True))
    traps = [(row, answer) for row, answer in pairs if row["kind"] != "honest"]

    def share(chosen: list[tuple[dict[str, Any], Answer]], good: Callable[[dict[str, Any], Answer], bool]) -> float:
        return round(mean(good(row, answer) for row, answer in chosen), 4) if chosen else 0.0

    def named(_: dict[str, Any], answer: Answer) -> bool:
        return answer.premise is not None

    return {
        "questions": len(rows),
        "named": share(traps, named),
        "redirected": share(
            [(r, a) for r, a in traps if r["gold"]], lambda row, answer: any(c.num in row["gold"] for c in answer.citations)
        ),
        "unknown": share([(r, a) for r, a in traps if r["kind"] == "unknown"], named),
        "accused": share([(r, a) for r, a in pairs if r["kind"] == "honest"], named),
        "by_kind": {
            kind: share([(r, a) for r, a in traps if r["kind"] == kind], named) for kind in sorted({r["kind"] for r, _ in traps})
        },
        "ms": times([answer.timing_ms["total"] for answer in answers]),
        "failures": [
            {"question": row["question"], "kind": row["kind"], "gold": row["gold"], "got": [c.num for c in answer.citations]}
            for row, answer in pairs
            if (row["kind"] != "honest") != (answer.premise is not None)
        ],
    }


def run_outside(engine: Engine) -> dict[str, Any]:
    """Every third question of `out_of_scope.txt`: recognised as such, and never with sources under it."""
    outside = (QUESTIONS / "out_of_scope.txt").read_text(encoding="utf-8").splitlines()[::3]
    answers = [engine.ask(text) for text in outside]
    return {
        "questions": len(outside),
        "abstained": round(mean(answer.abstained for answer in answers), 4),
        "with_sources": sum(bool(answer.citations) for answer in answers if answer.abstained),
        "missed": [text for text, answer in zip(outside, answers, strict=True) if not answer.abstained],
    }


def run_refused(engine: Engine, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Answerable questions to which nothing is answered."""
    asked = [row["question"] for row in rows if row.get("gold") and row.get("kind") != "trap"]
    refused = [text for text in asked if engine.ask(text).abstained]
    return {"refused": round(len(refused) / max(1, len(asked)), 4), "over_refused": refused}


def run(engine: Engine, files: list[Path]) -> dict[str, Any]:
    """Every set measured: contract sets are those whose questions name a contract."""
    engine.warm()
    report: dict[str, Any] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "index": {k: engine.searcher().index.manifest[k] for k in ("articles", "cards", "passages", "model", "checksum")},
        "sets": {},
    }
    for file in files:
        rows = read_questions(file)
        if all("cited" in row for row in rows):
            continue  # versions: `evals.history`, on an index that holds several
        kind = next((kind for kind, key in KINDS.items() if all(key in row for row in rows)), "legal")
        if kind == "premise":
            parts = sorted({row["part"] for row in rows})
            result: dict[str, Any] = {"questions": len(rows)} | {
                part: run_premise(engine, [r for r in rows if r["part"] == part]) for part in parts
            }
        elif kind == "contract":
            made = made_contracts(engine, rows)
            result = run_contract(engine, rows, made)
            for ident in made.values():
                engine.workspace("evals").delete(ident)
        else:
            result = {"questions": len(rows)}
            if kind == "legal":
                result = {**run_legal(engine, rows), **run_refused(engine, rows)}
            result["answers"] = {"extraits": run_answers(engine, rows)}
            if engine.settings.llm:
                result["answers"][engine.settings.llm] = run_answers(engine, rows, model=True)
        report["sets"][f"{file.parent.name}/{file.stem}" if file.stem in {f.stem for f in files if f != file} else file.stem] = {
            "kind": kind, **result,
        }  # fmt: skip
    if any(result["kind"] == "legal" for result in report["sets"].values()):
        report["outside"] = run_outside(engine)
    return report


def figures(report: dict[str, Any]) -> dict[str, float]:
    """hit@10 by set and system, articles indexed: what the gate compares. Keys say whether the official text was there."""
    text = "avec" if report["index"]["articles"] else "sans"
    return {
        f"{name}, {system}, {text} texte": m["hit@10"]
        for name, result in report["sets"].items()
        if result["kind"] == "legal"
        for system, m in result["systems"].items()
    }


def fallen(report: dict[str, Any]) -> list[str]:
    """The figures that stand more than two points under the accepted ones."""
    accepted: dict[str, float] = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.is_file() else {}
    now = figures(report)
    return [
        f"{key} : hit@10 {now[key]:.3f} au lieu de {old:.3f}"
        for key, old in accepted.items()
        if key in now and now[key] < old - 0.02
    ]


def markdown(report: dict[str, Any]) -> str:
    """The report as a table for people."""
    index = report["index"]
    lines = [
        "# Mesures", "", f"{report['date'][:10]} — index : {index['articles']} articles, {index['cards']} fiches, {index['passages']} passages.", "",
    ]  # fmt: skip
    for name, result in report["sets"].items():
        lines += [f"## {name} ({result['questions']} questions)", ""]
        if result["kind"] == "premise":
            lines += [
                "| part | pièges nommés | renvoyés au bon article | numéros inconnus nommés | honnêtes accusées | p50 ms |",
                "|---|---|---|---|---|---|",
            ]
            for part in (key for key, value in result.items() if isinstance(value, dict)):
                m = result[part]
                lines.append(
                    f"| {part} | "
                    + " | ".join(f"{m[k]:.3f}" for k in ("named", "redirected", "unknown", "accused"))
                    + f" | {m['ms']['p50']:.0f} |"
                )
        elif result["kind"] == "legal":
            lines += [
                *_legal_tables(result),
                "",
                f"Questions refusées à tort : {result['refused']:.3f}.",
                *answer_lines(result["answers"]),
            ]
        elif result["kind"] == "direct":
            lines += answer_lines(result["answers"])
        else:
            lines += [
                "| valeur exacte | valeur dite | page (3 premières) | page (première) | absence reconnue | refus à tort | p50 ms |",
                "|---|---|---|---|---|---|---|",
            ]
            lines.append("| " + " | ".join(f"{result[k]:.2f}" for k in ("value_exact", "value_said", "page_in_3", "page_first", "absence", "refused")) + f" | {result['ms']['p50']:.0f} |")  # fmt: skip
        lines.append("")
    if told := report.get("outside"):
        lines += [
            f"Hors champ reconnu : {told['abstained']:.3f} de {told['questions']} ; avec des sources dessous : {told['with_sources']}.",
            "",
        ]
    return "\n".join(lines)


def _legal_tables(result: dict[str, Any]) -> list[str]:
    """The tables of a legal set, and its failures by the questions' ids only: the report may be published, not every set."""
    views = {"text": "texte seul", "cards": "fiches seules", "all": "texte et fiches"}
    lines = table("système complet", {views[view]: m for view, m in result["systems"].items()}, ms=True)
    for title, chosen in (("systèmes comparés", False), ("sans une partie", True)):
        lines += table(title, {n: m for n, m in result["compared"].items() if n.startswith("sans ") == chosen})
    for title, key in (("genre", "by_kind"), ("public", "by_persona"), ("livre", "by_book")):
        lines += table(title, result.get(key, {}))
    if trust := result.get("trust"):
        brier = mean((p - ok) ** 2 for p, ok in trust)
        lines += [
            "",
            f"Confiance : score de Brier {brier:.3f}.",
            "",
            "| confiance annoncée | questions | part juste |",
            "|---|---|---|",
        ]
        for low in (0.0, 0.2, 0.4, 0.6, 0.8):
            inside = [ok for p, ok in trust if low <= p < low + 0.2 or (p == 1 and low == 0.8)]
            if inside:
                lines.append(f"| {low:.1f} à {low + 0.2:.1f} | {len(inside)} | {mean(inside):.2f} |")
    lines += ["", f"Questions manquées (rien de juste parmi dix) : {len(result.get('missed', []))}."]
    lines += [f"- {m['id']} : attendu {', '.join(m['gold'])} ; rendu {', '.join(m['found'])}" for m in result.get("missed", [])]
    return lines


def table(title: str, rows: dict[str, dict[str, Any]], ms: bool = False) -> list[str]:
    """A Markdown table of ranking metrics, one line a row of `rows`; nothing when there is none."""
    if not rows:
        return []
    names = ("hit@1", "hit@5", "hit@10", "hit@20", "mrr@10", "gold@20")
    counted = any("questions" in m for m in rows.values())
    head = [title, *(["questions"] if counted else []), *names, *(["p50 ms", "p95 ms"] if ms else [])]
    lines = ["", "| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for name, m in rows.items():
        times_taken = [f"{m['ms']['p50']:.0f}", f"{m['ms']['p95']:.0f}"] if ms else []
        cells = [name or "—", *([str(m["questions"])] if counted else []), *(f"{m[k]:.2f}" for k in names), *times_taken]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def run_from_cli(options: argparse.Namespace, engine: Engine) -> int:
    """`casf eval run`."""
    files = options.questions or sorted(QUESTIONS.glob("*.jsonl"))
    report = run(engine, files)
    out: Path = options.out or REPORTS
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    (out / "report.md").write_text(markdown(report), encoding="utf-8")
    (out / "report.html").write_text(page(report), encoding="utf-8")
    if options.gate and (falls := fallen(report)):
        raise CasfError("La recherche a baissé par rapport à evals/baseline.json : " + " ; ".join(falls) + ".")
    if options.accept:
        BASELINE.write_text(json.dumps(figures(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, ensure_ascii=False) if options.json else markdown(report) + f"\nRapport : {out / 'report.md'}")
    return 0
