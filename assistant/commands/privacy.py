"""`casf privacy`: what is held of a person, given back or erased."""

import argparse
from pathlib import Path
from typing import Any

from assistant.commands.common import add_command, json_flag, show
from assistant.settings import Settings


def add_to(commands: Any) -> None:
    privacy = commands.add_parser("privacy", help="ce qui est gardé d'une personne").add_subparsers(dest="action", required=True)
    given = json_flag(add_command(privacy, "export", "remettre à une personne tout ce qui est gardé d'elle", _export))
    given.add_argument("user", metavar="NOM")
    given.add_argument("--out", type=Path, required=True, metavar="FICHIER.zip")
    gone = json_flag(add_command(privacy, "erase", "effacer tout ce qui est gardé d'une personne, compte compris", _erase))
    gone.add_argument("user", metavar="NOM")


def _export(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.privacy import export

    held = export(settings.home, options.user, options.out)
    return show(options, held, f"{options.out} : {_told(held)}.")


def _erase(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.privacy import erase

    gone = erase(settings.home, options.user)
    return show(options, gone, f"Effacé de {options.user} : {_told(gone)}. Les sauvegardes déjà faites ne sont pas touchées.")


def _told(counts: dict[str, int]) -> str:
    names = {"contracts": "contrat(s)", "conversations": "conversation(s)", "opinions": "avis", "accounts": "compte(s)"}
    return ", ".join(f"{count} {names[key]}" for key, count in counts.items())
