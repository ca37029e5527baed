"""Put together what is told of parcels bit by bit: the outcome is the same in whatever order it is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from kb.orders.order import MAX_EVENTS, Shipment, ShipmentDirection, ShipmentEvent

LATEST = datetime.max.replace(tzinfo=UTC)


def merge_parcels(known: Iterable[Shipment], told: Iterable[Shipment]) -> tuple[Shipment, ...]:
    """Return the parcels with a number, each once, with all its scans; in order of their first scan."""
    by_number: dict[str, Shipment] = {}
    for shipment in (*known, *told):
        number = shipment.tracking_no
        if number:
            by_number[number] = _merge(by_number[number], shipment) if number in by_number else _sort(shipment)
    return tuple(sorted(by_number.values(), key=_first_seen))


def _merge(one: Shipment, other: Shipment) -> Shipment:
    return Shipment(
        tracking_no=one.tracking_no,
        # Of two carriers told for one number always the same is taken, whichever was told first.
        carrier=max(one.carrier or "", other.carrier or "") or None,
        direction=_merge_directions(one.direction, other.direction),
        events=_merge_events(one.events, other.events),
    )


def _merge_directions(one: ShipmentDirection | None, other: ShipmentDirection | None) -> ShipmentDirection | None:
    # A parcel that was turned back stays a return.
    return ShipmentDirection.RETURN if ShipmentDirection.RETURN in (one, other) else one or other


def _merge_events(
    one: tuple[ShipmentEvent, ...] | None, other: tuple[ShipmentEvent, ...] | None
) -> tuple[ShipmentEvent, ...] | None:
    if one is None or other is None:
        return _sort_events(one or other) if one or other else one if other is None else other
    return _sort_events((*one, *other))


def _sort(shipment: Shipment) -> Shipment:
    return shipment.model_copy(update={"events": _sort_events(shipment.events) if shipment.events else shipment.events})


def _sort_events(events: Iterable[ShipmentEvent] | None) -> tuple[ShipmentEvent, ...]:
    """Return the scans of one parcel oldest first, each moment and status once, the newest where there are too many."""
    once: dict[tuple[datetime, str], ShipmentEvent] = {}
    for event in events or ():
        key = (event.at, event.status or "")
        once[key] = max(once.get(key, event), event, key=lambda e: (e.text or "", e.place or ""))
    return tuple(once[key] for key in sorted(once))[-MAX_EVENTS:]


def _first_seen(shipment: Shipment) -> tuple[datetime, str]:
    return (shipment.events[0].at if shipment.events else LATEST, shipment.tracking_no or "")
