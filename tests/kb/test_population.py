"""The orders that conditions are judged rare or common against."""

from __future__ import annotations

from datetime import datetime, timedelta

from kb.cases.models import Case
from kb.cases.service import save_case
from kb.database import Database
from kb.orders.order import Order
from kb.orders.population import find_asking_time, sample_contexts
from kb.orders.repository import save_order


def make_shipped(now: datetime, *, days_ago: float) -> Order:
    scan = (now - timedelta(days=days_ago)).isoformat()
    events = [{"at": scan, "status": "in_transit"}]
    placed = (now - timedelta(days=days_ago + 1)).isoformat()
    return Order.model_validate(
        {"id": "SO1", "status": "shipped", "placed_at": placed, "shipments": [{"events": events}]}
    )


def test_order_is_judged_a_day_after_its_last_event(now: datetime) -> None:
    order = make_shipped(now, days_ago=30)
    assert find_asking_time(order, now) == now - timedelta(days=29)


def test_order_of_today_is_judged_now_and_what_lies_ahead_is_ignored(now: datetime) -> None:
    assert find_asking_time(make_shipped(now, days_ago=0.1), now) == now
    assert find_asking_time(make_shipped(now, days_ago=-5), now) == now


def test_shares_do_not_drift_with_the_clock(database: Database, now: datetime) -> None:
    with database.write() as session:
        save_order(session, make_shipped(now, days_ago=3))
    with database.read() as session:
        facts = [
            [context.facts["hours_without_scan"] for context in sample_contexts(session, now=now + later)]
            for later in (timedelta(0), timedelta(days=400))
        ]
    assert facts == [[24.0], [24.0]]


def test_order_of_a_case_counts_as_of_its_closing(database: Database, now: datetime) -> None:
    order = {"status": "shipped", "placed_at": (now - timedelta(hours=50)).isoformat()}
    closed_at = now - timedelta(hours=10)
    with database.write() as session:
        case = Case.model_validate(
            {"id": "c", "question": "q", "solution": "s", "order": order, "closed_at": closed_at}
        )
        save_case(session, case, now=now)
    with database.read() as session:
        (context,) = sample_contexts(session, now=now)
    assert context.facts["hours_since_placed"] == 40.0
