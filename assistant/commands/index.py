"""`casf serve`, `casf index`: the page and the index."""

import argparse
from pathlib import Path
from typing import Any

from assistant.commands.common import Bars, add_command, engine_of, json_flag, show
from assistant.settings import Settings


def add_to(commands: Any) -> None:
    serve = add_command(commands, "serve", "la page web (construit l'index au premier lancement)", _serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=7860)
    index = commands.add_parser("index", help="l'index de recherche").add_subparsers(dest="action", required=True)
    build = add_command(index, "build", "construire l'index (sans --source : les fiches seules)", _index_build)
    build.add_argument("--source", action="append", type=Path, default=[], metavar="FICHIER")
    json_flag(add_command(index, "status", "ce que contient l'index, et d'où il vient", _index_status))
    json_flag(add_command(index, "rollback", "revenir à la génération précédente", _index_rollback))


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    import signal
    import sys

    from ingest.temporary import own_temporary

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # how services are stopped: what is temporary still goes
    with own_temporary(settings.home):
        from assistant.web import serve  # Gradio looks for the place of temporary files as soon as it is imported

        serve(engine_of(settings), options.host, options.port)
    return 0


def _index_build(options: argparse.Namespace, settings: Settings) -> int:
    from ingest.generation import live_folder, status

    before = live_folder(settings.home)
    folder = engine_of(settings).build(options.source, Bars())
    facts = status(settings.home)
    told = "rien n'a changé" if folder == before else f"{facts['seconds']} s"
    print(f"Index prêt : {facts['articles']} articles, {facts['cards']} fiches, {facts['passages']} passages ({told}).")
    return 0


def _index_rollback(options: argparse.Namespace, settings: Settings) -> int:
    from ingest.generation import rollback, status

    folder = rollback(settings.home)
    facts = status(settings.home)
    return show(
        options, {"generation": folder.name, "articles": facts["articles"], "built": facts["built"]},
        f"Génération rétablie : {folder.name}, construite le {facts['built'][:10]}, {facts['articles']} articles."
        " Refaites « casf index rollback » pour revenir à l'autre.",
    )  # fmt: skip


def _index_status(options: argparse.Namespace, settings: Settings) -> int:
    from ingest.generation import status

    facts = status(settings.home)
    source = facts["source"]
    lines = [
        f"Génération : {facts['generation']} (construite le {facts['built'][:10]})",
        f"Articles : {facts['articles']} en vigueur ({facts['distinct']} numéros distincts), {facts['versions']} versions ;"
        f" textes datés du {', '.join(facts['dates']) or '—'}",
        *(
            f"  {name} : {code['articles']} articles, {code['versions']} versions, textes du {code['first']} au {code['last']}"
            for name, code in facts["codes"].items()
        ),
        f"Fiches : {facts['cards']} ; questions de fiches : {facts['questions']} ; passages : {facts['passages']}",
        f"Source : {', '.join(source.get('files', [])) or 'fiches seules'} ({source.get('licence', '')})",
        *(
            f"  {entry['name']} : {entry['articles']} articles, {entry['bytes'] / 1e6:.1f} Mo, SHA-256 {entry['sha256']}"
            for entry in source.get("sources", [])
        ),
        f"Modèle : {facts['model']} ; espace : {facts['bytes'] / 1e6:.0f} Mo ; empreinte : {facts['checksum'][:16]}",
    ]
    return show(options, facts, "\n".join(lines))
