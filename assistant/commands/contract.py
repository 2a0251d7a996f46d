"""`casf contract`: a user's own contracts."""

import argparse
from pathlib import Path
from typing import Any

from assistant.commands.common import Bars, add_command, engine_of, json_flag, show
from assistant.settings import Settings


def add_to(commands: Any) -> None:
    contract = commands.add_parser("contract", help="vos contrats").add_subparsers(dest="action", required=True)
    added = add_command(contract, "add", "ajouter un contrat (PDF)", _contract_add)
    added.add_argument("file", type=Path)
    for sub in (added, add_command(contract, "list", "vos contrats", _contract_list)):
        json_flag(sub).add_argument("--user", metavar="NOM")
    for name, text, action in (("show", "un contrat", _contract_show), ("delete", "supprimer un contrat", _contract_delete)):
        sub = json_flag(add_command(contract, name, text, action))
        sub.add_argument("id")
        sub.add_argument("--user", metavar="NOM")


def _contract_add(options: argparse.Namespace, settings: Settings) -> int:
    engine = engine_of(settings)
    contract = engine.workspace(options.user or settings.user).add(options.file, progress=Bars())
    facts = {
        "id": contract.id, "title": contract.title, "pages": len(contract.pages), "characters": contract.characters,
        "ocr_pages": [p.number for p in contract.pages if p.ocr], "warnings": list(contract.warnings),
    }  # fmt: skip
    lines = [f"Contrat ajouté : {contract.id} — {contract.title} ({len(contract.pages)} pages).", *contract.warnings]
    return show(options, facts, "\n".join(lines))


def _contract_list(options: argparse.Namespace, settings: Settings) -> int:
    rows = engine_of(settings).workspace(options.user or settings.user).list()
    lines = [
        f"{r['id']}  {r['title']}  ({r['pages']} pages, {r['bytes'] / 1e6:.1f} Mo, ajouté le {r['added'][:10]})" for r in rows
    ]
    return show(options, rows, "\n".join(lines) or "Aucun contrat. Ajoutez-en un : casf contract add FICHIER.pdf")


def _contract_show(options: argparse.Namespace, settings: Settings) -> int:
    opened = engine_of(settings).workspace(options.user or settings.user).open(options.id)
    contract = opened.contract
    facts = {
        "id": contract.id, "title": contract.title, "filename": contract.filename, "added": contract.added,
        "pages": len(contract.pages), "characters": contract.characters, "passages": len(opened.passages),
        "warnings": list(contract.warnings),
    }  # fmt: skip
    places = dict.fromkeys(f"{p.label}" for p in opened.passages)
    return show(options, facts, "\n".join([f"{contract.title} — {contract.filename}", *(f"  {place}" for place in places)]))


def _contract_delete(options: argparse.Namespace, settings: Settings) -> int:
    engine_of(settings).workspace(options.user or settings.user).delete(options.id)
    return show(options, {"deleted": options.id}, "Contrat supprimé.")
