"""How likely it is that a solution answers the question."""

from __future__ import annotations

import math
from collections.abc import Mapping

from index.fusion import Source

# A logistic curve over how near the question lies to a heading (an inner product, 0.8 to 0.97 for this encoder
# family) and how far the candidate stands out after ranking. Fitted once to the sample's questions, with and
# without their orders, and thirty questions about other things; docs/decisions/0003-ranking.md says how far to
# trust it. The order of solutions never depends on it.
NEARNESS_MIDDLE, NEARNESS_WEIGHT = 0.88, 7.5
SCORE_MIDDLE, SCORE_WEIGHT = 3.45, 1.2
LARGEST_EVIDENCE = 60.0


def estimate_confidence(scores: Mapping[Source, float], final_score: float) -> float:
    """Return the probability, between 0 and 1, that a solution with these scores answers the question."""
    nearness = NEARNESS_WEIGHT * (scores[Source.DENSE_HEADING] - NEARNESS_MIDDLE)
    evidence = nearness + SCORE_WEIGHT * (final_score - SCORE_MIDDLE)
    return 1.0 / (1.0 + math.exp(-max(-LARGEST_EVIDENCE, min(LARGEST_EVIDENCE, evidence))))
