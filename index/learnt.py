"""A learnt recipe: weights and curves fitted to a shop's own labels, kept beside the generation that they serve."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from index.confidence import Curve
from index.fusion import Source
from index.recipe import STANDARD, OrderWeights, Recipe
from kb.articles.models import Audience


@dataclass(frozen=True, slots=True)
class Learnt:
    """A recipe, and what it was learnt from: a hash of the labelled questions, and how many they were."""

    recipe: Recipe
    data_sha256: str
    questions: int


def write_learnt(learnt: Learnt, path: Path) -> None:
    """Write what was learnt, and nothing that was not: a later version's other parts stay its own."""
    recipe = learnt.recipe
    content = {
        "data_sha256": learnt.data_sha256,
        "questions": learnt.questions,
        "weights": {source.value: weight for source, weight in recipe.weights.items()},
        "order": asdict(recipe.order),
        "curves": {audience.value: asdict(curve) for audience, curve in recipe.curves.items()},
    }
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def read_learnt(path: Path) -> Learnt | None:
    """Read what was learnt; None where nothing was."""
    if not path.is_file():
        return None
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    recipe = replace(
        STANDARD,
        weights={Source(name): float(weight) for name, weight in content["weights"].items()},
        order=OrderWeights(**content["order"]),
        curves={Audience(name): Curve(**curve) for name, curve in content["curves"].items()},
    )
    return Learnt(recipe, content["data_sha256"], content["questions"])
