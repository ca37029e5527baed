"""Confidence is a probability that grows with the evidence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.confidence import NEARNESS_MIDDLE, NEARNESS_WEIGHT, SCORE_MIDDLE, SCORE_WEIGHT, estimate_confidence
from index.fusion import Source

finite = st.floats(-1e6, 1e6)


def confidence(nearness: float, final_score: float, *, moved: float = 0.0, candidates: int = 100) -> float:
    """Return the confidence in a candidate whose best heading is this near."""
    scores = dict.fromkeys(Source, 0.0) | {Source.DENSE_HEADING: nearness}
    return estimate_confidence(scores, final_score=final_score, moved=moved, candidates=candidates)


def test_middling_evidence_is_an_even_chance() -> None:
    assert confidence(NEARNESS_MIDDLE, SCORE_MIDDLE) == 0.5


def test_one_unit_of_evidence_of_either_kind_is_worth_the_same() -> None:
    expected = pytest.approx(1 / (1 + math.exp(1)))
    assert confidence(NEARNESS_MIDDLE - 1 / NEARNESS_WEIGHT, SCORE_MIDDLE) == expected
    assert confidence(NEARNESS_MIDDLE, SCORE_MIDDLE - 1 / SCORE_WEIGHT) == expected


@given(nearness=finite, final=finite)
def test_confidence_is_a_probability(nearness: float, final: float) -> None:
    assert 0.0 <= confidence(nearness, final) <= 1.0


@given(nearness=st.floats(0, 1), lower=st.floats(-5, 5), upper=st.floats(-5, 5))
def test_higher_score_never_lowers_confidence(nearness: float, lower: float, upper: float) -> None:
    lower, upper = sorted((lower, upper))
    assert confidence(nearness, lower) <= confidence(nearness, upper)


def test_same_words_are_an_answer_even_in_a_base_of_two() -> None:
    # Of two candidates the better one stands exactly one deviation above the mean.
    assert confidence(1.0, 1.0, candidates=2) > 0.9
    assert confidence(0.88, 1.0, candidates=2) < 0.5


def test_order_that_speaks_for_a_candidate_raises_confidence() -> None:
    assert confidence(0.9, 3.0, moved=2.0) > confidence(0.9, 3.0)
