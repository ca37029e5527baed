"""Complete what a case's order leaves out, as if from the shop's own tables.

A case that was written down by hand names the membership where membership decided it, and nowhere else; so learnt, any
order whose tier is known would look like such a case. Each case therefore takes what it does not say from a few of the
base's orders of the same status: hot deck imputation (Andridge and Little, International Statistical Review 78, 2010).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.reasons.marks import ATTRIBUTES, MarkedOrder

MOST_COPIES = 8
ENOUGH_ROWS = 4_000  # With so many cases what one leaves out evens out.


@dataclass(frozen=True, slots=True)
class Donors:
    """The base's own orders, by status; they know every attribute that the shop keeps."""

    by_status: Mapping[str, Sequence[MarkedOrder]]

    def complete(self, order: MarkedOrder, copies: int, random: np.random.Generator) -> list[MarkedOrder]:
        """Return so many copies of an order, each completed from another; the order itself where there is none."""
        donors = self.by_status.get(order.status, ())
        if not donors:
            return [order] * copies
        return [_complete(order, donors[place]) for place in random.integers(0, len(donors), copies).tolist()]


def group_donors(orders: Sequence[MarkedOrder]) -> Donors:
    """Return the orders as donors."""
    by_status: dict[str, list[MarkedOrder]] = {}
    for order in orders:
        by_status.setdefault(order.status, []).append(order)
    return Donors(by_status)


def count_copies(cases: int) -> int:
    """Return how many copies of each case are learnt from."""
    return max(1, min(MOST_COPIES, ENOUGH_ROWS // max(cases, 1)))


def _complete(order: MarkedOrder, donor: MarkedOrder) -> MarkedOrder:
    marks, known = set(order.marks), set(order.known)
    for facts in ATTRIBUTES:
        if not facts & order.known:
            marks |= {mark for mark in donor.marks if mark.fact in facts}
            known |= facts & donor.known
    return MarkedOrder(frozenset(marks), frozenset(known))
