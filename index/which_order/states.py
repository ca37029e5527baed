"""The state an order is said to be in: 没付, 还没发, 还在路上, 坏了, 寄回去的, against the states it is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from index.which_order.evidence import Finding
from index.which_order.state_cues import State, find_cues
from kb.orders.order import (
    Order,
    OrderStatus,
    RefundStatus,
    ShipmentDirection,
    ShipmentEventStatus,
)
from kb.orders.parcels import RECEIVED, find_latest_parcel, select_parcels
from kb.orders.words import Words

UNSHIPPED = frozenset({OrderStatus.PAID, OrderStatus.PREPARING})
REFUNDING = frozenset(RefundStatus) - {RefundStatus.NONE}
RETURNED = frozenset({RefundStatus.RETURNING, RefundStatus.RECEIVED, RefundStatus.REFUNDED})
CHANGEABLE = UNSHIPPED | {OrderStatus.PENDING_PAYMENT}
OPEN = frozenset({*UNSHIPPED, OrderStatus.SHIPPED})


STATE_WORDS: Mapping[State, Words] = {
    State.UNPAID: Words("还没付款", "not paid yet"),
    State.UNSHIPPED: Words("还没发货", "not shipped yet"),
    State.CHANGEABLE: Words("还可以修改或取消", "can still be changed"),
    State.ON_THE_WAY: Words("还没送到", "not there yet"),
    State.RECEIVED: Words("已经收到", "received"),
    State.CANCELLED: Words("已取消", "cancelled"),
    State.LATE: Words("已经超时", "late"),
    State.REFUND_ASKED: Words("申请过退款", "a refund was asked for"),
    State.SENT_BACK: Words("货已寄回", "sent back"),
    State.AT_STATION: Words("在驿站等待自提", "waiting to be picked up"),
    State.OUT_FOR_DELIVERY: Words("正在派送", "out for delivery"),
    State.REFUSED: Words("已拒收", "refused at the door"),
    State.LOST: Words("包裹丢失", "the parcel is lost"),
    State.STUCK: Words("包裹异常", "the parcel is stuck"),
}
_EVENT_STATES = {
    ShipmentEventStatus.AT_STATION: State.AT_STATION,
    ShipmentEventStatus.OUT_FOR_DELIVERY: State.OUT_FOR_DELIVERY,
    ShipmentEventStatus.REFUSED: State.REFUSED,
    ShipmentEventStatus.LOST: State.LOST,
    ShipmentEventStatus.EXCEPTION: State.STUCK,
}


def find_states(order: Order, *, now: datetime) -> frozenset[State]:
    """Return what can be said of an order now."""
    found = {
        State.UNPAID: order.status is OrderStatus.PENDING_PAYMENT,
        State.UNSHIPPED: order.status in UNSHIPPED and order.shipped_at is None,
        State.CHANGEABLE: order.status in CHANGEABLE and order.shipped_at is None,
        State.ON_THE_WAY: order.status in OPEN,
        State.RECEIVED: order.status in RECEIVED,
        State.CANCELLED: order.status is OrderStatus.CANCELLED,
        State.LATE: order.status in OPEN and order.promised_at is not None and order.promised_at < now,
        State.REFUND_ASKED: order.refund is not None and order.refund.status in REFUNDING,
        State.SENT_BACK: bool(select_parcels(order, ShipmentDirection.RETURN))
        or (order.refund is not None and order.refund.status in RETURNED and order.status in RECEIVED),
    }
    states = {state for state, holds in found.items() if holds}
    for direction in ShipmentDirection:
        parcel = find_latest_parcel(select_parcels(order, direction), now=now)
        if parcel and parcel.event and parcel.event.status in _EVENT_STATES:
            states.add(_EVENT_STATES[parcel.event.status])
    return frozenset(states)


def weigh_states(text: str, orders: Sequence[Order], *, now: datetime) -> list[Finding]:
    """Return what each state that is said tells of the orders; nothing of those that none or all of them are in."""
    said = find_cues(text)
    if not said:
        return []
    states = [find_states(order, now=now) for order in orders]
    findings = []
    for state, words in said:
        fits = [state in one for one in states]
        if any(fits) and not all(fits):
            name = STATE_WORDS[state]
            reason = Words(f"{name.zh}，与“{words}”相符", f'{name.en}, as "{words}" says')
            findings.append(Finding(tuple(map(float, fits)), tuple(reason if fit else None for fit in fits)))
    return findings
