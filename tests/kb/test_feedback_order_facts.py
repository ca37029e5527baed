"""What is kept of an order says all that conditions test, and nothing that says whose it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from kb.feedback.order_facts import keep_facts
from kb.orders.context import derive_context
from kb.orders.order import Order
from tests.fakes import make_order

SAMPLE = Path(__file__).parent.parent.parent / "data" / "sample" / "orders.jsonl"
KEPT = {
    "status", "placed_at", "paid_at", "shipped_at", "promised_at", "delivered_at", "completed_at", "cancelled_at",
    "payment", "seller", "items", "shipments", "invoice", "refund", "customer",
}  # fmt: skip
LEFT_OUT = {"shipment.place"}  # A courier's place may be next door.


@pytest.mark.parametrize("days", [0, 3, 30])
def test_every_fact_of_every_sample_order_survives(now: datetime, zone: ZoneInfo, days: int) -> None:
    moment = now + timedelta(days=days)
    for line in SAMPLE.read_text("utf-8").splitlines():
        order = Order.model_validate_json(line)
        kept = Order.model_validate(orjson.loads(orjson.dumps(keep_facts(order))))
        before = derive_context(order, now=moment, zone=zone)
        after = derive_context(kept, now=moment, zone=zone)
        told = {name: value for name, value in before.facts.items() if name not in LEFT_OUT}
        assert (after.facts, after.item_facts) == (told, before.item_facts)


def test_no_field_is_kept_that_nobody_decided_on() -> None:
    filled = keep_facts(make_order(**{name: "2026-11-12T10:02:00+08:00" for name in KEPT if name.endswith("_at")}))
    assert set(filled) <= KEPT
    assert set(filled["shipments"][0]) == {"direction", "events"}
    assert set(filled["shipments"][0]["events"][0]) == {"at", "status"}
    assert "name" not in filled["items"][0]


def test_least_order_stays_an_order() -> None:
    least: dict[str, Any] = {"status": "paid", "items": [{}], "shipments": [{"events": []}], "customer": {}}
    assert keep_facts(Order.model_validate(least)) == least


def test_region_ends_with_the_district_and_hides_an_address() -> None:
    order = make_order(customer={"region": ["北京", "海淀区", "苏州街18号院3单元502室", "更细"]})
    assert keep_facts(order)["customer"]["region"] == ["北京", "海淀区", "[地址]"]


def test_personal_data_written_where_it_does_not_belong_is_masked() -> None:
    item = {"sku": "13812345678", "category": ["礼品", "送给王小明 13812345678"], "tags": ["电话 13812345678"]}
    kept = keep_facts(make_order(items=[item]))
    assert "13812345678" not in str(kept)
    assert kept["items"][0]["category"][0] == "礼品"
