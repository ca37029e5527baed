"""What the parcels of an order say at a given time; later scans are not known yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kb.orders.order import (
    Order,
    OrderStatus,
    Shipment,
    ShipmentDirection,
    ShipmentEvent,
    ShipmentEventStatus,
)

RECEIVED = frozenset({OrderStatus.DELIVERED, OrderStatus.COMPLETED})


@dataclass(frozen=True, slots=True)
class LatestParcel:
    """The parcel with the newest scan, and that scan where there is one."""

    shipment: Shipment
    event: ShipmentEvent | None


def select_parcels(order: Order, direction: ShipmentDirection) -> tuple[Shipment, ...]:
    """Return the parcels that travel this way; one without a direction goes to the customer."""
    return tuple(
        shipment for shipment in order.shipments or () if (shipment.direction or ShipmentDirection.FORWARD) is direction
    )


def find_latest_parcel(shipments: Iterable[Shipment], *, now: datetime) -> LatestParcel | None:
    """Find the parcel whose newest scan is the latest; without any scan, the parcel listed last."""
    latest: LatestParcel | None = None
    for shipment in shipments:
        event = find_last_event(shipment, now=now)
        if latest is None or latest.event is None or (event is not None and event.at >= latest.event.at):
            latest = LatestParcel(shipment, event)
    return latest


def find_last_event(shipment: Shipment, *, now: datetime) -> ShipmentEvent | None:
    """Find a parcel's newest scan; of scans at the same moment, the one listed last."""
    last: ShipmentEvent | None = None
    for event in shipment.events or ():
        if event.at <= now and (last is None or event.at >= last.at):
            last = event
    return last


def find_delivered_at(order: Order, *, now: datetime) -> datetime | None:
    """Find when the order arrived: as it says itself, else by the last delivery scan of a received order."""
    if order.delivered_at is not None or order.status not in RECEIVED:
        return order.delivered_at
    scans = (
        event.at
        for shipment in select_parcels(order, ShipmentDirection.FORWARD)
        for event in shipment.events or ()
        if event.status is ShipmentEventStatus.DELIVERED and event.at <= now
    )
    return max(scans, default=None)


def count_delivered(shipments: Iterable[Shipment], *, now: datetime) -> int | None:
    """Count the parcels with a delivery scan; not known when a parcel's scans are not."""
    delivered = 0
    for shipment in shipments:
        if shipment.events is None:
            return None
        delivered += any(event.status is ShipmentEventStatus.DELIVERED and event.at <= now for event in shipment.events)
    return delivered


def was_refused(shipments: Iterable[Shipment], *, now: datetime) -> bool | None:
    """Tell whether any parcel was refused; not known when none was as far as known, and a parcel's scans are not."""
    verdicts = [
        None
        if shipment.events is None
        else any(event.status is ShipmentEventStatus.REFUSED and event.at <= now for event in shipment.events)
        for shipment in shipments
    ]
    return True if any(verdicts) else None if None in verdicts else False
