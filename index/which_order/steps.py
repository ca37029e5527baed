"""What happens to an order, the words it is named by, and when it happened to this one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from kb.orders.order import Order, ShipmentDirection, ShipmentEventStatus
from kb.orders.parcels import RECEIVED, find_delivered_at, select_parcels
from kb.orders.words import Words

AFTER = 12  # Characters behind a stretch of time in which its verb stands: 前天送来的那台.
BEFORE = 8
_CLAUSE_END = re.compile(r"[,。!?;,，！？；、]|\.\s")


class Step(StrEnum):
    """Something that happens to an order at a moment."""

    PROMISED = "promised"
    REFUND_ASKED = "refund_asked"
    CANCELLED = "cancelled"
    DELIVERED = "delivered"
    SHIPPED = "shipped"
    PAID = "paid"
    PLACED = "placed"


STEP_WORDS: Mapping[Step, Words] = {
    Step.PROMISED: Words("应送达", "due"),
    Step.REFUND_ASKED: Words("申请退款", "refund asked"),
    Step.CANCELLED: Words("取消", "cancelled"),
    Step.DELIVERED: Words("签收", "delivered"),
    Step.SHIPPED: Words("发货", "shipped"),
    Step.PAID: Words("付款", "paid"),
    Step.PLACED: Words("下单", "placed"),
}
# At one place, the first that fits: 该到 is a promise and no delivery.
_VERBS: Mapping[Step, re.Pattern[str]] = {
    Step.PROMISED: re.compile(
        r"(?:该|说好|说是|承诺|保证|预计|能|会|要|可以)(?:给我|就)?(?:送|到)|到得了|到不了|还到|要?送(?!来|到|达|的时候|过|货上门了)"
        r"|派送|should|supposed to|promised|due\b|will (?:it )?(?:come|arrive)|be delivered"
    ),
    Step.REFUND_ASKED: re.compile(r"退|寄回|return|refund|sent (?:it )?back"),
    Step.CANCELLED: re.compile(r"取消|cancel"),
    Step.DELIVERED: re.compile(
        r"(?<!没)到(?!底|时候|现在)|(?<!没)收|签|送来|送到|送达|拿|取"
        r"|came|arriv|\bgot\b|receiv|deliver|showed up|turned up"
    ),
    Step.SHIPPED: re.compile(r"(?<!没)(?<!不)发(?!票|现)|寄出|揽|ship|\bsent\b|dispatch"),
    Step.PAID: re.compile(r"付|\bpaid\b|\bpay"),
    Step.PLACED: re.compile(r"买|下(?:的|了|单)|拍|[订定](?!金)|购|抢|入手|囤|order|b(?:ough|uy)|purchas|placed"),
}


def find_step(text: str, at: int, until: int) -> Step | None:
    """Return the step whose verb stands nearest behind `text[at:until]` in its clause, or else before it."""
    behind = _CLAUSE_END.split(text[until : until + AFTER])[0]
    found = [(m.start(), n, step) for n, (step, verb) in enumerate(_VERBS.items()) if (m := verb.search(behind))]
    if found:
        return min(found)[2]
    ahead = _CLAUSE_END.split(text[max(0, at - BEFORE) : at])[-1]
    before = [(m.start(), -n, step) for n, (step, verb) in enumerate(_VERBS.items()) for m in verb.finditer(ahead)]
    return max(before)[2] if before else None


def list_moments_of(order: Order, step: Step, *, now: datetime) -> Iterator[datetime]:
    """Yield when a step happened to an order, or is to happen."""
    refund = order.refund
    moments = {
        Step.PROMISED: order.promised_at if order.status not in RECEIVED else None,
        Step.REFUND_ASKED: refund.requested_at if refund else None,
        Step.CANCELLED: order.cancelled_at,
        Step.DELIVERED: find_delivered_at(order, now=now),
        Step.SHIPPED: order.shipped_at,
        Step.PAID: order.paid_at,
        Step.PLACED: order.placed_at,
    }
    if (moment := moments[step]) is not None:
        yield moment
    if step is Step.PROMISED:
        yield from _list_deliveries_tried(order, now)


def _list_deliveries_tried(order: Order, now: datetime) -> Iterator[datetime]:
    for parcel in select_parcels(order, ShipmentDirection.FORWARD):
        for event in parcel.events or ():
            if event.status is ShipmentEventStatus.OUT_FOR_DELIVERY and event.at <= now:
                yield event.at
