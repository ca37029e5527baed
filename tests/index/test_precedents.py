"""Past cases as precedents: moved by their order's likeness and their outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from index.catalogue import make_catalogue, make_entry
from index.entry import Entry
from index.precedents import (
    LIKENESS_WEIGHT,
    NEUTRAL_LIKENESS,
    UNSETTLED_PENALTY,
    Precedents,
    make_precedents,
)
from index.recipe import STANDARD
from kb.changes import ItemKind
from kb.orders.context import derive_context
from kb.orders.likeness import OrderFacts, OrderShares
from tests.fakes import Desk, make_case, make_item, make_order

HERE = OrderFacts({"order.status": ("shipped",), "seller.kind": ("self",)})
HALF = {"seller.kind": ("other",)}
UNLIKE = {"order.status": ("cancelled",), "seller.kind": ("other",)}


def entry(*, order: OrderFacts | None = None, outcome: str | None = "solved") -> Entry:
    """Return the entry of a case with this order and outcome."""
    return make_entry(make_item("case", kind=ItemKind.CASE, order_facts=order, outcome=outcome), [])


def move(case: Entry, facts: OrderFacts = HERE) -> float:
    """Return by how much a case moves for a question with this order."""
    return Precedents(facts, OrderShares(), STANDARD.order.case).move(case)


def test_order_just_like_this_one_lifts_and_an_unlike_one_sinks() -> None:
    assert move(entry(order=HERE)) == pytest.approx(-0.6 + 3.0 * 0.5)
    assert move(entry(order=OrderFacts({**HERE.marks, **HALF}))) == pytest.approx(-0.6)
    assert move(entry(order=OrderFacts(UNLIKE))) == pytest.approx(-0.6 - 3.0 * 0.5)


def test_where_nothing_can_be_compared_a_case_keeps_its_place() -> None:
    assert move(entry()) == -STANDARD.order.case
    assert move(entry(order=HERE), OrderFacts({})) == -STANDARD.order.case
    assert move(entry(order=OrderFacts({"refund.status": ("approved",)}))) == -STANDARD.order.case


@pytest.mark.parametrize("outcome", ["reopened", "escalated"])
def test_case_that_was_not_settled_stands_behind_one_that_was(outcome: str) -> None:
    assert move(entry(outcome=outcome)) == move(entry(outcome="solved")) - UNSETTLED_PENALTY
    assert move(entry(outcome=None)) == move(entry(outcome="solved"))


def test_half_alike_does_not_contradict_and_less_does() -> None:
    judge = Precedents(HERE, OrderShares(), STANDARD.order.case)
    assert not judge.contradict(entry())
    assert not judge.contradict(entry(order=OrderFacts({**HERE.marks, **HALF})))
    assert judge.contradict(entry(order=OrderFacts(UNLIKE)))


def test_likeness_moves_a_case_by_no_more_than_half_its_weight() -> None:
    assert max(1 - NEUTRAL_LIKENESS, NEUTRAL_LIKENESS) * LIKENESS_WEIGHT == pytest.approx(1.5)


def test_order_that_does_not_count_is_not_compared(now: datetime, zone: ZoneInfo) -> None:
    context = derive_context(make_order(), now=now, zone=zone)
    case = entry(order=make_precedents(make_catalogue([]), context).facts)
    catalogue = make_catalogue([case])
    assert make_precedents(catalogue, context).move(case) > 0
    assert make_precedents(catalogue, context, replace(STANDARD, order_counts=False)).move(case) == -STANDARD.order.case


def test_shares_are_counted_among_the_cases_of_the_catalogue() -> None:
    catalogue = make_catalogue([entry(order=HERE), entry()]).with_entries([entry(order=OrderFacts(UNLIKE))])
    assert catalogue.order_shares == OrderShares().with_more([HERE, OrderFacts(UNLIKE)])


def test_of_cases_with_the_same_words_the_one_with_an_order_like_this_is_first(desk: Desk) -> None:
    paid = make_order(status="paid", shipments=None)
    for name, order, solution in (("a", paid, "商家当天发出。"), ("b", make_order(), "催站点，晚上送到。")):
        data = order.model_dump(mode="json", exclude_none=True)
        desk.save(make_case(id=name, solution=solution, order=data, closed_at=desk.clock.now))
    assert desk.find("快递怎么还没到", order=make_order())[:2] == ["b", "a"]
    assert desk.find("快递怎么还没到", order=paid)[:2] == ["a", "b"]
    # A case saved later is compared as well.
    data = make_order(status="cancelled", shipments=None).model_dump(mode="json", exclude_none=True)
    desk.save(make_case(id="0", solution="款已退回。", order=data, closed_at=desk.clock.now))
    assert desk.find("快递怎么还没到", order=make_order(status="cancelled", shipments=None))[0] == "0"
