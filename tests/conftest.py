"""Shared fixtures: ten articles of our own, an embedder that needs no model, and one home with the real model."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.engine import Engine
from assistant.settings import Settings
from corpus.article import Article
from corpus.cards import Card
from corpus.words import index_words
from ingest.embedding import Embedder
from ingest.generation import build
from ingest.model import ModelFolder
from ingest.sources import read_source

ROOT = Path(__file__).parent.parent
FIXTURES = Path(__file__).parent / "fixtures"
SHARED = ROOT.parent / "shared"


class WordEmbedder(Embedder):
    """Vectors of hashed word stems: texts that share words are near. Deterministic, no model, milliseconds."""

    def __init__(self, fingerprint: str = "words"):
        super().__init__(ModelFolder("", fingerprint))
        self.encoded = 0

    def query_tokens(self, text):
        return self.queries([text])[0], self._encode(index_words(text) or [text])

    def _encode(self, texts):
        self.encoded += len(texts)
        out = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(out, texts, strict=True):
            for word in index_words(text.split(": ", 1)[-1]):
                rng = np.random.default_rng(abs(hash_of(word)))
                row += rng.standard_normal(64).astype(np.float32)
            row /= np.linalg.norm(row) or 1.0
        return out


def hash_of(word: str) -> int:
    return int.from_bytes(word.encode()[:8].ljust(8, b"\0"), "big")


@pytest.fixture
def words() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture(scope="session")
def articles() -> list[Article]:
    return read_source(FIXTURES / "ten.jsonl")


@pytest.fixture(scope="session")
def cards() -> list[Card]:
    def card(num: str, title: str, summary: str, *questions: str) -> Card:
        return Card(num, title, summary, questions, (), "2020-01-01", "to_check")

    return [
        card(
            "L900-1",
            "Manger à la cantine quand on est âgé",
            "Les anciens peuvent y déjeuner s'ils le demandent.",
            "Mamie peut-elle déjeuner à l'école ?",
        ),
        card("L900-2", "Combien coûte le repas", "Un plafond de prix protège les petits revenus.", "Le déjeuner est-il cher ?"),
        card("L905-9", "Article sans texte ici", "Fiche seule : le goûter est gratuit.", "Le goûter est-il gratuit ?"),
    ]


@pytest.fixture
def small_home(tmp_path: Path, articles, cards, words) -> Path:
    """A home with the ten articles indexed by `WordEmbedder`."""
    build(tmp_path, articles, cards, words, {"files": ["ten.jsonl"]})
    return tmp_path


@pytest.fixture(scope="session")
def model_home(tmp_path_factory) -> Path:
    """A home with the real model and the default index (cards alone). The model itself is kept in .cache between runs."""
    home = tmp_path_factory.mktemp("home")
    kept = ROOT / ".cache" / "home" / "model"
    engine = Engine(Settings.load(str(kept.parent)))
    _ = engine.embedder  # builds the model in .cache when it isn't there
    shutil.copytree(kept, home / "model", copy_function=os.link)
    Engine(Settings.load(str(home))).build([])
    return home


@pytest.fixture(scope="session")
def engine(model_home: Path) -> Engine:
    engine = Engine(Settings.load(str(model_home)))
    engine.warm()
    return engine


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("le dossier ../shared (textes officiels) n'est pas là")
    return SHARED
