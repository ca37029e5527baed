"""Reading what is stored of one customer: a few queries of plain rows, prepared once, without the mapper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Executable, RowMapping, Select, bindparam, select
from sqlalchemy.orm import Session

from kb.orders.order import Order
from kb.orders.repository import PARTS, TIMES
from kb.orders.tables import Customer, CustomerRow, OrderRow, ShipmentEventRow, ShipmentRow

MAX_ORDERS = 20
_NEVER = datetime.min.replace(tzinfo=UTC)
_ORDER_COLUMNS = tuple(getattr(OrderRow, name) for name in ("id", "status", *TIMES, *PARTS))
_NEWEST: Select[*tuple[Any, ...]] = (
    select(*_ORDER_COLUMNS)
    .where(OrderRow.customer_id == bindparam("customer_id"))
    .order_by(OrderRow.placed_at.desc().nulls_last(), OrderRow.id)
    .limit(MAX_ORDERS + 1)
)
_ASKED: Select[*tuple[Any, ...]] = select(*_ORDER_COLUMNS).where(OrderRow.id.in_(bindparam("ids", expanding=True)))
_PARCELS = (
    select(
        ShipmentRow.row_id, ShipmentRow.order_id, ShipmentRow.carrier, ShipmentRow.tracking_no, ShipmentRow.direction
    )
    .where(ShipmentRow.order_id.in_(bindparam("ids", expanding=True)))
    .order_by(ShipmentRow.order_id, ShipmentRow.position)
)
_SCANS = (
    select(
        ShipmentEventRow.shipment_id,
        ShipmentEventRow.at,
        ShipmentEventRow.status,
        ShipmentEventRow.place,
        ShipmentEventRow.text,
    )
    .where(ShipmentEventRow.shipment_id.in_(bindparam("ids", expanding=True)))
    .order_by(ShipmentEventRow.shipment_id, ShipmentEventRow.position)
)
_CUSTOMER: Select[*tuple[Any, ...]] = select(*(getattr(CustomerRow, name) for name in Customer.model_fields)).where(
    CustomerRow.id == bindparam("customer_id")
)


@dataclass(frozen=True, slots=True)
class CustomerRecords:
    """What is stored of a customer, where there is one, and the orders that are shown, newest first."""

    customer: Customer | None
    orders: Sequence[Order]
    has_more_orders: bool


def read_records(session: Session, customer_id: str | None, order_ids: Sequence[str]) -> CustomerRecords:
    """Read a customer, the newest orders and those that were asked for, however old they are, with their parcels."""
    newest = [] if customer_id is None else _read(session, _NEWEST, customer_id=customer_id)
    has_more = len(newest) > MAX_ORDERS
    known = {row["id"] for row in newest[:MAX_ORDERS]}
    asked = [order_id for order_id in order_ids[:MAX_ORDERS] if order_id not in known]
    older = _read(session, _ASKED, ids=asked) if asked else []
    rows = sorted(
        [*newest[: MAX_ORDERS - len(older)], *older], key=lambda row: row["placed_at"] or _NEVER, reverse=True
    )
    customers = [] if customer_id is None else _read(session, _CUSTOMER, customer_id=customer_id)
    customer = Customer.model_construct(**customers[0]) if customers else None
    return CustomerRecords(customer, _make_orders(session, rows), has_more)


def _make_orders(session: Session, rows: Sequence[RowMapping]) -> list[Order]:
    parcels: dict[str, list[dict[str, Any]]] = {}
    by_row: dict[int, dict[str, Any]] = {}
    for found in _read(session, _PARCELS, ids=[row["id"] for row in rows]) if rows else ():
        parcel = {name: found[name] for name in ("carrier", "tracking_no", "direction")} | {"events": []}
        parcels.setdefault(found["order_id"], []).append(parcel)
        by_row[found["row_id"]] = parcel
    for scan in _read(session, _SCANS, ids=list(by_row)) if by_row else ():
        by_row[scan["shipment_id"]]["events"].append(scan)
    return [Order.model_validate({**row, "shipments": parcels.get(row["id"])}) for row in rows]


def _read(session: Session, statement: Executable, **values: object) -> Sequence[RowMapping]:
    # By the connection: a session looks into every statement for what it would have to keep track of.
    return session.connection().execute(statement, values).mappings().all()
