"""Our own tables as a source: what was imported, or told by events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kb.database import Database
from kb.errors import CustomerNotFound
from kb.orders.order import Order
from kb.orders.reading import read_order
from kb.orders.repository import (
    find_order_by_number,
    list_customer_orders,
    require_customer,
    to_customer,
)
from kb.orders.tables import Customer, CustomerRow
from kb.orders.tails import reverse_phone
from kb.sources.ports import OWN, Fetched


@dataclass(frozen=True, slots=True)
class OwnTables:
    """Orders and customers of a database; a database that fails raises, as it does everywhere."""

    database: Database

    def find_order(self, order_id: str) -> Fetched[Order]:
        """Return the order with this id."""
        with self.database.read_rows() as connection:
            return Fetched(read_order(connection, order_id), OWN)

    def find_order_by_number(self, numbers: Sequence[str]) -> Fetched[Order]:
        """Return the order that goes by one of these numbers, its own or a parcel's; None where several do."""
        with self.database.read() as session:
            return Fetched(find_order_by_number(session, numbers), OWN)

    def list_customer_orders(self, customer_id: str, *, limit: int) -> Fetched[tuple[Order, ...]]:
        """Return a customer's newest orders, newest first; None where there is no such customer."""
        with self.database.read() as session:
            orders = tuple(list_customer_orders(session, customer_id, limit=limit))
            if not orders:
                try:
                    require_customer(session, customer_id)
                except CustomerNotFound:
                    return Fetched(None, OWN)
            return Fetched(orders, OWN)

    def find_customer_by_phone(self, phone: str) -> Fetched[Customer]:
        """Return the customer who has this phone, in any writing; None where several do."""
        reversed_phone = reverse_phone(phone)
        if reversed_phone is None:
            return Fetched(None, OWN)
        with self.database.read() as session:
            rows = session.scalars(
                select(CustomerRow).where(CustomerRow.phone_reversed == reversed_phone).limit(2)
            ).all()
            return Fetched(to_customer(rows[0]) if len(rows) == 1 else None, OWN)
