"""The exam that decides when to stop: how well held-out questions find their items by vectors alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.adaptation.lessons import Lessons, Trial
from index.encoder import FloatMatrix

DEPTH = 10

# Further than that no two encoders of one family lie apart: it would hide that something went wrong.
LEAST_SCALE = 0.1

Encode = Callable[[Sequence[str]], FloatMatrix]


@dataclass(frozen=True, slots=True)
class Grade:
    """The mean nDCG@10, and how far questions lie from the nearest text: 1 less the inner product, on average."""

    ndcg: float
    distance: float


class Exam:
    """The trials of some lessons; the same ones at every check."""

    def __init__(self, lessons: Lessons) -> None:
        self._trials = lessons.trials
        self._texts = [text for _, text in lessons.pool]
        self._items = np.array([item for item, _ in lessons.pool], np.int64)
        self._discounts = 1 / np.log2(np.arange(2, DEPTH + 2))

    def grade(self, encode: Encode) -> Grade:
        """Return the grade of an encoder; an item is as near as the nearest of its texts."""
        shown = encode([trial.question for trial in self._trials]) @ encode(self._texts).T
        for trial, row in zip(self._trials, shown, strict=True):
            row[list(trial.hidden)] = -np.inf
        gains = [self._gain(trial, row) for trial, row in zip(self._trials, shown, strict=True)]
        return Grade(float(np.mean(gains)), float(1 - shown.max(axis=1).mean()))

    def _gain(self, trial: Trial, shown: FloatMatrix) -> float:
        best = np.full(self._items.max() + 1, -np.inf, np.float32)
        np.maximum.at(best, self._items, shown)
        ranked = np.argsort(-best, kind="stable")[:DEPTH]
        found = np.isin(ranked, trial.right) & np.isfinite(best[ranked])
        ideal = self._discounts[: min(DEPTH, len(trial.right))].sum()
        return float((self._discounts[: len(ranked)] * found).sum() / ideal)


def match_distance(before: Grade, after: Grade) -> float:
    """Return the scale by which the second encoder's questions lie as far from what is nearest as the first one's.

    Confidence is fitted to how near an answer lies (`index/confidence.py`): training spreads texts apart, which would
    make it doubt what it knows. Texts cannot be spread by this, only drawn together: a scale is never above 1.
    """
    return min(1.0, max(LEAST_SCALE, before.distance / max(after.distance, 1e-9)))
