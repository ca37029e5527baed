"""Events as they are sent: what each kind holds, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.errors import InvalidInput
from kb.orders.order import (
    Identifier,
    Moment,
    Order,
    Refund,
    RefundStatus,
    Shipment,
    ShipmentDirection,
    ShipmentEvent,
    Text,
)
from kb.orders.tables import Customer
from kb.transfer.problems import explain

MAX_ID = 200
MOST_AHEAD = timedelta(minutes=5)  # A clock that runs far ahead would make everything after it look old.

ShortId = Annotated[Identifier, Field(min_length=1, max_length=MAX_ID)]


class EventType(StrEnum):
    """What an event tells about."""

    ORDER_UPDATED = "order.updated"
    SHIPMENT_EVENT = "shipment.event"
    REFUND_UPDATED = "refund.updated"
    CUSTOMER_UPDATED = "customer.updated"


class EventResult(StrEnum):
    """What became of an event; only a refused one is worth sending again, once it is mended."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"
    DUPLICATE = "duplicate"
    HELD = "held"
    REFUSED = "refused"


class EventRefused(InvalidInput):
    """An event cannot be used; says why without repeating what was sent."""

    code = "event_refused"


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class OrderState(Order):
    """An order as it is from now on, all of it; it needs an id here."""

    id: ShortId


class ScanTold(ShipmentEvent):
    """One scan of one parcel."""

    order_id: ShortId
    tracking_no: ShortId
    carrier: Text | None = None
    direction: ShipmentDirection | None = None

    def to_shipment(self) -> Shipment:
        """Return the parcel as far as this scan tells."""
        event = ShipmentEvent(at=self.at, status=self.status, place=self.place, text=self.text)
        return Shipment(carrier=self.carrier, tracking_no=self.tracking_no, direction=self.direction, events=(event,))


class RefundTold(Refund):
    """The refund of an order as it is from now on."""

    order_id: ShortId
    status: RefundStatus

    def to_refund(self) -> Refund:
        """Return the refund."""
        return Refund(status=self.status, requested_at=self.requested_at, amount=self.amount)


class CustomerState(Customer):
    """A customer as they are from now on; a field that is not ours is ignored, as everywhere in events."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Envelope(_Part):
    """What every event has."""

    id: ShortId
    type: EventType
    occurred_at: Moment
    data: dict[str, Any]


EventData = OrderState | ScanTold | RefundTold | CustomerState
DATA: Mapping[EventType, type[OrderState] | type[ScanTold] | type[RefundTold] | type[CustomerState]] = {
    EventType.ORDER_UPDATED: OrderState,
    EventType.SHIPMENT_EVENT: ScanTold,
    EventType.REFUND_UPDATED: RefundTold,
    EventType.CUSTOMER_UPDATED: CustomerState,
}


@dataclass(frozen=True, slots=True)
class Event:
    """An event that can be used."""

    id: str
    type: EventType
    occurred_at: datetime
    data: EventData


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """What became of one event; `id` is None where not even that could be read."""

    id: str | None
    result: EventResult
    reason: str | None = None


def read_event(sent: object, *, now: datetime) -> Event:
    """Return an event that was sent; raises `EventRefused`."""
    try:
        envelope = Envelope.model_validate(sent)
        data = DATA[envelope.type].model_validate(envelope.data)
    except ValidationError as error:
        raise EventRefused(" ".join(f"{p.field or 'It'} {p.problem}." for p in explain(error, {}).problems)) from error
    if envelope.occurred_at > now + MOST_AHEAD:
        raise EventRefused("occurred_at lies in the future. Check the clock of whoever sends.")
    return Event(envelope.id, envelope.type, envelope.occurred_at, data)


def find_id(sent: object) -> str | None:
    """Return the id of an event, also of one that cannot be used."""
    found = sent.get("id") if isinstance(sent, dict) else None
    return found if isinstance(found, str) and len(found) <= MAX_ID else None
