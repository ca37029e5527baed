"""How likely it is that a solution answers the question: a logistic curve over what speaks for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

# The same words are an answer, whatever else lies near: by hand, for too few customers ask exactly so to learn it.
SAME_WORDS, SAME_WORDS_WEIGHT = 0.97, 60.0
LARGEST_EVIDENCE = 60.0


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a solution, or against it.

    nearness   inner product of the question with its nearest heading
    lead       score ahead of the best other candidate; negative for all but the first
    terms      BM25 of its whole text, for each character asked and e-fold of the base's size: how much of the
               question it spells out
    moved      what the order context gave its score
    undecided  1 where its conditions depend on what is not known, else 0
    """

    nearness: float
    lead: float
    terms: float
    moved: float
    undecided: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve over the signs (Platt, 1999): `start` and a weight for each sign."""

    start: float
    nearness: float
    lead: float
    terms: float
    moved: float
    undecided: float

    def estimate(self, signs: Signs) -> float:
        """Return the probability, between 0 and 1, that a solution with these signs answers the question."""
        evidence = (
            self.start
            + self.nearness * signs.nearness
            + self.lead * signs.lead
            + self.terms * signs.terms
            + self.moved * signs.moved
            + self.undecided * signs.undecided
        )
        evidence += SAME_WORDS_WEIGHT * max(0.0, signs.nearness - SAME_WORDS)
        return 1.0 / (1.0 + math.exp(-max(-LARGEST_EVIDENCE, min(LARGEST_EVIDENCE, evidence))))


# Fitted to the sample's `dev` questions; docs/decisions/0009-fitting.md says how far to trust it.
CURVE = Curve(start=-13.3, nearness=15.0, lead=1.4, terms=2.5, moved=0.34, undecided=-1.05)
