"""Confidence against being right: AUC, risk and coverage, calibration, each worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.answering import (
    BoolArray,
    area_under_roc,
    expected_calibration_error,
    fill_bins,
    judge_confidence,
    trace_risk,
)
from eval.scoring import FloatArray
from tests.eval.run_makers import make_record

Judged = list[tuple[float, bool]]


def split(judged: Judged) -> tuple[FloatArray, BoolArray]:
    """Return confidences, and what was right."""
    return np.array([c for c, _ in judged], float), np.array([r for _, r in judged], bool)


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        ([(0.9, True), (0.8, True), (0.2, False)], 1.0),
        ([(0.1, True), (0.2, False), (0.3, False)], 0.0),
        ([(0.9, True), (0.6, False), (0.5, True), (0.1, False)], 3 / 4),  # One pair of four is the wrong way round.
        ([(0.5, True), (0.5, False)], 1 / 2),
        ([(0.5, True), (0.5, True), (0.5, False), (0.1, False)], (1 + 1 + 0.5 + 0.5) / 4),
    ],
)
def test_auc_is_the_share_of_pairs_the_right_way_round_ties_half(judged: Judged, expected: float) -> None:
    assert area_under_roc(*split(judged)) == pytest.approx(expected)


@pytest.mark.parametrize("judged", [[], [(0.5, True), (0.1, True)], [(0.5, False)]])
def test_auc_needs_both_right_and_wrong(judged: Judged) -> None:
    assert math.isnan(area_under_roc(*split(judged)))


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.booleans()), max_size=20))
def test_auc_is_what_counting_every_pair_gives(judged: Judged) -> None:
    pairs = [(good, bad) for good, right in judged if right for bad, wrong in judged if not wrong]
    if pairs:
        expected = sum(1.0 if good > bad else 0.5 if good == bad else 0.0 for good, bad in pairs) / len(pairs)
        assert area_under_roc(*split(judged)) == pytest.approx(expected)


def test_risk_is_traced_from_the_surest_question_on() -> None:
    coverage, risk = trace_risk(*split([(0.2, False), (0.9, True), (0.7, False), (0.4, True)]))
    np.testing.assert_allclose(coverage, [0.25, 0.5, 0.75, 1.0])
    np.testing.assert_allclose(risk, [0, 1 / 2, 1 / 3, 2 / 4])


def test_questions_of_the_same_confidence_share_their_risk() -> None:
    judged = [(0.9, True), (0.5, True), (0.5, False), (0.5, False)]
    _, risk = trace_risk(*split(judged))
    np.testing.assert_allclose(risk, [0, (2 / 3) / 2, (4 / 3) / 3, 2 / 4])
    np.testing.assert_allclose(trace_risk(*split(judged[::-1]))[1], risk)


def test_no_questions_trace_nothing() -> None:
    coverage, risk = trace_risk(*split([]))
    assert (len(coverage), len(risk)) == (0, 0)


def test_bins_are_of_equal_width_and_hold_their_lower_end() -> None:
    judged = [(0.0, False), (0.09, True), (0.1, True), (0.95, True), (1.0, False)]
    bins = fill_bins(*split(judged))
    assert [(b.accuracy, b.count) for b in bins] == [(0.5, 2), (1.0, 1), (0.5, 2)]
    assert [b.confidence for b in bins] == pytest.approx([0.045, 0.1, 0.975])


def test_calibration_error_weighs_bins_by_their_size() -> None:
    judged = [(0.9, True), (0.95, False), (0.92, True), (0.15, False)]
    sure, unsure = abs((0.9 + 0.95 + 0.92) / 3 - 2 / 3), 0.15
    assert expected_calibration_error(*split(judged)) == pytest.approx((3 * sure + unsure) / 4)


def test_confidence_that_is_always_right_about_itself_has_no_calibration_error() -> None:
    assert expected_calibration_error(*split([(1.0, True), (0.0, False), (0.5, True), (0.5, False)])) == 0.0
    assert expected_calibration_error(*split([])) == 0.0


def test_run_is_judged_by_all_its_questions_also_those_without_an_answer() -> None:
    records = [
        make_record("right", "a", {"a": 1}, confidence=0.9),
        make_record("unanswerable", "a", confidence=0.7),
        make_record("wrong", "b a", {"a": 1}, confidence=0.4),
        make_record("nothing ranked", "", {"a": 1}, confidence=0.0),
    ]
    judged = judge_confidence(records, np.arange(4))
    assert judged is not None
    assert (judged.auc.value, judged.auc.count) == (1.0, 4)
    np.testing.assert_allclose(judged.curve, [(0.25, 0), (0.5, 1 / 2), (0.75, 2 / 3), (1.0, 3 / 4)])
    assert judged.area_under_risk.value == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4) / 4)
    assert judged.calibration_error.value == pytest.approx((0.1 + 0.7 + 0.4 + 0.0) / 4)
    assert math.isnan(judged.area_under_risk.low)  # Of so few no interval is drawn.
    assert sum(b.count for b in judged.bins) == 4


def test_where_nothing_is_right_there_is_no_auc_and_all_is_risk() -> None:
    judged = judge_confidence([make_record("q", "b", {"a": 1}, confidence=0.3)], np.zeros(1, np.int64))
    assert judged is not None
    assert all(math.isnan(end) for end in (judged.auc.value, judged.auc.low, judged.auc.high))
    assert (judged.area_under_risk.value, judged.area_under_risk.count) == (1.0, 1)


def test_no_questions_are_not_judged() -> None:
    assert judge_confidence([], np.zeros(0, np.int64)) is None
