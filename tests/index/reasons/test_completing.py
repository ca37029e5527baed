"""Completing what a case's order leaves out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reasons.completing import MOST_COPIES, count_copies, group_donors
from index.reasons.marks import Mark
from kb.conditions import Operator
from tests.index.reasons.makers import DELIVERED, LARGE, SHIPPED, having

PLUS = Mark("customer.tier", Operator.EQUAL, "plus")
ORDINARY = Mark("customer.tier", Operator.EQUAL, "ordinary")
REFUND = Mark("refund.status", Operator.EQUAL, "approved")


def test_what_is_unknown_comes_from_an_order_of_the_same_status_and_what_is_known_stays() -> None:
    donors = group_donors([having(SHIPPED, ORDINARY, LARGE), having(DELIVERED, PLUS)])
    completed = donors.complete(having(SHIPPED, PLUS), 2, np.random.default_rng(0))
    assert completed == [having(SHIPPED, PLUS, LARGE)] * 2


def test_what_happened_to_another_order_is_never_taken_over() -> None:
    donors = group_donors([having(SHIPPED, REFUND, LARGE)])
    (completed,) = donors.complete(having(SHIPPED), 1, np.random.default_rng(0))
    assert completed.marks == {SHIPPED, LARGE}


def test_without_an_order_of_its_status_a_case_stays_as_it_is() -> None:
    assert group_donors([]).complete(having(SHIPPED), 3, np.random.default_rng(0)) == [having(SHIPPED)] * 3


@pytest.mark.parametrize(("cases", "copies"), [(0, MOST_COPIES), (386, 8), (1_000, 4), (3_000, 1), (50_000, 1)])
def test_many_cases_need_fewer_copies(cases: int, copies: int) -> None:
    assert count_copies(cases) == copies


@given(st.integers(0, 2**32 - 1))
def test_a_completed_order_keeps_every_mark_it_had(seed: int) -> None:
    donors = group_donors([having(SHIPPED, ORDINARY), having(SHIPPED, LARGE), having(SHIPPED)])
    for completed in donors.complete(having(SHIPPED, PLUS), 4, np.random.default_rng(seed)):
        assert {SHIPPED, PLUS} <= completed.marks
        assert ORDINARY not in completed.marks
