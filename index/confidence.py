"""How likely it is that a solution answers the question."""

from __future__ import annotations

import math
from collections.abc import Mapping

from index.fusion import Source

# A logistic curve over two kinds of evidence: how near the meaning is (the best inner product, which lies
# between 0.75 and 0.95 for this encoder family) and how far the candidate stands out (its final score).
# Set by hand, to be replaced by a fitted curve; the order of solutions never depends on it.
NEARNESS_MIDDLE, NEARNESS_WEIGHT = 0.875, 40.0
SCORE_MIDDLE, SCORE_WEIGHT = 2.0, 1.2


def estimate_confidence(scores: Mapping[Source, float], final_score: float) -> float:
    """Return the probability, between 0 and 1, that a solution with these scores answers the question."""
    nearness = max(scores[Source.DENSE_HEADING], scores[Source.DENSE_PASSAGE])
    evidence = NEARNESS_WEIGHT * (nearness - NEARNESS_MIDDLE) + SCORE_WEIGHT * (final_score - SCORE_MIDDLE)
    if scores.get(Source.IDENTIFIER, 0.0) > 0:
        evidence += SCORE_WEIGHT
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, evidence))))
