"""The marks of an order by which reasons are told: tests in the language of conditions that the order passes.

What a shop always knows of an order (`ATTRIBUTES`: who sold it, what was in it) is told apart from what happened to it:
people write the first down where it matters and leave it out elsewhere, and an event that nobody wrote down was none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.conditions import Operator
from kb.orders.context import OrderContext
from kb.orders.facts import FactValue
from kb.orders.order import OrderStatus, RefundStatus, ShipmentEventStatus

# Where rules and patience commonly change.
STEPS: Mapping[str, Sequence[int]] = {
    "hours_late": (1, 24, 72),
    "hours_without_scan": (24, 48, 72, 120),
    "hours_since_placed": (1, 24),
    "hours_since_paid": (2, 24, 48, 72),
    "days_since_delivered": (1, 2, 3, 7, 8, 15, 30, 90, 365),
    "hours_since_refund_requested": (24, 72, 168),
    "order.amount": (50, 200, 1000, 3000),
}
MAX_PATH_DEPTH = 3
OPEN_REFUNDS = frozenset({RefundStatus.REQUESTED, RefundStatus.APPROVED, RefundStatus.RETURNING, RefundStatus.RECEIVED})
TROUBLES = frozenset({ShipmentEventStatus.REFUSED, ShipmentEventStatus.EXCEPTION, ShipmentEventStatus.LOST})
WAITING = frozenset({OrderStatus.PAID, OrderStatus.PREPARING})
_STATUS = "order.status"
# What is always known together.
ATTRIBUTES: Sequence[frozenset[str]] = (
    frozenset({"seller.kind"}),
    frozenset({"customer.tier"}),
    frozenset({"order.amount"}),
    frozenset({"item.category"}),
    frozenset({"item.tags"}),
    frozenset({"invoice.kind", "invoice.issued"}),
)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One test that an order passes, as a condition would write it; `value` is its text, for all facts alike."""

    fact: str
    op: Operator
    value: str


@dataclass(frozen=True, slots=True)
class MarkedOrder:
    """An order's marks, and which facts were known at all: an empty list of tags is known, too."""

    marks: frozenset[Mark]
    known: frozenset[str]

    @property
    def status(self) -> str:
        """How far the order has come."""
        return next(mark.value for mark in self.marks if mark.fact == _STATUS)


def mark_order(context: OrderContext) -> MarkedOrder:
    """Return what of an order tells why its customer may get in touch; the context has an order."""
    facts = context.facts
    marks = set(_mark_state(facts))
    for name in ("seller.kind", "customer.tier", "invoice.kind", "invoice.issued"):
        marks |= _equal(facts, name)
    marks |= set(_mark_steps(facts, "order.amount"))
    known = {mark.fact for mark in marks}
    for item in context.item_facts:
        known |= item.keys() & {"item.category", "item.tags"}
        marks |= set(_mark_item(item))
    return MarkedOrder(frozenset(marks), frozenset(known))


def _mark_state(facts: Mapping[str, FactValue]) -> Iterator[Mark]:
    """Yield what has happened to the order and its parcels."""
    status = facts[_STATUS]
    yield from _equal(facts, _STATUS)
    if facts.get("is_late"):
        yield from _mark_steps(facts, "hours_late")
    if status in WAITING:
        yield from _mark_steps(facts, "hours_since_paid")
    if status == OrderStatus.PENDING_PAYMENT:
        yield from _mark_steps(facts, "hours_since_placed")
    yield from _mark_steps(facts, "hours_without_scan")
    yield from _mark_steps(facts, "days_since_delivered")
    last = facts.get("shipment.last_status")
    if last is not None and (status == OrderStatus.SHIPPED or last in TROUBLES):
        yield from _equal(facts, "shipment.last_status")
    yield from _equal(facts, "return.last_status")
    for name in ("is_refused", "is_partly_delivered"):
        if facts.get(name):
            yield from _equal(facts, name)
    count = facts.get("shipment.count")
    if isinstance(count, int) and count > 1:
        yield Mark("shipment.count", Operator.AT_LEAST, "2")
    refund = facts.get("refund.status")
    if refund is not None and refund != RefundStatus.NONE:
        yield from _equal(facts, "refund.status")
    if refund in OPEN_REFUNDS:
        yield from _mark_steps(facts, "hours_since_refund_requested")


def _equal(facts: Mapping[str, FactValue], name: str) -> set[Mark]:
    if name not in facts:
        return set()
    value = facts[name]
    return {Mark(name, Operator.EQUAL, str(value).lower() if isinstance(value, bool) else str(value))}


def _mark_steps(facts: Mapping[str, FactValue], name: str) -> Iterator[Mark]:
    """Yield the steps that a number has passed, and those that it has not: near numbers share most of both."""
    value = facts.get(name)
    if not isinstance(value, int | float):
        return
    for step in STEPS[name]:
        yield Mark(name, Operator.AT_LEAST if value >= step else Operator.LESS, str(step))


def _mark_item(item: Mapping[str, FactValue]) -> Iterator[Mark]:
    path, tags = item.get("item.category", ()), item.get("item.tags", ())
    if isinstance(path, tuple):
        for depth in range(1, min(len(path), MAX_PATH_DEPTH) + 1):
            yield Mark("item.category", Operator.UNDER, "/".join(path[:depth]))
    if isinstance(tags, tuple):
        yield from (Mark("item.tags", Operator.CONTAINS, tag) for tag in tags)
