"""A few customers with orders, and a desk to look them up at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kb.audit.models import Caller
from kb.audit.trail import AuditTrail
from kb.customers.desk import CustomerDesk
from kb.customers.profile import View
from kb.database import Database
from kb.orders.repository import save_customer, save_order
from kb.orders.tables import Customer
from tests.conftest import SHOP_ZONE
from tests.fakes import make_order

NOW = datetime(2026, 11, 15, 10, 0, tzinfo=SHOP_ZONE)
CALLER = Caller("a-17", None, "r1")
ZHOU = {
    "id": "C0042",
    "name": "周雨桐",
    "phone": "138-0000 1037",
    "email": "yutong@example.com",
    "tier": "plus",
    "region": ["北京", "海淀区"],
    "address": "学院路青竹园 5 号楼 1201 室",
}
CHEN = {"id": "C0043", "name": "陈建国", "phone": "+86 139 0000 1037", "region": []}


def save_people(database: Database, *people: dict[str, Any]) -> None:
    """Store customers."""
    with database.write() as session:
        for person in people:
            save_customer(session, Customer.model_validate(person))


def save_orders(database: Database, *orders: dict[str, Any]) -> None:
    """Store orders, each the usual one with some fields changed."""
    with database.write() as session:
        for fields in orders:
            save_order(session, make_order(**fields))


def open_desk(database: Database, now: datetime = NOW) -> CustomerDesk:
    """Return a desk on a database."""
    return CustomerDesk(database, AuditTrail(database), View(now, SHOP_ZONE))
