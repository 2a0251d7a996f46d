"""Many people asking at once: `python -m evals.bench.load --home FOLDER --people 50 --seconds 120`.

The page is served over the folder (its index is built when there is none) and asked through its HTTP endpoint, each person
in a session of their own: ask, read the answer, ask again at once. Only this machine is ever asked.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import httpx
import numpy as np

from evals.bench.speed import peak_mb, questions

LOCAL = ("127.0.0.1", "localhost", "::1")
STARTING = 900.0  # seconds in which a page must answer, the first build of its index included


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, int]]:
    """`casf serve` over a home, on a free port: its address and its process number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "assistant", "--home", str(home), "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def client_of(url: str) -> httpx.Client:
    """A session of its own on the page, once the page answers a question; raises ValueError for another machine's address.

    Gradio's HTTP protocol (https://www.gradio.app/guides/querying-gradio-apps-with-curl) without its Python client, which
    takes as much of the processors as the answer.
    """
    if urlparse(url).hostname not in LOCAL:
        raise ValueError("La charge ne s'exerce que sur cette machine.")
    client = httpx.Client(base_url=url, timeout=STARTING, trust_env=False)
    last = time.monotonic() + STARTING
    while True:
        try:
            ask(client, questions()[0])
            return client
        except (httpx.HTTPError, RuntimeError):  # not there yet, or its index is being built
            if time.monotonic() > last:
                raise
            time.sleep(0.5)


def ask(client: httpx.Client, question: str) -> dict[str, Any]:
    """One answer; raises RuntimeError when the page gives an error in its place."""
    told = client.post("/gradio_api/call/ask", json={"data": [question, ""]}).raise_for_status().json()
    event = ""
    with client.stream("GET", f"/gradio_api/call/ask/{told['event_id']}") as stream:
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event in ("complete", "error"):
                answer: dict[str, Any] = json.loads(value)[0] if event == "complete" else {"error": value}
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                return answer
    raise RuntimeError("La page n'a rien répondu.")


def load(url: str, people: int, seconds: float) -> dict[str, Any]:
    """What `people` at once get in `seconds`: answers, errors, milliseconds from the question to the answer (p50, p95)."""
    client_of(url)
    asked = questions()
    took: list[float] = []
    errors: list[str] = []
    gate = threading.Barrier(people)

    def person(number: int) -> None:
        try:
            client = client_of(url)
        finally:
            gate.wait(STARTING)
        stop, at = time.monotonic() + seconds, number * 7
        while time.monotonic() < stop:
            start = time.perf_counter()
            try:
                ask(client, asked[at % len(asked)])
                took.append((time.perf_counter() - start) * 1000)
            except Exception as error:
                errors.append(f"{type(error).__name__}: {error}"[:200])
            at += 1

    threads = [threading.Thread(target=person, args=(number,), daemon=True) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(STARTING + seconds)
    p50, p95 = np.percentile(took or [0.0], [50, 95])
    return {
        "people": people, "seconds": seconds, "answered": len(took), "errors": len(errors), "per_second": round(len(took) / seconds, 1),
        "p50_ms": round(float(p50)), "p95_ms": round(float(p95)), "first_errors": sorted(set(errors))[:3],
    }  # fmt: skip


def table(result: dict[str, Any]) -> str:
    """The figures, as Markdown."""
    rows = [
        ("réponses", result["answered"]), ("erreurs", result["errors"]), ("réponses par seconde", result["per_second"]),
        ("attente, p50 (ms)", result["p50_ms"]), ("attente, p95 (ms)", result["p95_ms"]),
        ("mémoire du serveur au plus haut (Mo)", result.get("peak_mb") or "non lue ici"),
        ("processeurs de la machine", os.cpu_count()),
    ]  # fmt: skip
    head = f"| {result['people']} personnes à la fois, pendant {result['seconds']:g} s | |\n|---|---|\n"
    return head + "\n".join(f"| {name} | {value} |" for name, value in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="une page déjà servie sur cette machine ; sans elle, --home est servi")
    parser.add_argument("--home", type=Path, help="le dossier de données à servir ; sans lui, les fiches seules")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    people, seconds = min(options.people, 200), min(options.seconds, 600.0)
    if options.url:
        result = load(options.url, people, seconds)
    else:
        with tempfile.TemporaryDirectory() as spare, serving(options.home or Path(spare)) as (url, pid):
            result = load(url, people, seconds)
            result["peak_mb"] = peak_mb(pid)
    print(json.dumps(result, ensure_ascii=False) if options.json else table(result))
    if result["errors"]:
        raise SystemExit("Des questions sont restées sans réponse : " + " ; ".join(result["first_errors"]))


if __name__ == "__main__":
    main()
