"""A backup restored elsewhere answers the same; a damaged one changes nothing."""

import sqlite3
import tarfile

import pytest

from assistant.backup import backup, restore
from assistant.question import read_question
from assistant.retrieval import Searcher
from corpus.errors import CasfError
from ingest.generation import Index
from ingest.workspace import Workspace
from tests.conftest import short_contract


def test_a_restored_installation_answers_the_same(small_home, words, tmp_path_factory):
    contract = Workspace(small_home, "claire", words).add(short_contract(tmp_path_factory.mktemp("contrat")))
    (small_home / "model").mkdir()
    (small_home / "tmp" / "x").mkdir(parents=True)
    (small_home / "tmp" / "x" / "rapport.docx").write_bytes(b"de passage")
    (small_home / "model" / "lourd.bin").write_bytes(b"x" * 1000)
    away = tmp_path_factory.mktemp("ailleurs")
    assert backup(small_home, away / "tout.tar.gz") > 5
    with tarfile.open(away / "tout.tar.gz") as archive:
        assert not [name for name in archive.getnames() if "model" in name or "tmp" in name]
    new = away / "neuf"
    restore(away / "tout.tar.gz", new)

    def found(home):
        return [hit.num for hit in Searcher(Index.open(home), words).search(read_question("le déjeuner à la cantine"), 5)]

    assert found(new) == found(small_home)
    opened = Workspace(new, "claire", words).open(contract.id)
    assert opened.contract == contract and opened.dense(words.queries(["durée"])[0]).shape == (len(opened.passages),)


def test_a_database_is_copied_whole_while_it_is_written_to(tmp_path, tmp_path_factory):
    away = tmp_path_factory.mktemp("ailleurs")
    db = sqlite3.connect(tmp_path / "conversations.db")
    db.execute("pragma journal_mode=wal")
    db.execute("create table t(x)")
    db.execute("insert into t values (1)")
    db.commit()
    db.execute("insert into t values (2)")  # not committed
    backup(tmp_path, away / "b.tar.gz")
    restore(away / "b.tar.gz", away / "neuf")
    assert sqlite3.connect(away / "neuf" / "conversations.db").execute("select x from t").fetchall() == [(1,)]
    db.close()


@pytest.mark.parametrize("cut", ["half", "other", "absent"])
def test_a_damaged_backup_changes_nothing(small_home, tmp_path_factory, cut):
    away = tmp_path_factory.mktemp("ailleurs")
    file, new = away / "tout.tar.gz", away / "neuf"
    if cut != "absent":
        backup(small_home, file)
    if cut == "half":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    if cut == "other":
        with tarfile.open(file, "w:gz") as archive:
            archive.add(__file__, "home/x.py")
    with pytest.raises(CasfError, match=r"sauvegarde|endommagée"):
        restore(file, new)
    assert list(new.iterdir()) == []


def test_data_are_never_written_over(small_home, tmp_path_factory):
    file = tmp_path_factory.mktemp("ailleurs") / "tout.tar.gz"
    backup(small_home, file)
    with pytest.raises(CasfError, match="contient déjà"):
        restore(file, small_home)
    with pytest.raises(CasfError, match="hors du dossier"):
        backup(small_home, small_home / "tout.tar.gz")
    with pytest.raises(CasfError, match="n'a pas pu être écrite"):
        backup(small_home, file.parent / "absent" / "tout.tar.gz")
