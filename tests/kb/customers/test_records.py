"""The rows of a customer as they are read: what is missing is missing, and every parcel keeps its own scans."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import update

from kb.customers.records import CustomerRecords, read_records
from kb.database import Database
from kb.orders.order import CustomerTier
from kb.orders.reading import MAX_ORDERS
from kb.orders.repository import find_order
from kb.orders.tables import OrderRow
from tests.kb.customers.makers import ZHOU, save_orders, save_people


def read(database: Database, customer_id: str | None, *order_ids: str) -> CustomerRecords:
    """Read what is stored."""
    with database.read_rows() as connection:
        return read_records(connection, customer_id, order_ids)


def scan(minute: int) -> dict[str, Any]:
    """Return a scan."""
    return {"at": f"2026-11-14T08:{minute:02}:00+08:00", "status": "in_transit", "place": "昆山"}


def test_a_customer_without_orders_is_read_alone(database: Database) -> None:
    save_people(database, ZHOU)
    found = read(database, "C0042")
    assert found.customer is not None
    assert (found.customer.name, found.customer.region) == ("周雨桐", ["北京", "海淀区"])
    assert found.customer.tier == CustomerTier.PLUS
    assert (found.orders, found.has_more_orders) == ([], False)


def test_orders_of_a_customer_who_is_not_stored_are_read(database: Database) -> None:
    save_orders(database, {"id": "SO1"}, {"id": "SO2"})
    found = read(database, "C0042")
    assert found.customer is None
    assert [order.id for order in found.orders] == ["SO1", "SO2"]


def test_of_nobody_nothing_is_read(database: Database) -> None:
    assert read(database, "C0042") == CustomerRecords(None, [], has_more_orders=False)
    assert read(database, None, "SO1") == CustomerRecords(None, [], has_more_orders=False)


def test_orders_are_as_they_were_saved_each_parcel_with_its_own_scans_in_order(database: Database) -> None:
    parcels = [
        {"tracking_no": "QY2", "carrier": "顺丰", "direction": "forward", "events": [scan(9), scan(1), scan(5)]},
        {"tracking_no": "QY1", "events": []},
        {"tracking_no": "QY3", "direction": "return", "events": [scan(7)]},
    ]
    save_people(database, ZHOU)
    save_orders(database, {"id": "SO1", "shipments": parcels}, {"id": "SO2", "shipments": []})
    found = read(database, "C0042")
    with database.read() as session:
        assert list(found.orders) == [find_order(session, order_id) for order_id in ("SO1", "SO2")]
    events = [[event.at.minute for event in parcel.events or ()] for parcel in found.orders[0].shipments or ()]
    assert events == [[9, 1, 5], [], [7]]


def test_an_order_of_somebody_else_that_is_asked_for_is_read_with_its_parcels(database: Database) -> None:
    save_orders(database, {"id": "SO1", "customer": None, "shipments": [{"tracking_no": "QY1", "events": [scan(1)]}]})
    (order,) = read(database, None, "SO1").orders
    assert [(parcel.tracking_no, len(parcel.events or ())) for parcel in order.shipments or ()] == [("QY1", 1)]


def test_as_many_orders_as_are_shown_are_read_with_their_parcels(database: Database) -> None:
    placed = [{"id": f"SO{n:02}", "placed_at": f"2026-10-{n + 1:02}T00:00:00+08:00"} for n in range(MAX_ORDERS + 2)]
    save_orders(database, *({**one, "shipments": [{"tracking_no": f"QY{one['id']}"}]} for one in placed))
    found = read(database, "C0042", "SO00")
    assert [order.id for order in found.orders] == [*(f"SO{n:02}" for n in range(MAX_ORDERS + 1, 2, -1)), "SO00"]
    assert all(parcel.tracking_no == f"QY{order.id}" for order in found.orders for parcel in order.shipments or ())
    assert all(order.shipments for order in found.orders)
    assert found.has_more_orders


def test_a_stored_order_that_is_none_is_refused(database: Database) -> None:
    save_orders(database, {"id": "SO1"})
    with database.write() as session:
        session.execute(update(OrderRow).values(status="somewhere"))
    with pytest.raises(ValidationError, match="status"):
        read(database, "C0042")


def test_orders_that_were_asked_for_are_shown_however_old_they_are(database: Database) -> None:
    save_people(database, ZHOU)
    days = [f"2026-10-{day:02}T10:00:00+08:00" for day in range(1, MAX_ORDERS + 6)]
    save_orders(database, *({"id": f"SO{number}", "placed_at": at} for number, at in enumerate(days)))
    within, beyond = "SO5", "SO0"  # The last that is among the newest, and the oldest of all.

    found = read(database, "C0042", within, beyond)

    assert len(found.orders) == MAX_ORDERS
    assert {within, beyond} <= {order.id for order in found.orders}
