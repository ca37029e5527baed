"""Chance: bootstrap intervals, the paired randomisation test, and Holm's correction for many measures."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from eval.scoring import FloatArray, IntArray, ScoreTable

_Name = TypeVar("_Name", bound=Hashable)

RESAMPLES = 1_000
PERMUTATIONS = 10_000
FEWEST = 10
SEED = 20_260_101  # Fixed: the same run has the same intervals and the same p-values.
TAIL = 2.5  # Percent on each side: 95 % intervals.


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `count` questions with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float
    count: int

    @property
    def says_little(self) -> bool:
        """Whether the interval should not be shown: of so few, often all alike, it looks surer than it is."""
        return self.count < FEWEST or math.isnan(self.low)


def estimate_means(table: ScoreTable) -> Mapping[str, Interval]:
    """Return each measure's mean with its interval; measures that speak of no question are left out.

    Whole units are resampled with replacement (cluster bootstrap, percentile interval: Efron and Tibshirani 1993;
    Field and Welsh, JRSS B 2007).
    """
    sums, counts = sum_by_unit(table.values, table.units)
    weights = _draw_units(len(sums))
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (weights @ sums) / (weights @ counts)
    intervals = {}
    for place, name in enumerate(table.measures):
        count = int(counts[:, place].sum())
        if count:
            low, high = _read_interval(means[:, place])
            intervals[name] = Interval(float(sums[:, place].sum() / count), low, high, count)
    return intervals


def estimate(statistic: Callable[[IntArray], float], units: IntArray) -> tuple[float, float]:
    """Return the 95 % interval of a statistic of question rows, by the same bootstrap of whole units."""
    names, places = np.unique(units, return_inverse=True)
    every = np.arange(len(units))
    drawn = [statistic(np.repeat(every, weights[places])) for weights in _draw_units(len(names)).astype(np.int64)]
    return _read_interval(np.array(drawn))


def find_p_value(difference: FloatArray, units: IntArray) -> float:
    """Return the two-sided p-value of paired differences: how often flipping units' signs at random yields as much.

    Fisher's paired randomisation test (Smucker, Allan and Carterette, CIKM 2007), with the observed one counted.
    """
    there = ~np.isnan(difference)
    sums, _ = sum_by_unit(difference[there][:, None], units[there])
    sums = sums[sums[:, 0] != 0, 0]
    if not len(sums):
        return 1.0
    signs = np.random.default_rng(SEED).choice((-1.0, 1.0), size=(PERMUTATIONS, len(sums)))
    as_far = np.abs(signs @ sums) >= abs(sums.sum()) - 1e-12
    return float((1 + as_far.sum()) / (1 + PERMUTATIONS))


def correct_for_many(p_values: Mapping[_Name, float]) -> Mapping[_Name, float]:
    """Return p-values corrected for their number by Holm's step-down method (Scandinavian J. of Statistics, 1979)."""
    corrected: dict[_Name, float] = {}
    largest = 0.0
    ranked = sorted(p_values, key=lambda name: p_values[name])
    for place, name in enumerate(ranked):
        largest = max(largest, min(1.0, (len(ranked) - place) * p_values[name]))
        corrected[name] = largest
    return corrected


def sum_by_unit(values: FloatArray, units: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return, for each unit, the sum of each column's values that are there, and how many there are."""
    _, places = np.unique(units, return_inverse=True)
    shape = (int(places.max()) + 1 if len(places) else 0, values.shape[1])
    sums, counts = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, places, np.nan_to_num(values))
    np.add.at(counts, places, ~np.isnan(values))
    return sums, counts


def _draw_units(count: int) -> FloatArray:
    if not count:
        return np.zeros((RESAMPLES, 0))
    return np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.float64)


def _read_interval(drawn: FloatArray) -> tuple[float, float]:
    there = drawn[~np.isnan(drawn)]
    if not len(there):
        return float("nan"), float("nan")
    low, high = np.percentile(there, (TAIL, 100 - TAIL))
    return float(low), float(high)
