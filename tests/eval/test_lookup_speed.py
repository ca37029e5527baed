"""The benchmark of look-ups, over a few hundred orders: that it measures what it says, not how fast anything is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from eval.lookup_speed.bench import LookupBench, Way, WayFigures
from eval.lookup_speed.command import show_figures
from eval.lookup_speed.rows import SCANS_OF_A_PARCEL, Shop, fill_database
from kb.audit.models import AuditRow
from kb.database import Database
from kb.orders.tables import CustomerRow, OrderRow, ShipmentEventRow, ShipmentRow
from kb.settings import Settings

SHOP = Shop(300)


@pytest.fixture
def bench(make_database: Callable[[], Database]) -> LookupBench:
    database = make_database()
    fill_database(database, SHOP, lambda _: None)
    return LookupBench(database, SHOP, Settings(_env_file=None))


def test_every_row_is_written(bench: LookupBench) -> None:
    with bench.database.read() as session:
        tables = (CustomerRow, OrderRow, ShipmentRow, ShipmentEventRow)
        counts = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    assert counts == [100, 300, 300, 300 * SCANS_OF_A_PARCEL]


@pytest.mark.parametrize("way", Way)
def test_every_way_finds_one_customer_by_indexes_alone(bench: LookupBench, way: Way) -> None:
    figures = bench.measure(way, [7, 8, 9])
    assert [len(times) for times in (figures.bare, figures.read, figures.profile, figures.audited)] == [3, 3, 3, 3]
    assert figures.unindexed == []
    assert figures.statements == 6  # The search, the customer, the orders, the parcels, contacts, notices.
    with bench.database.read() as session:
        assert set(session.scalars(select(AuditRow.outcome))) == {"found"}


def test_a_query_without_an_index_is_noticed(bench: LookupBench) -> None:
    with bench.database.write() as session:
        session.connection().exec_driver_sql("DROP INDEX ix_shipments_order_id")
    assert "shipments" in bench.measure(Way.PHONE, [1]).unindexed


def test_the_ratio_is_that_of_the_medians() -> None:
    figures = WayFigures(bare=[1.0, 2.0, 9.0], read=[3.0, 5.0, 100.0], profile=[1.0], audited=[1.0])
    assert figures.ratio == 2.5
    assert show_figures({Way.PHONE: figures}, SHOP).row_count == 1
