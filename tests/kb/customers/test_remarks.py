"""What is remarkable about an order, at a given time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from kb.customers.remarks import Remark, RemarkKind, list_remarks, say_hours, say_state
from kb.orders.context import derive_context
from kb.orders.order import Order
from kb.orders.words import Words
from tests.conftest import SHOP_ZONE
from tests.fakes import make_order
from tests.kb.customers.makers import NOW


def parcel(*events: tuple[str, str], direction: str = "forward") -> dict[str, Any]:
    """Return a parcel with scans."""
    return {"direction": direction, "events": [{"at": at, "status": status} for at, status in events]}


def remarks_of(order: Order, now: datetime = NOW) -> tuple[Remark, ...]:
    """Return the remarks."""
    return list_remarks(order, derive_context(order, now=now, zone=SHOP_ZONE))


def kinds_of(order: Order) -> list[RemarkKind]:
    """Return the kinds of the remarks."""
    return [remark.kind for remark in remarks_of(order)]


def test_a_late_parcel_says_by_how_much_and_since_when_nothing_was_seen() -> None:
    order = make_order(promised_at="2026-11-14T22:00:00+08:00")  # Last seen on the 13th at 8.
    assert remarks_of(order) == (
        Remark(RemarkKind.LATE, Words("已超过承诺送达时间 12 小时", "12 hours past the promise"), 12.0),
        Remark(RemarkKind.NO_SCAN, Words("物流 2 天没有更新", "no tracking update for 2 days"), 50.0),
    )
    context = derive_context(order, now=NOW, zone=SHOP_ZONE)
    assert say_state(order, context) == Words("已发货，已晚 12 小时", "shipped, 12 hours late")


def test_an_order_in_time_has_nothing_remarkable() -> None:
    scanned = [parcel(("2026-11-15T09:00:00+08:00", "in_transit"))]
    order = make_order(promised_at="2026-11-15T22:00:00+08:00", shipments=scanned)
    assert remarks_of(order) == ()
    assert say_state(order, derive_context(order, now=NOW, zone=SHOP_ZONE)) == Words("已发货", "shipped")


@pytest.mark.parametrize("hours", [23, 24])
def test_a_day_without_a_scan_is_remarkable(hours: int) -> None:
    seen = f"2026-11-14T{34 - hours:02}:00:00+08:00"
    assert kinds_of(make_order(shipments=[parcel((seen, "in_transit"))])) == (
        [RemarkKind.NO_SCAN] if hours >= 24 else []
    )


@pytest.mark.parametrize(
    ("status", "is_open"),
    [
        ("requested", True),
        ("approved", True),
        ("returning", True),
        ("received", True),
        ("refunded", False),
        ("rejected", False),
        ("none", False),
    ],
)
def test_a_refund_waits_until_it_is_paid_or_refused(status: str, is_open: bool) -> None:
    refund = {"status": status, "requested_at": "2026-11-12T10:00:00+08:00"}
    found = remarks_of(make_order(status="completed", shipments=[], refund=refund))
    waiting = Remark(RemarkKind.REFUND_WAITING, Words("退款已等 3 天", "a refund has been open for 3 days"), 72.0)
    assert found == ((waiting,) if is_open else ())


def test_a_refund_of_which_the_day_is_not_known_is_open_all_the_same() -> None:
    found = remarks_of(make_order(status="completed", refund={"status": "requested"}))
    assert [(remark.kind, remark.hours) for remark in found] == [(RemarkKind.REFUND_WAITING, None)]


def test_one_parcel_of_two_is_partly_delivered_and_a_return_is_not_counted() -> None:
    arrived = parcel(("2026-11-15T08:00:00+08:00", "delivered"))
    on_its_way = parcel(("2026-11-15T08:00:00+08:00", "in_transit"))
    back = parcel(("2026-11-15T08:00:00+08:00", "in_transit"), direction="return")
    found = remarks_of(make_order(shipments=[arrived, on_its_way]))
    assert found == (Remark(RemarkKind.PARTLY_DELIVERED, Words("2 个包裹已收到 1 个", "1 of 2 parcels delivered")),)
    assert kinds_of(make_order(status="delivered", shipments=[arrived, back])) == []


@pytest.mark.parametrize("status", ["refused", "exception", "lost"])
def test_what_happened_to_a_parcel_last_is_remarkable_until_the_order_is_completed(status: str) -> None:
    parcels = [parcel(("2026-11-15T08:00:00+08:00", status)), parcel(("2026-11-15T09:00:00+08:00", "in_transit"))]
    assert kinds_of(make_order(shipments=parcels)) == [RemarkKind(status)]
    assert kinds_of(make_order(status="completed", shipments=parcels)) == []


def test_what_a_parcel_overcame_is_not_remarkable() -> None:
    events = (("2026-11-15T08:00:00+08:00", "exception"), ("2026-11-15T09:00:00+08:00", "in_transit"))
    assert kinds_of(make_order(shipments=[parcel(*events)])) == []


@pytest.mark.parametrize(
    ("hours", "zh", "en"),
    [
        (0.4, "不到 1 小时", "less than an hour"),
        (1.9, "1 小时", "1 hour"),
        (47.9, "47 小时", "47 hours"),
        (48.0, "2 天", "2 days"),
        (100.0, "4 天", "4 days"),
    ],
)
def test_hours_are_said_as_people_say_them(hours: float, zh: str, en: str) -> None:
    assert say_hours(hours) == Words(zh, en)
