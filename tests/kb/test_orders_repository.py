"""Saving and finding orders and customers."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from kb.changes import SaveResult
from kb.database import Database
from kb.errors import OrderNotFound
from kb.orders.order import Order
from kb.orders.repository import get_order, list_orders, list_recent_orders, save_customer, save_order
from kb.orders.tables import Customer, CustomerRow, ShipmentEventRow, ShipmentRow
from tests.fakes import make_order


def _save(database: Database, order: Order) -> SaveResult:
    with database.write() as session:
        return save_order(session, order)


def test_an_order_comes_back_as_it_was_saved(database: Database) -> None:
    order = make_order()
    assert _save(database, order) is SaveResult.ADDED
    with database.read() as session:
        assert get_order(session, "SO2026111500017") == order


def test_saving_twice_is_unchanged(database: Database) -> None:
    _save(database, make_order())
    assert _save(database, make_order()) is SaveResult.UNCHANGED


def test_a_changed_order_leaves_no_parcels_of_the_old_one(database: Database) -> None:
    _save(database, make_order())
    assert _save(database, make_order(shipments=[{"carrier": "青柚快递"}])) is SaveResult.CHANGED
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ShipmentRow)) == 1
        assert session.scalar(select(func.count()).select_from(ShipmentEventRow)) == 0


def test_parcels_and_their_events_keep_their_order(database: Database) -> None:
    parcels = [
        {"tracking_no": number, "events": [{"at": f"2026-11-13T0{hour}:00:00+08:00"} for hour in (3, 1, 2)]}
        for number in ("b", "a")
    ]
    _save(database, make_order(shipments=parcels))
    with database.read() as session:
        found = get_order(session, "SO2026111500017")
    assert found == make_order(shipments=parcels)


def test_recent_orders_come_newest_first(database: Database) -> None:
    for day in (1, 3, 2):
        _save(database, make_order(id=f"O{day}", placed_at=f"2026-11-0{day}T00:00:00+08:00"))
    with database.read() as session:
        assert [order.id for order in list_recent_orders(session, limit=2)] == ["O3", "O2"]
        assert [order.id for order in list_orders(session)] == ["O1", "O2", "O3"]


def test_an_unknown_order_is_no_order_and_its_id_is_not_repeated(database: Database) -> None:
    with pytest.raises(OrderNotFound) as caught, database.read() as session:
        get_order(session, "SO404")
    assert caught.value.order_id == "SO404"
    assert "SO404" not in caught.value.message


def test_a_customers_phone_is_found_by_its_digits(database: Database) -> None:
    customer = Customer(id="C1", name="周雨桐", phone="138-1234 5678", region=["北京"])
    with database.write() as session:
        assert save_customer(session, customer) is SaveResult.ADDED
    with database.write() as session:
        assert save_customer(session, customer) is SaveResult.UNCHANGED
    with database.read() as session:
        assert session.scalar(select(CustomerRow.id).where(CustomerRow.phone_digits == "13812345678")) == "C1"
