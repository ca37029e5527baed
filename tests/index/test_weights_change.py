from pathlib import Path

import numpy as np
import pytest

from index.prepared import BUNDLED, CHANGE_FILE, folder_name
from index.weights_change import WeightsChangeUnusable, read_change, write_change

LAYER = "encoder.layer.0.attention.self.query"


def write_example(folder: Path) -> Path:
    path = folder / "change.safetensors"
    up, down = np.array([[1.0], [2.0], [0.0]], np.float32), np.array([[0.5, -0.25]], np.float32)
    write_change(path, {LAYER: (up, down)})
    return path


def test_a_change_adds_the_product_of_its_thin_matrices_to_one_weight_and_leaves_the_others(tmp_path: Path) -> None:
    change = read_change(write_example(tmp_path))
    weights = {f"{LAYER}.weight": np.ones((3, 2), np.float32), "embeddings.weight": np.ones((2, 2), np.float32)}
    changed = change.apply(weights)
    assert changed[f"{LAYER}.weight"].tolist() == [[1.5, 0.75], [2.0, 0.5], [1.0, 1.0]]
    assert changed["embeddings.weight"] is weights["embeddings.weight"]
    assert weights[f"{LAYER}.weight"].tolist() == [[1.0, 1.0]] * 3


def test_a_change_of_another_network_is_refused(tmp_path: Path) -> None:
    change = read_change(write_example(tmp_path))
    with pytest.raises(WeightsChangeUnusable, match="does not fit"):
        change.apply({f"{LAYER}.weight": np.ones((2, 3), np.float32)})
    with pytest.raises(WeightsChangeUnusable, match="does not fit"):
        change.apply({})


@pytest.mark.parametrize("size", [0, 5, 40])
def test_a_damaged_change_is_refused(tmp_path: Path, size: int) -> None:
    path = write_example(tmp_path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(WeightsChangeUnusable, match=r"change\.safetensors"):
        read_change(path)


def test_a_change_without_a_partner_matrix_is_refused(tmp_path: Path) -> None:
    path = write_example(tmp_path)
    path.write_bytes(path.read_bytes().replace(b".down", b".dowm"))
    with pytest.raises(WeightsChangeUnusable):
        read_change(path)


def test_the_change_that_comes_along_is_of_every_linear_layer_and_small() -> None:
    change = read_change(CHANGE_FILE)
    assert len(change.layers) == 12 * 6
    assert CHANGE_FILE.stat().st_size < 3_000_000


def test_an_encoder_that_was_prepared_before_it_learnt_is_not_taken_for_this_one() -> None:
    assert folder_name(BUNDLED) == f"bundled-{read_change(CHANGE_FILE).checksum[:8]}"
