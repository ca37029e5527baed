"""The orders that questions come with: what conditions are judged rare or common against."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.cases.models import CaseRow
from kb.orders.context import OrderContext, derive_context
from kb.orders.moments import list_moments
from kb.orders.order import Order
from kb.orders.repository import list_recent_orders

SAMPLE_SIZE = 200  # From each source; a share is then known to about 3 %.
PATIENCE = timedelta(days=1)
ANY_ZONE = ZoneInfo("UTC")  # No share depends on the zone but that of conditions on the calendar date.


def sample_contexts(session: Session, *, now: datetime) -> list[OrderContext]:
    """Return the contexts of the newest orders and of past cases, each as of when its customer was likely to ask.

    That is a day after the last thing that happened, and not the present: seen from today every old order is late.
    """
    orders = [(order, find_asking_time(order, now)) for order in list_recent_orders(session, limit=SAMPLE_SIZE)]
    cases = session.execute(
        select(CaseRow.order, CaseRow.closed_at)
        .where(CaseRow.order.is_not(None))
        .order_by(CaseRow.closed_at.desc(), CaseRow.id)
        .limit(SAMPLE_SIZE)
    )
    for data, closed_at in cases:
        order = Order.model_validate(data)
        orders.append((order, closed_at or find_asking_time(order, now)))
    return [derive_context(order, now=at.astimezone(UTC), zone=ANY_ZONE) for order, at in orders]


def find_asking_time(order: Order, now: datetime) -> datetime:
    """Return when a question about an order was likely asked: a day after its last event, or now if that is earlier."""
    last = max((moment for moment in list_moments(order) if moment <= now), default=now)
    return min(last + PATIENCE, now)
