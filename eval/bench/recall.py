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
SEED = 20_261_115
KINDS = ((HEADINGS_FILE, HEADING_CODES_FILE), (PASSAGES_FILE, PASSAGE_CODES_FILE))
Filter = Callable[[FloatVector, FloatVector], BoolArray | None]  # Of the exact scores, and a number by chance each.

# The hard case are filters that go with the question: here all that lies nearer than most is left out.
FILTERS: Mapping[str, Filter] = {
    "no filter": lambda scores, chance: None,
    "10 %": lambda scores, chance: chance < 0.1,
    "1 %": lambda scores, chance: chance < 0.01,
    "the further half": lambda scores, chance: scores < np.median(scores),
    "10 % of the further half": lambda scores, chance: (scores < np.median(scores)) & (chance < 0.1),
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
        for question in questions:
            scores = index.score_all(question)
            for name, make_filter in FILTERS.items():
                found[name].append(_measure(index, question, scores, make_filter(scores, chance)))
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
    share = float(np.mean(np.sort(scores[rows])[::-1][: len(nearest)] >= nearest - 1e-6)) if len(rows) else 0.0
    return share, milliseconds


def _summarise(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return fmean(share for share, _ in pairs), median(milliseconds for _, milliseconds in pairs)
