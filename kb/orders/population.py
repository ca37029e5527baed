"""The orders that questions come with: what conditions are judged rare or common against."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.cases.models import CaseRow
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from kb.orders.repository import list_recent_orders

SAMPLE_SIZE = 200  # From each source; a share is then known to about 3 %.
ANY_ZONE = ZoneInfo("UTC")  # No share depends on the zone but that of conditions on the calendar date.


def sample_contexts(session: Session, *, now: datetime) -> list[OrderContext]:
    """Return the contexts of the newest orders as of now, and of past cases as of when they were closed."""
    orders = [(order, now) for order in list_recent_orders(session, limit=SAMPLE_SIZE)]
    cases = session.execute(
        select(CaseRow.order, CaseRow.closed_at)
        .where(CaseRow.order.is_not(None))
        .order_by(CaseRow.closed_at.desc(), CaseRow.id)
        .limit(SAMPLE_SIZE)
    )
    past = [(Order.model_validate(order), closed_at or now) for order, closed_at in cases]
    return [derive_context(order, now=at.astimezone(UTC), zone=ANY_ZONE) for order, at in (*orders, *past)]
