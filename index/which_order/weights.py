"""What each kind of evidence is worth, and how sure to be before an order is taken for the one that is meant."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from index.which_order.evidence import Evidence, Signal

# Of a conditional logit over a customer's orders, where no reader suits the encoder: fitted to the rows of
# data/sample/questions/which-order/dev.jsonl and to the questions of data/sample/questions/dev whose order is one of
# several. A reader brings its own weights.
WEIGHTS: Mapping[Signal, float] = {
    Signal.SITUATION: 0.0,
    Signal.NEARNESS: 16.8,
    Signal.THING: 0.0,
    Signal.NAMED: 1.79,
    Signal.TIME: 2.89,
    Signal.AMOUNT: 3.24,
    Signal.STATE: 2.68,
    Signal.TRACE: 2.05,
    # Not fitted, as no labelled row says a number: it decides, unless two other hints speak against it.
    Signal.NUMBER: 6.0,
}
CLEAR = 0.75


def weigh(evidence: Mapping[Signal, Evidence], weights: Mapping[Signal, float]) -> tuple[float, ...]:
    """Return how likely each order is the one that is meant."""
    columns = [[weights[signal] * value for value in one.values] for signal, one in evidence.items()]
    return softmax([math.fsum(of_order) for of_order in zip(*columns, strict=True)])


def softmax(scores: Sequence[float]) -> tuple[float, ...]:
    """Return the shares of e to the power of each score."""
    highest = max(scores, default=0.0)
    powers = [math.exp(score - highest) for score in scores]
    total = math.fsum(powers)
    return tuple(power / total for power in powers)
