"""Fixtures of downloads: a local server, and the patience of tests."""

import pytest

from ingest.sources.web import Patience
from tests.ingest.local_server import Server


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def patience():
    pauses = []
    patience = Patience(timeout=0.5, tries=3, sleep=pauses.append)
    patience.pauses = pauses
    return patience
