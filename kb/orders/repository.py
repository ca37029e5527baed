"""Saving and finding orders and customers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

import orjson
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kb.changes import SaveResult
from kb.errors import CustomerNotFound, OrderNotFound
from kb.orders.order import Order, Shipment
from kb.orders.stored import read_stored_customer, read_stored_order
from kb.orders.tables import Customer, CustomerRow, OrderRow, ShipmentEventRow, ShipmentRow
from kb.orders.tails import reverse_number, reverse_phone

TIMES = ("placed_at", "paid_at", "shipped_at", "promised_at", "delivered_at", "completed_at", "cancelled_at")
PARTS = ("payment", "seller", "items", "invoice", "refund", "customer")


def hash_order(order: Order) -> str:
    """Return the SHA-256 of everything an order says."""
    return _hash(order.model_dump(mode="json"))


def save_order(session: Session, order: Order) -> SaveResult:
    """Store an order with its shipments; a known one is left alone, a changed one replaced."""
    content_hash = hash_order(order)
    row = session.get(OrderRow, order.id)
    if row is not None and row.content_hash == content_hash:
        return SaveResult.UNCHANGED
    result = SaveResult.CHANGED if row is not None else SaveResult.ADDED
    if row is None:
        row = OrderRow(id=order.id, id_reversed=reverse_number(order.id))
        session.add(row)
    row.status = order.status
    row.content_hash = content_hash
    row.customer_id = order.customer.id if order.customer else None
    row.amount = order.payment.amount if order.payment else None
    data = order.model_dump(mode="json", exclude_none=True)
    for name in PARTS:
        setattr(row, name, data.get(name))
    for name in TIMES:
        setattr(row, name, getattr(order, name))
    row.shipments = [_make_shipment(n, shipment) for n, shipment in enumerate(order.shipments or ())]
    session.flush()
    return result


def find_order(session: Session, order_id: str) -> Order | None:
    """Return the order with this id, or None."""
    row = session.get(OrderRow, order_id)
    return None if row is None else to_order(row)


def get_order(session: Session, order_id: str) -> Order:
    """Return the order with this id; raises `OrderNotFound`."""
    order = find_order(session, order_id)
    if order is None:
        raise OrderNotFound(order_id)
    return order


def list_orders(session: Session) -> Iterator[Order]:
    """Yield every order in order of id."""
    query = select(OrderRow).order_by(OrderRow.id).execution_options(yield_per=500)
    for row in session.scalars(query):
        yield to_order(row)


def list_recent_orders(session: Session, *, limit: int) -> list[Order]:
    """Return the newest orders, newest first."""
    query = select(OrderRow).order_by(OrderRow.placed_at.desc(), OrderRow.id).limit(limit)
    return [to_order(row) for row in session.scalars(query)]


def list_customer_orders(session: Session, customer_id: str, *, limit: int) -> list[Order]:
    """Return a customer's newest orders, newest first."""
    query = (
        select(OrderRow)
        .where(OrderRow.customer_id == customer_id)
        .order_by(OrderRow.placed_at.desc().nulls_last(), OrderRow.id)
        .limit(limit)
    )
    return [to_order(row) for row in session.scalars(query)]


def find_order_by_number(session: Session, numbers: Sequence[str]) -> Order | None:
    """Return the order that goes by one of these numbers, its own or a parcel's; None where none or several do."""
    parcels = select(ShipmentRow.order_id).where(ShipmentRow.tracking_no.in_(numbers))
    rows = session.scalars(
        select(OrderRow).where(or_(OrderRow.id.in_(numbers), OrderRow.id.in_(parcels))).limit(2)
    ).all()
    return to_order(rows[0]) if len(rows) == 1 else None


def require_customer(session: Session, customer_id: str) -> None:
    """Raise `CustomerNotFound` where no customer has this id."""
    if session.get(CustomerRow, customer_id) is None:
        raise CustomerNotFound(customer_id)


def count_orders(session: Session) -> int:
    """Return how many orders there are."""
    return session.scalar(select(func.count()).select_from(OrderRow)) or 0


def to_order(row: OrderRow) -> Order:
    """Return a stored order as the border model."""
    shipments = [
        {
            "carrier": shipment.carrier,
            "tracking_no": shipment.tracking_no,
            "direction": shipment.direction,
            "events": [
                {"at": event.at, "status": event.status, "place": event.place, "text": event.text}
                for event in shipment.events
            ],
        }
        for shipment in row.shipments
    ]
    times = {name: getattr(row, name) for name in TIMES}
    parts = {name: getattr(row, name) for name in PARTS}
    return read_stored_order({"id": row.id, "status": row.status, **times, **parts, "shipments": shipments or None})


def save_customer(session: Session, customer: Customer) -> SaveResult:
    """Store a customer; a known one is left alone, a changed one replaced."""
    content_hash = _hash(customer.model_dump(mode="json"))
    row = session.get(CustomerRow, customer.id)
    if row is not None and row.content_hash == content_hash:
        return SaveResult.UNCHANGED
    result = SaveResult.CHANGED if row is not None else SaveResult.ADDED
    if row is None:
        row = CustomerRow(id=customer.id)
        session.add(row)
    for name, value in customer:
        setattr(row, name, value)
    row.phone_digits = re.sub(r"\D", "", customer.phone)[-32:] if customer.phone else None
    row.phone_reversed = reverse_phone(customer.phone)
    row.content_hash = content_hash
    session.flush()
    return result


def list_customers(session: Session) -> Iterator[Customer]:
    """Yield every customer in order of id."""
    for row in session.scalars(select(CustomerRow).order_by(CustomerRow.id).execution_options(yield_per=500)):
        yield to_customer(row)


def to_customer(row: CustomerRow) -> Customer:
    """Return a stored customer as the border model."""
    return read_stored_customer({name: getattr(row, name) for name in Customer.model_fields})


def _make_shipment(position: int, shipment: Shipment) -> ShipmentRow:
    return ShipmentRow(
        position=position,
        carrier=shipment.carrier,
        tracking_no=shipment.tracking_no,
        tracking_reversed=reverse_number(shipment.tracking_no),
        direction=shipment.direction,
        events=[
            ShipmentEventRow(position=n, at=event.at, status=event.status, place=event.place, text=event.text)
            for n, event in enumerate(shipment.events or ())
        ],
    )


def _hash(content: object) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
