"""Batches in which every other row's right answer is a wrong one: no text twice, no two rows of one group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from index.adaptation.lessons import Row

JITTER = 0.5  # Lengths are taken for up to this share longer or shorter, so that no two epochs batch alike.


@dataclass(slots=True)
class _Batch:
    rows: list[int] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)


def plan_batches(rows: Sequence[Row], *, size: int, seed: int) -> list[list[int]]:
    """Return as many batches as an epoch has, of rows of like length, in random order.

    Texts are padded to the longest of their batch: mixed lengths would be mostly padding. Where a group has more rows
    than there are batches, the fullest batches are kept, and its other rows wait for another epoch.
    """
    random = np.random.default_rng(seed)
    lengths = np.array([max(len(row.question), len(row.right), len(row.wrong)) for row in rows])
    order = np.argsort(lengths * random.uniform(1 - JITTER, 1 + JITTER, len(rows)), kind="stable")
    full: list[_Batch] = []
    open_batches: list[_Batch] = []
    for number in order.tolist():
        claimed = {rows[number].group, rows[number].question, rows[number].right, rows[number].wrong}
        batch = next((batch for batch in open_batches if batch.taken.isdisjoint(claimed)), None)
        if batch is None:
            batch = _Batch()
            open_batches.append(batch)
        batch.rows.append(number)
        batch.taken |= claimed
        if len(batch.rows) == size:
            open_batches.remove(batch)
            full.append(batch)
    fullest = sorted((*full, *open_batches), key=lambda batch: -len(batch.rows))[: count_batches(len(rows), size)]
    return [fullest[place].rows for place in random.permutation(len(fullest)).tolist()]


def count_batches(rows: int, size: int) -> int:
    """Return how many batches an epoch has."""
    return -(-rows // size)
