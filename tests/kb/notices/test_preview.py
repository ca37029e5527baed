"""Which orders a notice would touch, over all of them and with bounded work."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kb.database import Database
from kb.notices.models import Notice
from kb.notices.preview import LISTED, NoticePreview, preview_notices
from kb.orders.order import Order
from kb.orders.repository import save_order

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
SHIPPED = {"fact": "order.status", "op": "==", "value": "shipped"}
AT_YICHANG = {"fact": "shipment.place", "op": "==", "value": "宜昌"}


def make_notice(*tests: dict[str, Any], **fields: Any) -> Notice:
    values = {"id": "n", "title": "公告", "kind": "delay", "applies_when": {"all": list(tests)} if tests else None}
    return Notice.model_validate({**values, **fields})


def save(database: Database, *orders: dict[str, Any]) -> None:
    with database.write() as session:
        for number, fields in enumerate(orders):
            placed_at = f"2026-11-{1 + number % 19:02}T{number // 19:02}:00:00+08:00"
            order = {"id": f"SO{number:03}", "status": "shipped", "placed_at": placed_at, **fields}
            save_order(session, Order.model_validate(order))


def preview(database: Database, notice: Notice, **fields: Any) -> NoticePreview:
    with database.read() as session:
        (shown,) = preview_notices(session, [notice], now=NOW, zone=SHANGHAI, **fields)
    return shown


def parcel(place: str | None) -> dict[str, Any]:
    return {"events": [{"at": "2026-11-19T08:00:00+08:00", "status": "in_transit", "place": place}]}


def test_touched_and_unknown_orders_are_counted_by_what_they_are(database: Database) -> None:
    save(
        database,
        {"customer": {"region": "北京/海淀区/苏州街18号"}},
        {"customer": {"region": "北京"}},
        {"customer": {"region": "陕西省/西安市"}},
        {"status": "paid", "customer": {"region": "北京"}},
        {},
    )
    beijing = {"fact": "customer.region", "op": "under", "value": "北京"}
    shown = preview(database, make_notice(beijing, SHIPPED))
    assert (shown.checked, shown.cut, shown.touched, shown.unknown) == (5, False, 2, 1)
    assert (shown.by_status, shown.by_region, shown.missing) == ({"shipped": 2}, {"北京": 2}, {"customer.region": 1})
    assert [(order.id, order.region) for order in shown.orders] == [("SO001", "北京"), ("SO000", "北京/海淀区")]


def test_a_condition_on_parcels_sees_them(database: Database) -> None:
    save(database, {"shipments": [parcel("宜昌")]}, {"shipments": [parcel("昆山")]}, {"shipments": [parcel(None)]}, {})
    shown = preview(database, make_notice(AT_YICHANG))
    assert ([order.id for order in shown.orders], shown.unknown) == (["SO000"], 2)


@pytest.mark.parametrize(
    "test",
    [
        {"fact": "days_since_delivered", "op": "<", "value": 7},
        {"fact": "hours_without_scan", "op": ">", "value": 12},
        {"fact": "shipment.count", "op": "==", "value": 1},
        {"fact": "is_refused", "op": "==", "value": False},
        {"fact": "is_partly_delivered", "op": "==", "value": False},
        {"fact": "shipment.last_status", "op": "exists"},
    ],
)
def test_every_fact_that_parcels_tell_is_told(database: Database, test: dict[str, Any]) -> None:
    scan = {"at": "2026-11-19T08:00:00+08:00", "status": "delivered"}
    delivered = test["fact"] == "days_since_delivered"
    shipments = [{"events": [scan]}] if delivered else [parcel("宜昌")]
    save(database, {"status": "delivered" if delivered else "shipped", "shipments": shipments})
    assert preview(database, make_notice({"any": [test]})).touched == 1


def test_an_order_looks_the_same_with_its_parcels_loaded_or_not(database: Database) -> None:
    save(database, *({"status": status, "shipments": [parcel("宜昌")]} for status in ("shipped", "paid", "shipped")))
    alone = preview(database, make_notice(SHIPPED))
    with database.read() as session:
        beside, _ = preview_notices(session, [make_notice(SHIPPED), make_notice(AT_YICHANG)], now=NOW, zone=SHANGHAI)
    assert alone == beside


def test_the_newest_orders_are_listed_and_the_rest_only_counted(database: Database) -> None:
    save(database, *({} for _ in range(LISTED + 5)))
    shown = preview(database, make_notice())
    assert (shown.touched, len(shown.orders)) == (LISTED + 5, LISTED)
    placed = [order.placed_at for order in shown.orders]
    assert placed == sorted(placed, key=lambda at: at or NOW, reverse=True)


def test_no_more_orders_are_checked_than_allowed_and_it_is_said(database: Database) -> None:
    save(database, *({} for _ in range(4)))
    assert [preview(database, make_notice(), most=most).cut for most in (3, 4, 5)] == [True, False, False]
    assert preview(database, make_notice(), most=3).checked == 3


def test_without_orders_nothing_is_touched(database: Database) -> None:
    shown = preview(database, make_notice())
    assert (shown.checked, shown.touched, shown.orders) == (0, 0, [])
