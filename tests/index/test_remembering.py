"""The vectors of the last questions are remembered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from index.deadline import Deadline
from index.encoder import FloatVector
from index.remembering import RememberingEncoder
from tests.fakes import FakeEncoder


class CountingEncoder(FakeEncoder):
    """Notes which questions it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode_question(
        self, text: str, *, beside: Callable[[], None], deadline: Deadline | None = None
    ) -> FloatVector:
        self.asked.append(text)
        return super().encode_question(text, beside=beside, deadline=deadline)


def test_a_question_is_encoded_once_and_its_vector_is_the_same() -> None:
    encoder = CountingEncoder()
    remembering = RememberingEncoder(encoder, kept=10)
    first, again = (remembering.encode_question("怎么退货", beside=lambda: None) for _ in range(2))
    assert encoder.asked == ["怎么退货"]
    assert np.array_equal(first, again)


def test_other_work_is_started_also_where_nothing_is_encoded() -> None:
    started: list[int] = []
    remembering = RememberingEncoder(CountingEncoder(), kept=10)
    for number in range(3):
        remembering.encode_question("怎么退货", beside=lambda number=number: started.append(number))  # type: ignore[misc]
    assert started == [0, 1, 2]


def test_the_one_that_was_asked_longest_ago_is_forgotten_first() -> None:
    encoder = CountingEncoder()
    remembering = RememberingEncoder(encoder, kept=2)
    for text in ("一", "二", "一", "三", "一", "二"):
        remembering.encode_question(text, beside=lambda: None)
    assert encoder.asked == ["一", "二", "三", "二"]


def test_what_is_remembered_cannot_be_changed_by_who_got_it() -> None:
    remembering = RememberingEncoder(CountingEncoder(), kept=2)
    first = remembering.encode_question("怎么退货", beside=lambda: None)
    first[:] = 0.0
    assert remembering.encode_question("怎么退货", beside=lambda: None).any()
