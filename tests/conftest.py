"""Shared fixtures: ten articles of our own, an embedder that needs no model, and one home with the real model."""

import hashlib
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from assistant.engine import Engine
from assistant.settings import Settings
from corpus.article import Article
from corpus.cards import Card
from corpus.contract import Page
from corpus.words import index_words
from evals.contracts.make_contracts import drawing
from ingest.documents import read_document
from ingest.embedding import Embedder
from ingest.generation import build
from ingest.model import ModelFolder
from ingest.sources import read_source
from ingest.workspace import DEMO_FILE

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


@pytest.fixture(scope="session")
def pages_of(tmp_path_factory) -> Callable[[str], list[Page]]:
    """The pages of the demonstration contract ("demo") or of one drawn for the evals ("ehpad", "handicap", "chrs"), read once."""
    folder = tmp_path_factory.mktemp("contrats")

    @cache
    def read(name: str) -> list[Page]:
        if name == "demo":
            return read_document(DEMO_FILE)
        (folder / f"{name}.pdf").write_bytes(drawing(name))
        return read_document(folder / f"{name}.pdf")

    return read


def short_contract(folder: Path) -> Path:
    """A PDF of one page, of our own words."""
    canvas = Canvas(str(folder / "petit.pdf"))
    lines = ("CONTRAT PLURIANNUEL D'OBJECTIFS ET DE MOYENS", "Article 1 - Durée", "Le contrat prend effet le 1er mars 2025 pour cinq ans.",
             "Article 2 - Moyens", "Le montant de la dotation globalisée commune est fixé à 1 250 000 euros.")  # fmt: skip
    for number, line in enumerate(lines):
        canvas.drawString(60, 780 - 24 * number, line)
    canvas.save()
    return folder / "petit.pdf"


@pytest.fixture(scope="session")
def built_home(tmp_path_factory, articles, cards) -> Path:
    """A home with the ten articles indexed by `WordEmbedder`, to copy."""
    home = tmp_path_factory.mktemp("small")
    build(home, articles, cards, WordEmbedder(), {"files": ["ten.jsonl"]})
    return home


@pytest.fixture
def small_home(tmp_path: Path, built_home) -> Path:
    """A copy of `built_home`, to do with as one likes."""
    return Path(shutil.copytree(built_home, tmp_path, dirs_exist_ok=True))


@pytest.fixture(scope="session")
def model_home(tmp_path_factory) -> Path:
    """A home with the real model and the default index (cards alone)."""
    model = ROOT / ".cache" / "home" / "model"
    _ = Engine(Settings.load(str(model.parent))).embedder  # builds the model in .cache when it isn't there
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(kept("cards", lambda home: _with_cards(home, model), tmp_path_factory), home, dirs_exist_ok=True)
    return home


def _with_cards(home: Path, model: Path) -> None:
    shutil.copytree(model, home / "model")
    Engine(Settings.load(str(home))).build([])


def kept(name: str, make: Callable[[Path], object], tmp_path_factory) -> Path:
    """A folder that `make` fills once for a state of the sources, in .cache: an index takes Chroma a quarter of a minute."""
    files = [
        *(ROOT / "ingest").rglob("*.py"),
        *(ROOT / "corpus").rglob("*.*"),
        ROOT / "assistant" / "engine.py",
        FIXTURES / "ten.jsonl",
    ]
    digest = hashlib.sha256()
    for path in sorted(p for p in files if p.suffix in (".py", ".yaml", ".npz", ".pdf", ".jsonl")):
        digest.update(path.read_bytes())
    folder = ROOT / ".cache" / "tests" / f"{name}-{digest.hexdigest()[:16]}"
    if not folder.is_dir():
        made = tmp_path_factory.mktemp("made")
        make(made)
        for old in sorted(folder.parent.glob(f"{name}-*"), key=lambda p: p.stat().st_mtime)[:-2]:
            shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(made, folder, dirs_exist_ok=True)
    return folder


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
