"""A scaled encoder: every inner product drawn towards 1, nothing ranked otherwise, in both precisions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.encoder import OnnxEncoder
from index.prepared import Precision
from tests.index.adaptation.tiny_bert import write_tiny_bert

TEXTS = ["a1 a2", "a1 a3", "b7 b8", "c3"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same model, as it is and scaled."""
    model = write_tiny_bert(tmp_path_factory.mktemp("tiny"))
    from index.export import load_source, write_prepared

    plain, scaled = (tmp_path_factory.mktemp(name) for name in ("plain", "scaled"))
    write_prepared(load_source(str(model)), "model", plain, lambda _: None)
    write_prepared(load_source(str(model), scale=0.25), "model", scaled, lambda _: None)
    return plain, scaled


@pytest.mark.parametrize("precision", list(Precision))
def test_inner_products_are_drawn_towards_1(folders: tuple[Path, Path], precision: Precision) -> None:
    plain, scaled = (OnnxEncoder(folder, precision=precision, threads=1) for folder in folders)
    before, after = (encoder.encode_questions(TEXTS) @ encoder.encode_passages(TEXTS).T for encoder in (plain, scaled))
    assert (plain.fingerprint.dimension, scaled.fingerprint.dimension) == (32, 33)
    np.testing.assert_allclose(after, 0.25 * before + 0.75, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(scaled.encode_passages(TEXTS), axis=1), 1.0, atol=1e-5)
