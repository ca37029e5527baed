"""Queries that are put together once, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import String, bindparam, null, select
from sqlalchemy.exc import DBAPIError

from kb.database import Database
from kb.orders.tables import CustomerRow, OrderRow, ShipmentEventRow
from kb.prepared_query import PreparedQuery
from tests.kb.customers.makers import ZHOU, save_orders, save_people

BY_ID = PreparedQuery(
    select(OrderRow.id, OrderRow.placed_at, OrderRow.paid_at, OrderRow.items, null().label("unknown"))
    .where(OrderRow.id == bindparam("id", type_=String()))
    .limit(5)
)


def test_values_are_those_that_the_mapper_reads(database: Database) -> None:
    save_orders(database, {"id": "SO1", "items": [{"name": "电热水器"}]})
    with database.read() as session:
        row = session.get(OrderRow, "SO1")
        assert row is not None
        expected = (row.id, row.placed_at, row.paid_at, row.items, None)
    with database.read_rows() as connection:
        assert BY_ID.ask(connection, {"id": "SO1"}) == [expected]
        assert BY_ID.ask(connection, {"id": "SO2"}) == []


def test_it_sees_the_moment_at_which_the_reading_began(database: Database) -> None:
    names = PreparedQuery(select(CustomerRow.id))
    with database.read_rows() as connection:
        assert names.ask(connection, {}) == []
        save_people(database, ZHOU)
        if database.is_sqlite:
            assert names.ask(connection, {}) == []
    with database.read_rows() as connection:
        assert names.ask(connection, {}) == [("C0042",)]


def test_a_database_that_fails_raises_what_it_always_raises_and_no_values(database: Database) -> None:
    scans = PreparedQuery(select(ShipmentEventRow.row_id).where(ShipmentEventRow.text == bindparam("text")))
    with database.read_rows() as connection:
        connection.exec_driver_sql("DROP TABLE shipment_events")
        with pytest.raises(DBAPIError, match="shipment_events") as failed:
            scans.ask(connection, {"text": "13800001037"})
    assert "13800001037" not in str(failed.value)
