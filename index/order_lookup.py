"""Which order a match request names, by whatever knows the orders; a source that is down never fails a match."""

from __future__ import annotations

from dataclasses import dataclass

from index.solutions import MatchRequest
from kb.articles.models import Audience
from kb.errors import CustomerNotFound, OrderNotFound
from kb.orders.order import Order
from kb.sources.ports import NOT_ASKED, OrderSource, SourceReport, SourceState
from kb.text.identifiers import IdentifierKind, find_identifiers

NAMES_AN_ORDER = frozenset({IdentifierKind.ORDER_NUMBER, IdentifierKind.TRACKING_NUMBER})
MOST_CUSTOMER_ORDERS = 20


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """The order that a request is about, or where a customer has several, all of these: newest first."""

    order: Order | None
    report: SourceReport
    customer_orders: tuple[Order, ...] = ()


def find_order(source: OrderSource, request: MatchRequest) -> FoundOrder:
    """Return the order of a request; raises `OrderNotFound` or `CustomerNotFound` where its source says so."""
    if request.order is not None:
        return FoundOrder(request.order, NOT_ASKED)
    if request.order_id is not None:
        fetched = source.find_order(request.order_id)
        if fetched.value is None and fetched.report.state is not SourceState.UNAVAILABLE:
            raise OrderNotFound(request.order_id)
        return FoundOrder(fetched.value, fetched.report)
    if request.customer_id is not None:
        return _find_customer_orders(source, request.customer_id)
    return _find_named_order(source, request)


def _find_customer_orders(source: OrderSource, customer_id: str) -> FoundOrder:
    fetched = source.list_customer_orders(customer_id, limit=MOST_CUSTOMER_ORDERS)
    if fetched.value is None and fetched.report.state is not SourceState.UNAVAILABLE:
        raise CustomerNotFound(customer_id)
    orders = fetched.value or ()
    return FoundOrder(orders[0], fetched.report) if len(orders) == 1 else FoundOrder(None, fetched.report, orders)


def _find_named_order(source: OrderSource, request: MatchRequest) -> FoundOrder:
    """Return the order whose number, or whose parcel's, stands in an agent's question.

    Never for the public: whoever asks there has not shown whose order it is.
    """
    if request.audience is Audience.PUBLIC:
        return FoundOrder(None, NOT_ASKED)
    numbers = [found.value for found in find_identifiers(request.question) if found.kind in NAMES_AN_ORDER]
    if not numbers:
        return FoundOrder(None, NOT_ASKED)
    fetched = source.find_order_by_number(numbers)
    return FoundOrder(fetched.value, fetched.report)
