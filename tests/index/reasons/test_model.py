"""What the model says of an order, and what it counts."""

from __future__ import annotations

import math

import pytest

from index.reasons.model import CaseCount, ReasonModel
from tests.index.reasons.makers import DELIVERED, LARGE, SHIPPED, having, make_model


def test_probabilities_worked_out_by_hand() -> None:
    # Shipped is 0.5 above usual, delivered 0.5 below: scores 2 * 0.5 and -2 * 0.5.
    expected = math.exp(1) / (math.exp(1) + math.exp(-1))
    assert make_model().estimate_intents(having(SHIPPED)).tolist() == pytest.approx([expected, 1 - expected])


def test_rates_count_cases_with_and_without_an_order() -> None:
    model = make_model()
    assert model.rate_intents().tolist() == [5 / 8, 3 / 8]
    assert model.rate_intents(without_order=True).tolist() == [0.0, 1.0]
    assert model.share_without_order == 2 / 8


def test_a_mark_tells_a_reason_and_its_cases_are_counted() -> None:
    model = make_model()
    assert model.find_telling_marks(having(SHIPPED), 0) == [SHIPPED]
    assert model.count_cases([SHIPPED], 0) == CaseCount(similar=6, of_them=5)
    assert model.count_cases([SHIPPED], 1) == CaseCount(similar=6, of_them=1)


def test_what_speaks_against_a_reason_is_not_told() -> None:
    assert make_model().find_telling_marks(having(SHIPPED), 1) == []


def test_a_mark_that_too_few_cases_had_is_not_told() -> None:
    # Delivered raises returns, but no past case in this model was delivered.
    assert make_model().find_telling_marks(having(DELIVERED), 1) == []


def test_a_mark_that_was_never_learnt_changes_nothing() -> None:
    model = make_model()
    assert model.estimate_intents(having(SHIPPED, LARGE)).tolist() == model.estimate_intents(having(SHIPPED)).tolist()


def test_without_marks_all_cases_are_similar() -> None:
    assert make_model().count_cases([], 1) == CaseCount(similar=8, of_them=3)


def test_without_weights_every_order_has_the_rates() -> None:
    made = make_model()
    bare = ReasonModel(made.reasons, made.intents, None, ())
    assert bare.estimate_intents(having(SHIPPED)).tolist() == [5 / 8, 3 / 8]
    assert bare.find_telling_marks(having(SHIPPED), 0) == []
    assert bare.count_cases([], 0) == CaseCount(similar=8, of_them=5)
