"""Codes find what comparing with every row finds, whatever a filter leaves, also where it leaves only what is far."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.codes import Codes, make_codes, open_codes, write_codes
from index.encoder import FloatMatrix
from index.vectors import BoolArray, VectorIndex, make_vector_index

ROWS, DIMENSION, CLUSTERS = 20_000, 64, 50
LIMIT = 64  # As deep as the searcher asks.
CHANCE = np.random.default_rng(8)


def normalise(rows: NDArray[np.float64]) -> FloatMatrix:
    """Return the rows at length 1."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


CENTRES = normalise(CHANCE.normal(size=(CLUSTERS, DIMENSION)))
MEMBER = CHANCE.integers(CLUSTERS, size=ROWS)
VECTORS = normalise(CENTRES[MEMBER] + 0.1 * CHANCE.normal(size=(ROWS, DIMENSION)))
QUESTIONS = normalise(CENTRES[:20] + 0.1 * CHANCE.normal(size=(20, DIMENSION)))
NEAREST = np.argmax(QUESTIONS @ CENTRES.T, axis=1)


@pytest.fixture(scope="module")
def codes() -> Codes:
    """Codes of the clustered rows."""
    return make_codes(VECTORS)


def measure_recall(index: VectorIndex, number: int, allowed: BoolArray | None) -> float:
    """Return which share of the ten nearest allowed rows is among the first ten found."""
    found, _ = index.search(QUESTIONS[number], limit=LIMIT, allowed=allowed)
    candidates = np.arange(ROWS) if allowed is None else np.flatnonzero(allowed)
    assert np.isin(found, candidates).all()
    nearest = candidates[np.argsort(-(VECTORS[candidates] @ QUESTIONS[number]), kind="stable")[:10]]
    return float(np.isin(nearest, found[:10]).mean())


def let_by_chance(share: float) -> BoolArray:
    """Return a filter that lets so many through, whatever they say."""
    return np.asarray(np.random.default_rng(3).random(ROWS) < share, bool)


@pytest.mark.parametrize("share", [None, 0.9, 0.5, 0.1, 0.01])
def test_ten_nearest_are_found_behind_a_filter(codes: Codes, share: float | None) -> None:
    index = make_vector_index(VECTORS, codes)
    allowed = None if share is None else let_by_chance(share)
    recalls = [measure_recall(index, number, allowed) for number in range(len(QUESTIONS))]
    assert np.mean(recalls) >= 0.98


@pytest.mark.parametrize("share", [1.0, 0.1])
def test_ten_nearest_are_found_where_a_filter_leaves_out_everything_near(codes: Codes, share: float) -> None:
    index = make_vector_index(VECTORS, codes)
    recalls = []
    for number in range(len(QUESTIONS)):
        allowed = let_by_chance(share) & (NEAREST[number] != MEMBER)
        recalls.append(measure_recall(index, number, allowed))
    assert np.mean(recalls) >= 0.98


@pytest.mark.parametrize("kept", [1, 8])
def test_ten_nearest_are_found_where_a_filter_leaves_few_clusters(codes: Codes, kept: int) -> None:
    index = make_vector_index(VECTORS, codes)
    recalls = [measure_recall(index, n, CLUSTERS - kept <= MEMBER) for n in range(len(QUESTIONS))]
    assert np.mean(recalls) >= 0.98


def test_scores_are_exact_and_rows_added_later_are_found(codes: Codes) -> None:
    index = make_vector_index(VECTORS, codes).with_rows(QUESTIONS[:2])
    rows, scores = index.search(QUESTIONS[1], limit=LIMIT, allowed=None)
    assert rows[0] == ROWS + 1
    np.testing.assert_allclose(scores, np.vstack([VECTORS, QUESTIONS[:2]])[rows] @ QUESTIONS[1], atol=1e-6)
    allowed = np.ones(ROWS + 2, bool)
    allowed[ROWS + 1] = False
    assert ROWS + 1 not in index.search(QUESTIONS[1], limit=LIMIT, allowed=allowed)[0]


def test_many_equal_rows_hide_nothing(codes: Codes) -> None:
    """A graph is cut in two by rows that are all the same: here each of them is found, and so are the others."""
    equal = np.repeat(QUESTIONS[:1], ROWS // 2, axis=0)
    index = make_vector_index(np.vstack([VECTORS, equal]), make_codes(np.vstack([VECTORS, equal])))
    assert (index.search(QUESTIONS[0], limit=LIMIT, allowed=None)[0] >= ROWS).all()
    apart = np.arange(len(index)) < ROWS
    found, _ = index.search(QUESTIONS[0], limit=LIMIT, allowed=apart)
    exact = np.argsort(-(VECTORS @ QUESTIONS[0]), kind="stable")[:10]
    assert np.isin(exact, found[:10]).mean() >= 0.9


def test_same_rows_give_the_same_file_and_it_is_read_back(tmp_path: Path, codes: Codes) -> None:
    write_codes(codes, tmp_path / "one")
    write_codes(make_codes(VECTORS), tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    again = open_codes(tmp_path / "one")
    assert again is not None
    assert len(again) == ROWS
    expected = codes.find(QUESTIONS[0], limit=LIMIT, allowed=None)
    assert again.find(QUESTIONS[0], limit=LIMIT, allowed=None).tolist() == expected.tolist()
    assert open_codes(tmp_path / "three") is None
