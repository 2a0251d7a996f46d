"""This product against the quick start of its own libraries, in one run: `python -m evals.bench.speed --source casf.jsonl`.

The quick start is what their documentation shows: sentence-transformers in full precision, Chroma, LangChain's
`similarity_search`; the same passages and cards. Each side runs in a process of its own, so that peak memory is its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
QUESTIONS = ROOT / "questions" / "legal.jsonl"
ASKED = 100


def questions(most: int = ASKED) -> list[str]:
    """The first of the public questions on the law."""
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row["question"] for row in rows][:most]


def timed(ask: Any, most: int) -> dict[str, float]:
    """p50 and p95 in milliseconds of `ask` over the questions, after three to warm up."""
    asked = questions(most)
    for text in asked[:3]:
        ask(text)
    took = []
    for text in asked:
        start = time.perf_counter()
        ask(text)
        took.append((time.perf_counter() - start) * 1000)
    return {"p50_ms": round(float(np.median(took)), 1), "p95_ms": round(float(np.percentile(took, 95)), 1)}


def peak_mb(pid: int | None = None) -> float:
    """Peak resident memory of a process (this one without `pid`), in MB; 0 where the system does not say it.

    Read in /proc where there is one: `getrusage` also counts what the process that started this one had held.
    """
    status = Path(f"/proc/{pid or 'self'}/status")
    if status.is_file():
        lines = status.read_text(encoding="utf-8").splitlines()
        return float(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:")))
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    if pid:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes, on macOS bytes
    return round(peak / (1024 if sys.platform != "darwin" else 1024**2))


def ours(home: Path, source: Path, most: int) -> dict[str, float]:
    """Build, ask, and build again with nothing changed."""
    from assistant.engine import Engine
    from assistant.settings import Settings

    engine = Engine(Settings.load(str(home)))
    start = time.perf_counter()
    engine.build([source])
    built = time.perf_counter() - start
    asked = timed(lambda text: engine.search(text, 10), most)
    peak = peak_mb()
    start = time.perf_counter()
    engine.build([source])
    return {"index_s": round(built, 1), **asked, "peak_mb": peak, "again_s": round(time.perf_counter() - start, 1)}


def served(home: Path, source: Path, most: int) -> dict[str, float]:
    """A process that only answers, on the index that `ours` built."""
    from assistant.engine import Engine
    from assistant.settings import Settings

    start = time.perf_counter()
    engine = Engine(Settings.load(str(home)))
    engine.warm()
    ready = time.perf_counter() - start
    return {"ready_s": round(ready, 1), **timed(engine.ask, most), "peak_mb": peak_mb()}


def quick_start(home: Path, source: Path, most: int) -> dict[str, float]:
    """Passages and cards in LangChain's Chroma, embedded by sentence-transformers as it comes."""
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings
    from sentence_transformers import SentenceTransformer

    from corpus.cards import load_cards
    from ingest.model import build_torch, default_model
    from ingest.passages import article_passages
    from ingest.sources import read_source

    folder = default_model(home)
    build_torch(Path(folder.path))
    model = SentenceTransformer(folder.path, device="cpu")

    class Plain(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, v)) for v in model.encode([f"passage: {t}" for t in texts])]

        def embed_query(self, text: str) -> list[float]:
            return list(map(float, model.encode(f"query: {text}")))

    texts = [p.text for a in read_source(source) for p in article_passages(a)]
    texts += [f"{c.title}. {c.summary}" for c in load_cards()]
    with tempfile.TemporaryDirectory() as kept:
        start = time.perf_counter()
        store = Chroma("quick", Plain(), persist_directory=kept)
        for at in range(0, len(texts), 1000):
            store.add_texts(texts[at : at + 1000])
        built = time.perf_counter() - start
        return {"index_s": round(built, 1), **timed(lambda text: store.similarity_search(text, 10), most), "peak_mb": peak_mb()}


SIDES = {"ours": ours, "served": served, "quick_start": quick_start}  # in this order: the second asks what the first built


def measured(side: str, home: Path, source: Path, most: int) -> dict[str, float]:
    """One side in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "evals.bench.speed", "--side", side, "--home", str(home), "--source", str(source), "--asked", str(most)],
        stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"La mesure « {side} » a échoué (voir ci-dessus).")
    out: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return out


def table(results: dict[str, dict[str, float]]) -> str:
    """The figures side by side, with the ratios, as Markdown."""
    plain, mine, serving = results["quick_start"], results["ours"], results["served"]
    rows = [
        ("indexer le code et les fiches (s)", plain["index_s"], mine["index_s"]),
        ("chercher, p50 (ms)", plain["p50_ms"], mine["p50_ms"]),
        ("chercher, p95 (ms)", plain["p95_ms"], mine["p95_ms"]),
        ("mémoire au plus haut, indexation comprise (Mo)", plain["peak_mb"], mine["peak_mb"]),
    ]
    lines = ["| Mesure | mise en route des bibliothèques | casf | rapport |", "|---|---|---|---|"]
    lines += [f"| {name} | {a} | {b} | {a / b:.1f} |" for name, a, b in rows if b and a]
    lines += [f"| indexer de nouveau, rien n'ayant changé (s) | — | {mine['again_s']} | |"]
    lines += [f"| répondre (recherche et rédaction), p50 / p95 (ms) | — | {serving['p50_ms']} / {serving['p95_ms']} | |"]
    lines += [f"| processus qui répond : prêt en (s), mémoire (Mo) | — | {serving['ready_s']}, {serving['peak_mb']} | |"]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--home", type=Path, help="un dossier neuf où garder l'installation mesurée")
    parser.add_argument("--side", choices=tuple(SIDES))
    parser.add_argument("--asked", type=int, default=ASKED, help="combien de questions")
    options = parser.parse_args()
    if options.side:
        print(json.dumps(SIDES[options.side](options.home, options.source, options.asked)))
        return
    with tempfile.TemporaryDirectory() as spare:
        home = options.home or Path(spare)
        if (home / "index").exists():
            raise SystemExit(f"« {home} » a déjà un index : la mesure veut un dossier neuf.")
        results = {side: measured(side, home, options.source, options.asked) for side in SIDES}
    print(table(results))


if __name__ == "__main__":
    main()
