"""A small change of an encoder's weights, kept apart from them: of each matrix, the product of two thin ones.

Hu et al., LoRA: Low-rank adaptation of large language models, ICLR 2022.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from kb.errors import XianzhiError
from kb.folders import replace_file

Matrix = NDArray[np.float32]

DOWN, UP = ".down", ".up"
WEIGHT = ".weight"


class WeightsChangeUnusable(XianzhiError):
    """The file of a weights change is damaged, or made for another network."""

    code = "weights_change_unusable"


@dataclass(frozen=True, slots=True, eq=False)
class WeightsChange:
    """By layer: `up` (outputs, rank) times `down` (rank, inputs) is added to its weight; `checksum` names the whole."""

    layers: Mapping[str, tuple[Matrix, Matrix]]
    checksum: str

    def apply(self, weights: Mapping[str, Matrix]) -> dict[str, Matrix]:
        """Return the weights with the change added; raises `WeightsChangeUnusable` where a matrix does not fit."""
        changed = dict(weights)
        for layer, (up, down) in self.layers.items():
            old = changed.get(layer + WEIGHT)
            if old is None or old.shape != (len(up), down.shape[1]) or up.shape[1] != len(down):
                raise WeightsChangeUnusable(f"The change of {layer} does not fit the encoder; train it again.")
            changed[layer + WEIGHT] = old + up @ down
        return changed


def read_change(path: Path) -> WeightsChange:
    """Read a change; raises `WeightsChangeUnusable`."""
    try:
        data = path.read_bytes()
        tensors = {name: tensor.astype(np.float32) for name, tensor in load(data).items()}
        names = sorted(name.removesuffix(UP) for name in tensors if name.endswith(UP))
        layers = {name: (tensors[name + UP], tensors[name + DOWN]) for name in names}
    except (OSError, SafetensorError, KeyError) as error:
        raise WeightsChangeUnusable(f"{path} cannot be read as a weights change: {error}") from error
    return WeightsChange(layers, hashlib.sha256(data).hexdigest())


def write_change(path: Path, layers: Mapping[str, tuple[Matrix, Matrix]]) -> None:
    """Write a change in half precision: it is a hundredth of the weights that it is added to."""
    tensors = {}
    for layer, (up, down) in layers.items():
        tensors[layer + UP] = np.ascontiguousarray(up, np.float16)
        tensors[layer + DOWN] = np.ascontiguousarray(down, np.float16)
    replace_file(path, save(tensors))
