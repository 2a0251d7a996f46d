"""`casf session`: a trainer's pack on a topic or a list of articles."""

import argparse
from pathlib import Path
from typing import Any

from assistant.commands.common import add_command, engine_of
from assistant.settings import Settings
from corpus.errors import CasfError


def add_to(commands: Any) -> None:
    session = add_command(commands, "session", "préparer une séance de formation", _session)
    session.add_argument("topic", metavar="THÈME", help="un thème, ou une liste d'articles (« L311-3, L311-4 »)")
    session.add_argument("--out", type=Path, required=True, metavar="SORTIE", help="un fichier .docx, .md ou .pdf")
    session.add_argument("--minutes", type=int, default=180, help="durée de la séance")
    session.add_argument("--questions", type=int, default=15, help="nombre de questions du quiz (10 à 20)")


def _session(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.export import FORMATS, write_document
    from assistant.session_pack import make_pack, pack_markdown

    if options.out.suffix.lower() not in FORMATS:  # before the work, not after
        raise CasfError(f"« {options.out.name} » : choisissez un fichier .docx, .md ou .pdf.")
    pack = make_pack(options.topic, engine_of(settings).searcher(), options.minutes, options.questions)
    write_document(pack_markdown(pack), options.out, f"Séance : {pack.topic}")
    print(f"{options.out} : {len(pack.articles)} articles, {len(pack.quiz)} questions de quiz.")
    return 0
