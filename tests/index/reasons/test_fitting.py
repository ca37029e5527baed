"""The two-level softmax."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.logit import softmax
from index.reasons.fitting import UNSEEN_CASES, fit_weights


def test_softmax_of_two_scores_worked_out_by_hand() -> None:
    # e^0 and e^ln3: one of four and three of four.
    assert softmax(np.array([[0.0, np.log(3.0)]])).tolist() == [pytest.approx([0.25, 0.75])]


def test_without_marks_the_rates_are_the_logs_of_the_counts() -> None:
    # Three cases and one, each with 0.3 more; marks that are always 0 tell nothing.
    weights = fit_weights(np.zeros((4, 1)), np.array([0, 0, 0, 1]), np.array([0, 1]), copies=1)
    shares = softmax(weights.rates[None, :])[0]
    assert weights.by_intent.tolist() == [[0.0], [0.0]]
    # Drawn towards (3.3, 1.3) / 4.6 and towards (3, 1) / 4: it lies between the two.
    assert (3 + UNSEEN_CASES) / (4 + 2 * UNSEEN_CASES) <= shares[0] <= 0.75


def test_a_mark_speaks_for_the_intent_it_came_with() -> None:
    marks = np.array([[1.0, 0.0]] * 10 + [[0.0, 1.0]] * 10)
    weights = fit_weights(marks - 0.5, np.repeat([0, 1], 10), np.array([0, 1]), copies=1)
    assert weights.by_intent[0, 0] > 0.5 > -0.5 > weights.by_intent[0, 1]


def test_a_rare_intent_goes_by_its_reason() -> None:
    # Intents 0 and 1 share a reason; 1 was seen once, without the mark that 0 always has.
    marks = np.array([[1.0]] * 20 + [[0.0]] + [[0.0]] * 20)
    intents = np.array([0] * 20 + [1] + [2] * 20)
    together = fit_weights(marks, intents, np.array([0, 0, 1]), copies=1)
    apart = fit_weights(marks, intents, np.array([0, 1, 2]), copies=1)
    assert together.by_intent[1, 0] > 0 > apart.by_intent[1, 0]


def test_copies_of_every_case_count_as_one_case() -> None:
    marks, intents, reasons = np.array([[1.0], [0.0], [1.0]]), np.array([0, 1, 0]), np.array([0, 1])
    once = fit_weights(marks, intents, reasons, copies=1)
    twice = fit_weights(np.repeat(marks, 2, axis=0), np.repeat(intents, 2), reasons, copies=2)
    assert twice.by_intent == pytest.approx(once.by_intent, abs=1e-4)
    assert twice.rates == pytest.approx(once.rates, abs=1e-4)


@given(st.lists(st.lists(st.floats(-700, 700), min_size=3, max_size=3), min_size=1, max_size=5))
def test_probabilities_add_up_to_one(scores: list[list[float]]) -> None:
    assert softmax(np.array(scores)).sum(axis=1) == pytest.approx(1.0)
