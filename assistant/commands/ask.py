"""`casf search`, `casf ask`: one question, or a file of them."""

import argparse
from typing import Any

from assistant.asked_day import parse_day
from assistant.commands.common import add_command, batch_flags, engine_of, json_flag, run_batch, show
from assistant.settings import Settings
from corpus.errors import CasfError


def add_to(commands: Any) -> None:
    search = add_command(commands, "search", "chercher des articles", _search)
    search.add_argument("question", nargs="?")
    search.add_argument("-k", type=int, default=10)
    batch_flags(json_flag(search))
    ask = add_command(commands, "ask", "poser une question", _ask)
    ask.add_argument("question", nargs="?")
    ask.add_argument("--contract", metavar="ID")
    ask.add_argument("--user", metavar="NOM")
    ask.add_argument("--date", metavar="AAAA-MM-JJ", help="répondre d'après les versions en vigueur ce jour-là")
    batch_flags(json_flag(ask))


def _question(options: argparse.Namespace) -> str:
    if options.question is None:
        raise CasfError("Posez une question, ou donnez un fichier avec --batch.")
    return str(options.question)


def _search(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.engine import hit_json

    engine = engine_of(settings)
    if options.k < 1:
        raise CasfError("Le nombre de résultats (-k) doit être au moins 1.")

    def run(text: str) -> dict[str, Any]:
        hits, ms = engine.search(text, options.k)
        return {"results": [hit_json(i, hit) for i, hit in enumerate(hits, 1)], "timing_ms": {"total": ms}}

    if options.batch:
        return run_batch(options, lambda row: run(row["question"]))
    found = run(_question(options))
    lines = [
        f"{r['rank']:>2}. {r['label']}  ({r['score']:.2f})\n    {' '.join(r['text'].split())[:160]}" for r in found["results"]
    ]
    return show(options, found, "\n".join(lines) or "Aucun article trouvé.")


def _day(text: str | None) -> str:
    if not text:
        return ""
    if not (day := parse_day(text)):
        raise CasfError(f"Date non comprise : « {text} ». Écrivez-la AAAA-MM-JJ, par exemple 2009-03-15.")
    return day


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    engine, day = engine_of(settings), _day(options.date)

    def answer(text: str, contract: str | None, date: str | None) -> Any:
        return engine.ask(text, contract or options.contract, options.user, _day(date) or day)

    if options.batch:
        return run_batch(options, lambda row: answer(row["question"], row.get("contract"), row.get("date")).to_json())
    given = answer(_question(options), None, None)
    sources = [f"[{c.n}] {c.label}" + (f" — {c.url}" if c.url else "") for c in given.citations]
    return show(options, given.to_json(), "\n".join([given.answer, "", *sources]))
