"""From a customer's orders to the likeliest reasons: which orders count, and by how much.

An order's weight halves with every fortnight since something last happened to it, and is three times as high where it
is remarkable or a notice touches it. Where the look-up named an order, it alone counts. The share of cases that are
about no order at all is kept for those.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from index.follower import LiveIndex
from index.reasons.fitting import FloatArray
from index.reasons.marks import MarkedOrder, mark_order
from index.reasons.model import ReasonModel
from index.reasons.wording import say_mark
from kb.customers.desk import Lookup
from kb.customers.likely import MAX_REASONS, LikelyReason, LikelyReasons, ReasonCases, ReasonsFrom
from kb.customers.profile import CustomerProfile, View
from kb.customers.records import read_records
from kb.customers.remarks import list_remarks
from kb.database import Database
from kb.orders.context import OrderContext, derive_context
from kb.orders.moments import list_moments
from kb.orders.order import Order

HALF_LIFE_DAYS = 14.0
UNDATED_DAYS = 4 * HALF_LIFE_DAYS  # An order of no known time is probably an old one.
TROUBLE_WEIGHT = 3.0
MOST_ORDERS = 10
SECONDS_PER_DAY = 86_400
PLACES = 3  # Of a probability that is shown.


@dataclass(frozen=True, slots=True)
class WeighedOrder:
    """One of the customer's orders as it is now, its marks, and its share in the reasons."""

    context: OrderContext
    marks: MarkedOrder
    weight: float


def find_likely_reasons(
    live: LiveIndex, database: Database, found: Lookup, view: View
) -> tuple[LikelyReasons, Sequence[Order]]:
    """Return why the customer whom a look-up found probably gets in touch, and the orders that were considered."""
    if found.profile is None:
        return LikelyReasons(ReasonsFrom.NO_PROFILE), ()
    if not live.is_open:
        return LikelyReasons(ReasonsFrom.NO_INDEX), ()
    model = live.reasons
    if model is None:
        return LikelyReasons(ReasonsFrom.NO_INTENTS), ()
    with database.read_rows() as connection:
        orders = _load_orders(connection, found.profile)
    touched = {order_id for notice in found.profile.notices for order_id in notice.order_ids}
    return rank_reasons(model, weigh_orders(orders, touched, view)), orders


def weigh_orders(orders: Sequence[Order], touched: Collection[str], view: View) -> list[WeighedOrder]:
    """Return the orders with their weights, which add up to 1; `touched` are those that a notice speaks of."""
    contexts = [derive_context(order, now=view.now, zone=view.zone) for order in orders]
    weights = [
        _weigh(order, context, is_touched=order.id in touched) for order, context in zip(orders, contexts, strict=True)
    ]
    total = sum(weights)
    return [WeighedOrder(c, mark_order(c), weight / total) for c, weight in zip(contexts, weights, strict=True)]


def rank_reasons(model: ReasonModel, orders: Sequence[WeighedOrder]) -> LikelyReasons:
    """Return the likeliest reasons of a customer with these orders; without any, those of all cases."""
    if not orders or model.weights is None:
        shares = model.sum_reasons(model.rate_intents())
        return LikelyReasons(ReasonsFrom.RATES, tuple(_describe(model, r, shares[r], None) for r in _best(shares)))
    aside = model.share_without_order
    parts = [o.weight * (1 - aside) * model.sum_reasons(model.estimate_intents(o.marks)) for o in orders]
    parts.append(aside * model.sum_reasons(model.rate_intents(without_order=True)))
    by_source = np.stack(parts)
    shares = by_source.sum(axis=0)
    sources = by_source.argmax(axis=0)
    named = [orders[place] if place < len(orders) else None for place in sources.tolist()]
    return LikelyReasons(ReasonsFrom.ORDERS, tuple(_describe(model, r, shares[r], named[r]) for r in _best(shares)))


def _describe(model: ReasonModel, place: int, share: float, order: WeighedOrder | None) -> LikelyReason:
    marks = model.find_telling_marks(order.marks, place) if order else []
    count, reason = model.count_cases(marks, place), model.reasons[place]
    return LikelyReason(
        reason=reason.id,
        title=reason.title,
        probability=round(float(share), PLACES),
        order_id=order.context.order.id if order and order.context.order else None,
        because=tuple(say_mark(mark, order.context) for mark in marks) if order else (),
        cases=ReasonCases(count.similar, count.of_them),
    )


def _best(shares: FloatArray) -> list[int]:
    """Return the places of the likeliest reasons that can be at all."""
    return [place for place in np.argsort(-shares, kind="stable").tolist() if shares[place] > 0][:MAX_REASONS]


def _weigh(order: Order, context: OrderContext, *, is_touched: bool) -> float:
    last = max((moment for moment in list_moments(order) if moment <= context.now), default=None)
    days = UNDATED_DAYS if last is None else (context.now - last).total_seconds() / SECONDS_PER_DAY
    trouble = TROUBLE_WEIGHT if is_touched or list_remarks(order, context) else 1.0
    # Never 0: of very old orders the newest still counts.
    return max(1e-9, trouble * math.exp2(-days / HALF_LIFE_DAYS))


def _load_orders(connection: Connection, profile: CustomerProfile) -> list[Order]:
    asked = [order.id for order in profile.orders if order.is_asked_for]
    wanted = (asked or [order.id for order in profile.orders])[:MOST_ORDERS]
    orders = {order.id: order for order in read_records(connection, None, wanted).orders}
    return [orders[order_id] for order_id in wanted if order_id in orders]
