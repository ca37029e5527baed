"""From another system's order to ours: worked by hand, and never an exception."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.orders.order import Order, OrderStatus, PaymentMethod, ShipmentEventStatus
from kb.sources.translate import AnswerUnusable, Translator
from tests.kb.sources.shop_mapping import TRADE, make_mapping

SHANGHAI = ZoneInfo("Asia/Shanghai")
TRANSLATOR = Translator(make_mapping(), SHANGHAI)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner))


def read(**changes: Any) -> Order:
    return TRANSLATOR.read_order({**TRADE, **changes}).record


def left_out(**changes: Any) -> tuple[str, ...]:
    return TRANSLATOR.read_order({**TRADE, **changes}).left_out


def test_an_order_is_read_with_its_items_parcels_times_and_amounts() -> None:
    order = read()
    assert (order.id, order.status) == ("2026111500017", OrderStatus.SHIPPED)
    assert order.placed_at == datetime(2026, 11, 12, 10, 2, tzinfo=SHANGHAI)
    assert order.paid_at == datetime(2026, 11, 12, 10, 3, tzinfo=SHANGHAI)
    assert order.payment is not None
    assert (order.payment.amount, order.payment.method) == (1299.0, PaymentMethod.WECHAT)
    assert order.items is not None
    item = order.items[0]
    assert (item.sku, item.name, item.quantity, item.price) == ("1042", "电热水器", 1, 1299.0)
    assert order.customer is not None
    assert order.customer.id == "C0042"
    assert left_out() == ()


def test_one_parcel_that_is_no_list_is_a_list_of_one_and_its_trace_ends_with_the_newest_scan() -> None:
    shipments = read().shipments
    assert shipments is not None
    assert [shipment.tracking_no for shipment in shipments] == ["QY7306518138"]
    events = shipments[0].events
    assert events is not None
    assert [event.text for event in events] == ["离开上海", "到达昆山"]
    assert {event.status for event in events} == {ShipmentEventStatus.IN_TRANSIT}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"channel": "贝壳"}, "payment.method"),
        ({"payment": "much"}, "payment.amount"),
        ({"payment": -5}, "payment.amount"),
        ({"payment": {"a": 1}}, "payment.amount"),
        ({"created": "0000-00-00 00:00:00"}, "placed_at"),
        ({"created": 5}, "placed_at"),
        ({"pay_ms": 10**30}, "paid_at"),
        ({"pay_ms": 10**16}, "paid_at"),
        ({"orders": {"order": ["a"]}}, "items"),
        ({"orders": {"order": [{"num": 1.5}]}}, "items.quantity"),
        ({"orders": {"order": [{"title": "x" * 501}]}}, "items.name"),
        ({"orders": {"order": [{"title": {"zh": "a"}}]}}, "items.name"),
        ({"buyer": {"id": "x" * 501}}, "customer.id"),
        ({"parcels": {"traces": [{"said": "no time"}]}}, "shipments.events.at"),
        ({"parcels": {"traces": [{"when": "x", "said": "?"}]}}, "shipments.events.at"),
    ],
)
def test_what_cannot_be_read_is_left_out_by_name_and_the_rest_stays(changes: dict[str, Any], name: str) -> None:
    assert name in left_out(**changes)
    assert read(**changes).status is OrderStatus.SHIPPED


@pytest.mark.parametrize("status", ["UNKNOWN", None, 7, "", {"a": 1}, []])
def test_there_is_no_order_without_a_status_that_is_known(status: object) -> None:
    with pytest.raises(AnswerUnusable, match="status"):
        read(status=status)


def test_a_time_of_zero_is_never() -> None:
    assert read(pay_ms=0).paid_at is None
    assert left_out(pay_ms=0) == ()


def test_a_value_may_be_mapped_to_not_known() -> None:
    order = dict(make_mapping().model_dump()["order"]) | {
        "payment.method": {"path": "channel", "values": {"贝壳": None}}
    }
    translated = Translator(make_mapping(order=order), SHANGHAI).read_order({**TRADE, "channel": "贝壳"})
    assert translated.left_out == ()
    assert translated.record.payment is not None
    assert translated.record.payment.method is None


@pytest.mark.parametrize("answer", [None, [], "text", 5, True])
def test_an_answer_that_is_no_object_is_no_order(answer: object) -> None:
    with pytest.raises(AnswerUnusable):
        TRANSLATOR.read_order(answer)


@given(part=JSON, name=st.sampled_from(sorted(TRADE)))
def test_whatever_stands_in_a_field_there_is_an_order_or_one_clear_reason(part: object, name: str) -> None:
    try:
        order = read(**{name: part})
    except AnswerUnusable:
        return
    assert Order.model_validate(order.model_dump()) == order


@given(part=JSON, name=st.sampled_from(["title", "num", "sku_id", "yuan"]))
def test_whatever_stands_in_an_item_the_order_stays(part: object, name: str) -> None:
    assert read(orders={"order": [{**TRADE["orders"]["order"][0], name: part}]}).status is OrderStatus.SHIPPED
