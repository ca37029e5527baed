"""What must hold of every order: what is filled in from it is supported, and what is changed afterwards is not."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from kb.orders.words import Language
from kb.replies.filters import FILTERS
from kb.replies.guard import check_reply
from kb.replies.slot_table import SLOTS, SlotKind
from kb.replies.slots import fill_reply

NOW = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
ZONES = st.sampled_from([ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati")])
LANGUAGES: st.SearchStrategy[Language] = st.sampled_from(["zh", "en"])
MOMENTS = st.integers(-900 * 24 * 60, 60 * 24 * 60).map(lambda minutes: (NOW + timedelta(minutes=minutes)).isoformat())
YUAN = st.one_of(
    st.integers(0, 10_000_000).map(lambda fen: fen / 100), st.floats(0, allow_nan=False, allow_infinity=False)
)
TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30),
    st.sampled_from(
        ["500 毫升杯", "3C 数码店", "11月11日特卖", "SO2026", "1042", "三天两夜", "周五见", "２ 号站点", "iPhone 15"]
    ),
)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """An order with most of its fields, and nothing said of how they fit together."""
    some: Any = lambda strategy: draw(st.one_of(st.none(), strategy))  # noqa: E731
    events = [
        {"at": draw(MOMENTS), "status": "in_transit", "place": some(TEXTS), "text": some(TEXTS)}
        for _ in range(draw(st.integers(0, 2)))
    ]
    times = ("placed_at", "paid_at", "shipped_at", "promised_at", "delivered_at", "completed_at", "cancelled_at")
    return Order.model_validate(
        {
            "id": some(TEXTS),
            "status": draw(st.sampled_from(["paid", "shipped", "completed"])),
            **{name: some(MOMENTS) for name in times},
            "payment": {"amount": some(YUAN)},
            "seller": {"name": some(TEXTS)},
            "items": [
                {"sku": some(TEXTS), "name": some(TEXTS), "price": some(YUAN), "quantity": some(st.integers(0, 999))}
                for _ in range(draw(st.integers(0, 2)))
            ],
            "shipments": [{"carrier": some(TEXTS), "tracking_no": some(TEXTS), "events": events}],
            "invoice": {"issued_at": some(MOMENTS)},
            "refund": {"requested_at": some(MOMENTS), "amount": some(YUAN)},
        }
    )


def derive(order: Order, zone: ZoneInfo) -> OrderContext:
    return derive_context(order, now=NOW, zone=zone)


def write_template(kinds: set[SlotKind]) -> str:
    """Return a template that shows every slot of these kinds in every way, each in a clause of its own."""
    slots = [slot for slot in SLOTS.values() if slot.kind in kinds]
    shown = [f"{{{{ {s.name} | {name} }}}}" for s in slots for name, f in FILTERS.items() if s.kind in f.kinds]
    return "；".join(f"{{% if {one[3:].split(' ')[0]} %}}「{one}」{{% endif %}}" for one in shown)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orders(), ZONES, LANGUAGES, st.sampled_from(SlotKind))
def test_whatever_is_filled_from_slots_is_supported(
    order: Order, zone: ZoneInfo, language: Language, kind: SlotKind
) -> None:
    context = derive(order, zone)
    text = fill_reply(write_template({kind}), context, language=language).text
    assume(len(text) <= 10_000)
    report = check_reply(text, context, language=language)
    assert [claim.text for claim in report.unsupported] == []


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 10_000_000), LANGUAGES, st.data())
def test_a_changed_digit_of_an_amount_is_flagged(fen: int, language: Language, data: st.DataObject) -> None:
    order = Order.model_validate({"status": "paid", "payment": {"amount": fen / 100}})
    context = derive(order, ZoneInfo("Asia/Shanghai"))
    text = fill_reply("{{ order.amount }}", context, language=language).text
    assert len(check_reply(text, context, language=language).claims) == 1
    place = data.draw(st.sampled_from([match.start() for match in re.finditer("[0-9]", text)]))
    digit = data.draw(st.sampled_from([one for one in "0123456789" if one != text[place]]))
    changed = f"{text[:place]}{digit}{text[place + 1 :]}"
    assert len(check_reply(changed, context, language=language).unsupported) == 1


@settings(max_examples=150, deadline=None)
@given(MOMENTS, ZONES, LANGUAGES, st.sampled_from(["date", "datetime"]), st.sampled_from([-1, 1]))
def test_a_date_that_is_a_day_off_is_flagged(
    moment: str, zone: ZoneInfo, language: Language, filter_name: str, days: int
) -> None:
    def fill(at: datetime) -> tuple[str, OrderContext]:
        order = Order.model_validate({"status": "pending_payment", "placed_at": at})
        context = derive(order, zone)
        return fill_reply(f"{{{{ order.placed_at | {filter_name} }}}}", context, language=language).text, context

    written = datetime.fromisoformat(moment).astimezone(zone)
    text, context = fill(written)
    assert check_reply(text, context, language=language).unsupported == ()
    changed, _ = fill((written.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=zone))
    assert len(check_reply(changed, context, language=language).unsupported) == 1


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), LANGUAGES)
def test_any_text_can_be_checked_and_its_claims_do_not_overlap(text: str, language: Language) -> None:
    context = derive(Order.model_validate({"status": "paid"}), ZoneInfo("Asia/Shanghai"))
    claims = check_reply(text, context, [text], language).claims
    assert all(claim.text == text[claim.start : claim.end] != "" for claim in claims)
    assert all(one.end <= other.start for one, other in pairwise(claims))


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789一二两十百年月日天元块%折点分时个次:.,-/ 今明周晚前内第", max_size=40), LANGUAGES)
def test_every_text_supports_itself(text: str, language: Language) -> None:
    context = derive(Order.model_validate({"status": "paid"}), ZoneInfo("Asia/Shanghai"))
    assert check_reply(text, context, [text], language).unsupported == ()
