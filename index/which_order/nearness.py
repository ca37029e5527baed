"""How near the items of an order are to a question in meaning; the vectors of item names are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice

from index.encoder import Encoder, FloatVector
from index.which_order.evidence import Evidence
from kb.orders.order import Item, Order
from kb.orders.words import Words

MOST_NAMES = 40  # Of one customer, newest orders first.
KEPT_NAMES = 4096  # Of all customers: six megabytes at 384 dimensions.
FARTHEST = 0.12  # Inner products of other encoders lie further apart: meaning alone must not drown what is said.
TELLING_LEAD = 0.02  # A nearer item than the others' by less is not named as a reason.


class NameVectors:
    """Vectors of item names, the latest used ones kept; safe to use from several threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: OrderedDict[str, FloatVector] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, names: Sequence[str]) -> dict[str, FloatVector]:
        """Return the vector of each name."""
        with self._lock:
            found = {name: self._kept[name] for name in names if name in self._kept}
        missing = [name for name in dict.fromkeys(names) if name not in found]
        if missing:
            found |= dict(zip(missing, self._encoder.encode_questions(missing), strict=True))
        with self._lock:
            for name, vector in found.items():
                self._kept[name] = vector
                self._kept.move_to_end(name)
            while len(self._kept) > KEPT_NAMES:
                self._kept.popitem(last=False)
        return found


def weigh_nearness(vector: FloatVector, orders: Sequence[Order], vectors: NameVectors) -> Evidence:
    """Return how much farther from a question each order's nearest item is than the nearest of all: 0 or below.

    An order without a named item is as far as the farthest.
    """
    names, called = list_names(orders)
    wanted = list(dict.fromkeys(name for of_order in names for name in of_order))
    nearness = {name: float(found @ vector) for name, found in vectors.find(wanted).items()}
    nearest = [max(((nearness[name], name) for name in of_order), default=None) for of_order in names]
    known = sorted({near[0] for near in nearest if near is not None}, reverse=True) or [0.0]
    leads = len(known) > 1 and known[0] - known[1] >= TELLING_LEAD
    return Evidence(
        tuple(max((known[-1] if near is None else near[0]) - known[0], -FARTHEST) for near in nearest),
        tuple((say_near(called[near[1]]),) if near and leads and near[0] == known[0] else () for near in nearest),
    )


def list_names(orders: Sequence[Order]) -> tuple[list[list[str]], dict[str, str]]:
    """Return by what the items of each order are encoded, MOST_NAMES in all, and what each of them is called."""
    called = {name_item(item): item.name or name_item(item) for order in orders for item in order.items or ()}
    called.pop("", None)
    kept = dict(islice(called.items(), MOST_NAMES))
    names = [[name for item in order.items or () if (name := name_item(item)) in kept] for order in orders]
    return names, kept


def name_item(item: Item) -> str:
    """Return the words an item is encoded by."""
    return f"{item.name or ''} {' '.join(item.category or ())}".strip()


def say_near(name: str) -> Words:
    """Return the words for an item that is near to a question."""
    return Words(f"与“{name}”意思相近", f"close in meaning to {name}")
