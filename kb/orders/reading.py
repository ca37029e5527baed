"""Reading orders with their parcels as plain rows: a few queries, prepared once, without the mapper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, String, bindparam, select

from kb.orders.order import Order
from kb.orders.repository import PARTS, TIMES
from kb.orders.stored import read_stored_order
from kb.orders.tables import OrderRow, ShipmentEventRow, ShipmentRow
from kb.prepared_query import PreparedQuery, Row, Values

MAX_ORDERS = 20
_ORDER_FIELDS = ("id", "status", *TIMES, *PARTS)
StoredOrder = dict[str, Any]  # By the names of an order's fields; its parcels are read apart.


def _columns(table: Any, names: Sequence[str]) -> list[ColumnElement[Any]]:
    return [getattr(table, name) for name in names]


def _name_ids(count: int) -> list[BindParameter[str]]:
    return [bindparam(f"id_{n}", type_=String()) for n in range(count)]


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


def list_newest(connection: Connection, customer_id: str) -> list[StoredOrder]:
    """Return a customer's newest orders, newest first: one more than are shown."""
    return [_name_values(row) for row in _NEWEST.ask(connection, {"customer_id": customer_id})]


def list_asked(connection: Connection, order_ids: Sequence[str]) -> list[StoredOrder]:
    """Return the orders with these ids, at most `MAX_ORDERS` of them, in no order."""
    return [_name_values(row) for row in _select_asked(len(order_ids)).ask(connection, _bind_ids(order_ids))]


def _name_values(row: Row) -> StoredOrder:
    return dict(zip(_ORDER_FIELDS, row, strict=True))


def read_order(connection: Connection, order_id: str) -> Order | None:
    """Return the order with this id, or None."""
    orders = complete_orders(connection, list_asked(connection, [order_id]))
    return orders[0] if orders else None


def complete_orders(connection: Connection, orders: Sequence[StoredOrder]) -> list[Order]:
    """Return orders with their parcels and scans, in the order given."""
    parcels = _read_parcels(connection, [order["id"] for order in orders]) if orders else {}
    return [read_stored_order({**order, "shipments": parcels.get(order["id"])}) for order in orders]


def _read_parcels(connection: Connection, order_ids: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
    """Return the parcels of each order that has any, with their scans."""
    parcels: dict[str, list[dict[str, Any]]] = {}
    events: dict[int, list[dict[str, Any]]] = {}
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
