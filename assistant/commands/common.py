"""What the commands share: French usage errors, the engine, the output in JSON or text, progress bars, batches."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assistant.settings import Settings
from corpus.errors import CasfError

Run = Callable[[argparse.Namespace, Settings], int]


class Parser(argparse.ArgumentParser):
    """argparse with French headings; bad usage ends with status 2 and one line."""

    def error(self, message: str) -> Any:
        print(
            f"Commande incorrecte ({message}). Aide : casf {'' if self.prog == 'casf' else self.prog[5:] + ' '}--help",
            file=sys.stderr,
        )
        raise SystemExit(2)


def add_command(commands: Any, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    """A sub-command that calls `run(options, settings)`."""
    sub: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    sub.set_defaults(run=run)
    return sub


def json_flag(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
    sub.add_argument("--json", action="store_true", help="résultat en JSON")
    return sub


def batch_flags(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--batch", type=Path, metavar="ENTREE.jsonl")
    sub.add_argument("--out", type=Path, metavar="SORTIE.jsonl")


def engine_of(settings: Settings) -> Any:
    from assistant.engine import Engine

    return Engine(settings, lambda text: print(text, file=sys.stderr))


def show(options: argparse.Namespace, data: Any, text: str) -> int:
    print(json.dumps(data, ensure_ascii=False, indent=1) if options.json else text)
    return 0


class Bars:
    """One tqdm bar a stage, with rate and time left, on stderr."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._what = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if what != self._what:
            self.close()
            self._what = what
            octets = what.startswith(("Téléchargement", "Lecture de"))  # files count in bytes, of a total that may be unknown
            self._bar = tqdm(
                total=total or None, desc=what, unit="o" if octets else " textes", unit_scale=octets,
                ascii=" ▏▎▍▌▋▊▉█", dynamic_ncols=True,
            )  # fmt: skip
        self._bar.update(done - self._bar.n)
        if done >= total > 0:
            self.close()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar, self._what = None, ""


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a batch file; raises `CasfError` at the first that is no question."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise CasfError(f"Fichier introuvable ou illisible : « {path} ».") from None
    except UnicodeDecodeError:
        raise CasfError(f"« {path} » n'est pas un texte en UTF-8.") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
                row["question"] + ""
                yield row
            except (ValueError, KeyError, TypeError):
                raise CasfError(f"« {path} », ligne {number} : il faut un objet JSON avec « question ».") from None


def run_batch(options: argparse.Namespace, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """One answer a line; a question that can't be read gives a line with "error" and the others go on."""
    if not options.out:
        raise CasfError("Avec --batch, indiquez le fichier de sortie : --out SORTIE.jsonl.")
    rows = list(_rows(options.batch))
    work = options.out.with_name(options.out.name + ".part")
    bars = Bars()
    try:
        with work.open("w", encoding="utf-8") as stream:
            for done, row in enumerate(rows, 1):
                try:
                    result = answer(row)
                except CasfError as error:
                    result = {"question": row["question"], "error": str(error), "results": [], "citations": [], "abstained": True}
                stream.write(json.dumps({"id": row.get("id"), **result}, ensure_ascii=False) + "\n")
                bars("Questions", done, len(rows))
    except OSError as error:
        raise CasfError(f"Impossible d'écrire « {options.out} » ({error.strerror}).") from None
    work.replace(options.out)
    return 0
