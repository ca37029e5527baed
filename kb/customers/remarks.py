"""What is remarkable about an order at a given time: why somebody probably calls about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kb.orders.context import OrderContext
from kb.orders.order import Order, OrderStatus, RefundStatus, ShipmentDirection, ShipmentEventStatus
from kb.orders.parcels import count_delivered, find_last_event, select_parcels
from kb.orders.words import ORDER_STATUS, Words

SILENT_HOURS = 24.0  # A parcel on its way is scanned every day.
HOURS_PER_DAY = 24
WRITTEN_IN_HOURS = 48  # Beyond this, people count days.
OPEN_REFUNDS = frozenset({RefundStatus.REQUESTED, RefundStatus.APPROVED, RefundStatus.RETURNING, RefundStatus.RECEIVED})


class RemarkKind(StrEnum):
    """What is remarkable."""

    LATE = "late"
    NO_SCAN = "no_scan"
    REFUND_WAITING = "refund_waiting"
    PARTLY_DELIVERED = "partly_delivered"
    REFUSED = "refused"
    EXCEPTION = "exception"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Remark:
    """One remarkable thing, in words, and for how many hours it has been so where that is known."""

    kind: RemarkKind
    words: Words
    hours: float | None = None


_TROUBLES: Mapping[ShipmentEventStatus, tuple[RemarkKind, Words]] = {
    ShipmentEventStatus.REFUSED: (RemarkKind.REFUSED, Words("包裹被拒收", "a parcel was refused")),
    ShipmentEventStatus.EXCEPTION: (RemarkKind.EXCEPTION, Words("包裹运输异常", "a parcel has met with trouble")),
    ShipmentEventStatus.LOST: (RemarkKind.LOST, Words("包裹丢失", "a parcel is lost")),
}


def list_remarks(order: Order, context: OrderContext) -> tuple[Remark, ...]:
    """Return what is remarkable, in the order of `RemarkKind`."""
    remarks = [*_remark_times(order, context), *_remark_parcels(order, context)]
    return tuple(sorted(remarks, key=lambda remark: list(RemarkKind).index(remark.kind)))


def say_state(order: Order, context: OrderContext) -> Words:
    """Return how far an order has come, and by how much it is late where it is."""
    status = ORDER_STATUS[order.status]
    hours = read_hours(context, "hours_late")
    if not context.facts.get("is_late") or hours is None:
        return status
    late = say_hours(hours)
    return Words(f"{status.zh}，已晚 {late.zh}", f"{status.en}, {late.en} late")


def say_hours(hours: float) -> Words:
    """Return a length of time in whole hours, from two days on in whole days."""
    if hours < 1:
        return Words("不到 1 小时", "less than an hour")
    if hours < WRITTEN_IN_HOURS:
        return Words(f"{int(hours)} 小时", "1 hour" if int(hours) == 1 else f"{int(hours)} hours")
    days = int(hours / HOURS_PER_DAY)
    return Words(f"{days} 天", f"{days} days")


def read_hours(context: OrderContext, fact: str) -> float | None:
    """Return a fact that is a number of hours, or None where it is not known."""
    value = context.facts.get(fact)
    return round(float(value), 1) if isinstance(value, int | float) else None


def _remark_times(order: Order, context: OrderContext) -> Iterator[Remark]:
    late, silent = read_hours(context, "hours_late"), read_hours(context, "hours_without_scan")
    if context.facts.get("is_late") and late is not None:
        said = say_hours(late)
        yield Remark(RemarkKind.LATE, Words(f"已超过承诺送达时间 {said.zh}", f"{said.en} past the promise"), late)
    if silent is not None and silent >= SILENT_HOURS:
        said = say_hours(silent)
        words = Words(f"物流 {said.zh}没有更新", f"no tracking update for {said.en}")
        yield Remark(RemarkKind.NO_SCAN, words, silent)
    if order.refund and order.refund.status in OPEN_REFUNDS:
        yield _remark_refund(read_hours(context, "hours_since_refund_requested"))


def _remark_refund(hours: float | None) -> Remark:
    if hours is None:
        return Remark(RemarkKind.REFUND_WAITING, Words("退款还没有到账", "a refund is open"))
    said = say_hours(hours)
    words = Words(f"退款已等 {said.zh}", f"a refund has been open for {said.en}")
    return Remark(RemarkKind.REFUND_WAITING, words, hours)


def _remark_parcels(order: Order, context: OrderContext) -> Iterator[Remark]:
    if order.status is OrderStatus.COMPLETED:  # Whatever happened on the way has been settled.
        return
    forward = select_parcels(order, ShipmentDirection.FORWARD)
    delivered = count_delivered(forward, now=context.now)
    if delivered is not None and 0 < delivered < len(forward):
        words = Words(f"{len(forward)} 个包裹已收到 {delivered} 个", f"{delivered} of {len(forward)} parcels delivered")
        yield Remark(RemarkKind.PARTLY_DELIVERED, words)
    last = [find_last_event(parcel, now=context.now) for parcel in forward]
    for status, (kind, words) in _TROUBLES.items():
        if any(event is not None and event.status is status for event in last):
            yield Remark(kind, words)
