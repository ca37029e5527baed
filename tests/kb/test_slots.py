from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.errors import InvalidReply
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from kb.orders.words import Language
from kb.replies.filters import FILTERS, NATURAL_FILTERS
from kb.replies.slot_table import SLOTS, SlotKind
from kb.replies.slots import FilledSlot, check_template, fill_reply

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)

COMPLETE: dict[str, Any] = {
    "id": "SO17",
    "status": "shipped",
    # In another zone on purpose: 10:02 in Shanghai.
    "placed_at": "2026-11-15T02:02:00Z",
    "paid_at": "2026-11-15T10:05:00+08:00",
    "shipped_at": "2025-12-31T23:30:00+08:00",
    "promised_at": "2026-11-19T10:00:00+08:00",
    "delivered_at": None,
    "payment": {"method": "wechat", "amount": 1299},
    "seller": {"kind": "third_party", "name": "海尔旗舰店"},
    "items": [
        {"sku": "1042", "name": "热水器", "quantity": 1, "price": 1199.5},
        {"name": "花洒", "quantity": 2},
    ],
    "shipments": [
        {
            "carrier": "顺丰",
            "tracking_no": "SF1",
            "events": [
                {
                    "at": "2026-11-18T08:00:00+08:00",
                    "status": "in_transit",
                    "place": "北京",
                    "text": "已到达",
                },
                {"at": "2026-11-17T08:00:00+08:00", "status": "picked_up", "place": "广州"},
            ],
        }
    ],
    "invoice": {"kind": "electronic", "issued_at": "2026-11-16T09:00:00+08:00"},
    "refund": {"status": "requested", "requested_at": "2026-11-20T11:40:00+08:00", "amount": 50},
    "customer": {"tier": "plus"},
}


def context_of(**fields: Any) -> OrderContext:
    order = Order.model_validate({**COMPLETE, **fields})
    return derive_context(order, now=NOW, zone=SHANGHAI)


FULL = context_of()
BARE = derive_context(Order.model_validate({"status": "paid"}), now=NOW, zone=SHANGHAI)


def fill(template: str, context: OrderContext = FULL, language: Language = "zh") -> str:
    return fill_reply(template, context, language=language).text


def refuse(template: str) -> str:
    with pytest.raises(InvalidReply) as caught:
        check_template(template)
    return caught.value.message


@pytest.mark.parametrize(
    ("slot", "zh", "en"),
    [
        ("order.id", "SO17", "SO17"),
        ("order.status", "已发货", "shipped"),
        ("order.amount", "1,299.00 元", "¥1,299.00"),
        ("order.placed_at", "11月15日 10:02", "15 Nov 10:02"),
        ("order.paid_at", "11月15日 10:05", "15 Nov 10:05"),
        ("order.shipped_at", "2025年12月31日 23:30", "31 Dec 2025 23:30"),
        ("order.promised_at", "11月19日 10:00", "19 Nov 10:00"),
        ("payment.method", "微信支付", "WeChat Pay"),
        ("seller.name", "海尔旗舰店", "海尔旗舰店"),
        ("seller.kind", "第三方商家", "third-party seller"),
        ("item.name", "热水器 等 3 件", "热水器 (3 items in all)"),
        ("item.sku", "1042", "1042"),
        ("item.price", "1,199.50 元", "¥1,199.50"),
        ("shipment.carrier", "顺丰", "顺丰"),
        ("shipment.tracking_no", "SF1", "SF1"),
        ("shipment.last_event", "已到达", "已到达"),
        ("shipment.last_place", "北京", "北京"),
        ("shipment.last_at", "11月18日 08:00", "18 Nov 08:00"),
        ("shipment.last_status", "运输中", "in transit"),
        ("refund.status", "已申请", "requested"),
        ("refund.amount", "50.00 元", "¥50.00"),
        ("refund.requested_at", "11月20日 11:40", "20 Nov 11:40"),
        ("invoice.kind", "电子发票", "electronic invoice"),
        ("invoice.issued_at", "11月16日 09:00", "16 Nov 09:00"),
        ("customer.tier", "PLUS 会员", "plus"),
        ("hours_late", "26 小时", "26 hours"),
        ("hours_without_scan", "52 小时", "52 hours"),
        ("hours_since_placed", "122 小时", "122 hours"),
        ("hours_since_paid", "122 小时", "122 hours"),
        ("hours_since_shipped", "7765 小时", "7765 hours"),
        ("hours_since_refund_requested", "不到 1 小时", "less than 1 hour"),
    ],
)
def test_a_slot_is_shown_in_its_natural_form(slot: str, zh: str, en: str) -> None:
    assert fill(f"{{{{ {slot} }}}}") == zh
    assert fill(f"{{{{ {slot} }}}}", language="en") == en


def test_the_other_slots_are_shown_once_they_are_known() -> None:
    done = context_of(
        status="completed",
        delivered_at="2026-11-18T06:00:00+08:00",
        completed_at="2026-11-19T12:00:00+08:00",
        cancelled_at="2026-11-19T13:00:00+08:00",
    )
    template = "{{ order.delivered_at }} {{ order.completed_at }} {{ order.cancelled_at }}"
    assert fill(template, done) == "11月18日 06:00 11月19日 12:00 11月19日 13:00"
    assert fill("{{ days_since_delivered }}，{{ days_since_completed }}", done) == "2 天，1 天"
    assert fill("{{ days_since_delivered | hours }}, {{ days_since_completed }}", done, "en") == "54 hours, 1 day"


def test_filters_choose_another_form() -> None:
    assert fill("{{ order.placed_at | date }}") == "11月15日"
    assert fill("{{ order.placed_at | date }}", language="en") == "15 Nov"
    assert fill("{{ order.shipped_at|date }}") == "2025年12月31日"
    assert fill("{{ hours_without_scan | days }}") == "2 天"
    assert fill("{{ order.status | words }}", language="en") == "shipped"
    assert fill("{{ order.amount | money }}") == "1,299.00 元"


def test_a_single_item_is_named_alone() -> None:
    assert fill("{{ item.name }}", context_of(items=[{"name": "热水器", "quantity": 4}])) == "热水器"


def test_a_missing_slot_is_shown_and_named_once() -> None:
    template = "预计 {{ order.promised_at }} 送达，{{ order.promised_at | date }}，{{ order.status }}"
    reply = fill_reply(template, BARE)
    assert reply.text == "预计 【待补充：承诺送达时间】 送达，【待补充：承诺送达时间】，已付款"
    assert reply.missing == ("order.promised_at",)
    assert reply.filled == (FilledSlot("order.status", "已付款"),)
    assert fill(template, BARE, "en").startswith("预计 [to fill: promised delivery time] 送达")


def test_a_default_stands_in_for_a_missing_slot() -> None:
    reply = fill_reply('{{ order.promised_at | date | default("尽快") }}送达', BARE)
    assert (reply.text, reply.missing, reply.filled) == ("尽快送达", (), ())
    assert fill('{{ order.promised_at | default("尽快") | date }}') == "11月19日"


def test_without_an_order_every_slot_is_missing() -> None:
    nothing = derive_context(None, now=NOW, zone=SHANGHAI)
    template = " ".join(f"{{{{ {slot} }}}}" for slot in SLOTS)
    reply = fill_reply(template, nothing)
    assert reply.missing == tuple(SLOTS)
    assert reply.filled == ()


def test_empty_text_is_missing() -> None:
    assert fill_reply("{{ seller.name }}", context_of(seller={"name": ""})).missing == ("seller.name",)


@pytest.mark.parametrize(
    ("template", "full", "bare"),
    [
        ("{% if order.promised_at %}有{% else %}无{% endif %}", "有", "无"),
        ("{% if hours_late > 24 %}赔付{% endif %}", "赔付", ""),
        ("{% if hours_late %}晚{% else %}准时{% endif %}", "晚", "准时"),
        (
            '{% if order.status == "shipped" %}在途{% elif order.status == "paid" %}待发{% endif %}',
            "在途",
            "待发",
        ),
        ('{% if refund.status != "none" %}退款中{% else %}未知{% endif %}', "退款中", "未知"),
        ("{% if order.amount >= 99 %}{% if item.name %}包邮{% endif %}{% endif %}", "包邮", ""),
    ],
)
def test_choices_follow_the_order(template: str, full: str, bare: str) -> None:
    assert fill(template) == full
    assert fill(template, BARE) == bare


def test_lateness_of_an_order_without_a_promise_is_neither() -> None:
    assert fill("{% if hours_late %}晚{% else %}没有晚{% endif %}", BARE) == "没有晚"


def test_only_the_branch_that_is_written_can_miss_something() -> None:
    template = "{% if order.promised_at %}{{ order.promised_at }}{% else %}{{ shipment.carrier }}{% endif %}"
    assert fill_reply(template, BARE).missing == ("shipment.carrier",)
    assert check_template(template) == ("order.promised_at", "shipment.carrier")


def test_plain_text_stays_as_it_is() -> None:
    for text in ("", "您好！\n  请稍候。\n", "50% {off} #1 }} %}", "a\\b", "<b>&amp;</b>"):
        assert fill(text) == text
        assert check_template(text) == ()


@pytest.mark.parametrize(
    ("template", "written", "meant"),
    [
        ("您好 {order.idd}", "{order.idd}", "{{ order.id }}"),
        ("您好 {order.id", "{order.id", "{{ order.id }}"),
        ("{order.amount|money}", "{order.amount|", "{{ order.amount }}"),
        ("晚了 { hours_late }", "{ hours_late }", "{{ hours_late }}"),
        ("单号{订单号}", "{订单号}", "{{ order.id }}"),
        ("\uff5bOrder.ID\uff5d", "\uff5bOrder.ID\uff5d", "{{ order.id }}"),
        ("{% if hours_late %}{% else %}{order.id}{% endif %}", "{order.id}", "{{ order.id }}"),
        ("{% raw %}{{ order.id }}{% endraw %}", "{ order.id }", "{{ order.id }}"),
    ],
)
def test_a_slot_in_single_braces_is_refused_and_the_right_way_named(template: str, written: str, meant: str) -> None:
    message = refuse(template)
    assert repr(written) in message
    assert f"Write {meant}." in message


def test_other_braces_are_text() -> None:
    for text in ("{off}", "{order: 1}", "{0}", "{}", "{ 优惠 }", "orders {ordered.by}", "{{ order.id }} {x.y}"):
        check_template(text)


def test_a_stored_reply_with_single_braces_is_still_filled() -> None:
    assert fill("{order.id} {{ order.id }}") == "{order.id} SO17"


def test_values_are_inserted_as_text_and_never_read_as_templates() -> None:
    evil = "{{ order.id }}{% for x in y %}<script>{0.__class__}"
    context = context_of(seller={"name": evil})
    assert fill("{{ seller.name }}!", context) == f"{evil}!"


@pytest.mark.parametrize(
    ("template", "remedy"),
    [
        ("{{ order.stauts }}", "Did you mean 'order.status'?"),
        ("{{ 承诺送达时间 }}", "Did you mean 'order.promised_at'?"),
        ("{{ zzzzzzzz }}", "Use one of: order.id"),
        ("{{ order }}", "there is no slot 'order'"),
        ("{{ order.id.__class__ }}", "there is no slot"),
        ("{{ order.__class__.__mro__ }}", "there is no slot"),
        ("{{ self }}", "there is no slot"),
        ("{{ order['id'] }}", "`getitem` is not allowed"),
        ("{{ order.id() }}", "`call` is not allowed"),
        ("{{ range(10**9) }}", "`call` is not allowed"),
        ("{{ 'a' * 10**10 }}", "`mul` is not allowed"),
        ("{{ 'text' }}", "`const` is not allowed"),
        ("{{ order.id ~ order.id }}", "`concat` is not allowed"),
        ("{{ order.id if order.id else 1 }}", "`condexpr` is not allowed"),
        ("{{ (order.id | default('x')).y }}", "`filter` is not allowed"),
        ("{{ order.placed_at | dat }}", "Did you mean 'date'?"),
        ("{{ order.placed_at | pprint }}", "there is no filter 'pprint'"),
        ("{{ order.id | attr('x') }}", "there is no filter 'attr'"),
        ("{{ order.id | date }}", "Use one of: text"),
        ("{{ order.placed_at | money }}", "Use one of: date, datetime"),
        ("{{ order.placed_at | date('x') }}", "takes nothing in brackets"),
        ("{{ order.placed_at | date | datetime }}", "one too many"),
        ("{{ order.id | default }}", "takes one text"),
        ("{{ order.id | default(order.id) }}", "not allowed here"),
        ("{{ order.id | default('x', true) }}", "takes one text"),
        ("{{ order.id | default(1e999) }}", "too large"),
        ("{% for x in order %}{% endfor %}", "`for` is not allowed"),
        ("{% set x = 1 %}", "`assign` is not allowed"),
        ("{% include 'x' %}", "`include` is not allowed"),
        ("{% import 'x' as y %}", "`import` is not allowed"),
        ("{% extends 'x' %}", "`extends` is not allowed"),
        ("{% macro x() %}{% endmacro %}", "`macro` is not allowed"),
        ("{% block x %}{% endblock %}", "`block` is not allowed"),
        ("{% filter upper %}x{% endfilter %}", "`filterblock` is not allowed"),
        ("{% if not order.id %}x{% endif %}", "`not` is not allowed"),
        ("{% if order.id and order.id %}x{% endif %}", "`and` is not allowed"),
        ("{% if order.id is defined %}x{% endif %}", "`test` is not allowed"),
        ("{% if 1 == 1 %}x{% endif %}", "`const` is not allowed"),
        ("{% if hours_late > order.amount %}x{% endif %}", "not allowed here"),
        ("{% if 1 < hours_late < 3 %}x{% endif %}", "`const` is not allowed"),
        ("{% if hours_late < 3 < 4 %}x{% endif %}", "one value only"),
        ("{% if hours_late > '3' %}x{% endif %}", "Compare it with a number"),
        ("{% if hours_late in 3 %}x{% endif %}", "Compare it with a number"),
        ("{% if order.status > 'paid' %}x{% endif %}", "Use == or !="),
        ("{% if order.status == 'piad' %}x{% endif %}", "Use one of: pending_payment"),
        ("{% if order.paid_at > '2026' %}x{% endif %}", "Use {% if order.paid_at %}"),
        ("{% if order.id %}x", "does not parse, line 1"),
        ("{{ order.id", "does not parse"),
        ("{{ }}", "does not parse"),
        ("{{ order.id | default('\\d') }}", "backslash"),
        ("{{ " + "9" * 4_900 + " }}", "too long or too deep"),
        ("{{ " + "(" * 2_400 + "order.id" + ")" * 2_400 + " }}", "too long or too deep"),
        ("{{ " + "[" * 4_900 + " }}", "too long or too deep"),
        ("{% if order.id %}" * 11 + "x" + "{% endif %}" * 11, "nest deeper than 10"),
        ("x" * 5_001, "shorten it to 5000"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_named_with_a_remedy(template: str, remedy: str) -> None:
    assert remedy in refuse(template)


@pytest.mark.parametrize("slot", SLOTS)
def test_every_slot_has_labels_and_a_natural_form_that_fits_it(slot: str) -> None:
    known = SLOTS[slot]
    assert known.label.zh
    assert known.label.en
    assert known.kind in FILTERS[NATURAL_FILTERS[known.kind]].kinds
    assert (known.values is not None) is (known.kind is SlotKind.ENUM)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(
            ["{{", "}}", "{%", "%}", "{#", "#}", "if", "endif", "else", "for", " ", "order.id", "|", "date",
             "(", ")", "'", '"', "\\", "==", "1", "-", "\n", "\0", "raw", "endraw"]
        )
        | st.text(max_size=3),
        max_size=20,
    ).map("".join)
)  # fmt: skip
def test_any_text_is_a_template_or_refused(template: str) -> None:
    with suppress(InvalidReply):
        check_template(template)
        assert isinstance(fill(template), str)
