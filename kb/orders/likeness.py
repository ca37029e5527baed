"""How alike two orders are in what matters to service: facts become marks, and rare marks in common count most.

Lin: An information-theoretic definition of similarity, ICML 1998: twice the surprise of what two things have in common,
over the surprise of both. That rare agreements say more is Goodall's idea (Biometrics 22, 1966).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from kb.orders.context import OrderContext
from kb.orders.facts import FactValue
from kb.orders.order import OrderStatus

# A mark says more than the mark it stands below: "waiting/paid" is "waiting", and "over24/over72" is "over24".
BELOW = "/"
STAGES: Mapping[str, str] = {
    OrderStatus.PAID: "waiting",
    OrderStatus.PREPARING: "waiting",
    OrderStatus.DELIVERED: "received",
    OrderStatus.COMPLETED: "received",
}
# Where rules and patience commonly change; sums of money grow about fourfold a step.
LATE_HOURS = (24, 72)
SILENT_HOURS = (24, 48, 72)
DELIVERED_DAYS = (1, 2, 7, 15, 30, 90)
YUAN = (50, 200, 1000, 3000)

Marks = tuple[str, ...]
UNSEEN: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What an order looked like at one moment: the marks of every fact that was known; plain enough for JSON."""

    marks: Mapping[str, Marks]


@dataclass(frozen=True, slots=True)
class OrderShares:
    """How common each mark of each fact is among some orders; among none, all are as surprising as each other."""

    known: Mapping[str, int] = field(default_factory=dict)
    marked: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    surprises: Mapping[str, Mapping[str, float]] = field(init=False, repr=False, compare=False)  # Of all marks seen.

    def __post_init__(self) -> None:
        surprises = {fact: {mark: self.surprise(fact, mark) for mark in marks} for fact, marks in self.marked.items()}
        object.__setattr__(self, "surprises", surprises)

    def with_more(self, orders: Iterable[OrderFacts]) -> OrderShares:
        """Return the shares among these orders too."""
        known = Counter(self.known)
        marked = {fact: Counter(marks) for fact, marks in self.marked.items()}
        for order in orders:
            known.update(order.marks.keys())
            for fact, marks in order.marks.items():
                marked.setdefault(fact, Counter()).update(marks)
        return OrderShares(known, marked)

    def surprise(self, fact: str, mark: str) -> float:
        """Return -ln of the share of orders with this mark, among those with the mark it stands below."""
        marked = self.marked.get(fact, {})
        above = mark.rpartition(BELOW)[0]
        among = marked.get(above, 0) if above else self.known.get(fact, 0)
        # Laplace's rule of succession: what was never seen is rare, not impossible.
        return -math.log((marked.get(mark, 0) + 1) / (among + 2))


def describe_order(context: OrderContext) -> OrderFacts:
    """Return what is known of an order in the facts that matter to service; nothing where there is no order."""
    marks = {name: READERS[name](value) for name, value in context.facts.items() if name in READERS}
    if "is_late" in context.facts:
        marks["is_late"] = _read_lateness(context.facts)
    for name, read in ITEM_READERS.items():
        values = [item[name] for item in context.item_facts if name in item]
        if values:
            marks[name] = tuple(sorted({mark for value in values for mark in read(value)}))
    return OrderFacts(marks)


def measure_likeness(one: OrderFacts, other: OrderFacts, shares: OrderShares) -> float | None:
    """Return how alike two orders are, 0 to 1, over the facts known of both; None where nothing can be compared."""
    common = total = 0.0
    for fact, marks in one.marks.items():
        others = other.marks.get(fact)
        if others is None:
            continue
        seen = shares.surprises.get(fact, UNSEEN)
        for mark in marks:
            surprise = seen[mark] if mark in seen else shares.surprise(fact, mark)
            total += surprise
            if mark in others:
                common += surprise
        for mark in others:
            total += seen[mark] if mark in seen else shares.surprise(fact, mark)
    # What is in common was added to the total twice, in another order: rounding may tip it over 1.
    return min(1.0, 2.0 * common / total) if total else None


def _read_name(value: FactValue) -> Marks:
    return (str(value).lower(),)


def _read_status(value: FactValue) -> Marks:
    stage = STAGES.get(str(value))
    return _nest((stage, str(value))) if stage else (str(value),)


def _read_path(value: FactValue) -> Marks:
    return _nest(value) if isinstance(value, tuple) else ()


def _read_tags(value: FactValue) -> Marks:
    return tuple(tag.replace(BELOW, " ") for tag in value) if isinstance(value, tuple) else ()


def _read_level(steps: Sequence[int], value: FactValue) -> Marks:
    """Return the steps that a number has passed, and those ahead of it: near numbers share most of both."""
    number = float(value) if isinstance(value, int | float) else 0.0
    passed = _nest([f"over{step}" for step in steps if number >= step])
    ahead = _nest([f"under{step}" for step in reversed(steps) if number < step])
    return (*passed, *ahead)


def _read_lateness(facts: Mapping[str, FactValue]) -> Marks:
    if facts["is_late"] is False:
        return ("on_time",)
    hours = facts.get("hours_late", 0.0)
    return _nest(["late", *(f"over{step}" for step in LATE_HOURS if isinstance(hours, float) and hours >= step)])


def _nest(parts: Sequence[str]) -> Marks:
    """Return one mark for each part, below those of the parts before it."""
    return tuple(BELOW.join(parts[:depth]) for depth in range(1, len(parts) + 1))


READERS: Mapping[str, Callable[[FactValue], Marks]] = {
    "order.status": _read_status,
    "order.amount": partial(_read_level, YUAN),
    "payment.method": _read_name,
    "seller.kind": _read_name,
    "customer.tier": _read_name,
    "hours_without_scan": partial(_read_level, SILENT_HOURS),
    "shipment.last_status": _read_name,
    "return.last_status": _read_name,
    "days_since_delivered": partial(_read_level, DELIVERED_DAYS),
    "refund.status": _read_name,
    "invoice.kind": _read_name,
    "invoice.issued": _read_name,
}
ITEM_READERS: Mapping[str, Callable[[FactValue], Marks]] = {"item.category": _read_path, "item.tags": _read_tags}
