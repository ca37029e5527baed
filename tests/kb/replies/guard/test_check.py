"""What supports a claim: the order, a cited text, or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from kb.orders.words import Language
from kb.replies.guard import OrderEvidence, ReplyTooLong, check_reply, find_unsupported, read_statements
from tests.fakes import widen

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)  # A Friday.
ORDER: dict[str, Any] = {
    "id": "SO2026111500017",
    "status": "shipped",
    "placed_at": "2026-11-14T10:02:00+08:00",
    "shipped_at": "2025-12-31T23:30:00+08:00",
    "promised_at": "2026-11-21T18:00:00+08:00",
    "payment": {"method": "wechat", "amount": 1299.0},
    "seller": {"kind": "third_party", "name": "3C 数码旗舰店"},
    "items": [
        {"sku": "1042", "name": "云朵保温杯 500 毫升", "quantity": 3, "price": 433.0},
    ],
    "shipments": [
        {
            "carrier": "青柚快递",
            "tracking_no": "QY7306518138",
            "events": [
                {"at": "2026-11-17T08:15:00+08:00", "status": "picked_up", "place": "昆山一号仓"},
                {"at": "2026-11-18T09:55:00+08:00", "status": "in_transit", "text": "已到 3 号站点，电话 13800001037"},
            ],
        }
    ],
    "refund": {"status": "requested", "requested_at": "2026-11-20T09:40:00+08:00", "amount": 50},
}


def context_of(**fields: Any) -> OrderContext:
    return derive_context(Order.model_validate({**ORDER, **fields}), now=NOW, zone=SHANGHAI)


CONTEXT = context_of()


def flag(text: str, *cited: str, context: OrderContext = CONTEXT, language: Language = "zh") -> list[str]:
    return [claim.text for claim in check_reply(text, context, cited, language).unsupported]


def support(text: str, *cited: str, language: Language = "zh") -> list[str | None]:
    claims = check_reply(text, CONTEXT, cited, language).claims
    return [claim.support.name or claim.support.sentence if claim.support else None for claim in claims]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("实付 1,299.00 元", "order.amount"),
        ("实付一千二百九十九元", "order.amount"),
        ("实付 1299", "order.amount"),
        ("11.21 前到", "order.promised_at"),
        ("11-21 18:00 前到", "order.promised_at"),
        ("每只 433 元", "item.price"),
        ("退您 ¥50", "refund.amount"),
        ("11月21日 18:00 前到", "order.promised_at"),
        ("11月21日前到", "order.promised_at"),
        ("21 日前到", "order.promised_at"),
        ("2026-11-21 18 点前到", "order.promised_at"),
        ("明天 18 点前到", "order.promised_at"),
        ("明天下午 6 点前到", "order.promised_at"),
        ("本周六到", "order.promised_at"),
        ("2025年12月31日发出", "order.shipped_at"),
        ("已经 48 小时没有更新", "hours_without_scan"),
        ("下单已经 6 天了", "hours_since_placed"),
        ("申请不到 1 小时，", "hours_since_refund_requested"),
        ("一共 3 件", "item.quantity"),
        ("订单 SO2026111500017", "order.id"),
        ("订单尾号 0017", "order.id"),
        ("运单 qy7306518138", "shipment.tracking_no"),
        ("站点电话 13800001037", "shipment.last_event"),
        ("11月17日 08:15 揽收", "shipment.events"),
        ("商家「3C 数码旗舰店」", None),
        ("500 毫升的那只", "item.name"),
    ],
)
def test_the_order_supports_what_it_says_itself(text: str, name: str | None) -> None:
    assert support(text) == ([name] if name else [])


@pytest.mark.parametrize(
    "text",
    [
        "实付 1298 元",
        "实付 1,299.50 元",
        "实付 $1299",
        "11月22日 18:00 前到",
        "11月21日 18:30 前到",
        "后天到",
        "昨天到",
        "周日到",
        "12月31日发出",  # That was last year's.
        "11.22 前到",
        "实付 1298",
        "11月17日到",  # A scan supports its minute, and not its day alone.
        "已经 47 小时没有更新",
        "48 小时内回电",  # So long ago is not so long from now.
        "一共 4 件",
        "订单 SO2026111500018",
        "尾号 0018",
        "手机 138****1037",
        "八折",
        "退 10%",
    ],
)
def test_what_the_order_does_not_say_is_flagged(text: str) -> None:
    assert len(flag(text)) == 1


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("7 天内可退", "签收后七天内可以退货。"),
        ("7 日内可退", "签收后 7 天内可以退货。"),
        ("24 小时内", "一天内答复。"),
        ("二十四小时内", "24小时内答复。"),
        ("两周内", "14 天内答复。"),
        ("一年保修", "保修 12 个月。"),
        ("3 到 5 个工作日", "需要 3-5 个工作日。"),
        ("每米 110 元", "价目（单位：元）：铜管每米 110。"),
        ("今天 21:00 前送到", "派送中的包裹当天 21:00 前送达。"),
        ("晚上 9 点前", "21:00 前送达。"),
        ("12 月 8 日 20:00 开始", "活动从 12 月 8 日 20:00 开始。"),
        ("收 10% 折旧费", "收百分之十的折旧费。"),
        ("拍 1 张照片", "拍一张照片。"),
        ("打 12315", "可以打 12315。"),
    ],
)
def test_a_cited_text_supports_the_same_in_other_writing(text: str, cited: str) -> None:
    assert flag(text, cited) == []
    assert flag(text) != []


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("8 天内可退", "签收后 7 天内可以退货。"),
        ("5 个工作日", "需要 5 天。"),
        ("30 天内", "一个月内。"),
        ("100 元", "100 件。"),
        ("12 月 9 日 20:00 开始", "活动从 12 月 8 日 20:00 开始。"),
        ("2027年11月11日", "2026 年 11 月 11 日。"),
        ("20%", "20 元。"),
    ],
)
def test_a_cited_text_supports_nothing_else(text: str, cited: str) -> None:
    assert len(flag(text, cited)) >= 1


def test_support_names_the_sentence_and_the_text() -> None:
    report = check_reply("我们 24 小时内审核。", CONTEXT, ["第一句。", "先登记。自营 24 小时内审核！再回电。"])
    (claim,) = report.claims
    assert (claim.start, claim.end, claim.value) == (3, 8, "24 小时")
    assert claim.support is not None
    assert (claim.support.cited, claim.support.sentence) == (1, "自营 24 小时内审核！")


def test_a_day_of_the_order_may_take_its_hour_from_the_rule() -> None:
    assert flag("明天 21:00 前送到", "派送当天 21:00 前送达。") == []
    assert flag("后天 21:00 前送到", "派送当天 21:00 前送达。") == ["后天 21:00"]


def test_days_counted_from_today_are_shown_as_dates() -> None:
    report = check_reply("明天 18:00，周六", CONTEXT)
    assert [claim.value for claim in report.claims] == ["2026-11-21 18:00", "sat"]


def test_numbers_of_product_names_claim_nothing_and_neither_do_those_of_a_sellers_name() -> None:
    assert check_reply("「云朵保温杯 500 毫升」", CONTEXT).claims == ()
    assert flag("商家「3C 数码旗舰店」，云朵保温杯 600 毫升") == ["600 毫升"]


def test_spans_are_code_points_of_the_text_as_given() -> None:
    text = f"😀 退您\u3000￥{widen('50')} 和 {widen('1200')} 元"
    report = check_reply(text, CONTEXT)
    assert [text[claim.start : claim.end] for claim in report.claims] == [f"￥{widen('50')}", f"{widen('1200')} 元"]
    assert [claim.support is None for claim in report.claims] == [False, True]


def test_an_ambiguous_english_date_is_supported_either_way_round() -> None:
    context = context_of(promised_at="2026-12-05T18:00:00+08:00")
    assert flag("by 05/12/2026", context=context, language="en") == []
    assert flag("by 12/05/2026", context=context, language="en") == []
    assert flag("by 12/06/2026", context=context, language="en") == ["12/06/2026"]
    assert flag("12/05 前", context=context) == []
    assert flag("05/12 前", context=context) == ["05/12"]


def test_today_needs_support_like_any_other_day() -> None:
    assert flag("今天会到") == []  # The refund was requested today.
    assert flag("今天会到", context=context_of(refund=None)) == ["今天"]
    assert flag("今天会到", "当天送达。", context=context_of(refund=None)) == []


def test_without_an_order_only_cited_texts_support() -> None:
    nothing = derive_context(None, now=NOW, zone=SHANGHAI)
    assert flag("7 天内退 5 元", "7 天内可退。", context=nothing) == ["5 元"]


def test_a_reply_beyond_the_limit_is_refused_and_the_longest_taken() -> None:
    assert check_reply("元" * 10_000, CONTEXT).claims == ()
    with pytest.raises(ReplyTooLong, match="10,001"):
        check_reply("元" * 10_001, CONTEXT)


def test_unsupported_stretches_are_those_of_the_report() -> None:
    text, cited = "11月21日 18:00 前到，晚 3 天赔 5 元", "晚 3 天赔 8 元。"
    stretches = find_unsupported(text, OrderEvidence(CONTEXT), [read_statements(cited, "zh")], "zh")
    assert [text[start:end] for start, end in stretches] == flag(text, cited) == ["5 元"]
