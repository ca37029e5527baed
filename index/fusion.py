"""Fusing the scores of several sources into one."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

RRF_K = 60  # Cormack, Clarke, Büttcher: Reciprocal rank fusion, SIGIR 2009.


class Source(StrEnum):
    """Where a score comes from."""

    DENSE_HEADING = "dense_heading"
    DENSE_PASSAGE = "dense_passage"
    LEXICAL_HEADING = "lexical_heading"
    LEXICAL_FULL = "lexical_full"
    IDENTIFIER = "identifier"


# Standardised scores are summed with these weights. They lie on a broad plateau over three public sets and
# the sample (docs/decisions/0003-ranking.md); an exact identifier is worth more than any likeness of words.
WEIGHTS: Mapping[Source, float] = {
    Source.DENSE_HEADING: 2.0,
    Source.DENSE_PASSAGE: 1.5,
    Source.LEXICAL_HEADING: 1.0,
    Source.LEXICAL_FULL: 0.75,
}
IDENTIFIER_BONUS = 1.5


def fuse(columns: Mapping[Source, FloatArray]) -> FloatArray:
    """Return one score a candidate: the weighted mean of its standardised scores, plus the identifier bonus.

    Every column must hold every candidate's score: a missing one would be judged as a bad one.
    """
    weighted = [WEIGHTS[source] * standardise(scores) for source, scores in columns.items() if source in WEIGHTS]
    mean = np.sum(weighted, axis=0) / sum(WEIGHTS[source] for source in columns if source in WEIGHTS)
    if Source.IDENTIFIER in columns:
        mean = mean + IDENTIFIER_BONUS * (columns[Source.IDENTIFIER] > 0)
    return np.asarray(mean, np.float64)


def standardise(scores: FloatArray) -> FloatArray:
    """Return the scores with mean 0 and standard deviation 1; all 0 where they are all alike."""
    if len(scores) == 0:
        return scores
    spread = float(scores.std())
    if spread < 1e-9:
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / spread, np.float64)


def fuse_by_rank(rankings: list[list[int]]) -> dict[int, float]:
    """Return the reciprocal-rank score of every candidate named in any ranking."""
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, candidate in enumerate(ranking, 1):
            fused[candidate] = fused.get(candidate, 0.0) + 1.0 / (RRF_K + rank)
    return fused
