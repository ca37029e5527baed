from __future__ import annotations

import pytest

from kb.conditions import question_for
from kb.orders.facts import FACTS
from tests.kb.test_conditions import FALSE, OPEN, TRUE, context_of, lines


def test_negated_tests_are_explained_by_their_opposite() -> None:
    context = context_of(payment={"amount": 59}, items=[{"category": "鞋靴"}, {}], customer={"region": "北京"})
    data = {
        "none": [
            {"fact": "order.status", "op": "in", "value": ["cancelled", "paid"]},
            {"fact": "order.amount", "op": "<", "value": 99},
            {"fact": "is_late", "op": "==", "value": True},
            {"fact": "item.category", "op": "under", "value": "鞋靴"},
            {"fact": "customer.region", "op": "under", "value": "西藏"},
            {"fact": "invoice.kind", "op": "exists"},
            [TRUE, OPEN],
        ]
    }
    assert lines(data, context) == [
        ("订单状态不是已取消或已付款", "met"),
        ("订单金额不少于 99 元（现在 59 元）", "unmet"),
        ("未超过承诺送达时间", "met"),
        ("没有一件商品满足：商品类目属于 鞋靴", "unmet"),
        ("客户地区不属于 西藏", "met"),
        ("没有发票类型", "met"),
        ("并非：订单状态为已签收 且 订单金额超过 10 元", "unmet"),
    ]


@pytest.mark.parametrize(
    ("fact", "op", "value", "zh", "en"),
    [
        ("order.status", "==", "paid", "订单状态为已付款（现在已签收）",
         "order status is paid (now delivered)"),
        ("hours_since_placed", ">", 48, "下单后超过 48 小时（现在 49.5 小时）",
         "more than 48 hours since ordering (now 49.5 hours)"),
        ("days_since_delivered", "<", 1, "签收后不满 1 天（现在 1.5 天）",
         "less than 1 day since delivery (now 1.5 days)"),
        ("is_late", "==", False, "未超过承诺送达时间", "not past the promised delivery time"),
        ("is_late", "!=", False, "已超过承诺送达时间", "past the promised delivery time"),
        ("shipment.count", "==", 1, "包裹数为 1 件（现在 0 件）",
         "number of parcels is 1 parcel (now 0 parcels)"),
        ("item.sku", "in", ["7", "8"], "商品编号为 7 或 8（现在 9）", "item SKU is 7 or 8 (now 9)"),
        ("now.date", "<", "2026-11-11", "当前日期早于 2026-11-11（现在 2026-11-20）",
         "today's date is before 2026-11-11 (now 2026-11-20)"),
        ("order.amount", "exists", True, "已知订单金额", "order amount is known"),
        ("customer.tier", "==", "plus", "会员等级为PLUS 会员", "customer tier is plus"),
    ],
)  # fmt: skip
def test_a_test_in_words(fact: str, op: str, value: object, zh: str, en: str) -> None:
    context = context_of(
        placed_at="2026-11-18T10:30:00+08:00",
        delivered_at="2026-11-19T00:00:00+08:00",
        shipments=[],
        items=[{"sku": "9"}],
    )
    data = {"fact": fact, "op": op, "value": value}
    assert lines(data, context)[0][0] == zh
    assert lines(data, context, "en")[0][0] == en


def test_alternatives_of_groups_share_one_line() -> None:
    assert lines({"any": [[TRUE, FALSE], {"none": [OPEN]}]}) == [
        ("（订单状态为已签收 且 订单状态为已付款） 或 （并非：订单金额超过 10 元）", "unknown")
    ]
    assert lines({"any": [TRUE]}, language="en") == [("order status is delivered", "met")]


def test_a_value_with_braces_is_explained_as_it_is() -> None:
    assert lines({"fact": "item.tags", "op": "contains", "value": "{0.x}"})[0][0] == "商品标签含 {0.x}"


def test_every_fact_of_the_order_can_be_asked_for() -> None:
    unasked = {name for name in FACTS if question_for(name, "zh") is None}
    assert unasked == {"channel", "audience", "now.date"}
    assert question_for("order.status", "zh") == "请问订单现在是什么状态？"
    assert question_for("order.status", "en") == "What is the order's status?"
    assert question_for("no.fact", "zh") is None
