"""What a code of 1, 10 (or more) times the size costs: `python -m evals.bench.sizes [--times 1 10 100]`.

Articles are random words of our own and vectors come from a digest of the text, not from the model: this measures the index and
the search alone; the model's time is the same for a question whatever the size, and grows with the words for a build.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from assistant.question import read_question
from assistant.retrieval import Searcher
from corpus.article import Article
from evals.bench.speed import peak_mb
from ingest.embedding import Embedder
from ingest.generation import Index, build
from ingest.model import ModelFolder

ONE = 3359  # articles of the code
WORDS, ASKED, DIMENSION = 160, 100, 384
DIRECTIONS = 32  # real vectors vary in few: with these a row of Chroma's graph costs what a row of the cards' questions does


class Digests(Embedder):
    """A unit vector drawn from a digest of each text, in a space of few directions."""

    def __init__(self) -> None:
        super().__init__(ModelFolder("", "digests"))
        self._directions = np.random.default_rng(0).standard_normal((DIRECTIONS, DIMENSION))

    def _encode(self, texts: list[str]) -> np.ndarray:
        seeds = [int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") for text in texts]
        drawn = np.stack([np.random.default_rng(seed).standard_normal(DIRECTIONS) for seed in seeds]) @ self._directions
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)

    def query_tokens(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        (vector,) = self._encode([text])
        return vector, vector[None]


def invented(count: int) -> list[Article]:
    """Articles of random syllables, rare words and common ones as in a language (Zipf)."""
    rng = np.random.default_rng(7)
    syllables = ["ba", "co", "di", "fu", "ga", "le", "mi", "no", "pu", "ra", "se", "ti", "vo"]
    words = ["".join(rng.choice(syllables, 4)) for _ in range(20_000)]
    out = []
    for n in range(count):
        text = " ".join(words[i % len(words)] for i in rng.zipf(1.3, WORDS))
        out.append(Article(f"L{900 + n // 999}-{n % 999 + 1}", (f"Section {n // 20}",), text, "2020-01-01"))
    return out


def measured(times: int) -> dict[str, float]:
    """Seconds of processor to build, peak megabytes, and milliseconds of processor a search (p50), at one size."""
    articles, embedder = invented(ONE * times), Digests()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        start = time.process_time()
        build(Path(home), articles, [], embedder, {})
        built = time.process_time() - start
        searcher = Searcher(Index.open(Path(home)), embedder)
        took = []
        for article in articles[:: max(1, len(articles) // ASKED)][:ASKED]:
            question = read_question(" ".join(article.text.split()[:8]) + " ?")
            start = time.process_time()
            searcher.search(question, 10)
            took.append((time.process_time() - start) * 1000)
    return {"build_s": round(built, 1), "peak_mb": peak_mb(), "search_ms": round(float(np.median(took)), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10], help="tailles, en fois le code")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.one)))
        return
    print(
        "| taille | articles | indexer (s de processeur) | mémoire au plus haut (Mo) | chercher, p50 (ms de processeur) |\n|---|---|---|---|---|"
    )
    for times in options.times:  # each in a process of its own: its peak memory is its own
        done = subprocess.run(
            [sys.executable, "-m", "evals.bench.sizes", "--one", str(times)],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            check=True,
        )
        own = json.loads(done.stdout.splitlines()[-1])
        print(f"| {times} | {ONE * times} | {own['build_s']} | {own['peak_mb']:.0f} | {own['search_ms']} |", flush=True)


if __name__ == "__main__":
    main()
