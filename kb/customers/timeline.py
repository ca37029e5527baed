"""A parcel as a time line: what was seen of it, where it is now; names and phones in the carrier's words are masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kb.orders.order import Order, Shipment, ShipmentDirection, ShipmentEvent, ShipmentEventStatus
from kb.orders.parcels import find_last_event
from kb.orders.words import SHIPMENT_EVENT_STATUS, Words
from kb.text.mask import mask_personal_data

MAX_PARCELS = 10
MAX_EVENTS = 50


@dataclass(frozen=True, slots=True)
class ParcelEvent:
    """One scan."""

    at: datetime
    status: ShipmentEventStatus | None
    words: Words | None
    place: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """A parcel with its newest scans, newest last; `now` is where it is."""

    carrier: str | None
    tracking_no: str | None
    direction: ShipmentDirection
    now: ParcelEvent | None
    events: tuple[ParcelEvent, ...]
    has_earlier_events: bool


def list_parcels(order: Order, *, now: datetime) -> tuple[ParcelLine, ...]:
    """Return the parcels of an order as they are known now, at most `MAX_PARCELS`."""
    return tuple(_make_line(shipment, now) for shipment in (order.shipments or ())[:MAX_PARCELS])


def _make_line(shipment: Shipment, now: datetime) -> ParcelLine:
    seen = sorted((event for event in shipment.events or () if event.at <= now), key=lambda event: event.at)
    last = find_last_event(shipment, now=now)
    return ParcelLine(
        carrier=_mask(shipment.carrier),
        tracking_no=shipment.tracking_no,
        direction=shipment.direction or ShipmentDirection.FORWARD,
        now=_make_event(last) if last else None,
        events=tuple(_make_event(event) for event in seen[-MAX_EVENTS:]),
        has_earlier_events=len(seen) > MAX_EVENTS,
    )


def _make_event(event: ShipmentEvent) -> ParcelEvent:
    return ParcelEvent(
        at=event.at,
        status=event.status,
        words=SHIPMENT_EVENT_STATUS[event.status] if event.status else None,
        place=_mask(event.place),
        text=_mask(event.text),
    )


def _mask(text: str | None) -> str | None:
    return mask_personal_data(text).text if text else None
