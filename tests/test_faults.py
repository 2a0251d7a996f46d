"""What goes wrong with disks, files and processes: said in French, nothing acknowledged is lost, nothing half-made is seen."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import docx
import pytest

from assistant.cli import main
from assistant.engine import Engine
from assistant.settings import Settings
from corpus.errors import CasfError
from corpus.words import index_words
from ingest.documents import read_with_warnings
from ingest.generation import DamagedIndex, Index, build, live_folder
from ingest.workspace import Workspace
from tests.conftest import ROOT, WordEmbedder

WORD = "Sauldaine"


def written(folder: Path) -> Path:
    file = folder / "contrat.docx"
    if not file.exists():
        document = docx.Document()
        document.add_heading("Contrat pluriannuel d'objectifs et de moyens")
        for n in range(12):
            document.add_heading(f"Article {n} – Activité")
            document.add_paragraph(f"Le foyer {n} de {WORD} accueille {n + 10} personnes jusqu'au 31 décembre 20{27 + n}.")
        document.save(file)
    return file


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    return read_with_warnings(written(tmp_path_factory.mktemp("lu")))


@pytest.fixture(autouse=True)
def read_once(reading, monkeypatch):
    """The contract is read once for all: what fails here comes after its reading."""
    monkeypatch.setattr("ingest.workspace.read_with_warnings", lambda *_: reading)


def spoil(file: Path, how: str) -> None:
    if how == "gone":
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    else:
        file.write_bytes(b"" if how == "empty" else b"\x00garbage\xff" * 50)


FILES = ("manifest.json", "articles.db", "vocabulary.txt", "chroma/chroma.sqlite3", "lexical/passages/ids.json",
         "lexical/passages/data.csc.index.npy", "lexical/passages/vocab.index.json", "rows/passages.npy", "rows/passages.json")  # fmt: skip


@pytest.mark.parametrize(("file", "how"), [(file, ("empty", "garbage")[n % 2]) for n, file in enumerate(FILES)])
def test_a_damaged_index_is_said_and_built_again(small_home, articles, cards, words, file, how):
    found = list(live_folder(small_home).glob(file))
    assert found
    for one in found:
        spoil(one, how)
    vector = words.queries(["cantine"])[0]
    with pytest.raises(DamagedIndex, match="casf index build"):
        [Index.open(small_home).dense(view, vector, 3) for view in ("passages", "cards", "questions")]
    build(small_home, articles, cards, words, {})
    index = Index.open(small_home)
    assert index.dense("passages", vector, 3)
    assert index.lexical["passages"].best(index_words("cantine"), 3)
    assert index.article("L900-1")


def test_vectors_that_chroma_cannot_read_are_said(small_home, words, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise RuntimeError("hnsw")

    monkeypatch.setattr("ingest.index.nearest", refuse)
    with pytest.raises(DamagedIndex, match="casf index build"):
        Index.open(small_home).dense("passages", words.queries(["cantine"])[0], 3)


@pytest.mark.parametrize("how", ["empty", "garbage", "gone"])
def test_damaged_vectors_are_made_again(small_home, articles, cards, how):
    spoil(live_folder(small_home) / "vectors.npz", how)
    again = WordEmbedder()
    build(small_home, articles, cards, again, {})
    assert again.encoded
    assert Index.open(small_home).article("L900-1")


@pytest.mark.parametrize(
    "file", ["chroma/chroma.sqlite3", "chroma", "lexical/ids.json", "lexical", "lexical/data.csc.index.npy", "passages.json"]
)
@pytest.mark.parametrize("how", ["garbage", "gone"])
def test_a_contract_is_made_again_from_its_pages(tmp_path, words, file, how):
    contract = Workspace(tmp_path, "ana", words).add(written(tmp_path))
    whole = Workspace(tmp_path, "ana", words).open(contract.id)
    vector = words.queries(["foyer 3"])[0]
    before = whole.passages, [round(float(c), 3) for c in whole.dense(vector)]
    whole.client.close()
    target = Workspace(tmp_path, "ana", words).root / contract.id / file
    if target.is_dir() and how == "garbage":
        shutil.rmtree(target)
        target.mkdir()
    else:
        spoil(target, how)
    healed = Workspace(tmp_path, "ana", words).open(contract.id)
    assert (healed.passages, [round(float(c), 3) for c in healed.dense(vector)]) == before
    assert healed.lexical.best(index_words("foyer"), 3)


def test_a_contract_whose_pages_are_damaged_is_said_and_can_be_deleted(tmp_path, words):
    workspace = Workspace(tmp_path, "ana", words)
    bad, good = workspace.add(written(tmp_path)), workspace.add(written(tmp_path))
    (workspace.root / bad.id / "contract.json").write_text('{"id": ')
    assert [row["id"] for row in workspace.list()] == [good.id]
    with pytest.raises(CasfError, match="endommagé"):
        workspace.open(bad.id)
    workspace.delete(bad.id)
    assert workspace.open(good.id).passages


REFUSALS = {28: "disque est plein", 30: "protégé en écriture"}


@pytest.mark.parametrize("number", REFUSALS)
@pytest.mark.parametrize(
    "place", ["shutil.copyfile", "ingest.workspace.write_collection", "ingest.lexical.LexicalIndex.save", "os.replace"]
)
def test_a_disk_that_refuses_a_contract_keeps_nothing_of_it(tmp_path, words, monkeypatch, number, place):
    def refuse(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    workspace, file = Workspace(tmp_path / "home", "ana", words), written(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(place, refuse)
        with pytest.raises(CasfError, match=REFUSALS[number]):
            workspace.add(file)
    assert workspace.list() == []
    assert [f for f in (tmp_path / "home").rglob("*") if f.is_file()] == []
    assert workspace.open(workspace.add(file).id).passages


def test_a_home_that_cannot_be_written_is_said(tmp_path, articles, cards, words, monkeypatch, capsys):
    def refuse(*_args, **_kwargs):
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(CasfError, match="protégé en écriture"):
        build(tmp_path / "home", articles, cards, words, {})
    assert main(["--home", str(tmp_path / "home"), "feedback"]) == 2
    assert "protégé" in capsys.readouterr().err


def test_a_model_that_is_gone_is_said(small_home):
    engine = Engine(Settings(small_home, model=str(small_home / "nulle-part")))
    with pytest.raises(CasfError, match="modèle"):
        engine.search("la cantine")


CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.conftest import WordEmbedder, FIXTURES
from corpus.errors import CasfError
from ingest.generation import build
from ingest.sources import read_source
from ingest.workspace import Workspace
home, words = Path({home!r}), WordEmbedder()
print("ready", flush=True)
sys.stdin.readline()
"""
BUILD = """
try:
    build(home, read_source(FIXTURES / "ten.jsonl"), [], words, {})
    print("built")
except CasfError as error:
    print(error)
"""
ADD = """
print(Workspace(home, "ana", words).add(Path(sys.argv[1])).id)
"""
AGAIN = """
workspace = Workspace(home, "ana", words)
while True:
    ident = workspace.add(Path(sys.argv[1])).id
    print("added", ident, flush=True)
    gone = workspace.list()[-1]["id"]
    print("deleting", gone, flush=True)
    workspace.delete(gone)
    print("deleted", gone, flush=True)
    print("added", workspace.add(Path(sys.argv[1])).id, flush=True)
"""


def child(home, work, *arguments):
    code = CHILD.format(root=str(ROOT), home=str(home)) + work
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def together(home, work, *arguments):
    """What two processes that begin at once print."""
    two = [child(home, work, *arguments) for _ in range(2)]
    for process in two:
        assert process.stdout.readline() == "ready\n"
    for process in two:
        process.stdin.write("\n")
        process.stdin.flush()
    return [process.communicate()[0].strip() for process in two]


def test_two_processes_on_one_home(tmp_path, words):
    told = [text.splitlines() for text in together(tmp_path, BUILD + ADD, written(tmp_path))]
    built = [lines[0] for lines in told]
    assert "built" in built
    assert all(line == "built" or "Une autre mise à jour" in line for line in built)
    assert Index.open(tmp_path).article("L900-1")
    workspace = Workspace(tmp_path, "ana", words)
    assert sorted(row["id"] for row in workspace.list()) == sorted(lines[-1] for lines in told)
    assert all(workspace.open(lines[-1]).passages for lines in told)


@pytest.mark.slow
def test_killed_at_random_nothing_acknowledged_is_lost(tmp_path, words):
    file, chance = written(tmp_path), random.Random(9)
    added, deleted, doubtful = set(), set(), set()
    for _ in range(50):
        process = child(tmp_path / "home", AGAIN, file)
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(chance.uniform(0.05, 1.5))
        process.send_signal(signal.SIGKILL)
        doubtful = set()
        for line in process.communicate()[0].splitlines():
            what, _, ident = line.partition(" ")
            if what == "added":
                added.add(ident)
            elif what == "deleting":
                doubtful = {ident}
            elif what == "deleted":
                deleted.add(ident)
                doubtful = set()
        workspace = Workspace(tmp_path / "home", "ana", words)
        seen = {row["id"] for row in workspace.list()}
        assert added - deleted - doubtful <= seen  # what was acknowledged is there
        assert not deleted & seen
        for ident in seen:  # and what is seen is whole
            opened = workspace.open(ident)
            assert len(opened.dense(words.queries(["foyer"])[0])) == len(opened.passages) == len(opened.lexical.ids)
            opened.client.close()
        added |= seen
        deleted |= doubtful - seen
    assert deleted
