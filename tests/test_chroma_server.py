"""CASF_CHROMA_URL on a real Chroma server: the same answers, contracts that go when they are deleted, a server that dies."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import chromadb
import numpy as np
import pytest

from assistant.engine import Engine
from assistant.settings import Settings
from corpus.errors import CasfError
from ingest import store
from ingest.generation import build
from ingest.store import StoreDown, drop_collection, open_client, write_collection
from ingest.workspace import DEMO_FILE, UnknownContract, Workspace

CHROMA = shutil.which("chroma", path=str(Path(sys.executable).parent)) or shutil.which("chroma")


class ChromaServer:
    """`chroma run` over a folder, which can be killed and started again on the same port."""

    def __init__(self, folder: Path):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [CHROMA, "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        pytest.fail("le serveur Chroma n'a pas démarré")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def names(self) -> set[str]:
        return {found.name for found in chromadb.HttpClient("127.0.0.1", self.port).list_collections()}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    if not CHROMA:
        pytest.skip("la commande chroma n'est pas installée")
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(running, monkeypatch):
    monkeypatch.setenv("CASF_CHROMA_URL", running.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return running


@pytest.fixture
def engine_there(server, tmp_path, articles, cards, words):
    """An engine over ten articles of ours whose vectors are on the server."""
    build(tmp_path, articles, cards, words, {"files": ["ten.jsonl"]})
    engine = Engine(Settings(tmp_path))
    engine._embedder = words
    return engine


def found(engine):
    return [hit.num for hit in engine.search("le déjeuner à la cantine", 5)[0]]


def test_the_server_finds_what_the_disk_finds(engine_there, articles, cards, words, tmp_path_factory, monkeypatch):
    there = found(engine_there)
    assert not list(engine_there.settings.home.rglob("chroma.sqlite3"))
    monkeypatch.delenv("CASF_CHROMA_URL")
    home = tmp_path_factory.mktemp("disque")
    build(home, articles, cards, words, {})
    here = Engine(Settings(home))
    here._embedder = words
    assert there == found(here) and there


def test_only_two_generations_stay_on_the_server(engine_there, server, articles, cards, words):
    home, first = engine_there.settings.home, engine_there.searcher().index.folder
    before = server.names()
    for fewer in (1, 2):  # the same content would build nothing
        last = build(home, articles[:-fewer], cards, words, {})
        found(engine_there)
        assert engine_there.searcher().index.folder == last  # followed without a stop
    kept = {folder.name for folder in (home / "index").glob("gen-*")}
    now = server.names()
    assert {name.rsplit("-", 1)[0] for name in now - before} == kept and len(kept) == 2
    assert not [name for name in now if name.startswith(first.name)]


@pytest.mark.slow
def test_a_contract_is_its_owners_and_goes_when_deleted(engine_there, server, words):
    home = engine_there.settings.home
    before = server.names()
    ana, bob = Workspace(home, "ana", words), Workspace(home, "bob", words)
    contract, other = ana.add(DEMO_FILE), bob.add(DEMO_FILE)
    assert len(server.names() - before) == 2
    answer = engine_there.ask("Quelle est la durée du contrat ?", contract.id, "ana")
    assert not answer.abstained and "2" in answer.answer
    with pytest.raises(UnknownContract):
        engine_there.ask("Quelle est la durée du contrat ?", contract.id, "bob")
    ana.delete(contract.id)
    bob.delete(other.id)
    assert server.names() == before
    with pytest.raises(UnknownContract):
        ana.open(contract.id)


@pytest.mark.slow
def test_a_server_that_dies_is_said_and_comes_back(engine_there, server, words):
    home = engine_there.settings.home
    ana = Workspace(home, "ana", words)
    contract = ana.add(DEMO_FILE)
    before = found(engine_there)
    fresh = Engine(Settings(home))
    fresh._embedder = words
    index, vector = engine_there.searcher().index, words.queries(["cantine"])[0]
    server.kill()
    try:
        assert found(engine_there) == before  # the index was open, and so few rows are compared without Chroma
        for work in (
            lambda: index.dense("passages", vector, 3),
            lambda: found(fresh),  # it was not
            lambda: engine_there.ask("Quelle est la durée du contrat ?", contract.id, "ana"),
            lambda: ana.add(DEMO_FILE),
            lambda: ana.delete(contract.id),
        ):
            with pytest.raises(CasfError, match="ne répond pas"):
                work()
        done = subprocess.run(
            [sys.executable, "-m", "assistant", "--home", str(home), "refs", "L900-1"],
            capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 2 and "ne répond pas" in done.stderr and "Traceback" not in done.stderr
    finally:
        server.start()
    assert found(engine_there) == found(fresh) == before
    assert [row["id"] for row in ana.list()] == [contract.id]  # neither half added nor half deleted
    assert ana.open(contract.id).contract == contract
    ana.delete(contract.id)


@pytest.mark.slow
def test_a_contract_kept_on_the_disk_follows_to_the_server(small_home, running, words, monkeypatch):
    monkeypatch.delenv("CASF_CHROMA_URL", raising=False)
    contract = Workspace(small_home, "ana", words).add(DEMO_FILE)
    monkeypatch.setenv("CASF_CHROMA_URL", running.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    ana = Workspace(small_home, "ana", words)
    opened = ana.open(contract.id)
    assert opened.dense(words.queries(["durée"])[0]).shape == (len(opened.passages),)
    assert ana._collection(contract.id) in running.names()
    ana.delete(contract.id)
    assert ana._collection(contract.id) not in running.names()


def test_a_failed_build_leaves_the_generation_that_serves(engine_there, server, articles, cards, words):
    before = found(engine_there)
    server.kill()
    try:
        with pytest.raises(StoreDown):
            build(engine_there.settings.home, articles, cards, words, {})
    finally:
        server.start()
    assert found(engine_there) == before


@pytest.mark.slow
def test_as_many_rows_as_the_code_has_go_through(server, tmp_path):
    """One batch at its largest, with long texts: the server refuses requests beyond a size."""
    rng = np.random.default_rng(1)
    count = store.BATCH + 1
    vectors = rng.standard_normal((count, 384)).astype(np.float32)
    ids = [f"r{i}" for i in range(count)]
    with open_client(tmp_path) as client:
        write_collection(client, "grande", ids, vectors, ["é" * 1200] * count, [{"num": "L1"}] * count)
        assert client.get_collection("grande", embedding_function=None).count() == count
        drop_collection(client, "grande")


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://ici", "http://ici:port", "http://"])
def test_a_wrong_address_is_said(url, monkeypatch, tmp_path):
    monkeypatch.setenv("CASF_CHROMA_URL", url)
    with pytest.raises(CasfError, match="CASF_CHROMA_URL doit être une adresse"):
        open_client(tmp_path)
