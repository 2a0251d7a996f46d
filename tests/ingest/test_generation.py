import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from corpus.errors import CasfError, NoIndex
from ingest.generation import Busy, DamagedIndex, Index, OldFormat, build, live_folder, rollback, status
from tests.conftest import ROOT, WordEmbedder


def test_every_article_is_there_once(small_home, articles):
    facts = status(small_home)
    assert facts["articles"] == facts["distinct"] == len(articles)
    assert facts["nums"] == [a.num for a in articles]


def test_chroma_agrees_with_brute_force(small_home, words):
    index = Index.open(small_home)
    vector = words.queries(["une parcelle de jardin pour une famille"])[0]
    found = index.dense("passages", vector, 5)
    rows = index.rows["passages"]
    exact = np.argsort(-(rows.vectors.astype(np.float32) @ vector))[:5]
    assert [i for i, _ in found] == [rows.ids[i] for i in exact]
    assert found[0][1] == pytest.approx(float(rows.vectors[exact[0]].astype(np.float32) @ vector), abs=1e-3)


def test_a_rebuild_embeds_nothing_twice(small_home, articles, cards):
    again = WordEmbedder()
    assert build(small_home, articles[1:], cards, again, {}) == live_folder(small_home)
    assert again.encoded == 0


def test_the_previous_generation_is_kept_and_older_ones_go(small_home, articles, cards, words):
    for fewer in range(1, 4):
        build(small_home, articles[fewer:], cards, words, {})
    assert len(list((small_home / "index").glob("gen-*"))) == 2


def test_a_failed_build_leaves_the_earlier_index_serving(small_home, articles, cards):
    class Broken(WordEmbedder):
        def _encode(self, texts):
            raise RuntimeError("panne")

    before = live_folder(small_home)
    with pytest.raises(RuntimeError):
        build(small_home, [*articles], cards, Broken("other"), {})
    assert live_folder(small_home) == before
    assert Index.open(small_home).article("L900-1")


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.conftest import WordEmbedder, FIXTURES
from ingest.generation import build
from ingest.sources import read_source
class Slow(WordEmbedder):
    def _encode(self, texts):
        print("embedding", flush=True)
        time.sleep(60)
build(Path({home!r}), read_source(FIXTURES / "ten.jsonl"), [], Slow("slow"), {{}})
"""


def test_killing_a_build_leaves_the_earlier_index_serving(small_home, articles, cards, words):
    before = live_folder(small_home)
    code = KILLED.format(root=str(ROOT), home=str(small_home))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "embedding"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert live_folder(small_home) == before
    assert Index.open(small_home).article("L900-1")
    build(small_home, articles, cards, words, {})  # the lock is free again, the unfinished folder is removed
    assert all((folder / "manifest.json").is_file() for folder in (small_home / "index").glob("gen-*"))


def test_two_builds_at_once(small_home, articles, cards, words):
    from filelock import FileLock

    with FileLock(small_home / "index" / ".lock"), pytest.raises(Busy):
        build(small_home, articles, cards, words, {})


def test_no_index_and_damaged_index(tmp_path, small_home):
    with pytest.raises(NoIndex):
        Index.open(tmp_path / "nowhere")
    folder = live_folder(small_home)
    (folder / "articles.db").write_bytes(b"")
    (folder / "lexical" / "passages" / "ids.json").write_text("{")
    with pytest.raises(DamagedIndex, match="index build"):
        Index.open(small_home)


def test_another_model_is_refused(small_home):
    with pytest.raises(CasfError, match="autre modèle"):
        Index.open(small_home).check_model("another")


def test_a_full_disk_is_said(small_home, articles, cards, words, monkeypatch):
    import ingest.generation as generation

    def full(*_args, **_kwargs):
        raise OSError(28, os.strerror(28))

    before = live_folder(small_home)
    monkeypatch.setattr(generation, "_write_database", full)
    with pytest.raises(CasfError, match="disque est plein"):
        build(small_home, articles, cards, words, {})
    assert live_folder(small_home) == before


def test_rollback_swaps_with_the_generation_before(small_home, articles, cards, words):
    first = live_folder(small_home)
    with pytest.raises(CasfError, match="précédente"):
        rollback(small_home)
    second = build(small_home, articles[:5], cards, words, {})
    assert rollback(small_home) == first == live_folder(small_home)
    assert len(Index.open(small_home).nums()) == len(articles)
    assert rollback(small_home) == second == live_folder(small_home)


def test_rollback_without_an_index(tmp_path):
    with pytest.raises(CasfError):
        rollback(tmp_path)


def test_an_index_of_another_format_is_refused_with_what_to_do(small_home, articles, cards, words):
    folder = live_folder(small_home)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 1}))
    with pytest.raises(OldFormat, match="index build --source"):
        Index.open(small_home)
    again = WordEmbedder()
    build(small_home, articles, cards, again, {})
    assert again.encoded == 0  # its vectors are still good
    with pytest.raises(OldFormat):
        rollback(small_home)


@pytest.mark.parametrize("damaged", ["chroma.sqlite3", "*/data_level0.bin"])
def test_a_rebuild_heals_a_damaged_store(small_home, articles, cards, words, damaged):
    build(small_home, articles, cards, words, {})
    for file in (live_folder(small_home) / "chroma").glob(damaged):
        file.write_bytes(b"x" * 100)
    build(small_home, articles, cards, words, {})
    index = Index.open(small_home)
    vector = words.queries(["une parcelle de jardin"])[0]
    assert all(index.dense(view, vector, 3) for view in ("passages", "cards", "questions"))
