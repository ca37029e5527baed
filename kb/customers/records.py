"""Reading what is stored of one customer: a few queries of plain rows, prepared once, without the mapper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, select, true
from sqlalchemy.orm import Session

from kb.orders.order import Order
from kb.orders.repository import PARTS, TIMES
from kb.orders.tables import Customer, CustomerRow, OrderRow, ShipmentEventRow, ShipmentRow

MAX_ORDERS = 20
_NEVER = datetime.min.replace(tzinfo=UTC)
_CUSTOMER_FIELDS, _ORDER_FIELDS = tuple(Customer.model_fields), ("id", "status", *TIMES, *PARTS)
_PARCEL_FIELDS, _SCAN_FIELDS = ("carrier", "tracking_no", "direction"), ("at", "status", "place", "text")
# Of a length that never changes: a list that grows is put together anew each time.
_IDS = tuple(bindparam(f"id_{n}", type_=String()) for n in range(MAX_ORDERS))


def _columns(table: Any, names: Sequence[str]) -> list[ColumnElement[Any]]:
    return [getattr(table, name) for name in names]


_ASKED: Select[*tuple[Any, ...]] = select(*_columns(OrderRow, _ORDER_FIELDS)).where(OrderRow.id.in_(_IDS))
_WHO = select(bindparam("customer_id", type_=String()).label("id")).subquery("who")
_NEWEST = (
    select(*_columns(OrderRow, _ORDER_FIELDS))
    .where(OrderRow.customer_id == bindparam("customer_id", type_=String()))
    .order_by(OrderRow.placed_at.desc().nulls_last(), OrderRow.id)
    .limit(MAX_ORDERS + 1)
    .subquery("newest")
)
# A customer, who need not be stored, beside each of the newest orders, of which there need not be any.
_CUSTOMER_AND_NEWEST: Select[*tuple[Any, ...]] = (
    select(*_columns(CustomerRow, _CUSTOMER_FIELDS), *_NEWEST.c)
    .select_from(_WHO)
    .outerjoin(CustomerRow, CustomerRow.id == _WHO.c.id)
    .outerjoin(_NEWEST, true())
    .order_by(_NEWEST.c.placed_at.desc().nulls_last(), _NEWEST.c.id)
)
_PARCELS_AND_SCANS: Select[*tuple[Any, ...]] = (
    select(
        ShipmentRow.row_id,
        ShipmentRow.order_id,
        *_columns(ShipmentRow, _PARCEL_FIELDS),
        ShipmentEventRow.row_id,
        *_columns(ShipmentEventRow, _SCAN_FIELDS),
    )
    .outerjoin(ShipmentEventRow, ShipmentEventRow.shipment_id == ShipmentRow.row_id)
    .where(ShipmentRow.order_id.in_(_IDS))
    .order_by(ShipmentRow.order_id, ShipmentRow.position, ShipmentRow.row_id, ShipmentEventRow.position)
)
_Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CustomerRecords:
    """What is stored of a customer, where there is one, and the orders that are shown, newest first."""

    customer: Customer | None
    orders: Sequence[Order]
    has_more_orders: bool


def read_records(session: Session, customer_id: str | None, order_ids: Sequence[str]) -> CustomerRecords:
    """Read a customer, the newest orders and those that were asked for, however old they are, with their parcels."""
    # By the connection: a session looks into every statement for what it would have to keep track of.
    connection = session.connection()
    customer, newest = (None, []) if customer_id is None else _read_customer(connection, customer_id)
    asked = set(order_ids[:MAX_ORDERS])
    named = [order for order in newest if order["id"] in asked]
    missing = asked.difference(order["id"] for order in named)
    named += _read_asked(connection, sorted(missing)) if missing else []
    others = [order for order in newest if order["id"] not in asked][: MAX_ORDERS - len(named)]
    orders = sorted([*named, *others], key=lambda order: order["placed_at"] or _NEVER, reverse=True)
    parcels = _read_parcels(connection, [order["id"] for order in orders]) if orders else {}
    checked = [Order.model_validate(order | {"shipments": parcels.get(order["id"])}) for order in orders]
    return CustomerRecords(customer, checked, len(newest) > MAX_ORDERS)


def _read_customer(connection: Connection, customer_id: str) -> tuple[Customer | None, list[_Values]]:
    """Return a customer, where stored, and the newest orders: one more than are shown."""
    rows = connection.execute(_CUSTOMER_AND_NEWEST, {"customer_id": customer_id}).all()
    split = len(_CUSTOMER_FIELDS)
    values = dict(zip(_CUSTOMER_FIELDS, rows[0], strict=False))
    customer = None if values["id"] is None else Customer.model_construct(**values)
    orders = (dict(zip(_ORDER_FIELDS, row[split:], strict=True)) for row in rows)
    return customer, [order for order in orders if order["id"] is not None]


def _read_asked(connection: Connection, order_ids: Sequence[str]) -> list[_Values]:
    rows = connection.execute(_ASKED, _bind_ids(order_ids)).all()
    return [dict(zip(_ORDER_FIELDS, row, strict=True)) for row in rows]


def _read_parcels(connection: Connection, order_ids: Sequence[str]) -> Mapping[str, list[_Values]]:
    """Return the parcels of each order that has any, with their scans."""
    parcels: dict[str, list[_Values]] = {}
    events: dict[int, list[_Values]] = {}
    for row_id, order_id, carrier, number, direction, scan_id, *scan in connection.execute(
        _PARCELS_AND_SCANS, _bind_ids(order_ids)
    ):
        if row_id not in events:
            events[row_id] = []
            parcel = dict(zip(_PARCEL_FIELDS, (carrier, number, direction), strict=True))
            parcels.setdefault(order_id, []).append(parcel | {"events": events[row_id]})
        if scan_id is not None:
            events[row_id].append(dict(zip(_SCAN_FIELDS, scan, strict=True)))
    return parcels


def _bind_ids(order_ids: Sequence[str]) -> Mapping[str, str | None]:
    return dict(zip((one.key for one in _IDS), chain(order_ids, repeat(None)), strict=False))
