"""A customer's own orders, and no others: what somebody may be shown who is known to be this customer."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from kb.errors import NotFound
from kb.orders.order import Order
from kb.sources.ports import OrderSource, SourceFault, SourceState

log = logging.getLogger(__name__)

MOST_OWN_ORDERS = 20
# What says nothing of the source, only of the order that it was asked for.
OF_ONE_ORDER = frozenset({SourceFault.UNUSABLE, SourceFault.ID_UNUSABLE})


class OwnOrderNotFound(NotFound):
    """The customer has no such order: whether anybody else has is not told."""

    code = "order_not_found"

    def __init__(self) -> None:
        super().__init__("This customer has no order with this id. Leave it out, or send one of theirs.")


def list_own_orders(source: OrderSource, customer_id: str) -> tuple[Order, ...]:
    """Return a customer's newest orders, newest first; none where nobody knows the customer, or the source is away.

    A source that lists an order of somebody else's is believed in nothing.
    """
    orders = source.list_customer_orders(customer_id, limit=MOST_OWN_ORDERS).value or ()
    if any(_names_another(order, customer_id) for order in orders):
        log.error("source_lists_orders_of_others")
        return ()
    return orders


def find_own_order(source: OrderSource, customer_id: str, order_id: str, known: Sequence[Order]) -> Order | None:
    """Return an order of the customer's, from those known or from the source; None where the source cannot tell.

    Whatever is not theirs is answered alike, in trouble too, when only some orders are still remembered: None then, and
    `OwnOrderNotFound` else, for another customer's, for one that nobody has, and for one that cannot be read.
    """
    listed = next((order for order in known if order.id == order_id), None)
    if listed is not None:
        return listed
    fetched = source.find_order(order_id)
    found, report = fetched.value, fetched.report
    if found is not None and found.customer is not None and found.customer.id == customer_id:
        return found
    if report.state is not SourceState.OK and report.reason not in OF_ONE_ORDER:
        return None
    raise OwnOrderNotFound


def _names_another(order: Order, customer_id: str) -> bool:
    return order.customer is not None and order.customer.id not in (None, customer_id)
