"""Confidence is a probability that grows with the evidence."""

from __future__ import annotations

import math
from dataclasses import astuple, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.confidence import CURVE, SAME_WORDS, Curve, Signs
from tests.fakes import Desk, make_article, make_order

FAVOURABLE = ("nearness", "lead", "terms", "moved")
SIGNS = st.builds(
    Signs,
    nearness=st.floats(-1, 1),
    lead=st.floats(-2, 2),
    terms=st.floats(0, 10),
    moved=st.floats(-4, 4),
    undecided=st.sampled_from([0.0, 1.0]),
)
NO_SIGN = Signs(nearness=0.0, lead=0.0, terms=0.0, moved=0.0, undecided=0.0)


@given(SIGNS, st.floats(1, 1e300))
def test_confidence_is_a_probability_however_strong_the_signs(signs: Signs, times: float) -> None:
    assert 0.0 <= CURVE.estimate(Signs(*(sign * times for sign in astuple(signs)))) <= 1.0


@given(signs=SIGNS, name=st.sampled_from(FAVOURABLE), more=st.floats(0, 5))
def test_more_of_what_speaks_for_a_solution_never_lowers_confidence(signs: Signs, name: str, more: float) -> None:
    stronger = replace(signs, **{name: getattr(signs, name) + more})
    assert CURVE.estimate(stronger) >= CURVE.estimate(signs)


@given(SIGNS)
def test_conditions_that_cannot_be_decided_never_raise_confidence(signs: Signs) -> None:
    assert CURVE.estimate(replace(signs, undecided=1.0)) <= CURVE.estimate(replace(signs, undecided=0.0))


def test_evidence_is_the_weighted_sum_of_the_signs() -> None:
    curve = Curve(start=-1.0, nearness=2.0, lead=3.0, terms=4.0, moved=5.0, undecided=-6.0)
    # -1 + 2 * 0.5 + 3 * 1 + 4 * 0.25 + 5 * 0.4 - 6 * 1 = 0
    assert curve.estimate(Signs(nearness=0.5, lead=1.0, terms=0.25, moved=0.4, undecided=1.0)) == 0.5
    assert curve.estimate(NO_SIGN) == pytest.approx(1 / (1 + math.e))


def test_same_words_weigh_more_than_nearness_does() -> None:
    flat = Curve(*(0.0 for _ in astuple(CURVE)))
    assert flat.estimate(replace(NO_SIGN, nearness=SAME_WORDS)) == 0.5
    # 60 for each unit above 0.97.
    assert flat.estimate(replace(NO_SIGN, nearness=1.0)) == pytest.approx(1 / (1 + math.exp(-1.8)))


def test_same_words_are_an_answer_in_a_base_of_one_item(desk: Desk) -> None:
    desk.save(make_article(questions=[]))
    same, other = desk.ask("七天无理由退货"), desk.ask("发票抬头写错了")
    assert (same.answered, other.answered) == (True, False)
    assert same.confidence > 0.9
    assert other.confidence < 0.1


def test_lower_ranked_solution_is_never_surer_when_all_else_is_equal(desk: Desk) -> None:
    # The same words in both, so that they differ by nothing but what the order says of one.
    shipped = [{"fact": "order.status", "op": "==", "value": "shipped"}]
    desk.save(
        make_article(id="bare", questions=[]),
        make_article(id="fitting", questions=[], applies_when=shipped),
        make_article(id="other", title="发票抬头", questions=[], body="可以重开。"),
    )
    result = desk.ask("七天无理由退货", order=make_order(), fold_copies=False)
    assert [solution.id for solution in result.solutions[:2]] == ["fitting", "bare"]
    confidences = [solution.confidence for solution in result.solutions]
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[0] > confidences[1]
