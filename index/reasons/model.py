"""The model of reasons: how likely each is for an order, which marks say so, and how past cases with them went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.logit import softmax
from index.reasons.fitting import FloatArray, IntArray
from index.reasons.marks import Mark, MarkedOrder
from kb.orders.words import Words

BoolArray = NDArray[np.bool_]

MOST_MARKS_TOLD = 3
WORTH_TELLING = 0.15  # What a fact must raise a reason's log odds by to be told.
FEWEST_SIMILAR = 5  # Past cases that share what is told: counts of fewer say nothing.


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as look-ups show it, and what a customer with it would ask."""

    id: str
    title: Words
    ask: str | None


@dataclass(frozen=True, slots=True)
class Intent:
    """A finer code of cases, the place of its reason, and its cases with and without an order."""

    code: str
    reason: int
    with_order: int
    without_order: int


@dataclass(frozen=True, slots=True)
class CaseMarks:
    """A past case: the place of its intent, and the places of its order's marks."""

    intent: int
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MarkWeights:
    """What is learnt of marks: how common each is, and what it says for each intent (a row an intent)."""

    marks: Sequence[Mark]
    usual: FloatArray
    by_intent: FloatArray
    rates: FloatArray


@dataclass(frozen=True, slots=True)
class CaseCount:
    """Of `similar` past cases, those with this reason."""

    similar: int
    of_them: int


@dataclass(frozen=True, slots=True, eq=False)
class ReasonModel:
    """What past cases teach about reasons; without `weights` there were too few of them, and rates are all it knows."""

    reasons: Sequence[Reason]
    intents: Sequence[Intent]
    weights: MarkWeights | None
    cases: Sequence[CaseMarks]
    reason_of: IntArray = field(init=False)
    places: Mapping[Mark, int] = field(init=False)
    had: BoolArray = field(init=False)  # A row a mark, a column a case.
    case_reasons: IntArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason_of", np.array([intent.reason for intent in self.intents], np.int64))
        marks = self.weights.marks if self.weights else ()
        object.__setattr__(self, "places", {mark: place for place, mark in enumerate(marks)})
        had = np.zeros((len(marks), len(self.cases)), np.bool_)
        for column, case in enumerate(self.cases):
            had[list(case.marks), column] = True
        object.__setattr__(self, "had", had)
        object.__setattr__(
            self, "case_reasons", self.reason_of[np.array([case.intent for case in self.cases], np.int64)]
        )

    @property
    def share_without_order(self) -> float:
        """Of all cases, those that were about no order."""
        without = sum(intent.without_order for intent in self.intents)
        return without / max(1, without + sum(intent.with_order for intent in self.intents))

    def rate_intents(self, *, without_order: bool = False) -> FloatArray:
        """Return how common each intent is among all cases, or among those about no order."""
        counts = np.array([i.without_order + (0 if without_order else i.with_order) for i in self.intents], np.float64)
        return np.asarray(counts / max(1.0, float(counts.sum())))

    def estimate_intents(self, order: MarkedOrder) -> FloatArray:
        """Return how likely each intent is for this order; the rates where nothing was learnt of marks."""
        weights = self.weights
        if weights is None:
            return self.rate_intents()
        scores = weights.by_intent @ self._encode(order) + weights.rates
        return softmax(scores)

    def sum_reasons(self, intents: FloatArray) -> FloatArray:
        """Return how likely each reason is when its intents are so likely."""
        sums: FloatArray = np.zeros(len(self.reasons))
        np.add.at(sums, self.reason_of, intents)
        return sums

    def find_telling_marks(self, order: MarkedOrder, reason: int) -> list[Mark]:
        """Return the marks that raise this reason most against the others, one of each fact, strongest first.

        So many are told as some past cases have in common: these are what the counts are of.
        """
        weights = self.weights
        if weights is None:
            return []
        likely = self.estimate_intents(order)
        mine = likely * (self.reason_of == reason)
        if not 0.0 < mine.sum() < 1.0:
            return []
        contrast = mine / mine.sum() - (likely - mine) / (1.0 - mine.sum())
        lifts = (contrast @ weights.by_intent) * self._encode(order)
        by_fact: dict[str, list[tuple[float, Mark]]] = {}
        for mark in sorted(order.marks & self.places.keys()):
            by_fact.setdefault(mark.fact, []).append((float(lifts[self.places[mark]]), mark))
        told = [(sum(lift for lift, _ in found), max(found)[1]) for found in by_fact.values()]
        strongest = sorted((one for one in told if one[0] >= WORTH_TELLING), reverse=True)
        telling: list[Mark] = []
        for _, mark in strongest:
            if len(telling) < MOST_MARKS_TOLD and self.count_cases([*telling, mark], reason).similar >= FEWEST_SIMILAR:
                telling.append(mark)
        return telling

    def count_cases(self, marks: Sequence[Mark], reason: int) -> CaseCount:
        """Return how many past cases had all these marks, and how many of them this reason."""
        if not marks:
            totals = [(intent.with_order + intent.without_order, intent.reason) for intent in self.intents]
            return CaseCount(sum(n for n, _ in totals), sum(n for n, of in totals if of == reason))
        similar = self.had[[self.places[mark] for mark in marks]].all(axis=0)
        return CaseCount(int(similar.sum()), int((similar & (self.case_reasons == reason)).sum()))

    def _encode(self, order: MarkedOrder) -> FloatArray:
        assert self.weights is not None
        return np.asarray(encode_marks([order], self.places)[0] - self.weights.usual)


def encode_marks(orders: Sequence[MarkedOrder], places: Mapping[Mark, int]) -> FloatArray:
    """Return a row an order, a column a mark: 1 where it has it."""
    encoded = np.zeros((len(orders), len(places)))
    for row, order in enumerate(orders):
        encoded[row, [places[mark] for mark in order.marks if mark in places]] = 1.0
    return encoded
