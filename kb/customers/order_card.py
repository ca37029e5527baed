"""An order as its customer knows it again: what was bought and when, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kb.customers.remarks import say_state
from kb.orders.context import derive_context
from kb.orders.order import Order, OrderStatus, ShipmentDirection
from kb.orders.parcels import find_latest_parcel, select_parcels
from kb.orders.words import Language, Words
from kb.text.mask import mask_personal_data

LONGEST_NAME = 24
LONGEST_NEWS = 120
_NAMELESS = Words("订单", "Order")
_MORE = Words("等 {count} 件", "and {count} more")
_DATE = Words("{moment.month} 月 {moment.day} 日", "{moment:%b} {moment.day}")


@dataclass(frozen=True, slots=True)
class OrderCard:
    """The order's id, its items and date in a few words, its state in words, and the newest scan of its parcels."""

    id: str
    label: str
    state: str
    news: str | None


@dataclass(frozen=True, slots=True)
class CardStyle:
    """In which language, at which moment and in which zone a card is written."""

    language: Language
    now: datetime
    zone: ZoneInfo


def make_card(order: Order, style: CardStyle) -> OrderCard:
    """Return the card of an order."""
    context = derive_context(order, now=style.now, zone=style.zone)
    parts = (_name_items(order, style.language), _write_date(order, style))
    return OrderCard(
        id=order.id or "",
        label=" · ".join(part for part in parts if part),
        state=say_state(order, context).say(style.language),
        news=_write_news(order, style),
    )


def _name_items(order: Order, language: Language) -> str:
    names = [mask_personal_data(item.name).text for item in order.items or () if item.name]
    if not names:
        return _NAMELESS.say(language)
    first = names[0] if len(names[0]) <= LONGEST_NAME else f"{names[0][: LONGEST_NAME - 1]}…"
    if len(names) == 1:
        return first
    # 等 3 件 counts all of them, "and 2 more" the others.
    count = len(names) if language == "zh" else len(names) - 1
    return f"{first} {_MORE.say(language).format(count=count)}"


def _write_news(order: Order, style: CardStyle) -> str | None:
    """Return the newest scan of what is under way to the customer, as the carrier words it."""
    if order.status is not OrderStatus.SHIPPED:
        return None
    latest = find_latest_parcel(select_parcels(order, ShipmentDirection.FORWARD), now=style.now)
    if latest is None or latest.event is None:
        return None
    words = mask_personal_data(latest.event.text or latest.event.place or "").text
    return f"{latest.event.at.astimezone(style.zone):%m-%d %H:%M} {words[:LONGEST_NEWS]}".strip()


def _write_date(order: Order, style: CardStyle) -> str:
    moment = order.placed_at
    return "" if moment is None else _DATE.say(style.language).format(moment=moment.astimezone(style.zone))
