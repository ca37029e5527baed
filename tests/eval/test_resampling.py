"""Chance: intervals that cover, units drawn together, p-values against exact enumeration, Holm by hand."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.resampling import (
    RESAMPLES,
    Interval,
    correct_for_many,
    estimate,
    estimate_means,
    find_p_value,
    sum_by_unit,
)
from eval.scoring import FloatArray, IntArray, ScoreTable


def make_table(values: FloatArray, units: IntArray | None = None) -> ScoreTable:
    """Return a table of one measure."""
    units = np.arange(len(values)) if units is None else units
    return ScoreTable(tuple(f"q{n}" for n in range(len(values))), units, ("m",), values[:, None])


def estimate_one(values: FloatArray, units: IntArray | None = None) -> Interval:
    """Return the interval of one measure."""
    return estimate_means(make_table(values, units))["m"]


def test_interval_of_many_questions_is_as_wide_as_theory_says() -> None:
    values = (np.arange(400) < 100).astype(float)
    interval = estimate_one(values)
    # A share of 1/4 over 400: 1.96 standard errors of sqrt(0.25 * 0.75 / 400).
    reach = 1.96 * math.sqrt(0.25 * 0.75 / 400)
    assert (interval.value, interval.count) == (0.25, 400)
    assert interval.low == pytest.approx(0.25 - reach, abs=0.005)
    assert interval.high == pytest.approx(0.25 + reach, abs=0.005)


def test_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(11)
    samples = [estimate_one((random.random(60) < 0.6).astype(float)) for _ in range(200)]
    covering = sum(interval.low <= 0.6 <= interval.high for interval in samples)
    assert 0.89 * 200 <= covering <= 0.99 * 200


def test_interval_is_the_same_on_every_run() -> None:
    values = np.random.default_rng(1).random(50)
    assert estimate_one(values) == estimate_one(values.copy())


def test_questions_of_one_unit_are_drawn_together() -> None:
    values = np.repeat([1.0, 0.0] * 10, 5)
    apart, together = estimate_one(values), estimate_one(values, np.repeat(np.arange(20), 5))
    # A hundred questions of twenty words are worth twenty: the interval is sqrt(5) times as wide.
    assert (together.high - together.low) / (apart.high - apart.low) == pytest.approx(math.sqrt(5), rel=0.15)
    assert together.value == apart.value == 0.5


def test_one_unit_has_no_spread() -> None:
    assert estimate_one(np.array([0.0, 1.0]), np.array([7, 7])) == Interval(0.5, 0.5, 0.5, 2)


def test_measure_is_estimated_over_the_questions_it_speaks_of() -> None:
    values = np.array([[1.0, math.nan, math.nan], [math.nan, math.nan, math.nan], [0.0, 1.0, math.nan]])
    intervals = estimate_means(ScoreTable(("a", "b", "c"), np.arange(3), ("x", "y", "none"), values))
    assert {name: (i.value, i.count) for name, i in intervals.items()} == {"x": (0.5, 2), "y": (1.0, 1)}
    assert (intervals["y"].low, intervals["y"].high) == (1.0, 1.0)  # Draws without the one question say nothing.


def test_no_questions_have_no_intervals() -> None:
    assert estimate_means(make_table(np.zeros(0))) == {}


def test_sums_by_unit_leave_out_what_is_missing() -> None:
    sums, counts = sum_by_unit(np.array([[1.0], [math.nan], [4.0], [2.0]]), np.array([5, 5, 1, 5]))
    assert (sums.tolist(), counts.tolist()) == ([[4.0], [3.0]], [[1.0], [2.0]])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.data())
def test_interval_lies_within_the_values(values: list[float], data: st.DataObject) -> None:
    units = data.draw(st.lists(st.integers(0, 5), min_size=len(values), max_size=len(values)))
    interval = estimate_one(np.array(values), np.array(units))
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9
    assert interval.value == pytest.approx(np.mean(values))


def test_statistic_is_estimated_as_the_mean_is() -> None:
    values, units = np.random.default_rng(2).random(30), np.repeat(np.arange(10), 3)
    interval = estimate_one(values, units)
    assert estimate(lambda rows: float(values[rows].mean()), units) == pytest.approx((interval.low, interval.high))


def test_statistic_sees_whole_units_as_often_as_they_are_drawn() -> None:
    seen: list[tuple[int, ...]] = []

    def count(rows: IntArray) -> float:
        seen.append(tuple(rows.tolist()))
        return float(len(rows))

    assert estimate(count, np.array([3, 3, 8])) == (2.0, 4.0)
    assert set(seen) == {(0, 0, 1, 1), (0, 1, 2), (2, 2)}
    assert len(seen) == RESAMPLES


def test_statistic_that_is_undefined_everywhere_has_no_interval() -> None:
    assert all(math.isnan(end) for end in estimate(lambda rows: math.nan, np.arange(3)))


def enumerate_signs(sums: list[float]) -> float:
    """Return the exact two-sided p-value: the share of all ways to flip signs that yield as much."""
    totals = [abs(sum(sign * s for sign, s in zip(signs, sums, strict=True))) for signs in product((1, -1), repeat=8)]
    return sum(total >= abs(sum(sums)) - 1e-12 for total in totals) / len(totals)


@pytest.mark.parametrize(
    "differences",
    [
        [0.5, 0.4, 0.3, 0.2, 0.1, 0.6, 0.7, 0.8],  # All one way: 2 of 256.
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0],
        [0.5, -0.25, 0.125, 1.0, -0.5, 0.75, 0.3, -0.1],
    ],
)
def test_p_value_is_that_of_all_ways_to_flip_signs(differences: list[float]) -> None:
    exact = enumerate_signs(differences)
    assert find_p_value(np.array(differences), np.arange(8)) == pytest.approx(exact, abs=0.012)


def test_p_value_flips_the_questions_of_a_unit_together() -> None:
    each, units = np.array([0.5, 0.5, 0.25, 0.125, 0.4]), np.array([0, 0, 1, 1, 2])
    assert find_p_value(each, units) == find_p_value(np.array([1.0, 0.375, 0.4]), np.arange(3))
    assert find_p_value(each, units) == pytest.approx(2 / 8, abs=0.012)  # Three units, all one way.
    assert find_p_value(each, np.arange(5)) == pytest.approx(2 / 32, abs=0.012)


def test_p_value_is_the_same_on_every_run_and_either_way_round() -> None:
    each = np.random.default_rng(4).normal(0.2, 1, 40)
    assert find_p_value(each, np.arange(40)) == find_p_value(each.copy(), np.arange(40))
    assert find_p_value(-each, np.arange(40)) == find_p_value(each, np.arange(40))


def test_p_value_counts_the_observed_one_and_is_never_zero() -> None:
    assert find_p_value(np.ones(60), np.arange(60)) == 1 / 10_001


@pytest.mark.parametrize("differences", [[], [0.0, 0.0], [math.nan, math.nan], [math.nan, 0.0]])
def test_no_difference_is_no_evidence(differences: list[float]) -> None:
    assert find_p_value(np.array(differences), np.arange(len(differences))) == 1.0


def test_differences_that_cancel_within_a_unit_are_no_evidence() -> None:
    assert find_p_value(np.array([1.0, -1.0]), np.array([0, 0])) == 1.0


@pytest.mark.parametrize(
    ("p_values", "corrected"),
    [
        # Times 4, 3, 2, 1 in rising order, and never less than the one before.
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.01, 0.011, 0.5, 0.9], [0.04, 0.04, 1.0, 1.0]),
        ([0.02], [0.02]),
        ([0.6, 0.6], [1.0, 1.0]),
        ([], []),
    ],
)
def test_holms_correction_by_hand(p_values: list[float], corrected: list[float]) -> None:
    names = [f"m{n}" for n in range(len(p_values))]
    found = correct_for_many(dict(zip(names, p_values, strict=True)))
    assert found == pytest.approx(dict(zip(names, corrected, strict=True)))
