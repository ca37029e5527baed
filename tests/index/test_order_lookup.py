"""Which order a request names, whatever the source says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from index.order_lookup import MOST_CUSTOMER_ORDERS, find_order
from index.solutions import MatchRequest
from kb.articles.models import Audience
from kb.errors import CustomerNotFound, OrderNotFound
from kb.orders.order import Order
from kb.sources.ports import NOT_ASKED, Fetched, SourceFault, SourceReport, SourceState
from tests.fakes import make_order

DOWN = SourceReport(SourceState.UNAVAILABLE, None, SourceFault.TIMED_OUT)
WELL = SourceReport(SourceState.OK, 0.0)
STALE = SourceReport(SourceState.STALE, 60.0, SourceFault.TIMED_OUT)
NUMBER = "SO2026111500017"


@dataclass(slots=True)
class FakeSource:
    """Says the same of every order and customer, and remembers what it was asked."""

    order: Order | None = None
    orders: tuple[Order, ...] | None = None
    report: SourceReport = WELL
    asked: list[Any] = field(default_factory=list)

    def find_order(self, order_id: str) -> Fetched[Order]:
        """Return the order."""
        self.asked.append(order_id)
        return Fetched(self.order, self.report)

    def find_order_by_number(self, numbers: Sequence[str]) -> Fetched[Order]:
        """Return the order."""
        self.asked.append(list(numbers))
        return Fetched(self.order, self.report)

    def list_customer_orders(self, customer_id: str, *, limit: int) -> Fetched[tuple[Order, ...]]:
        """Return the orders."""
        self.asked.append((customer_id, limit))
        return Fetched(self.orders, self.report)


def test_an_order_that_is_sent_along_asks_nobody() -> None:
    source = FakeSource()
    found = find_order(source, MatchRequest("?", order=make_order()))
    assert (found.order, found.report, source.asked) == (make_order(), NOT_ASKED, [])


@pytest.mark.parametrize("report", [WELL, STALE])
def test_an_order_that_is_named_comes_with_how_its_source_is(report: SourceReport) -> None:
    found = find_order(FakeSource(make_order(), report=report), MatchRequest("?", order_id=NUMBER))
    assert (found.order, found.report) == (make_order(), report)


def test_an_order_or_customer_that_the_source_does_not_know_is_an_error() -> None:
    with pytest.raises(OrderNotFound):
        find_order(FakeSource(), MatchRequest("?", order_id=NUMBER))
    with pytest.raises(CustomerNotFound):
        find_order(FakeSource(), MatchRequest("?", customer_id="C1"))


@pytest.mark.parametrize("fields", [{"order_id": NUMBER}, {"customer_id": "C1"}, {}])
def test_a_source_that_is_down_leaves_the_order_unknown_and_says_so(fields: dict[str, Any]) -> None:
    found = find_order(FakeSource(report=DOWN), MatchRequest(f"{NUMBER} 到哪了", **fields))
    assert (found.order, found.report, found.customer_orders) == (None, DOWN, ())


def test_the_only_order_of_a_customer_is_meant_and_of_several_all_are_named() -> None:
    one, two = make_order(), make_order(id="SO2")
    source = FakeSource(orders=(one,))
    assert find_order(source, MatchRequest("?", customer_id="C1")).order == one
    assert source.asked == [("C1", MOST_CUSTOMER_ORDERS)]
    several = find_order(FakeSource(orders=(one, two)), MatchRequest("?", customer_id="C1"))
    assert (several.order, several.customer_orders) == (None, (one, two))
    none = find_order(FakeSource(orders=()), MatchRequest("?", customer_id="C1"))
    assert (none.order, none.customer_orders, none.report) == (None, (), WELL)


def test_a_number_in_an_agents_question_is_looked_up_and_never_in_a_customers() -> None:
    source = FakeSource(make_order())
    assert find_order(source, MatchRequest(f"{NUMBER} 到哪了")).order == make_order()
    assert source.asked == [[NUMBER]]
    public = find_order(source, MatchRequest(f"{NUMBER} 到哪了", audience=Audience.PUBLIC))
    assert (public.order, public.report, len(source.asked)) == (None, NOT_ASKED, 1)
    assert find_order(source, MatchRequest("七天无理由")).report == NOT_ASKED
