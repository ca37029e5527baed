"""What is rewritten before an encoder is quantised computes the same."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("onnx", reason="onnx is not installed")

import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession

from index.quantise import Graph, spell_out_normalisations

Floats = NDArray[np.float32]
CONTRIBUTED = "com.microsoft"
WIDTH = 6


def make_model(*, bias: bool, outputs: tuple[str, ...] = ("normalised",), **attributes: Any) -> onnx.ModelProto:
    """Return a model that adds two tensors, and a bias, and normalises the sum."""
    random = np.random.default_rng(7)
    constants = ["gamma", "beta", *(["bias"] if bias else [])]
    node = helper.make_node(
        "SkipLayerNormalization",
        ["input", "skip", *constants],
        list(outputs),
        name="normalise",
        domain=CONTRIBUTED,
        **attributes,
    )
    shape: list[str | int | None] = ["batch", "tokens", WIDTH]
    graph = helper.make_graph(
        [node],
        "normalising",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("input", "skip")],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in outputs if name],
        [numpy_helper.from_array(random.normal(size=WIDTH).astype(np.float32), name) for name in constants],
    )
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIBUTED, 1)]
    return helper.make_model(graph, opset_imports=versions, ir_version=8)


def run(model: onnx.ModelProto, values: Floats) -> Floats:
    """Return what a model makes of a tensor beside its mirror image."""
    session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["normalised"], {"input": values, "skip": values[..., ::-1].copy()})[0])


def spell_out(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy in plain operators."""
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    spell_out_normalisations(Graph(copied), {})
    onnx.checker.check_model(copied)
    return copied


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("attributes", [{}, {"epsilon": 0.5}])
def test_spelled_out_normalisation_gives_what_the_single_operator_gives(
    *, bias: bool, attributes: dict[str, Any]
) -> None:
    model = make_model(bias=bias, **attributes)
    spelled = spell_out(model)
    values = np.random.default_rng(11).normal(scale=3, size=(2, 5, WIDTH)).astype(np.float32)
    values[1, 4] = 0  # As where the table of words has nothing for a token.
    assert "SkipLayerNormalization" not in {node.op_type for node in spelled.graph.node}
    assert run(spelled, values) == pytest.approx(run(model, values), abs=1e-5)


def test_normalisation_whose_sum_is_read_elsewhere_too_is_left_as_it_is() -> None:
    model = make_model(bias=True, outputs=("normalised", "", "", "sum"))
    assert spell_out(model) == model
