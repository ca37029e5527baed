"""The grade of held-out questions, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from index.adaptation.exam import Exam, Grade, match_distance
from index.adaptation.lessons import Lessons, Trial
from index.encoder import FloatMatrix

PLACES = {
    "q": (1.0, 0.0),
    "near": (0.9, 0.1),
    "far": (0.1, 0.9),
    "middle": (0.5, 0.5),
    "q itself": (1.0, 0.0),
}


def place(texts: Sequence[str]) -> FloatMatrix:
    """Return the vectors of known texts."""
    return np.array([PLACES[text] for text in texts], np.float32)


def grade(pool: list[tuple[int, str]], right: tuple[int, ...], hidden: tuple[int, ...] = ()) -> float:
    """Return the grade of the one question."""
    return Exam(Lessons((), (Trial("q", right, hidden),), tuple(pool), frozenset())).grade(place).ndcg


def test_the_right_item_first_is_1_and_second_is_discounted() -> None:
    pool = [(0, "near"), (1, "far"), (2, "middle")]
    assert grade(pool, (0,)) == pytest.approx(1.0)
    assert grade(pool, (2,)) == pytest.approx(1 / np.log2(3))


def test_an_item_is_as_near_as_the_nearest_of_its_texts() -> None:
    assert grade([(0, "middle"), (1, "far"), (1, "near")], (1,)) == pytest.approx(1.0)


def test_what_is_hidden_from_a_question_is_not_found() -> None:
    pool = [(0, "q itself"), (1, "middle"), (2, "far")]
    assert grade(pool, (1,)) == pytest.approx(1 / np.log2(3))
    assert grade(pool, (1,), hidden=(0,)) == pytest.approx(1.0)
    assert grade(pool, (0,), hidden=(0,)) == 0.0


def test_two_right_items_are_both_wanted() -> None:
    pool = [(0, "near"), (1, "middle"), (2, "far")]
    assert grade(pool, (0, 2)) == pytest.approx((1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3)))


def test_the_scale_makes_up_for_how_far_texts_were_spread() -> None:
    near, far = Grade(0.5, distance=0.05), Grade(0.6, distance=0.20)
    assert match_distance(near, far) == pytest.approx(0.25)
    assert match_distance(far, near) == 1.0
    assert match_distance(Grade(0.5, 0.0), far) == 0.1


def test_the_distance_is_that_of_the_nearest_text_that_is_shown() -> None:
    exam = Exam(Lessons((), (Trial("q", (0,), (0,)),), ((0, "q itself"), (1, "middle"), (2, "far")), frozenset()))
    assert exam.grade(place).distance == pytest.approx(0.5)
