"""How alike two orders are: over what is known of both, and most by what is rare."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.cases.passages import make_case_item
from kb.orders.context import derive_context
from kb.orders.likeness import OrderFacts, OrderShares, describe_order, measure_likeness
from kb.orders.order import Order
from tests.fakes import make_case

UTC = ZoneInfo("UTC")
NOBODY = OrderShares()
# Whoever has a mark has the one it stands below.
_MARKS = st.lists(st.sampled_from([("a",), ("b",), ("a", "a/c"), ("a", "a/d"), ("b", "b/c")]), max_size=3).map(
    lambda chains: tuple(sorted({mark for chain in chains for mark in chain}))
)
_FACTS = st.builds(OrderFacts, st.dictionaries(st.sampled_from(["status", "seller", "tags"]), _MARKS))


def facts(**marks: tuple[str, ...]) -> OrderFacts:
    """Return an order of these marks."""
    return OrderFacts(marks)


def describe(now: datetime, **order: Any) -> dict[str, tuple[str, ...]]:
    """Return the marks of an order at this moment."""
    context = derive_context(Order.model_validate({"status": "shipped", **order}), now=now, zone=UTC)
    return dict(describe_order(context).marks)


def test_half_in_common_is_a_likeness_of_one_half() -> None:
    # Without a population each mark counts ln 2: one in common of two and two.
    assert measure_likeness(facts(a=("x",), b=("y",)), facts(a=("x",), b=("z",)), NOBODY) == pytest.approx(0.5)


def test_same_stage_counts_where_the_status_differs() -> None:
    paid, preparing = ("waiting", "waiting/paid"), ("waiting", "waiting/preparing")
    assert measure_likeness(facts(status=paid), facts(status=preparing), NOBODY) == pytest.approx(0.5)
    assert measure_likeness(facts(status=paid), facts(status=("shipped",)), NOBODY) == 0.0


def test_rare_agreement_counts_more_than_a_common_one() -> None:
    shares = NOBODY.with_more([facts(seller=("self",), refund=("none",))] * 8 + [facts(seller=("other",))] * 2)
    # Of ten sellers: (8 + 1) / (10 + 2) and (2 + 1) / (10 + 2). Of eight refunds: all, and none but for the rule.
    common, rare = -math.log(9 / 12), -math.log(3 / 12)
    none, rejected = -math.log(9 / 10), -math.log(1 / 10)
    assert shares.surprise("seller", "self") == pytest.approx(common)
    assert shares.surprise("seller", "other") == pytest.approx(rare)
    assert shares.surprise("refund", "rejected") == pytest.approx(rejected)
    by_rare = measure_likeness(
        facts(seller=("other",), refund=("none",)), facts(seller=("other",), refund=("x",)), shares
    )
    by_common = measure_likeness(
        facts(seller=("self",), refund=("none",)), facts(seller=("self",), refund=("x",)), shares
    )
    assert by_rare == pytest.approx(2 * rare / (2 * rare + none + rejected))
    assert by_common == pytest.approx(2 * common / (2 * common + none + rejected))


def test_mark_below_another_is_judged_among_those_that_have_the_other() -> None:
    shares = NOBODY.with_more([facts(item=("home", "home/pans"))] * 2 + [facts(item=("books",))] * 6)
    assert shares.surprise("item", "home") == pytest.approx(-math.log(3 / 10))
    assert shares.surprise("item", "home/pans") == pytest.approx(-math.log(3 / 4))


def test_shares_can_grow_and_stay_as_if_counted_at_once() -> None:
    some, more = [facts(a=("x",))], [facts(a=("x", "x/y"), b=("z",))]
    assert NOBODY.with_more(some).with_more(more) == NOBODY.with_more([*some, *more])


def test_nothing_known_of_both_is_no_likeness() -> None:
    assert measure_likeness(facts(a=("x",)), facts(b=("x",)), NOBODY) is None
    assert measure_likeness(facts(), facts(b=("x",)), NOBODY) is None
    assert measure_likeness(facts(tags=()), facts(tags=()), NOBODY) is None


@given(_FACTS, _FACTS, st.lists(_FACTS, max_size=5))
def test_likeness_lies_between_0_and_1_and_is_mutual(
    one: OrderFacts, other: OrderFacts, orders: list[OrderFacts]
) -> None:
    shares = NOBODY.with_more(orders)
    likeness = measure_likeness(one, other, shares)
    assert likeness is None or 0.0 <= likeness <= 1.0
    assert likeness == pytest.approx(measure_likeness(other, one, shares))


@given(_FACTS, st.lists(_FACTS, max_size=5))
def test_order_is_just_like_itself(one: OrderFacts, orders: list[OrderFacts]) -> None:
    likeness = measure_likeness(one, one, NOBODY.with_more(orders))
    assert likeness == (pytest.approx(1.0) if any(one.marks.values()) else None)


@given(_FACTS, _FACTS, _MARKS)
def test_fact_known_of_one_alone_does_not_count(one: OrderFacts, other: OrderFacts, marks: tuple[str, ...]) -> None:
    told = OrderFacts({**one.marks, "region": marks})
    assert measure_likeness(told, other, NOBODY) == measure_likeness(one, other, NOBODY)


@given(_FACTS)
def test_description_survives_json(one: OrderFacts) -> None:
    read = json.loads(json.dumps(asdict(one)))
    assert OrderFacts({fact: tuple(marks) for fact, marks in read["marks"].items()}) == one


def test_without_an_order_nothing_is_described(now: datetime) -> None:
    assert describe_order(derive_context(None, now=now, zone=UTC, channel="app", audience="internal")).marks == {}


def test_numbers_are_described_by_the_steps_around_them(now: datetime) -> None:
    scan = {"at": (now - timedelta(hours=50)).isoformat(), "status": "in_transit"}
    marks = describe(now, shipments=[{"events": [scan]}], payment={"amount": 199.99, "method": "wechat"})
    assert marks["hours_without_scan"] == ("over24", "over24/over48", "under72")
    assert marks["order.amount"] == ("over50", "under3000", "under3000/under1000", "under3000/under1000/under200")
    assert marks["payment.method"] == ("wechat",)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (-1, ("on_time",)),
        (1, ("late",)),
        (24, ("late", "late/over24")),
        (80, ("late", "late/over24", "late/over24/over72")),
    ],
)
def test_lateness_is_described_by_how_much(now: datetime, hours: float, expected: tuple[str, ...]) -> None:
    assert describe(now, promised_at=(now - timedelta(hours=hours)).isoformat())["is_late"] == expected


def test_items_are_described_together(now: datetime) -> None:
    items = [
        {"category": ["家居", "厨具"], "tags": ["七天无理由"]},
        {"category": ["家居", "床品"], "tags": ["运费险/送", "七天无理由"]},
    ]
    marks = describe(now, items=items)
    assert marks["item.category"] == ("家居", "家居/厨具", "家居/床品")
    assert marks["item.tags"] == ("七天无理由", "运费险 送")


def test_order_of_a_case_is_described_as_it_was_when_the_case_was_closed(now: datetime) -> None:
    order = {"status": "shipped", "promised_at": now.isoformat(), "shipped_at": (now - timedelta(days=3)).isoformat()}
    closed = make_case_item(make_case(order=order, closed_at=now + timedelta(hours=30))).order_facts
    # Not closed at a known time: as of the newest thing that happened, when it was not late yet.
    unknown = make_case_item(make_case(order=order)).order_facts
    assert closed is not None
    assert closed.marks["is_late"] == ("late", "late/over24")
    assert unknown is not None
    assert unknown.marks["is_late"] == ("on_time",)


@pytest.mark.parametrize("order", [None, {"status": "paid"}])
def test_order_that_is_not_known_or_has_no_time_is_not_described(order: dict[str, str] | None) -> None:
    assert make_case_item(make_case(order=order)).order_facts is None
