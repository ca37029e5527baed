"""A customer is shown their own orders, whatever a source says, and told nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kb.customers.own_orders import OwnOrderNotFound, find_own_order, list_own_orders
from kb.orders.order import Order
from kb.sources.ports import OWN, Fetched, SourceFault, SourceReport, SourceState
from tests.fakes import make_order

AWAY = SourceReport(SourceState.UNAVAILABLE)
REMEMBERED = SourceReport(SourceState.STALE, 60.0, SourceFault.TIMED_OUT)
UNREADABLE = SourceReport(SourceState.UNAVAILABLE, reason=SourceFault.UNUSABLE)
UNREADABLE_SINCE = SourceReport(SourceState.STALE, 60.0, SourceFault.UNUSABLE)
MINE, THEIRS = make_order(id="mine", customer={"id": "C1"}), make_order(id="theirs", customer={"id": "C2"})
OF_NOBODY = make_order(id="of-nobody", customer=None)


class ToldSource:
    """Answers what it was told to, whoever asks."""

    def __init__(self, orders: Sequence[Order], listed: Sequence[Order] | None, report: SourceReport = OWN) -> None:
        self.orders = {order.id: order for order in orders}
        self.listed = listed
        self.report = report

    def find_order(self, order_id: str) -> Fetched[Order]:
        """Return the order with this id."""
        return Fetched(self.orders.get(order_id), self.report)

    def find_order_by_number(self, numbers: Sequence[str]) -> Fetched[Order]:
        """Return none."""
        return Fetched(None, self.report)

    def list_customer_orders(self, customer_id: str, *, limit: int) -> Fetched[tuple[Order, ...]]:
        """Return the orders that are listed."""
        return Fetched(None if self.listed is None else tuple(self.listed[:limit]), self.report)


def test_the_customers_orders_are_listed_also_those_that_name_nobody() -> None:
    assert list_own_orders(ToldSource((), [MINE, OF_NOBODY]), "C1") == (MINE, OF_NOBODY)


def test_a_source_that_lists_anothers_order_is_believed_in_nothing() -> None:
    assert list_own_orders(ToldSource((), [MINE, THEIRS]), "C1") == ()


@pytest.mark.parametrize("report", [OWN, AWAY])
def test_an_unknown_customer_and_a_source_that_is_away_list_nothing(report: SourceReport) -> None:
    assert list_own_orders(ToldSource((), None, report), "C1") == ()


def test_an_older_order_of_theirs_is_found_by_its_id() -> None:
    assert find_own_order(ToldSource([MINE], None), "C1", "mine", ()) == MINE
    assert find_own_order(ToldSource([], None), "C1", "of-nobody", [OF_NOBODY]) == OF_NOBODY


@pytest.mark.parametrize("order_id", ["theirs", "of-nobody", "unknown"])
@pytest.mark.parametrize("report", [OWN, UNREADABLE, UNREADABLE_SINCE])
def test_what_is_not_shown_to_be_theirs_is_not_there(order_id: str, report: SourceReport) -> None:
    with pytest.raises(OwnOrderNotFound):
        find_own_order(ToldSource([THEIRS, OF_NOBODY], None, report), "C1", order_id, [MINE])


@pytest.mark.parametrize("order_id", ["theirs", "of-nobody", "unknown"])
@pytest.mark.parametrize("report", [AWAY, REMEMBERED])
def test_while_the_source_is_away_nobody_knows_what_is_not_theirs(order_id: str, report: SourceReport) -> None:
    assert find_own_order(ToldSource([THEIRS, OF_NOBODY], None, report), "C1", order_id, [MINE]) is None


def test_an_order_of_theirs_that_is_remembered_stands_in_while_the_source_is_away() -> None:
    assert find_own_order(ToldSource([MINE], None, REMEMBERED), "C1", "mine", ()) == MINE
