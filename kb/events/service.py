"""Take events: each once, in whatever order they come, and none at the cost of another."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from kb.changes import SaveResult
from kb.errors import XianzhiError
from kb.events.event import (
    DATA,
    CustomerState,
    Event,
    EventOutcome,
    EventRefused,
    EventResult,
    EventType,
    OrderState,
    RefundTold,
    ScanTold,
    find_id,
    read_event,
)
from kb.events.parcels import merge_parcels
from kb.events.tables import EventSeenRow, NewestEventRow, Subject
from kb.orders.order import MAX_SHIPMENTS, Order, Shipment
from kb.orders.repository import find_order, save_customer, save_order

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
MOST_RELEASED = 1_000
REFUSED_BY_DATABASE = "the database refused it. Check its lengths and numbers."


def take_events(session: Session, sent: Sequence[object], *, now: datetime) -> list[EventOutcome]:
    """Apply events, and say of each what became of it; one that cannot be used leaves the others alone."""
    session.execute(delete(EventSeenRow).where(EventSeenRow.seen_at < now - KEPT))
    return [_take(session, one, now=now) for one in sent]


def _take(session: Session, sent: object, *, now: datetime) -> EventOutcome:
    try:
        event = read_event(sent, now=now)
        with session.begin_nested():
            return EventOutcome(event.id, _take_once(session, event, now=now))
    except XianzhiError as error:
        return EventOutcome(find_id(sent), EventResult.REFUSED, error.message)
    except (DataError, IntegrityError, ValidationError):
        return EventOutcome(find_id(sent), EventResult.REFUSED, REFUSED_BY_DATABASE)


def _take_once(session: Session, event: Event, *, now: datetime) -> EventResult:
    if session.get(EventSeenRow, event.id) is not None:
        return EventResult.DUPLICATE
    seen = EventSeenRow(event_id=event.id, type=event.type, occurred_at=event.occurred_at, seen_at=now)
    session.add(seen)
    if isinstance(event.data, ScanTold | RefundTold) and find_order(session, event.data.order_id) is None:
        seen.held_for = event.data.order_id
        seen.held_data = event.data.model_dump(mode="json", exclude_none=True)
        session.flush()
        return EventResult.HELD
    result = _apply(session, event)
    if not isinstance(event.data, CustomerState):
        _release(session, event.data.id if isinstance(event.data, OrderState) else event.data.order_id)
    return result


def _release(session: Session, order_id: str) -> None:
    """Apply what waited for an order that is now known."""
    waiting = select(EventSeenRow).where(EventSeenRow.held_for == order_id).limit(MOST_RELEASED)
    for row in session.scalars(waiting).all():
        kind, held = EventType(row.type), row.held_data
        row.held_for = row.held_data = None
        session.flush()
        try:
            with session.begin_nested():
                _apply(session, Event(row.event_id, kind, row.occurred_at, DATA[kind].model_validate(held)))
        except (XianzhiError, ValidationError, DataError, IntegrityError) as error:
            # What cannot be used must not keep out the order that it waited for.
            log.warning("held_event_dropped", extra={"reason": type(error).__name__})


def _apply(session: Session, event: Event) -> EventResult:
    data = event.data
    match data:
        case CustomerState():
            if not _is_newest(session, event, Subject.CUSTOMER, data.id):
                return EventResult.OUTDATED
            return _say(save_customer(session, data), is_new=True)
        case OrderState():
            return _apply_order(session, event, data)
        case ScanTold():
            known = _get_known(session, data.order_id)
            return _say(_save(session, _with_parcels(known, known, (data.to_shipment(),))), is_new=True)
        case RefundTold():
            known = _get_known(session, data.order_id)
            if not _is_newest(session, event, Subject.REFUND, data.order_id):
                return EventResult.OUTDATED
            return _say(_save(session, known.model_copy(update={"refund": data.to_refund()})), is_new=True)
        case _:
            assert_never(data)


def _apply_order(session: Session, event: Event, told: OrderState) -> EventResult:
    """Take the state where it is the newest, the refund where it is, and every scan in any case."""
    known = find_order(session, told.id)
    is_new = _is_newest(session, event, Subject.ORDER, told.id) or known is None
    is_newest_refund = told.refund is not None and _is_newest(session, event, Subject.REFUND, told.id)
    state = told if known is None or is_new else known
    refund = told.refund if known is None or is_newest_refund else known.refund
    merged = _with_parcels(state, known, told.shipments or ()).model_copy(update={"refund": refund})
    return _say(_save(session, merged), is_new=is_new)


def _save(session: Session, order: Order) -> SaveResult:
    # In one zone: what is stored comes back in UTC, and the same moment in another would look like a change.
    return save_order(session, Order.model_validate(_to_utc(order.model_dump())))


def _to_utc(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC)
        case dict():
            return {name: _to_utc(part) for name, part in value.items()}
        case list() | tuple():
            return [_to_utc(part) for part in value]
        case _:
            return value


def _with_parcels(state: Order, known: Order | None, told: Sequence[Shipment]) -> Order:
    """Return the state with every parcel that has a number; those without one belong to the state."""
    nameless = tuple(shipment for shipment in state.shipments or () if not shipment.tracking_no)
    shipments = (*merge_parcels((known.shipments if known else None) or (), told), *nameless)
    if len(shipments) > MAX_SHIPMENTS:
        raise EventRefused(f"The order would have more than {MAX_SHIPMENTS} parcels.")
    return state.model_copy(update={"shipments": shipments or None})


def _get_known(session: Session, order_id: str) -> Order:
    known = find_order(session, order_id)
    assert known is not None  # Whoever tells of an unknown order is held.
    return known


def _is_newest(session: Session, event: Event, subject: Subject, subject_id: str) -> bool:
    """Tell whether nothing newer was told of a thing, and note the event if so; of two at one moment the id decides."""
    row = session.get(NewestEventRow, (subject.value, subject_id))
    if row is None:
        row = NewestEventRow(subject=subject.value, subject_id=subject_id)
        session.add(row)
    elif (event.occurred_at, event.id) <= (row.occurred_at, row.event_id):
        return False
    row.occurred_at, row.event_id = event.occurred_at, event.id
    session.flush()
    return True


def _say(result: SaveResult, *, is_new: bool) -> EventResult:
    if result is not SaveResult.UNCHANGED:
        return EventResult.APPLIED
    return EventResult.UNCHANGED if is_new else EventResult.OUTDATED
