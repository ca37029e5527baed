"""Reading what is stored of one customer: a few queries of plain rows, prepared once, without the mapper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, String, bindparam, select

from kb.orders.order import Order
from kb.orders.repository import PARTS, TIMES
from kb.orders.stored import read_stored_customer, read_stored_order
from kb.orders.tables import Customer, CustomerRow, OrderRow, ShipmentEventRow, ShipmentRow
from kb.prepared_query import PreparedQuery, Row, Values

MAX_ORDERS = 20
_NEVER = datetime.min.replace(tzinfo=UTC)
_CUSTOMER_FIELDS, _ORDER_FIELDS = tuple(Customer.model_fields), ("id", "status", *TIMES, *PARTS)
_Values = dict[str, Any]


def _columns(table: Any, names: Sequence[str]) -> list[ColumnElement[Any]]:
    return [getattr(table, name) for name in names]


def _name_ids(count: int) -> list[BindParameter[str]]:
    return [bindparam(f"id_{n}", type_=String()) for n in range(count)]


_CUSTOMER = PreparedQuery(
    select(*_columns(CustomerRow, _CUSTOMER_FIELDS)).where(CustomerRow.id == bindparam("customer_id", type_=String()))
)
_NEWEST = PreparedQuery(
    select(*_columns(OrderRow, _ORDER_FIELDS))
    .where(OrderRow.customer_id == bindparam("customer_id", type_=String()))
    .order_by(OrderRow.placed_at.desc().nulls_last(), OrderRow.id)
    .limit(MAX_ORDERS + 1)
)


# One for each number of ids: padded to one length, they take the database a third longer.
@cache
def _select_asked(count: int) -> PreparedQuery:
    return PreparedQuery(select(*_columns(OrderRow, _ORDER_FIELDS)).where(OrderRow.id.in_(_name_ids(count))))


@cache
def _select_parcels(count: int) -> PreparedQuery:
    return PreparedQuery(
        select(
            ShipmentRow.order_id,
            ShipmentRow.row_id,
            *_columns(ShipmentRow, ("carrier", "tracking_no", "direction")),
            ShipmentEventRow.row_id,
            *_columns(ShipmentEventRow, ("at", "status", "place", "text")),
        )
        .outerjoin(ShipmentEventRow, ShipmentEventRow.shipment_id == ShipmentRow.row_id)
        .where(ShipmentRow.order_id.in_(_name_ids(count)))
        .order_by(ShipmentRow.order_id, ShipmentRow.position, ShipmentRow.row_id, ShipmentEventRow.position)
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
    newest = [] if customer_id is None else _list_newest(connection, customer_id)
    asked = set(order_ids[:MAX_ORDERS])
    named = [order for order in newest if order["id"] in asked]
    missing = asked.difference(order["id"] for order in named)
    named += _list_asked(connection, sorted(missing)) if missing else []
    others = [order for order in newest if order["id"] not in asked][: MAX_ORDERS - len(named)]
    orders = sorted([*named, *others], key=lambda order: order["placed_at"] or _NEVER, reverse=True)
    parcels = _read_parcels(connection, [order["id"] for order in orders]) if orders else {}
    for order in orders:
        order["shipments"] = parcels.get(order["id"])
    return CustomerRecords(customer, [read_stored_order(order) for order in orders], len(newest) > MAX_ORDERS)


def _find_customer(connection: Connection, customer_id: str) -> Customer | None:
    rows = _CUSTOMER.ask(connection, {"customer_id": customer_id})
    return read_stored_customer(dict(zip(_CUSTOMER_FIELDS, rows[0], strict=True))) if rows else None


def _list_newest(connection: Connection, customer_id: str) -> list[_Values]:
    """Return the newest orders: one more than are shown."""
    return [_name_values(row) for row in _NEWEST.ask(connection, {"customer_id": customer_id})]


def _list_asked(connection: Connection, order_ids: Sequence[str]) -> list[_Values]:
    return [_name_values(row) for row in _select_asked(len(order_ids)).ask(connection, _bind_ids(order_ids))]


def _name_values(row: Row) -> _Values:
    return dict(zip(_ORDER_FIELDS, row, strict=True))


def _read_parcels(connection: Connection, order_ids: Sequence[str]) -> Mapping[str, list[_Values]]:
    """Return the parcels of each order that has any, with their scans."""
    parcels: dict[str, list[_Values]] = {}
    events: dict[int, list[_Values]] = {}
    for order_id, row_id, carrier, number, direction, scan_id, at, status, place, text in _select_parcels(
        len(order_ids)
    ).ask(connection, _bind_ids(order_ids)):
        if row_id not in events:
            events[row_id] = []
            parcel = {"carrier": carrier, "tracking_no": number, "direction": direction, "events": events[row_id]}
            parcels.setdefault(order_id, []).append(parcel)
        if scan_id is not None:
            events[row_id].append({"at": at, "status": status, "place": place, "text": text})
    return parcels


def _bind_ids(order_ids: Sequence[str]) -> Values:
    return {f"id_{n}": order_id for n, order_id in enumerate(order_ids)}
