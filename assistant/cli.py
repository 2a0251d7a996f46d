"""The command `casf`. Every error that a user can mend is one French line on stderr and exit status 2."""

import argparse
import sys
from pathlib import Path

from assistant.commands import ask, cards, check, contract, feedback, index, privacy, refs, session, sync, users
from assistant.commands.common import Parser, add_command, engine_of, json_flag
from assistant.settings import Settings
from corpus.errors import CasfError


def parser() -> argparse.ArgumentParser:
    root = Parser(prog="casf", description="Assistant sur le Code de l'action sociale et des familles et sur vos CPOM.")
    root.add_argument("--home", metavar="DOSSIER", help="dossier des données (ou CASF_HOME)")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMANDE")
    for module in (index, sync, ask, refs, contract, cards, check, session, users, privacy, feedback):
        module.add_to(commands)
    evals = commands.add_parser("eval", help="mesurer").add_subparsers(dest="action", required=True)
    measure = json_flag(add_command(evals, "run", "poser les jeux de questions et mesurer", _eval_run))
    measure.add_argument("--questions", action="append", type=Path, default=[], metavar="FICHIER")
    measure.add_argument("--out", type=Path, metavar="DOSSIER")
    measure.add_argument("--gate", action="store_true", help="échouer si la recherche a baissé de plus de deux points")
    measure.add_argument("--accept", action="store_true", help="faire de ces chiffres la référence (evals/baseline.json)")
    return root


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status (0 done, 1 internal failure, 2 bad input)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        options = parser().parse_args(argv)
        status: int = options.run(options, Settings.load(options.home))
        return status
    except CasfError as error:
        print(str(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrompu.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except OSError as error:
        print(f"Erreur du système : {error.strerror or error} ({error.filename or 'disque'}).", file=sys.stderr)
        return 1
    except Exception as error:
        import os

        if os.environ.get("CASF_DEBUG"):
            raise
        print(f"Erreur interne ({type(error).__name__}). Relancez avec CASF_DEBUG=1 pour le détail.", file=sys.stderr)
        return 1


def _eval_run(options: argparse.Namespace, settings: Settings) -> int:
    # The one place where a lower room names a higher one: the command line is the product's door to all of them.
    from importlib import import_module

    return int(import_module("evals.runner").run_from_cli(options, engine_of(settings)))


if __name__ == "__main__":
    raise SystemExit(main())
