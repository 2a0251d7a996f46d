"""`casf contract`: a user's own contracts."""

import argparse
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from assistant.commands.common import Bars, add_command, engine_of, json_flag, show
from assistant.settings import Settings
from corpus.errors import CasfError


def add_to(commands: Any) -> None:
    contract = commands.add_parser("contract", help="vos contrats").add_subparsers(dest="action", required=True)
    added = add_command(contract, "add", "ajouter un contrat (PDF, DOCX, ODT)", _contract_add)
    added.add_argument("file", type=Path)
    for sub in (added, add_command(contract, "list", "vos contrats", _contract_list)):
        json_flag(sub).add_argument("--user", metavar="NOM")
    for name, text, action in (("show", "un contrat", _contract_show), ("delete", "supprimer un contrat", _contract_delete)):
        sub = json_flag(add_command(contract, name, text, action))
        sub.add_argument("id")
        sub.add_argument("--user", metavar="NOM")
    sheet = json_flag(
        add_command(contract, "sheet", "la fiche d'un contrat : clauses, dates, cibles, obligations", _contract_sheet)
    )
    sheet.add_argument("id")
    sheet.add_argument("--csv", type=Path, metavar="FICHIER.csv")
    sheet.add_argument("--xlsx", type=Path, metavar="FICHIER.xlsx")
    check = json_flag(add_command(contract, "checklist", "les points à vérifier dans un contrat", _contract_checklist))
    check.add_argument("id")
    two = json_flag(add_command(contract, "compare", "comparer deux contrats : l'ancien, le nouveau", _contract_compare))
    two.add_argument("old", metavar="ANCIEN")
    two.add_argument("new", metavar="NOUVEAU")
    two.add_argument("--out", type=Path, metavar="FICHIER.docx")
    for sub in (sheet, check, two):
        sub.add_argument("--user", metavar="NOM")


def _contract_add(options: argparse.Namespace, settings: Settings) -> int:
    from ingest.temporary import own_temporary

    with own_temporary(settings.home):
        contract = engine_of(settings).workspace(options.user or settings.user).add(options.file, progress=Bars())
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


def _contract_sheet(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.contract_exports import write_csv, write_xlsx
    from assistant.contract_sheet import make_sheet, sheet_text

    sheet = make_sheet(engine_of(settings).workspace(options.user or settings.user).open(options.id))
    written = []
    for path, write in ((options.csv, write_csv), (options.xlsx, write_xlsx)):
        if path:
            write(sheet, path)
            written.append(f"Fiche enregistrée : {path}.")
    return show(options, sheet.to_json(), "\n".join(written) or sheet_text(sheet))


def _contract_checklist(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.contract_checklist import check_contract, checklist_text
    from assistant.contract_sheet import make_sheet
    from ingest.workspace import DEMO

    engine = engine_of(settings)
    workspace = engine.workspace(options.user or settings.user)
    opened = workspace.open(options.id)
    sheet = make_sheet(opened)
    # The demonstration contract is nobody's: it is compared with no one's contracts.
    rows = [] if options.id == DEMO else workspace.list()
    others = [make_sheet(workspace.open(row["id"])) for row in rows if row["id"] != options.id]
    index = engine.searcher().index if engine.has_index() else None
    findings = check_contract(opened, sheet, index, date.today(), others)
    facts = {"id": opened.contract.id, "title": opened.contract.title, "findings": [asdict(f) for f in findings]}
    return show(options, facts, checklist_text(findings))


def _contract_compare(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.contract_compare import compare, comparison_text, write_docx

    workspace = engine_of(settings).workspace(options.user or settings.user)
    if options.out and options.out.suffix.lower() != ".docx":
        raise CasfError("Le fichier de sortie d'une comparaison est un document Word : donnez un nom en .docx.")
    result = compare(workspace.open(options.old), workspace.open(options.new))
    if options.out:
        write_docx(result, options.out)
    text = f"Comparaison enregistrée : {options.out}." if options.out else comparison_text(result)
    return show(options, result.to_json(), text)
