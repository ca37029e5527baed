from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kb.conditions import (
    Verdict,
    evaluate,
    explain,
    missing_facts,
    parse_condition,
    specificity,
    to_data,
)
from kb.errors import InvalidCondition
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)

TRUE = {"fact": "order.status", "op": "==", "value": "delivered"}
FALSE = {"fact": "order.status", "op": "==", "value": "paid"}
OPEN = {"fact": "order.amount", "op": ">", "value": 10}


def context_of(**fields: Any) -> OrderContext:
    order = Order.model_validate({"status": "delivered", **fields})
    return derive_context(order, now=NOW, zone=SHANGHAI, audience="public")


DELIVERED = context_of()
NO_ORDER = derive_context(None, now=NOW, zone=SHANGHAI)


def judge(data: object, context: OrderContext = DELIVERED) -> Verdict:
    return evaluate(parse_condition(data), context)


def lines(data: object, context: OrderContext = DELIVERED, language: Any = "zh") -> list[tuple[str, str]]:
    reasons = explain(parse_condition(data), context, language=language)
    return [(reason.text, reason.state.value) for reason in reasons]


def refuse(data: object) -> str:
    with pytest.raises(InvalidCondition) as caught:
        parse_condition(data)
    return caught.value.message


def test_no_condition_always_holds() -> None:
    nothings: tuple[object, ...] = (None, {}, [])
    for nothing in nothings:
        assert judge(nothing, NO_ORDER) is MET
        assert specificity(parse_condition(nothing)) == 0
        assert to_data(parse_condition(nothing)) == nothing
        assert lines(nothing) == []


def test_the_condition_of_the_design_is_judged_on_day_three_and_day_nine() -> None:
    data = {
        "all": [
            {"fact": "order.status", "op": "in", "value": ["delivered", "completed"]},
            {"fact": "days_since_delivered", "op": "<=", "value": 7},
        ],
        "any": [
            {"fact": "item.category", "op": "under", "value": "服饰内衣"},
            {"fact": "item.tags", "op": "contains", "value": "七天无理由"},
        ],
    }
    items = [{"category": ["服饰内衣", "男装"], "tags": []}]
    day_three = context_of(delivered_at="2026-11-18T00:00:00+08:00", items=items)
    day_nine = context_of(delivered_at="2026-11-12T00:00:00+08:00", items=items)
    assert judge(data, day_three) is MET
    assert judge(data, day_nine) is UNMET
    assert specificity(parse_condition(data)) == 3
    assert lines(data, day_nine) == [
        ("订单状态为已签收或已完成", "met"),
        ("签收后 7 天内（现在第 9 天）", "unmet"),
        ("商品类目属于 服饰内衣 或 商品标签含 七天无理由", "met"),
    ]
    assert lines(data, day_nine, "en")[1] == ("within 7 days of delivery (now day 9)", "unmet")


@pytest.mark.parametrize(
    ("op", "value", "verdict"),
    [
        ("==", 100, MET),
        ("!=", 100, UNMET),
        ("<", 100, UNMET),
        ("<=", 100, MET),
        (">", 99.99, MET),
        (">=", 100.01, UNMET),
        ("in", [1, 100], MET),
        ("not_in", [1, 100], UNMET),
    ],
)
def test_numbers_are_compared(op: str, value: object, verdict: Verdict) -> None:
    context = context_of(payment={"amount": 100})
    assert judge({"fact": "order.amount", "op": op, "value": value}, context) is verdict


@pytest.mark.parametrize(
    ("op", "value", "verdict"),
    [
        ("under", "家用电器", MET),
        ("under", "家用电器/热水器", MET),
        ("under", "家用电器/热水器/电热", UNMET),
        ("under", "家用", UNMET),
        ("==", "家用电器/热水器", MET),
        ("==", "家用电器", UNMET),
        ("in", ["鞋靴", "家用电器/热水器"], MET),
        ("contains", "热水器", MET),
        ("contains", "热水", UNMET),
        ("contains", "家用电器/热水器", MET),
        ("contains", "热水器/家用电器", UNMET),
    ],
)
def test_paths_are_compared_part_by_part(op: str, value: object, verdict: Verdict) -> None:
    context = context_of(items=[{"category": "家用电器/热水器"}])
    assert judge({"fact": "item.category", "op": op, "value": value}, context) is verdict


def test_dates_are_compared_in_the_shops_calendar() -> None:
    assert judge({"fact": "now.date", "op": "<=", "value": "2026-11-20"}) is MET
    assert judge({"fact": "now.date", "op": ">", "value": date(2026, 11, 20)}) is UNMET


def test_a_test_on_items_holds_when_any_item_meets_it() -> None:
    cheap = {"fact": "item.price", "op": "<", "value": 10}
    assert judge(cheap, context_of(items=[{"price": 50}, {"price": 5}])) is MET
    assert judge(cheap, context_of(items=[{"price": 50}, {"sku": "1"}])) is UNKNOWN
    assert judge(cheap, context_of(items=[{"price": 50}])) is UNMET
    assert judge(cheap, context_of(items=[])) is UNKNOWN
    assert judge({"none": [cheap]}, context_of(items=[{"price": 50}, {"price": 5}])) is UNMET


def test_an_absent_fact_is_unknown_even_when_negated() -> None:
    assert judge(OPEN) is UNKNOWN
    assert judge({"none": [OPEN]}) is UNKNOWN
    assert judge({"fact": "payment.method", "op": "!=", "value": "card"}) is UNKNOWN


def test_exists_tells_whether_an_order_has_a_fact() -> None:
    assert judge({"fact": "order.amount", "op": "exists"}) is UNMET
    assert judge({"fact": "order.amount", "op": "exists", "value": False}) is MET
    assert judge({"fact": "order.status", "op": "exists", "value": True}) is MET
    assert judge({"fact": "order.amount", "op": "exists", "value": False}, NO_ORDER) is UNKNOWN


# Kleene's tables, written out by hand.
@pytest.mark.parametrize(
    ("left", "right", "both", "either", "neither"),
    [
        (TRUE, TRUE, MET, MET, UNMET),
        (TRUE, OPEN, UNKNOWN, MET, UNMET),
        (TRUE, FALSE, UNMET, MET, UNMET),
        (OPEN, OPEN, UNKNOWN, UNKNOWN, UNKNOWN),
        (OPEN, FALSE, UNMET, UNKNOWN, UNKNOWN),
        (FALSE, FALSE, UNMET, UNMET, MET),
    ],
)
def test_three_valued_tables(left: object, right: object, both: Verdict, either: Verdict, neither: Verdict) -> None:
    for pair in ([left, right], [right, left]):
        assert judge(pair) is judge({"all": pair}) is both
        assert judge({"any": pair}) is either
        assert judge({"none": pair}) is neither


def test_blocks_of_one_group_must_all_hold() -> None:
    assert judge({"all": [TRUE], "any": [TRUE], "none": [FALSE]}) is MET
    assert judge({"all": [TRUE], "any": [TRUE], "none": [TRUE]}) is UNMET
    assert judge({"all": [TRUE], "any": [OPEN], "none": [FALSE]}) is UNKNOWN


def test_specificity_sums_what_must_hold_and_takes_the_least_of_alternatives() -> None:
    assert specificity(parse_condition(TRUE)) == 1
    assert specificity(parse_condition({"any": [TRUE, [TRUE, FALSE]]})) == 1
    assert specificity(parse_condition({"any": [[TRUE, OPEN], [TRUE, FALSE]], "none": [TRUE, FALSE]})) == 4


def test_missing_facts_are_those_that_leave_the_verdict_open() -> None:
    method = {"fact": "payment.method", "op": "==", "value": "card"}
    assert missing_facts(parse_condition([TRUE, OPEN, OPEN, method]), DELIVERED) == (
        "order.amount",
        "payment.method",
    )
    assert missing_facts(parse_condition([FALSE, OPEN]), DELIVERED) == ()
    decided = {"any": [TRUE, method]}
    assert missing_facts(parse_condition([decided, OPEN]), DELIVERED) == ("order.amount",)


@pytest.mark.parametrize(
    ("data", "place", "remedy"),
    [
        ("order.status == paid", "applies_when", "Write {fact, op, value}"),
        ({"fact": "order.staus", "op": "==", "value": "paid"}, "applies_when.fact", "'order.status'"),
        ([TRUE, {"any": [{"fact": "order.status", "op": "==", "value": "shiped"}]}],
         "applies_when[1].any[0].value", "'shipped'"),
        ({"fact": "order.status", "op": "<", "value": "paid"}, "applies_when.op", "in, not_in"),
        ({"fact": "order.status", "op": ["=="], "value": "paid"}, "applies_when.op", "Use one of"),
        ({"fact": "order.status", "op": "in", "value": "paid"}, "applies_when.value", "[brackets]"),
        ({"fact": "order.status", "op": "in", "value": []}, "applies_when.value", "1 to 100"),
        ({"fact": "order.status", "op": "=="}, "applies_when", "value is missing"),
        ({"fact": "order.status", "op": "==", "value": None}, "applies_when.value", "exists"),
        ({"fact": "order.status", "op": "==", "value": "paid", "valeu": 1}, "applies_when", "'valeu'"),
        ({"fact": "order.status", "op": "exists", "value": "yes"}, "applies_when.value", "true or false"),
        ({"fact": "order.amount", "op": ">", "value": "10"}, "applies_when.value", "without quotes"),
        ({"fact": "order.amount", "op": ">", "value": True}, "applies_when.value", "number (yuan)"),
        ({"fact": "order.amount", "op": ">", "value": float("nan")}, "applies_when.value", "ordinary"),
        ({"fact": "order.amount", "op": ">", "value": 10**400}, "applies_when.value", "ordinary"),
        ({"fact": "order.amount", "op": ">", "value": [10**5000]}, "applies_when.value", "type list"),
        ({"fact": "is_late", "op": "==", "value": "true"}, "applies_when.value", "true or false"),
        ({"fact": "now.date", "op": "<", "value": "20261111"}, "applies_when.value", "2026-11-11"),
        ({"fact": "now.date", "op": "<", "value": "2026-13-01"}, "applies_when.value", "2026-11-11"),
        ({"fact": "now.date", "op": "<", "value": NOW}, "applies_when.value", "2026-11-11"),
        ({"fact": "item.category", "op": "under", "value": ["a", "b"]}, "applies_when.value", "as text"),
        ({"fact": "item.category", "op": "under", "value": "//"}, "applies_when.value", "no parts"),
        ({"fact": "item.sku", "op": "==", "value": 1042}, "applies_when.value", "in quotes"),
        ({"fact": "item.sku", "op": "==", "value": "a\0"}, "applies_when.value", "characters"),
        ({"fact": "item.sku", "op": "==", "value": "\ud800"}, "applies_when.value", "surrogate"),
        ({"fact": "\ud800" * 1000, "op": "=="}, "applies_when.fact", "Use one of"),
        ({"fact": None}, "applies_when.fact", "missing"),
        ({"al": [TRUE]}, "applies_when", "'all'"),
        ({"all": TRUE}, "applies_when.all", "[brackets]"),
        ({"all": []}, "applies_when.all", "Leave it out"),
        ([{}], "applies_when[0]", "Leave it out"),
        ({"fact": "is_late", "op": "==", "value": True, "all": [TRUE]}, "applies_when", "'all'"),
        ({1: [TRUE]}, "applies_when", "no combinator"),
        ([TRUE] * 101, "applies_when", "more than 100"),
        ([[TRUE] * 60, [TRUE] * 60], "applies_when[1][40]", "more than 100"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_remedy(data: object, place: str, remedy: str) -> None:
    message = refuse(data)
    assert message.startswith(f"{place}: ")
    assert remedy in message
    assert message.encode()


def nested(levels: int) -> object:
    data: object = TRUE
    for _ in range(levels - 1):
        data = [data]
    return data


def test_nesting_has_a_floor() -> None:
    assert judge(nested(8)) is MET
    assert "deeper than 8" in refuse(nested(9))
    assert "deeper than 8" in refuse(nested(100_000))
    circle: list[object] = []
    circle.append(circle)
    assert "deeper than 8" in refuse(circle)
