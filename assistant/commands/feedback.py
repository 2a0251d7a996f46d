"""`casf feedback`: what readers thought of the answers."""

import argparse
from typing import Any

from assistant.commands.common import add_command, json_flag, show
from assistant.settings import Settings


def add_to(commands: Any) -> None:
    json_flag(add_command(commands, "feedback", "les avis donnés sur les réponses", _feedback))


def _feedback(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.feedback import opinions

    found = opinions(settings.home)
    lines = [
        f"{o.at[:16].replace('T', ' ')}  {'utile' if o.vote == 'up' else o.reason or 'pas utile'}\n    {o.question}\n    {o.sources or 'sans source'}"
        for o in found
    ]
    return show(options, [o.to_json() for o in found], "\n".join(lines) or "Aucun avis pour l'instant.")
