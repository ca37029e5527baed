"""How likely it is that a solution answers the question."""

from __future__ import annotations

import math
from collections.abc import Mapping

from index.fusion import Source

# A logistic curve over how near the question lies to a heading (an inner product, 0.8 to 1 for this encoder family),
# how far the candidate stands out after ranking, and how much of that is the order's doing. Fitted once to the
# sample's questions, with and without their orders, and thirty questions about other things;
# docs/decisions/0003-ranking.md says how far to trust it. The order of solutions never depends on it.
NEARNESS_MIDDLE, NEARNESS_WEIGHT = 0.918, 16.4
SCORE_MIDDLE, SCORE_WEIGHT = 3.45, 0.85
CONTEXT_WEIGHT = 0.85
# By hand: the same words are an answer, however many other candidates are near as well.
SAME_WORDS, SAME_WORDS_WEIGHT = 0.97, 60.0
# Among n candidates none can stand further out than sqrt(n - 1) deviations; four fifths of it is far.
REACHABLE_SHARE = 0.8
LARGEST_EVIDENCE = 60.0


def estimate_confidence(scores: Mapping[Source, float], *, final_score: float, moved: float, candidates: int) -> float:
    """Return the probability, between 0 and 1, that a solution with these scores answers the question.

    `moved` is the part of the final score that the order context gave, `candidates` how many were standardised.
    """
    nearness = scores[Source.DENSE_HEADING]
    middle = min(SCORE_MIDDLE, REACHABLE_SHARE * math.sqrt(max(candidates - 1, 0)))
    evidence = (
        NEARNESS_WEIGHT * (nearness - NEARNESS_MIDDLE)
        + SAME_WORDS_WEIGHT * max(0.0, nearness - SAME_WORDS)
        + SCORE_WEIGHT * (final_score - middle)
        + CONTEXT_WEIGHT * moved
    )
    return 1.0 / (1.0 + math.exp(-max(-LARGEST_EVIDENCE, min(LARGEST_EVIDENCE, evidence))))
