"""Events: each once, in whatever order, and a bad one alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from kb.database import Database
from kb.events.event import EventOutcome, EventResult
from kb.events.service import take_events
from kb.events.tables import EventSeenRow
from kb.orders.order import MAX_SHIPMENTS, Order, OrderStatus, RefundStatus
from kb.orders.repository import find_order, list_customers, save_order
from tests.fakes import SHIPPED_ORDER, make_order

ID = str(SHIPPED_ORDER["id"])
PARCEL = "QY7306518138"
MINUTES = [f"2026-11-15T09:0{minute}:00+08:00" for minute in range(8)]
Sent = dict[str, Any]
ORDER: Sent = dict(SHIPPED_ORDER)


def tell(event_id: str, minute: int, kind: str = "order.updated", **data: Any) -> Sent:
    return {"id": event_id, "type": kind, "occurred_at": MINUTES[minute], "data": data}


def tell_order(event_id: str, minute: int, **changes: Any) -> Sent:
    return tell(event_id, minute, **{**ORDER, **changes})


def tell_scan(event_id: str, minute: int, status: str = "delivered", **data: Any) -> Sent:
    more = {"order_id": ID, "tracking_no": PARCEL, "at": MINUTES[minute], "status": status, **data}
    return tell(event_id, minute, "shipment.event", **more)


def tell_refund(event_id: str, minute: int, status: str) -> Sent:
    return tell(event_id, minute, "refund.updated", order_id=ID, status=status)


def take(database: Database, *sent: object, now: datetime) -> list[EventResult]:
    return [outcome.result for outcome in take_all(database, sent, now=now)]


def take_all(database: Database, sent: Sequence[object], *, now: datetime) -> list[EventOutcome]:
    with database.write() as session:
        return take_events(session, sent, now=now)


def get(database: Database) -> Order:
    with database.read() as session:
        order = find_order(session, ID)
    assert order is not None
    return order


def test_an_order_a_scan_and_a_refund_are_taken_and_seen_in_the_order(database: Database, now: datetime) -> None:
    sent = (tell_order("e1", 0), tell_scan("e2", 1), tell_refund("e3", 2, "requested"))
    assert take(database, *sent, now=now) == [EventResult.APPLIED] * 3
    order = get(database)
    assert order.refund is not None
    assert order.refund.status is RefundStatus.REQUESTED
    assert order.shipments is not None
    assert [event.status for event in order.shipments[0].events or ()] == ["in_transit", "delivered"]


def test_an_event_is_taken_once_however_often_it_is_sent(database: Database, now: datetime) -> None:
    first = tell_order("e1", 0)
    assert take(database, first, first, now=now) == [EventResult.APPLIED, EventResult.DUPLICATE]
    changed = tell_order("e1", 5, status="cancelled")
    assert take(database, changed, now=now) == [EventResult.DUPLICATE]
    assert get(database).status is OrderStatus.SHIPPED


def test_an_older_state_never_overwrites_a_newer_one(database: Database, now: datetime) -> None:
    sent = (tell_order("e2", 2, status="delivered"), tell_order("e1", 1))
    assert take(database, *sent, now=now) == [EventResult.APPLIED, EventResult.OUTDATED]
    assert get(database).status is OrderStatus.DELIVERED


def test_the_same_state_told_anew_changes_nothing(database: Database, now: datetime) -> None:
    assert take(database, tell_order("e1", 1), tell_order("e2", 2), now=now) == [
        EventResult.APPLIED,
        EventResult.UNCHANGED,
    ]


def test_a_scan_before_its_order_waits_for_it(database: Database, now: datetime) -> None:
    assert take(database, tell_scan("e2", 1), tell_refund("e3", 2, "approved"), now=now) == [EventResult.HELD] * 2
    assert take(database, tell_order("e1", 0), now=now) == [EventResult.APPLIED]
    order = get(database)
    assert order.refund is not None
    assert order.refund.status is RefundStatus.APPROVED
    assert order.shipments is not None
    assert len(order.shipments[0].events or ()) == 2
    with database.read() as session:
        assert session.scalars(select(EventSeenRow).where(EventSeenRow.held_for.is_not(None))).all() == []


def test_a_bad_event_does_not_lose_the_others(database: Database, now: datetime) -> None:
    bad: list[object] = [
        None,
        [],
        {"id": "x"},
        tell("b1", 1, "order.deleted", id=ID),
        tell("b2", 1, **{**ORDER, "status": "lost"}),
        tell("b3", 1, status="paid"),
        tell("b4", 1, "shipment.event", order_id=ID),
        {**tell_order("b5", 1), "occurred_at": "2026-11-15T09:00:00"},
        {**tell_order("b6", 1), "occurred_at": (now + timedelta(minutes=6)).isoformat()},
        tell_order("b" * 201, 1),
        tell_order("b7", 1, id="x" * 201),
    ]
    outcomes = take_all(database, [*bad, tell_order("e1", 0)], now=now)
    assert [outcome.result for outcome in outcomes] == [EventResult.REFUSED] * len(bad) + [EventResult.APPLIED]
    assert all(outcome.reason for outcome in outcomes[:-1])
    assert outcomes[4].id == "b2"


def test_a_refused_event_may_be_sent_again_once_it_is_mended(database: Database, now: datetime) -> None:
    assert take(database, tell_order("e1", 0, status="?"), now=now) == [EventResult.REFUSED]
    assert take(database, tell_order("e1", 0), now=now) == [EventResult.APPLIED]


def test_no_reason_repeats_what_was_sent(database: Database, now: datetime) -> None:
    sent = [tell_order("e1", 0, status="13800138000"), tell("e2", 0, "customer.updated", id="a b", phone="13800138000")]
    assert all("1380013" not in str(outcome.reason) for outcome in take_all(database, sent, now=now))


def test_too_many_parcels_are_refused_and_nothing_of_the_event_stays(database: Database, now: datetime) -> None:
    take(database, tell_order("e0", 0, shipments=[{"tracking_no": str(n)} for n in range(MAX_SHIPMENTS)]), now=now)
    outcome = take_all(database, [tell_scan("e1", 1)], now=now)[0]
    assert (outcome.result, "parcels" in (outcome.reason or "")) == (EventResult.REFUSED, True)
    with database.read() as session:
        assert session.get(EventSeenRow, "e1") is None


def test_a_customer_is_as_the_newest_event_says(database: Database, now: datetime) -> None:
    newer = tell("c2", 2, "customer.updated", id="C0042", name="王小明", phone="13800138000", tier="plus", level=9)
    older = tell("c1", 1, "customer.updated", id="C0042", name="小王")
    assert take(database, newer, older, now=now) == [EventResult.APPLIED, EventResult.OUTDATED]
    with database.read() as session:
        assert [(one.id, one.name) for one in list_customers(session)] == [("C0042", "王小明")]


def test_an_imported_order_takes_events(database: Database, now: datetime) -> None:
    with database.write() as session:
        save_order(session, make_order())
    assert (
        take(database, tell_scan("e1", 1), tell_order("e2", 2, status="completed"), now=now)
        == [EventResult.APPLIED] * 2
    )
    assert get(database).status is OrderStatus.COMPLETED


def test_events_are_forgotten_after_thirty_days(database: Database, now: datetime) -> None:
    take(database, tell_order("e1", 0), now=now)
    take(database, now=now + timedelta(days=30, seconds=1))
    with database.read() as session:
        assert session.scalars(select(EventSeenRow)).all() == []


@pytest.mark.parametrize("twice", [False, True])
def test_in_whatever_order_events_come_the_order_is_the_same(
    make_database: Callable[[], Database], now: datetime, twice: bool
) -> None:
    sent = [
        tell_order("e0", 0, refund={"status": "none"}, promised_at=MINUTES[7]),
        tell_scan("e1", 1, "at_station", carrier="青柚快递"),
        tell_refund("e2", 2, "requested"),
        tell_order("e3", 3, status="delivered", shipments=[{"carrier": "自提"}, {"tracking_no": PARCEL, "events": []}]),
        tell_refund("e3b", 3, "approved"),
    ]
    database = make_database()
    seen = set()
    for order_of_events in permutations(sent):
        with database.write() as session:
            for one in order_of_events * (1 + twice):
                take_events(session, [one], now=now)
            found = find_order(session, ID)
            assert found is not None
            seen.add(found.model_dump_json())
            session.rollback()
    assert len(seen) == 1


def test_a_time_that_is_too_early_in_utc_is_refused_alone(database: Database, now: datetime) -> None:
    never = tell_order("e1", 1, cancelled_at="1970-01-01T00:00:00+08:00")
    assert take(database, never, tell_order("e2", 2), now=now) == [EventResult.REFUSED, EventResult.APPLIED]


def test_scans_that_waited_and_cannot_be_used_do_not_keep_their_order_out(database: Database, now: datetime) -> None:
    many = [tell_scan(f"s{n}", 1, tracking_no=f"T{n:04}") for n in range(MAX_SHIPMENTS + 3)]
    assert set(take(database, *many, now=now)) == {EventResult.HELD}
    assert take(database, tell("o1", 2, id=ID, status="paid"), now=now) == [EventResult.APPLIED]
    assert len(get(database).shipments or ()) == MAX_SHIPMENTS
    with database.read() as session:
        assert session.scalars(select(EventSeenRow).where(EventSeenRow.held_for.is_not(None))).all() == []
