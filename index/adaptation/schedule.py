"""How long and how fast is trained, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.folders import replace_file

RESULT_FILE = "result.json"
MODEL_FOLDER = "model"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The bounds of a training; `check_steps` is how often it is checked and saved, at least once an epoch.

    It stops when `patience` checks in a row were no better than the best.
    """

    epochs: float = 3.0
    batch: int = 64
    learning_rate: float = 4e-5
    warmup: float = 0.1
    max_tokens: int = 128
    check_steps: int = 100
    patience: int = 3
    seed: int = 20_260_101


@dataclass(frozen=True, slots=True)
class Check:
    """What was logged at a step: the mean training loss since the last one, or nDCG@10 on the held-out questions."""

    step: int
    loss: float | None = None
    ndcg: float | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """The learning curves, and nDCG@10 of the held-out questions before and by how far the weights were moved.

    `scale` makes up for how much further apart texts lie than before (`index/export.py`).
    """

    before: float
    blends: Mapping[float, float]
    alpha: float
    scale: float
    checks: tuple[Check, ...]

    @property
    def is_better(self) -> bool:
        """Whether the chosen weights find held-out answers better than the old ones do."""
        return self.blends[self.alpha] > self.before


def write_trained(folder: Path, trained: Trained) -> None:
    """Write what came of a training."""
    data = {**asdict(trained), "blends": [[alpha, ndcg] for alpha, ndcg in trained.blends.items()]}
    replace_file(folder / RESULT_FILE, json.dumps(data).encode())


def read_trained(folder: Path) -> Trained:
    """Read what came of a training."""
    data = json.loads((folder / RESULT_FILE).read_bytes())
    return Trained(
        before=float(data["before"]),
        blends={float(alpha): float(ndcg) for alpha, ndcg in data["blends"]},
        alpha=float(data["alpha"]),
        scale=float(data["scale"]),
        checks=tuple(Check(**check) for check in data["checks"]),
    )
