"""What is stored of one customer, with the orders that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, String, bindparam, select

from kb.orders.order import Order
from kb.orders.reading import MAX_ORDERS, complete_orders, list_asked, list_newest
from kb.orders.stored import read_stored_customer
from kb.orders.tables import Customer, CustomerRow
from kb.prepared_query import PreparedQuery

_NEVER = datetime.min.replace(tzinfo=UTC)
_CUSTOMER_FIELDS = tuple(Customer.model_fields)


_CUSTOMER = PreparedQuery(
    select(*(getattr(CustomerRow, name) for name in _CUSTOMER_FIELDS)).where(
        CustomerRow.id == bindparam("customer_id", type_=String())
    )
)


@dataclass(frozen=True, slots=True)
class CustomerRecords:
    """What is stored of a customer, where there is one, and the orders that are shown, newest first."""

    customer: Customer | None
    orders: Sequence[Order]
    has_more_orders: bool


def read_records(connection: Connection, customer_id: str | None, order_ids: Sequence[str]) -> CustomerRecords:
    """Read a customer, the newest orders and those that were asked for, however old they are, with their parcels."""
    customer = None if customer_id is None else _find_customer(connection, customer_id)
    newest = [] if customer_id is None else list_newest(connection, customer_id)
    asked = set(order_ids[:MAX_ORDERS])
    named = [order for order in newest if order["id"] in asked]
    missing = asked.difference(order["id"] for order in named)
    named += list_asked(connection, sorted(missing)) if missing else []
    others = [order for order in newest if order["id"] not in asked][: MAX_ORDERS - len(named)]
    orders = sorted([*named, *others], key=lambda order: order["placed_at"] or _NEVER, reverse=True)
    return CustomerRecords(customer, complete_orders(connection, orders), len(newest) > MAX_ORDERS)


def _find_customer(connection: Connection, customer_id: str) -> Customer | None:
    rows = _CUSTOMER.ask(connection, {"customer_id": customer_id})
    return read_stored_customer(dict(zip(_CUSTOMER_FIELDS, rows[0], strict=True))) if rows else None
