"""The model of reasons as a file of a generation: plain JSON, with no text of any case and no order in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import numpy as np

from index.reasons.fitting import FloatArray
from index.reasons.marks import Mark
from index.reasons.model import CaseMarks, Intent, MarkWeights, Reason, ReasonModel
from kb.conditions import Operator
from kb.orders.words import Words

DIGITS = 4


def write_reasons(model: ReasonModel, path: Path) -> None:
    """Write what was learnt."""
    weights = model.weights
    content = {
        "reasons": [{**asdict(reason), "title": astuple(reason.title)} for reason in model.reasons],
        "intents": [astuple(intent) for intent in model.intents],
        "weights": None if weights is None else _pack(weights),
        "cases": [(case.intent, case.marks) for case in model.cases],
    }
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def read_reasons(path: Path) -> ReasonModel | None:
    """Read what was learnt; None where nothing was, or by a version that learnt none."""
    if not path.is_file():
        return None
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return ReasonModel(
        reasons=[Reason(one["id"], Words(*one["title"]), one["ask"]) for one in content["reasons"]],
        intents=[Intent(*one) for one in content["intents"]],
        weights=None if content["weights"] is None else _unpack(content["weights"]),
        cases=[CaseMarks(intent, tuple(marks)) for intent, marks in content["cases"]],
    )


def _pack(weights: MarkWeights) -> Mapping[str, object]:
    return {
        "marks": [astuple(mark) for mark in weights.marks],
        "usual": _round(weights.usual),
        "by_intent": _round(weights.by_intent),
        "rates": _round(weights.rates),
    }


def _unpack(content: Mapping[str, Any]) -> MarkWeights:
    marks = [Mark(fact, Operator(op), value) for fact, op, value in content["marks"]]
    by_intent = _read(content["by_intent"]).reshape(len(content["rates"]), len(marks))
    return MarkWeights(marks, _read(content["usual"]), by_intent, _read(content["rates"]))


def _round(values: FloatArray) -> list[Any]:
    rounded: list[Any] = values.round(DIGITS).tolist()
    return rounded


def _read(values: Sequence[Any]) -> FloatArray:
    return np.array(values, np.float64)
