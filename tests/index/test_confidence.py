"""Confidence is a probability that grows with the evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.confidence import estimate_confidence
from index.fusion import Source

finite = st.floats(-1e6, 1e6)


def confidence(*, heading: float = 0.0, passage: float = 0.0, identifier: float = 0.0, final: float = 0.0) -> float:
    """Return the confidence of these scores."""
    scores = {Source.DENSE_HEADING: heading, Source.DENSE_PASSAGE: passage, Source.IDENTIFIER: identifier}
    return estimate_confidence(scores, final)


def test_middling_evidence_is_an_even_chance() -> None:
    assert confidence(heading=0.875, final=2.0) == 0.5


def test_the_better_of_heading_and_passage_counts() -> None:
    assert confidence(heading=0.9, passage=0.2, final=2.0) == confidence(heading=0.1, passage=0.9, final=2.0)
    # 40 * 0.025 = 1: 1 / (1 + e^-1).
    assert confidence(heading=0.9, final=2.0) == pytest.approx(0.7310586)


def test_identifier_is_worth_one_more_point_of_score() -> None:
    assert confidence(heading=0.8, identifier=0.5, final=2.0) == pytest.approx(confidence(heading=0.8, final=3.0))


@given(heading=finite, passage=finite, final=finite)
def test_confidence_is_a_probability(heading: float, passage: float, final: float) -> None:
    assert 0.0 <= confidence(heading=heading, passage=passage, final=final) <= 1.0


@given(nearness=st.floats(0, 1), lower=st.floats(-5, 5), upper=st.floats(-5, 5))
def test_higher_score_never_lowers_confidence(nearness: float, lower: float, upper: float) -> None:
    lower, upper = sorted((lower, upper))
    assert confidence(heading=nearness, final=lower) <= confidence(heading=nearness, final=upper)
