"""The states an order is in: what can be said of it now, several at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from kb.orders.order import (
    Order,
    OrderStatus,
    RefundStatus,
    ShipmentDirection,
    ShipmentEvent,
    ShipmentEventStatus,
)
from kb.orders.parcels import RECEIVED, find_last_event, select_parcels
from kb.orders.words import Words

NO_SCAN_FOR = timedelta(hours=48)  # A parcel that is moving is scanned more often.
PRESALE_TAGS = frozenset({"预售", "定制", "presale", "pre-order", "made to order"})
FITTING_TAGS = frozenset({"需安装", "送装一体", "installation"})
_PAID = frozenset({OrderStatus.PAID, OrderStatus.PREPARING})
_OPEN = frozenset({*_PAID, OrderStatus.SHIPPED})
_ASKED = frozenset(RefundStatus) - {RefundStatus.NONE}
_OWED = frozenset({RefundStatus.APPROVED, RefundStatus.RETURNING, RefundStatus.RECEIVED})
_RETURNED = frozenset({RefundStatus.RETURNING, RefundStatus.RECEIVED, RefundStatus.REFUNDED})
_KEPT = frozenset({None, RefundStatus.NONE, RefundStatus.REJECTED})


class State(StrEnum):
    """What can be said of an order; several may hold at a time."""

    UNPAID = "unpaid"
    UNSHIPPED = "unshipped"
    CHANGEABLE = "changeable"
    PRESALE = "presale"
    ON_THE_WAY = "on_the_way"  # Not there yet, shipped or not.
    WITH_CARRIER = "with_carrier"
    UNSCANNED = "unscanned"
    STILL = "still"
    STUCK = "stuck"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AT_STATION = "at_station"
    LOST = "lost"
    PARTLY = "partly"
    SEVERAL_PARCELS = "several_parcels"
    LATE = "late"
    REFUSED = "refused"
    RECEIVED = "received"
    KEPT = "kept"
    NEEDS_FITTING = "needs_fitting"
    REFUND_ASKED = "refund_asked"
    REFUND_UNDECIDED = "refund_undecided"
    REFUND_APPROVED = "refund_approved"
    REFUND_OWED = "refund_owed"
    REFUNDED = "refunded"
    REFUND_REJECTED = "refund_rejected"
    SENT_BACK = "sent_back"
    CANCELLED = "cancelled"


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
_BY_EVENT = {
    ShipmentEventStatus.AT_STATION: State.AT_STATION,
    ShipmentEventStatus.OUT_FOR_DELIVERY: State.OUT_FOR_DELIVERY,
    ShipmentEventStatus.REFUSED: State.REFUSED,
    ShipmentEventStatus.LOST: State.LOST,
    ShipmentEventStatus.EXCEPTION: State.STUCK,
}
_OF_RETURNS = frozenset({State.LOST, State.STUCK})


def find_states(order: Order, *, now: datetime) -> frozenset[State]:
    """Return what can be said of an order now."""
    sent = _list_last_events(order, ShipmentDirection.FORWARD, now)
    returned = _list_last_events(order, ShipmentDirection.RETURN, now)
    by_event = _name(sent)
    states = {*by_event, *(_name(returned) & _OF_RETURNS), *_find_by_order(order, now)}
    if State.REFUSED in by_event:
        states -= {State.ON_THE_WAY, State.LATE}
    elif order.status in _OPEN and (sent or order.status is OrderStatus.SHIPPED):
        states |= _find_under_way(order, sent, now)
    if returned or (State.RECEIVED in states and order.refund and order.refund.status in _RETURNED):
        states.add(State.SENT_BACK)
    return frozenset(states | ({State.SEVERAL_PARCELS} if len(sent) > 1 else set()))


def _list_last_events(order: Order, direction: ShipmentDirection, now: datetime) -> list[ShipmentEvent | None]:
    return [find_last_event(parcel, now=now) for parcel in select_parcels(order, direction)]


def _name(events: Iterable[ShipmentEvent | None]) -> set[State]:
    return {_BY_EVENT[event.status] for event in events if event and event.status in _BY_EVENT and event.status}


def _find_by_order(order: Order, now: datetime) -> set[State]:
    status, refund = order.status, order.refund.status if order.refund else None
    tags = {tag.lower() for item in order.items or () for tag in item.tags or ()}
    is_unsent = order.shipped_at is None and not order.shipments
    holds = {
        State.UNPAID: status is OrderStatus.PENDING_PAYMENT,
        State.UNSHIPPED: status in _PAID,
        State.CHANGEABLE: status is OrderStatus.PENDING_PAYMENT or (status in _PAID and is_unsent),
        State.PRESALE: status in _PAID and bool(tags & PRESALE_TAGS),
        State.ON_THE_WAY: status in _OPEN,
        State.LATE: status in _OPEN and order.promised_at is not None and order.promised_at < now,
        State.RECEIVED: status in RECEIVED,
        State.KEPT: status in RECEIVED and refund in _KEPT,
        State.CANCELLED: status is OrderStatus.CANCELLED,
        State.NEEDS_FITTING: bool(tags & FITTING_TAGS),
        State.REFUND_ASKED: refund in _ASKED,
        State.REFUND_UNDECIDED: refund is RefundStatus.REQUESTED,
        State.REFUND_APPROVED: refund is RefundStatus.APPROVED,
        State.REFUND_OWED: refund in _OWED,
        State.REFUNDED: refund is RefundStatus.REFUNDED,
        State.REFUND_REJECTED: refund is RefundStatus.REJECTED,
    }
    return {state for state, is_so in holds.items() if is_so}


def _find_under_way(order: Order, parcels: Sequence[ShipmentEvent | None], now: datetime) -> set[State]:
    """Return what can be said of parcels of which none was refused, and not all need have come."""
    last = {event.status for event in parcels if event}
    moving = [event.at for event in parcels if event and event.status is not ShipmentEventStatus.DELIVERED]
    is_unscanned = ShipmentEventStatus.CREATED in last
    is_still = is_unscanned or ShipmentEventStatus.EXCEPTION in last or (moving and now - max(moving) > NO_SCAN_FOR)
    holds = {
        State.WITH_CARRIER: True,
        State.UNSCANNED: is_unscanned,
        State.STILL: is_still,
        State.PARTLY: ShipmentEventStatus.DELIVERED in last and (moving or order.status in _PAID),
    }
    return {state for state, is_so in holds.items() if is_so}
