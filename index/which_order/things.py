"""Which thing a question is about: whether it speaks of one at all, and how near each order's items are to it.

爬山穿的那双 is a pair of hiking boots that shares no word with them; 走到哪了 speaks of no thing, whatever is near it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.encoder import FloatMatrix, FloatVector
from index.which_order.evidence import Evidence
from index.which_order.nearness import NameVectors, list_names, say_near
from kb.orders.order import Order

LEAST_SHARE = 0.6  # How likely an order must be by its things before the nearest is given as a reason.


@dataclass(frozen=True, slots=True, eq=False)
class ThingReader:
    """Reads vectors of questions, less their situation, and of item names.

    `gate` (dimension) and `bias`: whether a thing is spoken of. `sharpness` times the inner product, and `left`,
    `right` (dimension, rank), a bilinear form of the question and the item less `mean`: how near they are. Items whose
    inner product is at least `same` are one thing in two sizes or colours.
    """

    gate: FloatVector
    bias: float
    sharpness: float
    mean: FloatVector
    left: FloatMatrix
    right: FloatMatrix
    same: float

    def names_thing(self, question: FloatVector) -> float:
        """Return how likely a question speaks of a thing."""
        return float(1 / (1 + np.exp(-(question @ self.gate + self.bias))))

    def measure(self, question: FloatVector, items: FloatMatrix) -> FloatVector:
        """Return how near items are: who speaks of one of them speaks of each with e to the power of this.

        Of one thing in two colours neither is nearer: what the vectors tell of that is chance.
        """
        nearness = self.sharpness * (items @ question) + ((items - self.mean) @ self.right) @ (question @ self.left)
        alike = (items @ items.T >= self.same) | np.eye(len(items), dtype=bool)
        shared: FloatVector = (alike @ nearness) / alike.sum(1)
        return shared


def weigh_things(question: FloatVector, orders: Sequence[Order], reader: ThingReader, vectors: NameVectors) -> Evidence:
    """Return how much less likely the things of each order are spoken of than those of the likeliest: 0 or below.

    The logarithm of a mixture: with the chance that no thing is spoken of, every order is as likely. An order without
    a named item is as unlikely as the unlikeliest.
    """
    names, called = list_names(orders)
    found = vectors.find(list(dict.fromkeys(name for of_order in names for name in of_order)))
    if not found:
        return Evidence((0.0,) * len(orders), ((),) * len(orders))
    near = dict(zip(found, reader.measure(question, np.stack(list(found.values()))).tolist(), strict=True))
    nearest = [max(((near[name], name) for name in of_order), default=None) for of_order in names]
    least = min(one[0] for one in nearest if one is not None)
    powers = np.exp([(least if one is None else one[0]) - max(near.values()) for one in nearest])
    gate = reader.names_thing(question)
    shares = (1 - gate) / len(orders) + gate * powers / powers.sum()
    reasons = (
        (say_near(called[one[1]]),) if one is not None and share >= LEAST_SHARE else ()
        for one, share in zip(nearest, shares.tolist(), strict=True)
    )
    return Evidence(tuple(np.log(shares / shares.max()).tolist()), tuple(reasons))
