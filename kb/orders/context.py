"""The order context: an order and every fact that can be derived from it at a given time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from kb.errors import InvalidInput
from kb.orders.facts import FactValue
from kb.orders.order import Item, Order, OrderStatus, SellerKind, ShipmentDirection, ShipmentEventStatus
from kb.orders.parcels import (
    LatestParcel,
    count_delivered,
    find_delivered_at,
    find_latest_parcel,
    select_parcels,
    was_refused,
)

SECONDS_PER_HOUR = 3_600
SECONDS_PER_DAY = 86_400
# The promise only runs while the goods are owed: paid for, and not yet received.
OWED = frozenset({OrderStatus.PAID, OrderStatus.PREPARING, OrderStatus.SHIPPED})

_PossibleFacts = dict[str, FactValue | None]


@dataclass(frozen=True, slots=True)
class OrderContext:
    """What is known about the order of a question at `now`; a fact that is not known is absent."""

    facts: Mapping[str, FactValue]
    item_facts: tuple[Mapping[str, FactValue], ...]
    order: Order | None
    now: datetime
    zone: ZoneInfo
    latest_parcel: LatestParcel | None = None


def derive_context(
    order: Order | None,
    *,
    now: datetime,
    zone: ZoneInfo,
    channel: str | None = None,
    audience: str | None = None,
) -> OrderContext:
    """Derive every fact that the order, the time and the place of asking tell."""
    if now.utcoffset() is None:
        raise InvalidInput(f"The time {now.isoformat()} has no zone; add one, such as +08:00.")
    possible: _PossibleFacts = {
        "channel": channel,
        "audience": audience,
        "now.date": now.astimezone(zone).date().isoformat(),
    }
    if order is None:
        return OrderContext(_keep_known(possible), (), None, now, zone)
    parcel = find_latest_parcel(select_parcels(order, ShipmentDirection.FORWARD), now=now)
    possible |= _read_order(order)
    possible |= _read_times(order, now)
    possible |= _read_promise(order, now)
    possible |= _read_parcels(order, parcel, now)
    possible |= _read_aftersales(order, now)
    item_facts = tuple(_read_item(item) for item in order.items or ())
    return OrderContext(_keep_known(possible), item_facts, order, now, zone, parcel)


def _keep_known(possible: _PossibleFacts) -> Mapping[str, FactValue]:
    return MappingProxyType({name: value for name, value in possible.items() if value is not None})


def _hours_since(moment: datetime | None, now: datetime) -> float | None:
    # Clocks of shop and carrier differ by minutes: a moment just ahead of now was just now.
    return None if moment is None else max(0.0, (now - moment).total_seconds() / SECONDS_PER_HOUR)


def _days_since(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else max(0.0, (now - moment).total_seconds() / SECONDS_PER_DAY)


def _read_order(order: Order) -> _PossibleFacts:
    payment, seller, customer = order.payment, order.seller, order.customer
    kind = seller.kind if seller else None
    return {
        "order.status": order.status.value,
        "order.amount": payment.amount if payment else None,
        "payment.method": payment.method.value if payment and payment.method else None,
        "seller.kind": kind.value if kind else None,
        "is_third_party": kind is SellerKind.THIRD_PARTY if kind else None,
        "customer.tier": customer.tier.value if customer and customer.tier else None,
        # An empty path says nothing.
        "customer.region": (customer.region or None) if customer else None,
    }


def _read_times(order: Order, now: datetime) -> _PossibleFacts:
    return {
        "hours_since_placed": _hours_since(order.placed_at, now),
        "hours_since_paid": _hours_since(order.paid_at, now),
        "hours_since_shipped": _hours_since(order.shipped_at, now),
        "days_since_delivered": _days_since(find_delivered_at(order, now=now), now),
        "days_since_completed": _days_since(order.completed_at, now),
    }


def _read_promise(order: Order, now: datetime) -> _PossibleFacts:
    delivered = order.delivered_at is not None and order.delivered_at <= now
    if order.status not in OWED or delivered:
        return {"is_late": False, "hours_late": 0.0}
    if order.promised_at is None:
        return {}
    return {"is_late": now > order.promised_at, "hours_late": _hours_since(order.promised_at, now)}


def _read_parcels(order: Order, parcel: LatestParcel | None, now: datetime) -> _PossibleFacts:
    facts: _PossibleFacts = {"hours_without_scan": _hours_since(_find_waiting_since(order, parcel, now), now)}
    if parcel and parcel.event and parcel.event.status:
        facts["shipment.last_status"] = parcel.event.status.value
    if parcel and parcel.event:
        facts["shipment.place"] = parcel.event.place or None
    returned = find_latest_parcel(select_parcels(order, ShipmentDirection.RETURN), now=now)
    if returned and returned.event and returned.event.status:
        facts["return.last_status"] = returned.event.status.value
    if order.shipments is not None:
        forward = select_parcels(order, ShipmentDirection.FORWARD)
        facts["shipment.count"] = len(forward)
        delivered = count_delivered(forward, now=now)
        facts["shipment.delivered_count"] = delivered
        facts["is_partly_delivered"] = None if delivered is None else 0 < delivered < len(forward)
        facts["is_refused"] = was_refused(forward, now=now)
    return facts


def _find_waiting_since(order: Order, parcel: LatestParcel | None, now: datetime) -> datetime | None:
    """Find since when a shipped order has shown no new scan."""
    delivered = order.delivered_at is not None and order.delivered_at <= now
    if order.status is not OrderStatus.SHIPPED or delivered:
        return None
    if parcel is None or parcel.event is None:
        return order.shipped_at
    return None if parcel.event.status is ShipmentEventStatus.DELIVERED else parcel.event.at


def _read_aftersales(order: Order, now: datetime) -> _PossibleFacts:
    refund, invoice = order.refund, order.invoice
    facts: _PossibleFacts = {}
    if refund:
        facts["refund.status"] = refund.status.value if refund.status else None
        facts["hours_since_refund_requested"] = _hours_since(refund.requested_at, now)
    if invoice:
        facts["invoice.kind"] = invoice.kind.value if invoice.kind else None
        facts["invoice.issued"] = invoice.issued_at is not None and invoice.issued_at <= now
    return facts


def _read_item(item: Item) -> Mapping[str, FactValue]:
    return _keep_known(
        {
            "item.category": item.category or None,
            "item.tags": item.tags,
            "item.price": item.price,
            "item.sku": item.sku or None,
        }
    )
