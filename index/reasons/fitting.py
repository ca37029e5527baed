"""Fit which intents marks speak for: a softmax over intents, each drawn towards its reason, and that towards nothing.

The weights of an intent are those of its reason and its own deviation, both under a ridge (Evgeniou and Pontil,
Regularized multi-task learning, KDD 2004): an intent of two cases goes by its reason, one of many by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.logit import find_minimum, softmax

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

RIDGE_OF_REASON = 2.0
RIDGE_OF_INTENT = 5.0
RIDGE_OF_RATE = 1.0
UNSEEN_CASES = 0.3  # Added to each intent's count.
MOST_STEPS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """`score = marks @ by_intent.T + rates`: a row an intent, a column a mark."""

    by_intent: FloatArray
    rates: FloatArray


def fit_weights(marks: FloatArray, intents: IntArray, reason_of: IntArray, *, copies: int) -> Weights:
    """Return the weights that make the intents of these rows likeliest; every case stands in `copies` rows.

    `reason_of` has the reason of each intent.
    """
    shape = _Shape(marks.shape[1], len(reason_of), int(reason_of.max()) + 1)
    counts = np.bincount(intents, minlength=shape.intents) / copies + UNSEEN_CASES
    usual = np.log(counts / counts.sum())
    belongs = np.zeros((shape.intents, shape.reasons))
    belongs[np.arange(shape.intents), reason_of] = 1.0
    wanted = np.zeros((len(intents), shape.intents))
    wanted[np.arange(len(intents)), intents] = 1.0

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        of_reason, of_intent, rates = shape.split(parameters)
        likely = softmax(marks @ (of_reason[reason_of] + of_intent).T + rates)
        error = (likely - wanted) / copies
        by_intent, drift = error.T @ marks, rates - usual
        gradient = (
            belongs.T @ by_intent + RIDGE_OF_REASON * of_reason,
            by_intent + RIDGE_OF_INTENT * of_intent,
            error.sum(axis=0) + RIDGE_OF_RATE * drift,
        )
        penalty = (
            RIDGE_OF_REASON * float((of_reason**2).sum())
            + RIDGE_OF_INTENT * float((of_intent**2).sum())
            + RIDGE_OF_RATE * float(drift @ drift)
        )
        surprise = -np.log(np.maximum(likely[np.arange(len(intents)), intents], 1e-300)).sum() / copies
        return float(surprise) + penalty / 2, np.concatenate([part.ravel() for part in gradient])

    start = np.concatenate([np.zeros((shape.reasons + shape.intents) * shape.marks), usual])
    of_reason, of_intent, rates = shape.split(find_minimum(loss, start, most_steps=MOST_STEPS))
    return Weights(of_reason[reason_of] + of_intent, rates)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How many of each there are, and so how the parameters lie in one row."""

    marks: int
    intents: int
    reasons: int

    def split(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        first = self.reasons * self.marks
        second = first + self.intents * self.marks
        return (
            parameters[:first].reshape(self.reasons, self.marks),
            parameters[first:second].reshape(self.intents, self.marks),
            parameters[second:],
        )
