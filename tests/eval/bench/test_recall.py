"""Recall is 1 where every row is compared, and falls where a search leaves rows out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.bench.recall import FILTERS, measure_recall
from index.generation import HEADINGS_FILE, PASSAGES_FILE
from index.vectors import write_vectors


def test_recall_of_comparing_every_row_is_one_behind_every_filter(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    rows = chance.normal(size=(500, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    for name in (HEADINGS_FILE, PASSAGES_FILE):
        write_vectors(rows, tmp_path / name)
    measured = measure_recall(tmp_path, rows[:5])
    assert list(measured) == list(FILTERS)
    assert {one.share for one in measured.values()} == {1.0}
    assert min(one.milliseconds for one in measured.values()) > 0


@pytest.mark.parametrize(
    ("name", "expected"), [("10 %", [1]), ("50 % of another topic", [2, 3]), ("1 %", []), ("1 % of another topic", [3])]
)
def test_filters_let_through_what_their_names_say(name: str, expected: list[int]) -> None:
    other = np.array([0.1, 0.2, 0.8, 0.9], np.float32)
    allowed = FILTERS[name](np.array([0.5, 0.05, 0.2, 0.3], np.float32), other)
    assert allowed is not None
    assert np.flatnonzero(allowed).tolist() == expected
