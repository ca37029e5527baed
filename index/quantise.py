"""Make the int8 file of an exported encoder, so that it ranks as the float one does.

A matrix product here shares one activation scale among all tokens, so one large value costs every other one its
precision. Three exact rewrites of the float graph come first; docs/decisions/0002-encoder.md has the figures, and
`xianzhi index compare-precision --variants` makes them anew from the table at the end.

- *Split*: a few feed-forward neurons are ten times larger than the rest. They move to a narrow float path beside.
- *Smooth* (Xiao et al., SmoothQuant, ICML 2023): input channels are divided by, and the weights' rows multiplied
  with, a factor that shares the range between the two.
- *Spell out*: onnxruntime's single operator for a sum that is then normalised goes number by number; its plain
  operators go many numbers at a time, and twelve of them are done sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from index.calibration import PASSAGES, QUESTIONS

Floats = NDArray[np.float32]
Feed = Mapping[str, NDArray[np.int64]]

SPLIT_NEURONS = 4  # Of each feed-forward layer; one is enough for the bundled encoder.
SMOOTHING = 0.5  # 0 leaves all range to the weights, 1 to the activations; 0.4 to 0.6 measure alike.
SMALLEST_RANGE = 1e-3
NORMALISERS = {"EmbedLayerNormalization", "SkipLayerNormalization", "LayerNormalization"}
WEIGHTED = {"Attention", "MatMul"}  # Operators that multiply their first input with a constant second one.
WORD_TABLE = "EmbedLayerNormalization"  # The operator that looks tokens up: most of the file.
SPLIT_SUFFIX = "_split"
DEFAULT_EPSILON = 1e-12  # Of a SkipLayerNormalization that names none.
BLOCK_WEIGHTS = 32  # That share one scale in the variant of 4 bits; the bundled encoder is packed so.


@dataclass(frozen=True, slots=True)
class FeedForward:
    """The operators of one feed-forward layer: widen, activate, narrow."""

    widen: onnx.NodeProto
    activate: onnx.NodeProto
    narrow: onnx.NodeProto


class Graph:
    """An ONNX graph whose nodes and constants can be looked up by name."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self.producers = {name: node for node in model.graph.node for name in node.output}

    def weight(self, node: onnx.NodeProto) -> Floats | None:
        """Return the constant that a node multiplies its input with, or None."""
        if node.op_type not in WEIGHTED or node.input[1] not in self.constants:
            return None
        return np.asarray(numpy_helper.to_array(self.constants[node.input[1]]), np.float32)

    def set_constant(self, name: str, values: Floats) -> str:
        """Add or replace a constant; returns its name."""
        tensor = numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name)
        if name in self.constants:
            self.constants[name].CopyFrom(tensor)
        else:
            self.model.graph.initializer.append(tensor)
            self.constants[name] = self.model.graph.initializer[-1]
        return name

    def insert_before(self, node: onnx.NodeProto, added: Sequence[onnx.NodeProto]) -> None:
        """Put nodes in front of a node."""
        position = next(i for i, other in enumerate(self.model.graph.node) if other is node or other.name == node.name)
        for offset, new in enumerate(added):
            self.model.graph.node.insert(position + offset, new)

    def feed_forwards(self) -> Iterator[FeedForward]:
        """Yield the chains of two constant matrix products with BiasGelu between them."""
        for narrow in list(self.model.graph.node):
            activate = self.producers.get(narrow.input[0]) if narrow.op_type == "MatMul" else None
            if activate is None or activate.op_type != "BiasGelu" or self.weight(narrow) is None:
                continue
            widen = self.producers.get(activate.input[0])
            if widen is not None and widen.op_type == "MatMul" and self.weight(widen) is not None:
                yield FeedForward(widen, activate, narrow)

    def normalised_inputs(self) -> Iterator[onnx.NodeProto]:
        """Yield the matrix products that read the output of a normalisation."""
        for node in list(self.model.graph.node):
            producer = self.producers.get(node.input[0]) if node.op_type in WEIGHTED else None
            if producer is not None and producer.op_type in NORMALISERS and self.weight(node) is not None:
                yield node


Rewrite = Callable[[Graph, Mapping[str, Floats]], None]
Quantiser = Callable[[Path, Path, Sequence[Feed]], None]


def calibration_samples(tokenizer: Tokenizer, *, query_prompt: str, passage_prompt: str) -> list[Feed]:
    """Return the model's inputs for our own example sentences."""
    texts = [query_prompt + text for text in QUESTIONS] + [passage_prompt + text for text in PASSAGES]
    tokens = [np.array([tokenizer.encode(text).ids], np.int64) for text in texts]
    return [{"input_ids": ids, "attention_mask": np.ones_like(ids)} for ids in tokens]


def quantise(source: Path, target: Path, samples: Sequence[Feed]) -> None:
    """Write a copy of an optimised ONNX model whose matrix products run on 8-bit integers, as it is served.

    `samples` are inputs of the model that show how large its activations get.
    """
    quantise_rewritten(source, target, samples, rewrites=REWRITES)


def quantise_rewritten(
    source: Path,
    target: Path,
    samples: Sequence[Feed],
    *,
    rewrites: Sequence[Rewrite],
    float_operators: Collection[str] = (),
) -> None:
    """Rewrite the float graph, then quantise it; `float_operators` are kinds of operators that stay as they are."""
    graph = Graph(onnx.load(str(source)))
    with TemporaryDirectory(dir=target.parent) as scratch:
        rewritten = Path(scratch) / "rewritten.onnx"
        ranges = measure_ranges(source, observed_names(graph), samples, Path(scratch)) if rewrites else {}
        for rewrite in rewrites:
            rewrite(graph, ranges)
        onnx.save(graph.model, str(rewritten))
        nodes = graph.model.graph.node
        kept = [n.name for n in nodes if n.name.endswith(SPLIT_SUFFIX) or n.op_type in float_operators]
        quantise_weights(rewritten, target, kept)


def quantise_weights(source: Path, target: Path, kept: Sequence[str] = ()) -> None:
    """Quantise every matrix product but those `kept` as they are."""
    quantize_dynamic(
        str(source),
        str(target),
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,  # Without it sums overflow on processors that have AVX2 but no VNNI.
        nodes_to_exclude=list(kept),
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )


def observed_names(graph: Graph) -> list[str]:
    """Return the tensors whose ranges the rewrites need."""
    names = [node.input[0] for node in graph.normalised_inputs()]
    return sorted({*names, *(layer.narrow.input[0] for layer in graph.feed_forwards())})


def measure_ranges(source: Path, names: Sequence[str], samples: Sequence[Feed], scratch: Path) -> dict[str, Floats]:
    """Return the largest magnitude of each channel of the named tensors over the samples."""
    model = onnx.load(str(source))
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    path = scratch / "observed.onnx"
    onnx.save(model, str(path))
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    ranges: dict[str, Floats] = {}
    for sample in samples:
        for name, values in zip(names, session.run(list(names), dict(sample)), strict=True):
            peak = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
            ranges[name] = np.maximum(ranges[name], peak) if name in ranges else peak
    return ranges


def smooth_inputs(graph: Graph, ranges: Mapping[str, Floats]) -> None:
    """Smooth every product that reads a normalisation."""
    for node in list(graph.normalised_inputs()):
        smooth(graph, node, ranges[node.input[0]])


def split_layers(graph: Graph, ranges: Mapping[str, Floats]) -> None:
    """Split every feed-forward layer."""
    for layer in list(graph.feed_forwards()):
        split(graph, layer, ranges[layer.narrow.input[0]])


def smooth(graph: Graph, node: onnx.NodeProto, reach: Floats) -> None:
    """Share the range between a product's input channels and the rows of its weight."""
    weight = graph.weight(node)
    assert weight is not None
    factor = smoothing_factor(reach, np.abs(weight).max(axis=1))
    divided = f"{node.name}_smoothed"
    divisor = graph.set_constant(f"{node.name}_smoothing", np.reciprocal(factor))
    graph.insert_before(node, [helper.make_node("Mul", [node.input[0], divisor], [divided], name=divided)])
    node.input[0] = divided
    node.input[1] = graph.set_constant(f"{node.name}_weight", weight * factor[:, None])


def spell_out_normalisations(graph: Graph, ranges: Mapping[str, Floats]) -> None:
    """Write every sum of two tensors that is then normalised as plain operators."""
    for node in list(graph.model.graph.node):
        if node.op_type == "SkipLayerNormalization" and not any(node.output[1:]):
            graph.insert_before(node, spelled_out(graph, node))
            graph.model.graph.node.remove(node)


def spelled_out(graph: Graph, node: onnx.NodeProto) -> list[onnx.NodeProto]:
    """Return the plain operators of a SkipLayerNormalization (onnxruntime's contrib operators give its formula)."""
    added, skipped, gamma, beta, *bias = node.input
    epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), DEFAULT_EPSILON)
    smallest = graph.set_constant(f"{node.name}_epsilon", np.array(epsilon, np.float32))
    nodes: list[onnx.NodeProto] = []

    def step(operator: str, *inputs: str) -> str:
        name = f"{node.name}_{operator.lower()}_{len(nodes)}"
        nodes.append(helper.make_node(operator, inputs, [name], name=name))
        return name

    def mean_of_rows(values: str) -> str:
        name = step("ReduceMean", values)
        nodes[-1].attribute.append(helper.make_attribute("axes", [-1]))
        return name

    # The bias comes first: next to the product of an attention's output the two become one operator.
    for part in (*bias, skipped):
        added = step("Add", added, part)
    centred = step("Sub", added, mean_of_rows(added))
    # Mul, and Reciprocal below, where textbooks have Pow and Div: those onnxruntime folds back into the one operator.
    variance = mean_of_rows(step("Mul", centred, centred))
    deviation = step("Sqrt", step("Add", variance, smallest))
    normalised = step("Mul", centred, step("Reciprocal", deviation))
    step("Add", step("Mul", normalised, gamma), beta)
    nodes[-1].output[0] = node.output[0]
    return nodes


def smoothing_factor(activation_reach: Floats, weight_reach: Floats) -> Floats:
    """Return what to divide each input channel by: the middle channel stays as it is."""
    activation = np.maximum(activation_reach, SMALLEST_RANGE)
    weight = np.maximum(weight_reach, SMALLEST_RANGE)
    factor = activation**SMOOTHING / weight ** (1 - SMOOTHING)
    return np.asarray(factor / np.median(factor), np.float32)


def split(graph: Graph, layer: FeedForward, reach: Floats) -> None:
    """Move the largest neurons of a feed-forward layer to a narrow path that stays in float.

    In the wide path their weights and bias become 0, and so does what they add: GELU(0) = 0.
    """
    widen, narrow = graph.weight(layer.widen), graph.weight(layer.narrow)
    assert widen is not None
    assert narrow is not None
    bias = np.array(numpy_helper.to_array(graph.constants[layer.activate.input[1]]), np.float32)
    largest = np.sort(np.argsort(reach)[-SPLIT_NEURONS:])
    stem = layer.narrow.name
    constants = {"widen": widen[:, largest], "bias": bias[largest], "narrow": narrow[largest]}
    named = {part: graph.set_constant(f"{stem}_{part}_few", values) for part, values in constants.items()}

    widen, bias, narrow = widen.copy(), bias.copy(), narrow.copy()
    widen[:, largest], bias[largest], narrow[largest] = 0, 0, 0
    layer.widen.input[1] = graph.set_constant(f"{stem}_widen_many", widen)
    layer.activate.input[1] = graph.set_constant(f"{stem}_bias_many", bias)
    layer.narrow.input[1] = graph.set_constant(f"{stem}_narrow_many", narrow)
    append_narrow_path(graph, layer, named)


def append_narrow_path(graph: Graph, layer: FeedForward, constants: Mapping[str, str]) -> None:
    """Compute the moved neurons beside the wide path and add what they contribute."""
    stem, result = layer.narrow.name, layer.narrow.output[0]
    few, active, added, wide = (f"{stem}_{part}{SPLIT_SUFFIX}" for part in ("few", "active", "added", "wide"))
    before = [
        helper.make_node("MatMul", [layer.widen.input[0], constants["widen"]], [few], name=few),
        helper.make_node("BiasGelu", [few, constants["bias"]], [active], name=active, domain="com.microsoft"),
        helper.make_node("MatMul", [active, constants["narrow"]], [added], name=added),
    ]
    graph.insert_before(layer.narrow, before)
    layer.narrow.output[0] = wide
    total = helper.make_node("Add", [wide, added], [result], name=f"{stem}_total{SPLIT_SUFFIX}")
    position = next(i for i, node in enumerate(graph.model.graph.node) if node.name == stem)
    graph.model.graph.node.insert(position + 1, total)


def pack_blocks(source: Path, target: Path, samples: Sequence[Feed]) -> None:
    """Write a copy whose plain matrix products read blocks of 4-bit weights; fused attention stays in float."""
    # Here, as older versions of onnxruntime name this module otherwise, and only this variant needs it.
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    packer = MatMulNBitsQuantizer(
        onnx.load(str(source)),
        bits=4,
        block_size=BLOCK_WEIGHTS,
        is_symmetric=True,
        accuracy_level=4,  # Activations as 8-bit integers: the fastest the operator offers.
    )
    packer.process()
    onnx.save(packer.model.model, str(target))


REWRITES: Sequence[Rewrite] = (smooth_inputs, split_layers, spell_out_normalisations)  # Of what is served.
SERVED = "int8 + all (served)"
VARIANTS: Mapping[str, Quantiser] = {
    "int8 per channel": partial(quantise_rewritten, rewrites=()),
    "int8 + smooth": partial(quantise_rewritten, rewrites=(smooth_inputs,)),
    "int8 + split": partial(quantise_rewritten, rewrites=(split_layers,)),
    "int8 + smooth, split": partial(quantise_rewritten, rewrites=(smooth_inputs, split_layers)),
    SERVED: quantise,
    "int8 + all, float words": partial(quantise_rewritten, rewrites=REWRITES, float_operators={WORD_TABLE}),
    "4-bit blocks": pack_blocks,
}
