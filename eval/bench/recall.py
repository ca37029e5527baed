"""How many of the ten nearest rows a search finds, beside comparing with every row, behind several kinds of filters."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

import numpy as np

from index.encoder import FloatMatrix
from index.generation import HEADING_CODES_FILE, HEADINGS_FILE, PASSAGE_CODES_FILE, PASSAGES_FILE
from index.searcher import DEPTH
from index.vectors import BoolArray, FloatVector, VectorIndex, open_vectors

NEAREST = 10
TOLERANCE = 1e-6  # Of a product that was added up in another order.
SEED = 20_261_115
KINDS = ((HEADINGS_FILE, HEADING_CODES_FILE), (PASSAGES_FILE, PASSAGE_CODES_FILE))
Filter = Callable[[FloatVector, FloatVector], BoolArray | None]  # Of a number by chance each, and the other's scores.

# The hard case are filters that go with what rows say: here those that lie nearest to quite another question.
FILTERS: Mapping[str, Filter] = {
    "no filter": lambda chance, other: None,
    "10 %": lambda chance, other: chance < 0.1,
    "1 %": lambda chance, other: chance < 0.01,
    "50 % of another topic": lambda chance, other: other > np.quantile(other, 0.5),
    "10 % of another topic": lambda chance, other: other > np.quantile(other, 0.9),
    "1 % of another topic": lambda chance, other: other > np.quantile(other, 0.99),
}


@dataclass(frozen=True, slots=True)
class Recall:
    """The mean share of the ten nearest rows that were among the first ten found, and the median milliseconds."""

    share: float
    milliseconds: float


def measure_recall(generation: Path, questions: FloatMatrix) -> Mapping[str, Recall]:
    """Return the recall behind each filter, over the questions' vectors, headings and passages alike."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in FILTERS}
    for vectors, codes in KINDS:
        index = open_vectors(generation / vectors, generation / codes)
        chance = np.random.default_rng(SEED).random(len(index), np.float32)
        other = index.score_all(questions[-1])
        for question in questions:
            scores = index.score_all(question)
            for name, make_filter in FILTERS.items():
                found[name].append(_measure(index, question, scores, make_filter(chance, other)))
            other = scores
    return {name: Recall(*_summarise(pairs)) for name, pairs in found.items()}


def _measure(
    index: VectorIndex, question: FloatVector, scores: FloatVector, allowed: BoolArray | None
) -> tuple[float, float]:
    started = time.perf_counter()
    rows, _ = index.search(question, limit=DEPTH, allowed=allowed)
    milliseconds = (time.perf_counter() - started) * 1000
    candidates = np.arange(len(scores)) if allowed is None else np.flatnonzero(allowed)
    # By their scores and not by their rows: equal rows are as good as each other.
    nearest = np.sort(scores[candidates])[::-1][:NEAREST]
    if not len(nearest):
        return 1.0, milliseconds
    near = np.count_nonzero(scores[rows[:NEAREST]] >= nearest[-1] - TOLERANCE)
    return near / len(nearest), milliseconds


def _summarise(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return fmean(share for share, _ in pairs), median(milliseconds for _, milliseconds in pairs)
