"""`casf user`, `casf backup`, `casf restore`: what keeps a shared installation."""

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from assistant.commands.common import add_command
from assistant.settings import Settings
from corpus.errors import CasfError


def add_to(commands: Any) -> None:
    users = commands.add_parser("user", help="les comptes d'une installation partagée").add_subparsers(
        dest="action", required=True
    )
    for name, text, action in (
        ("add", "créer un compte ou changer son mot de passe (lu au clavier, ou sur l'entrée standard)", _add),
        ("remove", "retirer un compte", _remove),
    ):
        command = add_command(users, name, text, action)
        command.add_argument("name", metavar="NOM")
        if action is _add:
            command.add_argument("--admin", action="store_true", help="peut mettre à jour l'index depuis la page")
    add_command(users, "list", "les comptes", _list)
    saved = add_command(commands, "backup", "sauvegarder tout, sauf le modèle, dans un fichier", _backup)
    saved.add_argument("file", type=Path, metavar="FICHIER.tar.gz")
    again = add_command(commands, "restore", "restaurer une sauvegarde dans un dossier de données neuf", _restore)
    again.add_argument("file", type=Path, metavar="FICHIER.tar.gz")


def _add(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.accounts import Accounts

    if sys.stdin.isatty():
        password = getpass.getpass("Mot de passe : ")
        if getpass.getpass("Encore une fois : ") != password:
            raise CasfError("Les deux mots de passe diffèrent.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    Accounts(settings.home).add(options.name, password, options.admin)
    print(f"Compte prêt : {options.name}.")
    return 0


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.accounts import Accounts

    Accounts(settings.home).remove(options.name)
    print(f"Compte retiré : {options.name}. Ses contrats restent : « casf privacy erase {options.name} » les efface.")
    return 0


def _list(_: argparse.Namespace, settings: Settings) -> int:
    from assistant.accounts import Accounts

    accounts = Accounts(settings.home)
    print("\n".join(n + " (administrateur)" * accounts.administers(n) for n in accounts.names()) or "Aucun compte.")
    return 0


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.backup import backup

    print(f"{options.file} : {backup(settings.home, options.file)} fichiers sauvegardés.")
    return 0


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    from assistant.backup import restore

    print(f"{settings.home} : {restore(options.file, settings.home)} fichiers restaurés.")
    return 0
