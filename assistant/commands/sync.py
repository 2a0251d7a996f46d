"""`casf sync`: bring the official text up to date, and say what changed."""

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from assistant.commands.common import Bars, add_command, engine_of, json_flag, show
from assistant.settings import Settings

if TYPE_CHECKING:
    from ingest.history import Change
    from ingest.sync import Synced

_WORDS = {"added": "ajouté", "changed": "modifié", "repealed": "abrogé ou retiré", "renumbered": "renuméroté"}
_SHOWN = 40  # articles whose differences are printed; --json has all


def add_to(commands: Any) -> None:
    sync = add_command(commands, "sync", "mettre le texte officiel à jour (le seul moment où le réseau sert)", _sync)
    sync.add_argument(
        "--source", metavar="SOURCE",
        help="markdown, dila, piste, une adresse, un fichier ou un dossier (par défaut : CASF_SOURCE, sinon markdown)",
    )  # fmt: skip
    sync.add_argument("--sha256", default="", metavar="SOMME", help="somme de contrôle que le fichier doit avoir")
    sync.add_argument("--dry-run", action="store_true", help="dire ce qui changerait, sans rien changer")
    json_flag(sync)


def _sync(options: argparse.Namespace, settings: Settings) -> int:
    from corpus.cards import load_cards
    from ingest.embedding import silent
    from ingest.sync import sync

    engine, bars = engine_of(settings), Bars()
    try:
        done = sync(
            settings.home, options.source or settings.source, load_cards(), lambda: engine.embedder, options.dry_run,
            options.sha256, progress=bars if sys.stderr.isatty() else silent,
        )  # fmt: skip
    finally:
        bars.close()
    for warning in done.warnings:
        print(warning, file=sys.stderr)
    return show(options, _data(done, options.dry_run), _text(done, options.dry_run))


def _data(done: "Synced", dry_run: bool) -> dict[str, Any]:
    return {
        "source": done.source, "as_of": done.as_of, "dry_run": dry_run, "updated": done.folder is not None,
        "generation": done.folder.name if done.folder else None, "counts": _counts(done.changes), "seconds": done.seconds,
        "warnings": done.warnings, "changes": [_change(change) for change in done.changes],
    }  # fmt: skip


def _counts(changes: "list[Change]") -> dict[str, int]:
    return {kind: Counter(change.kind for change in changes)[kind] for kind in _WORDS}  # type: ignore[index]


def _change(change: "Change") -> dict[str, Any]:
    from corpus.difference import differences, shown

    before, after = change.before, change.after
    either = after or before
    assert either is not None
    return {
        "kind": change.kind, "num": either.num, "code": either.code, "label": either.label,
        "before": before.num if before else None, "after": after.num if after else None,
        "before_as_of": before.as_of if before else None, "as_of": after.as_of if after else None, "url": either.url,
        "difference": shown(differences(before.text, after.text)) if before and after else "",
    }  # fmt: skip


def _text(done: "Synced", dry_run: bool) -> str:
    counts = ", ".join(
        f"{count} {_WORDS[kind]}{'s' if count > 1 else ''}" for kind, count in _counts(done.changes).items() if count
    )
    head = f"Texte du {done.as_of} : {counts}." if counts else f"Texte du {done.as_of} : aucun article en vigueur ne change."
    lines = [head.replace("abrogé ou retirés", "abrogés ou retirés")]
    told = [] if all(change.kind == "added" for change in done.changes) else done.changes[:_SHOWN]
    for change in told:
        data = _change(change)
        moved = f" (avant : {data['before']})" if change.kind == "renumbered" else ""
        lines += ["", f"{data['label']} — {_WORDS[change.kind]}{moved}"]
        if data["difference"] and change.kind == "changed":
            lines.append(f"  {data['difference']}")
    if rest := [change.num for change in done.changes[len(told) :]]:
        start = f"Et {len(rest)} autres : " if told else ""
        lines += ["", f"{start}{', '.join(rest[:200])}{'…' if len(rest) > 200 else ''}."]
    if dry_run:
        end = "Rien n'a été changé (--dry-run)."
    elif done.folder:
        end = f"Index à jour ({done.seconds:.0f} s). Pour revenir au précédent : casf index rollback."
    else:
        end = "L'index était déjà à jour."
    return "\n".join([*lines, "", end])
