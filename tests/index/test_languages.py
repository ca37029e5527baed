"""Items in another language than the question."""

from __future__ import annotations

import numpy as np
import pytest

from index.languages import find_unread

ENGLISH = np.array([True, False, True])


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("my parcel never came", [False, True, False]),
        ("我的快递一直没到", [True, False, True]),
        ("我的 vivo X100 Pro 什么时候发货", [True, False, True]),
        ("my 快递 still not here, why", [False, False, False]),
        ("12345", [False, False, False]),
        ("wifi", [False, False, False]),
    ],
)
def test_a_question_reads_the_items_of_its_own_languages(text: str, unread: list[bool]) -> None:
    assert find_unread(text, ENGLISH).tolist() == unread
