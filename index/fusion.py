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
# the sample (docs/decisions/0003-ranking.md). An identifier is there or not: it is a bonus on top of their mean.
WEIGHTS: Mapping[Source, float] = {
    Source.DENSE_HEADING: 2.0,
    Source.DENSE_PASSAGE: 1.5,
    Source.LEXICAL_HEADING: 1.0,
    Source.LEXICAL_FULL: 0.75,
    Source.IDENTIFIER: 1.5,
}
LEAST_SPREAD = 1e-9  # Below it scores are alike but for rounding.


def fuse(columns: Mapping[Source, FloatArray], weights: Mapping[Source, float] = WEIGHTS) -> FloatArray:
    """Return one score a candidate: the weighted mean of its standardised scores, plus the identifier bonus.

    Every column must hold every candidate's score: a missing one would be judged as a bad one. A source without a
    weight does not count.
    """
    fused = np.zeros(len(next(iter(columns.values()))))
    weighed = [source for source in columns if source in weights and source is not Source.IDENTIFIER]
    if weighed:
        each = np.array([weights[source] for source in weighed])
        fused += each @ standardise(np.array([columns[source] for source in weighed])) / each.sum()
    if Source.IDENTIFIER in columns:
        fused += weights.get(Source.IDENTIFIER, 0.0) * (columns[Source.IDENTIFIER] > 0)
    return fused


def standardise(scores: FloatArray) -> FloatArray:
    """Return the scores with mean 0 and standard deviation 1 along the last axis; all 0 where they are all alike."""
    if scores.shape[-1] == 0:
        return scores
    centred = scores - scores.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True))
    return np.where(spread < LEAST_SPREAD, 0.0, centred / np.maximum(spread, LEAST_SPREAD))


def fuse_by_rank(rankings: list[list[int]]) -> dict[int, float]:
    """Return the reciprocal-rank score of every candidate named in any ranking."""
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, candidate in enumerate(ranking, 1):
            fused[candidate] = fused.get(candidate, 0.0) + 1.0 / (RRF_K + rank)
    return fused
