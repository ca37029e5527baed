"""What an unknown order may be like: outcomes that can be, how likely each is, and verdicts in all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.worlds import MOST_WORLDS, SIGNS, find_unknowns, list_outcomes, make_worlds
from kb.conditions import FactTest, evaluate, parse_condition
from kb.orders.context import OrderContext, derive_context
from kb.orders.facts import FactValue

NOW = datetime(2026, 11, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
NOTHING_KNOWN = derive_context(None, now=NOW, zone=ZoneInfo("Asia/Shanghai"))


def make_test(fact: str, op: str, value: object = True) -> FactTest:
    """Return a parsed test."""
    test = parse_condition({"fact": fact, "op": op, "value": value})
    assert isinstance(test, FactTest)
    return test


def list_possible(*tests: FactTest) -> set[str]:
    """Return the outcomes that are possible together, such as "10": the first met, the second not."""
    return {"".join("01"[met] for met in outcome) for outcome in list_outcomes(tests)}


def know(facts: Mapping[str, FactValue]) -> OrderContext:
    """Return a context in which only these facts are known, of the order and of its one item."""
    return OrderContext(facts, (facts,), None, NOW, NOTHING_KNOWN.zone)


def test_one_value_is_below_and_above_no_limit_at_once() -> None:
    within, after, long_after = (
        make_test("days_since_delivered", op, value) for op, value in (("<=", 7), (">", 7), (">=", 15))
    )
    assert list_possible(within, after, long_after) == {"100", "010", "011"}


def test_status_is_one_of_those_named_or_another() -> None:
    shipped, delivered = (make_test("order.status", "==", value) for value in ("shipped", "delivered"))
    assert list_possible(shipped, delivered) == {"10", "01", "00"}
    assert list_possible(shipped, make_test("order.status", "!=", "shipped")) == {"10", "01"}


def test_category_under_another_is_under_both() -> None:
    appliances, heaters, clothes = (
        make_test("item.category", "under", path) for path in ("家用电器", "家用电器/热水器", "服饰内衣")
    )
    assert list_possible(appliances, heaters, clothes) == {"100", "110", "001", "000"}


def test_two_facts_that_one_thing_tells_agree() -> None:
    own, third_party = make_test("seller.kind", "==", "self"), make_test("is_third_party", "==", True)
    assert list_possible(own, third_party) == {"10", "01"}
    late, two_days = make_test("is_late", "==", True), make_test("hours_late", ">", 48)
    assert list_possible(late, two_days) == {"00", "10", "11"}


def test_labels_are_had_or_not_each_by_itself() -> None:
    condition = parse_condition([{"fact": "item.tags", "op": "contains", "value": tag} for tag in ("大件", "生鲜")])
    unknowns = find_unknowns([(condition, 0.25)], NOTHING_KNOWN)
    assert [unknown.outcomes for unknown in unknowns] == [((True,), (False,))] * 2
    assert make_worlds([unknowns], NOTHING_KNOWN).weights.tolist() == pytest.approx([0.25] * 4)


def test_outcomes_are_as_likely_as_their_tests_but_for_what_cannot_be() -> None:
    shipped, delivered = ([{"fact": "order.status", "op": "==", "value": v}] for v in ("shipped", "delivered"))
    (unknown,) = find_unknowns([(parse_condition(shipped), 0.4), (parse_condition(delivered), 0.5)], NOTHING_KNOWN)
    weights = dict(zip(unknown.outcomes, unknown.weights, strict=True))
    # 0.4 * 0.5 for the first alone, 0.6 * 0.5 for the second, 0.6 * 0.5 for neither; both at once cannot be.
    assert weights == pytest.approx({(True, False): 0.25, (False, True): 0.375, (False, False): 0.375})


def test_share_of_a_test_in_several_conditions_is_their_mean() -> None:
    late = parse_condition([{"fact": "is_late", "op": "==", "value": True}])
    (unknown,) = find_unknowns([(late, 0.2), (late, 0.4)], NOTHING_KNOWN)
    assert dict(zip(unknown.outcomes, unknown.weights, strict=True)) == pytest.approx({(True,): 0.3, (False,): 0.7})


def test_decided_part_of_a_condition_is_not_unknown() -> None:
    tests = {
        "late": {"fact": "is_late", "op": "==", "value": True},
        "card": {"fact": "payment.method", "op": "==", "value": "card"},
    }
    either = parse_condition({"any": [tests["late"], tests["card"]]})
    assert find_unknowns([(either, 0.5)], know({"is_late": True})) == []
    assert [unknown.fact for unknown in find_unknowns([(either, 0.5)], know({"is_late": False}))] == ["payment.method"]


def test_worlds_are_bounded_and_what_does_not_fit_stays_unknown() -> None:
    tags = [{"fact": "item.tags", "op": "contains", "value": f"标签{n}"} for n in range(20)]
    condition = parse_condition(tags)
    worlds = make_worlds([find_unknowns([(condition, 0.5)], NOTHING_KNOWN)], NOTHING_KNOWN)
    assert len(worlds.weights) == MOST_WORLDS == 2**8
    assert worlds.weights.sum() == pytest.approx(1.0)
    # All of the first eight are met in one world, and the others are open there; else one of the eight rules it out.
    assert sorted(worlds.judge(condition).tolist()) == [-1] * 255 + [0]


def test_each_group_has_worlds_of_its_own_and_leaves_the_others_unknown() -> None:
    condition = parse_condition(
        [{"fact": "is_late", "op": "==", "value": True}, {"fact": "payment.method", "op": "==", "value": "card"}]
    )
    late, card = find_unknowns([(condition, 0.5)], NOTHING_KNOWN)
    worlds = make_worlds([[late, card], [late], [card]], NOTHING_KNOWN)
    assert [(group.start, group.stop) for group in worlds.groups] == [(0, 4), (4, 6), (6, 8)]
    assert [worlds.weights[group].sum() for group in worlds.groups] == pytest.approx([1.0, 1.0, 1.0])
    signs = worlds.judge(condition)
    assert [sorted(signs[group].tolist()) for group in worlds.groups] == [[-1, -1, -1, 1], [-1, 0], [-1, 0]]


VALUES: Mapping[str, Sequence[FactValue]] = {
    "is_late": [True, False],
    "payment.method": ["card", "wechat"],
    "days_since_delivered": [1.0, 7.0, 8.0],
    "item.tags": [("大件",), ()],
}
LEAVES = [
    {"fact": "is_late", "op": "==", "value": True},
    {"fact": "payment.method", "op": "in", "value": ["card", "balance"]},
    {"fact": "days_since_delivered", "op": "<=", "value": 7},
    {"fact": "days_since_delivered", "op": ">=", "value": 8},
    {"fact": "item.tags", "op": "contains", "value": "大件"},
]
trees = st.recursive(
    st.sampled_from(LEAVES),
    lambda members: st.dictionaries(
        st.sampled_from(["all", "any", "none"]), st.lists(members, min_size=1, max_size=3), min_size=1, max_size=2
    ),
    max_leaves=8,
)


@given(trees, st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}))
def test_verdict_in_a_world_is_that_of_an_order_like_it(tree: object, facts: dict[str, FactValue]) -> None:
    condition = parse_condition(tree)
    unknowns = find_unknowns([(condition, 0.5)], NOTHING_KNOWN)
    worlds = make_worlds([unknowns], NOTHING_KNOWN)
    context = know(facts)
    like_it = [
        world
        for world in range(len(worlds.weights))
        if all(
            test.fact not in facts or signs[world] == SIGNS[evaluate(test, context)]
            for test, signs in worlds.signs.items()
        )
    ]
    assert like_it
    if len(facts) == len(VALUES):
        assert {int(worlds.judge(condition)[world]) for world in like_it} == {SIGNS[evaluate(condition, context)]}
