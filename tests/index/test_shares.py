"""Shares of tests: together they give the share that was counted for the whole condition."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.shares import spread_share
from kb.conditions import Block, Combinator, Condition, FactTest, parse_condition

LATE = {"fact": "is_late", "op": "==", "value": True}  # A yes: 0.3 by its form.
CARD = {"fact": "payment.method", "op": "==", "value": "card"}  # One of six ways to pay.
RECENT = {"fact": "days_since_delivered", "op": "<=", "value": 7}  # A number: 0.5.


def spread(condition: object, share: float) -> list[float]:
    """Return the share of each test, in the order they are written."""
    return [of_test for _, of_test in spread_share(parse_condition(condition), share)]


def recombine(condition: Condition, shares: dict[FactTest, float]) -> float:
    """Return how likely a condition is met, its tests being independent."""
    if isinstance(condition, FactTest):
        return shares[condition]
    return math.prod(recombine_block(block, shares) for block in condition.blocks)


def recombine_block(block: Block, shares: dict[FactTest, float]) -> float:
    """Return how likely a block holds."""
    members = [recombine(member, shares) for member in block.members]
    if block.combinator is Combinator.ALL:
        return math.prod(members)
    none = math.prod(1.0 - member for member in members)
    return none if block.combinator is Combinator.NONE else 1.0 - none


def test_only_test_has_the_whole_share_and_a_negated_one_the_rest() -> None:
    assert spread([LATE], 0.12) == pytest.approx([0.12])
    assert spread({"any": [LATE]}, 0.12) == pytest.approx([0.12])
    assert spread({"none": [LATE]}, 0.12) == pytest.approx([0.88])


def test_two_tests_share_in_proportion_to_what_their_form_suggests() -> None:
    # 0.3 * 0.5 = 0.15, and 0.3² * 0.5² = 0.0225.
    assert spread([LATE, RECENT], 0.15) == pytest.approx([0.3, 0.5])
    assert spread([LATE, RECENT], 0.0225) == pytest.approx([0.09, 0.25])
    # Neither: 0.7 * 0.5 = 0.35, and 0.7² * 0.5² = 0.1225.
    assert spread({"any": [LATE, RECENT]}, 1 - 0.1225) == pytest.approx([0.51, 0.75])
    assert spread({"none": [LATE, RECENT]}, 0.1225) == pytest.approx([0.51, 0.75])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nothing_unknown_is_certain(share: float) -> None:
    assert spread([LATE], share) == pytest.approx([0.01 if share == 0 else 0.99])


@given(
    st.recursive(
        st.sampled_from([LATE, CARD, RECENT]),
        lambda members: st.dictionaries(
            st.sampled_from(["all", "any", "none"]), st.lists(members, min_size=1, max_size=3), min_size=1, max_size=3
        ),
        max_leaves=1,
    ),
    st.floats(0.05, 0.95),
)
def test_shares_give_back_the_whole(condition: object, share: float) -> None:
    parsed = parse_condition(condition)
    assert recombine(parsed, dict(spread_share(parsed, share))) == pytest.approx(share)


def test_tree_of_different_tests_gives_back_the_whole() -> None:
    parsed = parse_condition({"all": [LATE], "any": [CARD, {"none": [RECENT]}]})
    assert recombine(parsed, dict(spread_share(parsed, 0.2))) == pytest.approx(0.2)
