"""All that is held of a person is given back, and erased so that no byte of it stays in the home."""

import json
import os
import time
import zipfile
from datetime import UTC, datetime, timedelta

import docx
import pytest

from assistant.accounts import Accounts
from assistant.cli import main
from assistant.conversations import Conversations
from assistant.feedback import give, opinions
from assistant.privacy import erase, export, owners, tidy
from assistant.settings import Settings
from corpus.errors import CasfError
from ingest.workspace import Workspace

WORD, ASKED = "Sauldaine", "Mon internat ferme-t-il en juillet"


def turn(question, contract=""):
    return {"question": question, "parts": [{"title": "", "contract": contract, "answer": {"answer": "", "citations": []}}]}


def written(folder):
    if (folder / "contrat.docx").exists():
        return folder / "contrat.docx"
    document = docx.Document()
    document.add_heading("Contrat pluriannuel d'objectifs et de moyens")
    document.add_paragraph(f"Le foyer de {WORD} accueille douze personnes jusqu'au 31 décembre 2027.")
    document.save(folder / "contrat.docx")
    return folder / "contrat.docx"


def live(home, words, user):
    """A contract, a conversation about it and an opinion."""
    contract = Workspace(home, user, words).add(written(home.parent))
    kept = Conversations(home, user)
    conversation = kept.start(ASKED)
    conversation.turns = [turn(f"{ASKED} ({user}) ?", contract.id), turn("La loi ?")]
    kept.save(conversation)
    give(home, "down", "faux", f"{ASKED} ({user}) ?", [], user)
    return contract.id


def holding(home, *words):
    return [f for f in home.rglob("*") if f.is_file() and any(word.encode() in f.read_bytes() for word in words)]


@pytest.fixture
def home(tmp_path, words):
    Accounts(tmp_path).add("ana", "un bon mot de passe")
    for user in ("ana", "compte ana", "compte bob"):
        live(tmp_path, words, user)
    return tmp_path


def test_an_export_has_everything_of_one_person_and_nothing_of_another(home, tmp_path_factory):
    target = tmp_path_factory.mktemp("out") / "ana.zip"
    assert export(home, "ana", target) == {"contracts": 2, "conversations": 2, "opinions": 2}
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        text = b"".join(archive.read(n) for n in names if n.endswith(".json")).decode()
        documents = [archive.read(n) for n in names if n.endswith("document.docx")]
    assert documents == [(home.parent / "contrat.docx").read_bytes()] * 2
    assert "(ana)" in text
    assert "(compte ana)" in text
    assert "bob" not in text
    assert "argon2id$" not in text
    with pytest.raises(CasfError, match="Rien n'est gardé"):
        export(home, "zoe", target.with_name("zoe.zip"))
    assert [file.name for file in target.parent.iterdir()] == ["ana.zip"]


def test_nothing_of_an_erased_person_stays_on_the_disk(home, capsys):
    def mine(word):
        return [file for user in owners("ana") for file in holding(Workspace(home, user, None).root, word)]

    assert mine(WORD)
    assert holding(home, "(compte ana)", "(ana)")
    leftover = Workspace(home, "ana", None).root / ("0" * 16)
    leftover.mkdir()
    (leftover / "document.pdf").write_text(WORD)  # of an upload that a crash broke off
    assert main(["--home", str(home), "privacy", "erase", "ana", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"contracts": 2, "conversations": 2, "opinions": 2, "accounts": 1}
    assert not any(Workspace(home, user, None).root.exists() for user in owners("ana"))
    assert not holding(home, "(compte ana)", "(ana)")
    bob = Workspace(home, "compte bob", None)
    assert {file for file in holding(home, WORD) if not file.is_relative_to(bob.root)} == set()
    assert len(bob.list()) == len(opinions(home, "compte bob")) == len(Conversations(home, "compte bob").list()) == 1
    assert main(["--home", str(home), "privacy", "erase", "ana"]) == 2
    assert "Rien n'est gardé" in capsys.readouterr().err


def test_with_the_last_owner_goes_the_last_word(tmp_path, words):
    live(tmp_path, words, f"navigateur {'a' * 32}")
    assert erase(tmp_path, "a" * 32)["contracts"] == 1
    assert holding(tmp_path, WORD, ASKED) == []


def test_what_is_too_old_goes_and_the_rest_stays(tmp_path, words):
    ident = live(tmp_path, words, "ana")
    assert tidy(tmp_path, 0) == tidy(tmp_path, 30) == 0
    workspace = Workspace(tmp_path, "ana", words)
    file = workspace.root / ident / "contract.json"
    old = (datetime.now(UTC) - timedelta(days=31)).isoformat(timespec="seconds")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"added": old}))
    assert tidy(tmp_path, 30) == 1
    assert workspace.list() == []
    (conversation,) = Conversations(tmp_path, "ana").list()
    assert [t["question"] for t in Conversations(tmp_path, "ana").open(conversation.id).turns] == ["La loi ?"]
    assert not holding(workspace.root, WORD) if workspace.root.exists() else True
    assert tidy(tmp_path, 30) == 0


def test_what_a_crash_left_of_a_contract_goes_after_an_hour(tmp_path):
    root = Workspace(tmp_path, "ana", None).root
    for name in ("0" * 16, "1" * 16):
        (root / name).mkdir(parents=True)
        (root / name / "document.pdf").write_text(WORD)
    os.utime(root / ("0" * 16), (time.time() - 7200,) * 2)
    assert tidy(tmp_path, 0) == 1
    assert [folder.name for folder in root.iterdir()] == ["1" * 16]


def test_the_retention_setting_is_a_number_of_days(tmp_path, monkeypatch):
    monkeypatch.setenv("CASF_RETENTION_DAYS", "90")
    assert Settings.load(str(tmp_path)).retention_days == 90
    monkeypatch.setenv("CASF_RETENTION_DAYS", "un an")
    with pytest.raises(CasfError, match="CASF_RETENTION_DAYS"):
        Settings.load(str(tmp_path))
