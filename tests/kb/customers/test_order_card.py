"""An order's card: what was bought and when, and how far it has come, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kb.customers.order_card import CardStyle, OrderCard, make_card
from kb.orders.words import Language
from tests.fakes import make_order


def card(now: datetime, zone: ZoneInfo, language: Language = "zh", **fields: Any) -> OrderCard:
    return make_card(make_order(**fields), CardStyle(language, now, zone))


def test_one_item_is_named_with_the_day_in_the_shops_zone(now: datetime, zone: ZoneInfo) -> None:
    late = "2026-11-11T23:30:00Z"
    assert card(now, zone, placed_at=late).label == "电热水器 · 11 月 12 日"
    assert card(now, zone, "en", placed_at=late).label == "电热水器 · Nov 12"


def test_of_several_the_first_is_named_and_all_are_counted(now: datetime, zone: ZoneInfo) -> None:
    items = [{"name": "锅"}, {"name": "碗"}, {"name": "盆"}]
    assert card(now, zone, items=items, placed_at=None).label == "锅 等 3 件"
    assert card(now, zone, "en", items=items, placed_at=None).label == "锅 and 2 more"


def test_a_long_name_is_cut_and_a_phone_in_it_masked(now: datetime, zone: ZoneInfo) -> None:
    assert card(now, zone, items=[{"name": "锅" * 30}], placed_at=None).label == f"{'锅' * 23}…"
    assert "138" not in card(now, zone, items=[{"name": "代充 13800001037"}]).label


@pytest.mark.parametrize(("language", "label"), [("zh", "订单"), ("en", "Order")])
def test_an_order_without_names_is_an_order(now: datetime, zone: ZoneInfo, language: Language, label: str) -> None:
    assert card(now, zone, language, items=None, placed_at=None).label == label


def test_the_state_says_how_late_it_is(now: datetime, zone: ZoneInfo) -> None:
    promised = "2026-11-15T07:00:00+08:00"
    assert card(now, zone, promised_at=promised).state == "已发货，已晚 3 小时"
    assert card(now, zone, "en", promised_at=promised).state == "shipped, 3 hours late"


def test_the_newest_scan_of_what_is_under_way_is_told_and_masked(now: datetime, zone: ZoneInfo) -> None:
    scans = [
        {"at": "2026-11-14T22:05:00+08:00", "status": "in_transit", "text": "快件到达成都转运中心"},
        {"at": "2026-11-15T08:05:00+08:00", "status": "out_for_delivery", "text": "派送员 13800001037 正在派送"},
    ]
    assert card(now, zone, shipments=[{"events": scans[:1]}]).news == "11-14 22:05 快件到达成都转运中心"
    news = card(now, zone, shipments=[{"events": scans}]).news or ""
    assert "正在派送" in news
    assert "13800001037" not in news
    assert card(now, zone, status="delivered", shipments=[{"events": scans}]).news is None
    assert card(now, zone, shipments=None).news is None
