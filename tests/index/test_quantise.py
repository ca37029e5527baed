"""What is rewritten before an encoder is quantised computes the same, and stays rewritten."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("onnx", reason="onnx is not installed")

import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession, SessionOptions

from index.prepared import ModelNotPrepared, Precision, find_prepared, read_description, verify_weights
from index.quantise import Graph, spell_out_normalisations
from kb.settings import default_model_dir

Floats = NDArray[np.float32]
FUSED = "SkipLayerNormalization"
CONTRIBUTED = "com.microsoft"
WIDTH = 6


def make_model(*, bias: bool, last: tuple[str, ...] = ("result",), **attributes: Any) -> onnx.ModelProto:
    """Return a model that adds two tensors and normalises the sum, multiplies it, and does the same again."""
    random = np.random.default_rng(7)
    constants = ["gamma", "beta", *(["bias"] if bias else [])]

    def normalise(name: str, inputs: list[str], outputs: tuple[str, ...]) -> onnx.NodeProto:
        read = [*inputs, *constants]
        return helper.make_node(FUSED, read, list(outputs), name=name, domain=CONTRIBUTED, **attributes)

    shape: list[str | int | None] = ["batch", "tokens", WIDTH]
    graph = helper.make_graph(
        [
            normalise("first", ["input", "skip"], ("normalised",)),
            helper.make_node("MatMul", ["normalised", "weight"], ["product"], name="multiply"),
            normalise("second", ["product", "normalised"], last),
        ],
        "normalising",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("input", "skip")],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in last if name],
        [
            *(numpy_helper.from_array(random.normal(size=WIDTH).astype(np.float32), name) for name in constants),
            numpy_helper.from_array(random.normal(size=(WIDTH, WIDTH)).astype(np.float32), "weight"),
        ],
    )
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIBUTED, 1)]
    return helper.make_model(graph, opset_imports=versions, ir_version=8)


def run(model: onnx.ModelProto, values: Floats) -> Floats:
    """Return what a model makes of a tensor beside its mirror image."""
    session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["result"], {"input": values, "skip": values[..., ::-1].copy()})[0])


def spell_out(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy in plain operators."""
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    spell_out_normalisations(Graph(copied), {})
    onnx.checker.check_model(copied)
    return copied


def list_operators(model: bytes | Path, folder: Path) -> list[str]:
    """Return the kinds of operators that run when onnxruntime has opened a model and made of it what it likes."""
    options = SessionOptions()
    options.optimized_model_filepath = str(folder / "opened.onnx")
    options.log_severity_level = 3  # It warns that such a file is of this machine.
    InferenceSession(str(model) if isinstance(model, Path) else model, options, providers=["CPUExecutionProvider"])
    return [node.op_type for node in onnx.load(options.optimized_model_filepath).graph.node]


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("attributes", [{}, {"epsilon": 0.5}])
def test_spelled_out_normalisation_gives_what_the_single_operator_gives(
    *, bias: bool, attributes: dict[str, Any]
) -> None:
    model = make_model(bias=bias, **attributes)
    values = np.random.default_rng(11).normal(scale=3, size=(2, 5, WIDTH)).astype(np.float32)
    values[1, 3] *= 1e-6  # So small that how it comes out depends on the epsilon.
    values[1, 4] = 0  # Nothing varies: the epsilon alone keeps it from dividing by 0.
    assert run(spell_out(model), values) == pytest.approx(run(model, values), abs=1e-4)


def test_normalisations_stay_spelled_out_when_the_model_is_opened(tmp_path: Path) -> None:
    model = make_model(bias=True)
    assert list_operators(model.SerializeToString(), tmp_path).count(FUSED) == 2
    assert FUSED not in list_operators(spell_out(model).SerializeToString(), tmp_path)


def test_normalisation_whose_sum_is_read_elsewhere_too_is_left_as_it_is() -> None:
    spelled = spell_out(make_model(bias=True, last=("result", "", "", "sum")))
    assert [node.name for node in spelled.graph.node if node.op_type == FUSED] == ["second"]


def test_encoder_as_it_is_served_has_no_normalisation_in_one_operator(tmp_path: Path) -> None:
    try:
        folder = find_prepared("bundled", default_model_dir())
    except ModelNotPrepared as reason:
        pytest.skip(str(reason))
    served = verify_weights(folder, read_description(folder), Precision.INT8)
    assert FUSED not in list_operators(served, tmp_path)
