"""What is kept of a person: given back in one file, erased, or let go after a time (RGPD, articles 5, 15 and 17).

A person is an account of the page ("compte ana"), a name of the command line ("ana") or a browser's token; a plain name
stands for all of them. Chroma, SQLite (`secure_delete`) and plain files alike: nothing of what is erased stays in the home.
"""

import json
import shutil
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant import feedback
from assistant.accounts import Accounts
from assistant.conversations import Conversations, database
from corpus.errors import CasfError
from ingest.embedding import Embedder
from ingest.model import ModelFolder
from ingest.workspace import Workspace

UNFINISHED = 3600  # seconds after which a contract's folder without `contract.json` is what a crash left
_NO_MODEL = Embedder(ModelFolder("", ""))  # never loaded: nothing is embedded here


def owners(name: str) -> list[str]:
    """The users that a name stands for, as `Workspace` and `Conversations` know them."""
    return [name, f"compte {name}", f"navigateur {name}"]


def export(home: Path, name: str, target: Path) -> dict[str, int]:
    """Write all that is held of a person to the ZIP `target`; returns the counts of contracts, conversations and opinions.

    Raises `CasfError` when nothing is held, or the file can't be written; a failed export leaves no file.
    """
    held = {"contracts": 0, "conversations": 0, "opinions": 0}
    work = target.with_name(target.name + ".part")
    account = name in Accounts(home).names()
    try:
        with zipfile.ZipFile(work, "w", zipfile.ZIP_DEFLATED) as archive:

            def put(path: str, content: Any) -> None:
                archive.writestr(path, json.dumps(content, ensure_ascii=False, indent=1))

            for owner in owners(name):
                workspace = Workspace(home, owner, _NO_MODEL)
                for row in workspace.list():
                    folder = workspace.root / row["id"]
                    for file in (*folder.glob("document.*"), folder / "contract.json", folder / "passages.json"):
                        archive.write(file, f"contrats/{row['id']}/{file.name}")
                    held["contracts"] += 1
                conversations = Conversations(home, owner)
                for kept in conversations.list():
                    put(f"conversations/{kept.id}.json", asdict(conversations.open(kept.id)))
                    held["conversations"] += 1
                given = feedback.opinions(home, owner)
                if given:
                    put(f"avis-{owner.split()[0] if ' ' in owner else 'local'}.json", [o.to_json() for o in given])
                held["opinions"] += len(given)
            put("compte.json", {"name": name, "account": account, "password": "seule une empreinte argon2 est gardée"})
        if not account and not any(held.values()):
            raise CasfError(f"Rien n'est gardé au nom de « {name} ».")
        work.replace(target)
    except OSError as error:
        raise CasfError(f"« {target} » n'a pas pu être écrit ({error.strerror or 'erreur du disque'}).") from None
    finally:
        work.unlink(missing_ok=True)
    return held


def erase(home: Path, name: str) -> dict[str, int]:
    """Erase all that is held of a person, the account included; returns the counts. Raises `CasfError` when nothing is."""
    gone = {"contracts": 0, "conversations": 0, "opinions": 0, "accounts": 0}
    if name in Accounts(home).names():  # first: nobody adds anything meanwhile
        Accounts(home).remove(name)
        gone["accounts"] = 1
    for owner in owners(name):
        workspace = Workspace(home, owner, _NO_MODEL)
        gone["contracts"] += len(workspace.list())
        for folder in _folders(workspace.root):
            workspace.delete(folder.name)
        shutil.rmtree(workspace.root, ignore_errors=True)
        if workspace.root.exists():
            raise CasfError(f"Les contrats de « {name} » n'ont pas pu être effacés : le dossier {workspace.root} résiste.")
        gone["opinions"] += feedback.forget(home, owner)
        gone["conversations"] += Conversations(home, owner).delete_all()
    if not any(gone.values()):
        raise CasfError(f"Rien n'est gardé au nom de « {name} ».")
    return gone


def tidy(home: Path, days: int) -> int:
    """Erase contracts, conversations and opinions older than `days` (0: keep them), and what a crash left of a contract.

    Returns how many contracts and conversations went.
    """
    limit = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds") if days else ""
    gone = 0
    for workspace, folder in list(_everyone(home)):
        file = folder / "contract.json"
        try:
            if not file.is_file():
                old = time.time() - folder.stat().st_mtime > UNFINISHED
            else:
                old = bool(limit) and json.loads(file.read_text(encoding="utf-8"))["added"] < limit
        except (OSError, ValueError, KeyError):
            continue
        if old:
            workspace.delete(folder.name)
            Conversations.of_digest(home, workspace.root.name).forget_contract(folder.name)
            gone += 1
    if limit:
        with database(home) as db:
            gone += db.execute("delete from conversation where updated < ?", (limit,)).rowcount
            db.execute("delete from opinion where at < ?", (limit,))
    return gone


def _folders(root: Path) -> list[Path]:
    return [folder for folder in root.glob("[0-9a-f]*") if folder.is_dir() and len(folder.name) == 16]


def _everyone(home: Path) -> Iterator[tuple[Workspace, Path]]:
    """Every contract's folder with its workspace, whoever owns it; the demonstration one is named otherwise."""
    for root in (home / "workspaces").glob("*"):
        workspace = Workspace(home, "", _NO_MODEL)
        workspace.root = root
        for folder in _folders(root):
            yield workspace, folder
