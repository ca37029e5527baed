from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kb.orders import words
from kb.orders.facts import FACTS, FactType
from kb.orders.order import (
    CustomerTier,
    InvoiceKind,
    Order,
    OrderStatus,
    PaymentMethod,
    RefundStatus,
    SellerKind,
    ShipmentEventStatus,
)

COMPLETE: dict[str, Any] = {
    "id": "SO2026111500017",
    "status": "shipped",
    "placed_at": "2026-11-15T10:02:00+08:00",
    "paid_at": None,
    "payment": {"method": "wechat", "amount": 1299.0},
    "seller": {"kind": "self", "name": "自营"},
    "items": [
        {
            "sku": "1042",
            "name": "热水器",
            "category": ["家用电器", "热水器"],
            "quantity": 1,
            "price": 1299.0,
            "tags": ["七天无理由", "大件"],
        }
    ],
    "shipments": [
        {
            "carrier": "顺丰",
            "tracking_no": "SF1",
            "direction": "forward",
            "events": [{"at": "2026-11-16T08:00:00+08:00", "status": "in_transit", "place": "北京", "text": "到达"}],
        }
    ],
    "invoice": {"kind": "electronic", "issued_at": None},
    "refund": {"status": "none", "requested_at": None, "amount": None},
    "customer": {"id": "C0042", "tier": "plus", "region": ["北京", "海淀区"]},
}


def fields_of(error: ValidationError) -> list[str]:
    return [".".join(str(part) for part in found["loc"]) for found in error.errors()]


def refuse(data: Any) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Order.model_validate(data)
    return caught.value


def test_the_order_of_the_design_is_read_whole() -> None:
    order = Order.model_validate(COMPLETE)
    assert order.placed_at == datetime(2026, 11, 15, 2, 2, tzinfo=UTC)
    assert order.items is not None
    assert order.items[0].category == ("家用电器", "热水器")
    assert order.customer is not None
    assert order.customer.tier is CustomerTier.PLUS


def test_an_order_survives_being_written_and_read_again() -> None:
    order = Order.model_validate(COMPLETE)
    assert Order.model_validate_json(order.model_dump_json()) == order


def test_only_the_status_is_required() -> None:
    assert Order.model_validate({"status": "paid"}).items is None
    assert fields_of(refuse({"id": "1"})) == ["status"]


def test_unknown_keys_are_left_out_without_failing() -> None:
    order = Order.model_validate({"status": "paid", "colour": 1, "items": [{"sku": "1", "weight": "3kg"}]})
    assert "colour" not in order.model_dump()


def test_null_where_a_list_or_object_is_expected_means_absent() -> None:
    nothing = dict.fromkeys(("items", "shipments", "payment", "seller", "invoice", "refund", "customer"))
    assert Order.model_validate({"status": "paid", **nothing}) == Order(status=OrderStatus.PAID)
    order = Order.model_validate({"status": "paid", "shipments": [{"events": None}], "items": [{"tags": None}]})
    assert order.shipments is not None
    assert order.shipments[0].events is None


def test_a_time_without_a_zone_asks_for_one() -> None:
    error = refuse({"status": "paid", "shipments": [{"events": [{"at": "2026-11-15T10:02:00"}]}]})
    assert fields_of(error) == ["shipments.0.events.0.at"]
    assert "+08:00" in error.errors()[0]["msg"]


@pytest.mark.parametrize(
    "moment",
    [0, 1_700_000_000, "1700000000", "2026-11-15", "yesterday", "", True, "0001-01-01T00:00:00+08:00",
     "9999-12-31T23:59:59-12:00", "2026-13-01T00:00:00+08:00", [], {}],
)  # fmt: skip
def test_what_is_not_a_time_with_a_zone_is_refused(moment: object) -> None:
    assert fields_of(refuse({"status": "paid", "paid_at": moment})) == ["paid_at"]


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), float("-inf"), -0.01, True, "many", [], 10**400])
def test_an_amount_that_is_not_a_finite_positive_number_is_refused(amount: object) -> None:
    assert fields_of(refuse({"status": "paid", "payment": {"amount": amount}})) == ["payment.amount"]


def test_nan_in_raw_json_is_refused() -> None:
    with pytest.raises(ValidationError):
        Order.model_validate(json.loads('{"status": "paid", "items": [{"price": NaN}]}'))


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 501])
def test_text_that_cannot_be_stored_is_refused(text: str) -> None:
    error = refuse({"status": "paid", "items": [{"name": text, "tags": [text], "category": [text]}]})
    assert fields_of(error) == ["items.0.name", "items.0.category.0", "items.0.tags.0"]
    assert text not in str(error)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("items", [{}] * 201),
        ("shipments", [{}] * 51),
        ("shipments", [{"events": [{"at": "2026-11-15T10:02:00Z"}] * 501}]),
        ("items", [{"tags": ["x"] * 101}]),
        ("items", [{"category": "/".join("x" * 21)}]),
        ("items", "all"),
        ("items", [None]),
        ("payment", []),
    ],
)
def test_lists_that_are_too_long_or_no_lists_are_refused(field: str, value: object) -> None:
    assert fields_of(refuse({"status": "paid", field: value}))[0].startswith(field)


def test_a_word_outside_a_closed_set_is_refused_with_the_words_that_exist() -> None:
    error = refuse({"status": "Shipped"})
    assert "'shipped'" in error.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("家用电器/热水器", ("家用电器", "热水器")),
        (["家用电器", "热水器"], ("家用电器", "热水器")),
        (["家用电器/热水器"], ("家用电器", "热水器")),
        (" 家用电器 // 热水器/ ", ("家用电器", "热水器")),
        ("", ()),
        ([], ()),
    ],
)
def test_a_category_is_a_list_or_a_path(written: object, parts: tuple[str, ...]) -> None:
    order = Order.model_validate({"status": "paid", "items": [{"category": written}]})
    assert order.items is not None
    assert order.items[0].category == parts


def test_numbers_that_are_names_become_text() -> None:
    order = Order.model_validate({"status": "paid", "id": 20261115, "items": [{"sku": 1042}]})
    assert order.id == "20261115"
    assert fields_of(refuse({"status": "paid", "id": True})) == ["id"]


def test_an_order_cannot_be_changed() -> None:
    order = Order.model_validate(COMPLETE)
    with pytest.raises(ValidationError):
        order.id = "other"  # type: ignore[misc]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({"status": st.just("paid")}, optional=dict.fromkeys(set(COMPLETE) - {"status"}, anything)))
def test_nasty_input_is_read_or_refused_and_never_crashes(data: dict[str, object]) -> None:
    with suppress(ValidationError):
        order = Order.model_validate(data)
        assert Order.model_validate_json(order.model_dump_json()) == order


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (words.ORDER_STATUS, OrderStatus),
        (words.PAYMENT_METHOD, PaymentMethod),
        (words.SELLER_KIND, SellerKind),
        (words.SHIPMENT_EVENT_STATUS, ShipmentEventStatus),
        (words.INVOICE_KIND, InvoiceKind),
        (words.REFUND_STATUS, RefundStatus),
        (words.CUSTOMER_TIER, CustomerTier),
    ],
)
def test_every_value_of_a_closed_set_has_words(values: dict[str, object], kind: type[OrderStatus]) -> None:
    assert list(values) == [member.value for member in kind]


def test_every_enum_fact_lists_its_values() -> None:
    assert all(fact.values for fact in FACTS.values() if fact.type is FactType.ENUM)
