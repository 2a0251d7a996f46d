"""`casf check`: the references, quotations and attributions of a text, compared with the law."""

import argparse
import sys
from pathlib import Path
from typing import Any

from assistant.commands.common import Bars, add_command, engine_of, json_flag, show
from assistant.settings import Settings
from corpus.errors import CasfError


def add_to(commands: Any) -> None:
    check = add_command(commands, "check", "vérifier ce qu'un texte dit de la loi", _check)
    check.add_argument("file", metavar="FICHIER", help="TXT, Markdown, DOCX, ODT, PPTX, PDF, ou - pour l'entrée standard")
    check.add_argument("--out", type=Path, metavar="SORTIE.docx", help="le texte et ses remarques, en DOCX")
    json_flag(check)


def _check(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.check import check_text
    from assistant.check_input import read_text
    from assistant.check_report import report_text, write_report
    from ingest.embedding import silent
    from ingest.temporary import own_temporary

    if options.out and options.out.suffix.lower() != ".docx":
        raise CasfError(f"Le rapport s'écrit en DOCX : « {options.out.name} » doit finir par .docx.")
    with own_temporary(settings.home):
        text = read_text(options.file)
    bars = Bars()
    try:
        check = check_text(text, engine_of(settings).searcher(), bars if sys.stderr.isatty() else silent)
    finally:
        bars.close()
    if options.out:
        write_report(check, text, options.out)
    return show(options, check.to_json(), report_text(check))
