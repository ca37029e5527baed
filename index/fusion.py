"""Fusing the scores of several sources into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
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
TERM_SOURCES = frozenset({Source.LEXICAL_HEADING, Source.LEXICAL_FULL})
FEWEST_READ = 3  # Of fewer the spread says nothing.


def fuse(
    columns: Mapping[Source, FloatArray],
    weights: Mapping[Source, float] = WEIGHTS,
    unread: BoolArray | None = None,
) -> FloatArray:
    """Return one score a candidate: the weighted mean of its standardised scores, plus the identifier bonus.

    Every column must hold every candidate's score: a missing one would be judged as a bad one. A source without a
    weight does not count. `unread` are the candidates that terms cannot find, as `line_up` takes them.
    """
    fused = np.zeros(len(next(iter(columns.values()))))
    weighed = [source for source in columns if source in weights and source is not Source.IDENTIFIER]
    if weighed:
        each = np.array([weights[source] for source in weighed])
        fused += each @ line_up(columns, weighed, unread) / each.sum()
    if Source.IDENTIFIER in columns:
        fused += weights.get(Source.IDENTIFIER, 0.0) * (columns[Source.IDENTIFIER] > 0)
    return fused


def line_up(
    columns: Mapping[Source, FloatArray], sources: Sequence[Source], unread: BoolArray | None = None
) -> FloatArray:
    """Return the standardised scores, a row a source.

    A candidate in another language than the question shares no terms with it however well it fits. So terms are
    compared among the others alone, and where they say nothing the mean of the vectors stands for them.
    """
    rows = standardise(np.array([columns[source] for source in sources]))
    if unread is None or not unread.any() or (~unread).sum() < FEWEST_READ:
        return rows
    vectors = [row for row, source in enumerate(sources) if source not in TERM_SOURCES]
    stand_in = rows[vectors].mean(axis=0) if vectors else np.zeros(len(unread))
    for row, source in enumerate(sources):
        if source in TERM_SOURCES:
            rows[row, ~unread] = standardise(columns[source][~unread])
            rows[row, unread] = stand_in[unread]
    return rows


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
