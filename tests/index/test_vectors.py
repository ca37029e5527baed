"""Dense search equals counting by hand, with and without filters and rows added later."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.encoder import FloatMatrix
from index.vectors import VectorIndex, make_vector_index, map_vectors, write_vectors

DIMENSION = 8


def random_rows(count: int, seed: int) -> FloatMatrix:
    """Return unit vectors."""
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def split_index(rows: FloatMatrix, cuts: Sequence[int]) -> VectorIndex:
    """Return an index of all rows, those behind the first cut added later, in pieces."""
    first, *more = np.split(rows, cuts)
    index = make_vector_index(first)
    for piece in more:
        index = index.with_rows(piece)
    return index


@given(st.data())
def test_search_equals_comparing_with_every_allowed_row(data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 40))
    cuts = sorted(data.draw(st.lists(st.integers(0, count), min_size=1, max_size=2)))
    limit = data.draw(st.integers(1, 50))
    allowed = data.draw(st.none() | st.lists(st.booleans(), min_size=count, max_size=count))
    seed = data.draw(st.integers(0, 9))
    rows, question = random_rows(count, seed), random_rows(1, seed + 100)[0]
    mask = None if allowed is None else np.array(allowed, bool)
    found, scores = split_index(rows, cuts).search(question, limit=limit, allowed=mask)
    candidates = np.arange(count) if mask is None else np.flatnonzero(mask)
    products = rows[candidates] @ question
    order = np.argsort(-products, kind="stable")[:limit]
    assert found.tolist() == candidates[order].tolist()
    np.testing.assert_allclose(scores, products[order], atol=1e-6)


@given(count=st.integers(1, 40), cut=st.integers(0, 40), chosen=st.lists(st.integers(0, 39), max_size=40))
def test_score_is_the_inner_product_of_each_named_row(count: int, cut: int, chosen: list[int]) -> None:
    rows, question = random_rows(count, 1), random_rows(1, 2)[0]
    names = np.array([row % count for row in chosen], np.int64)
    scores = split_index(rows, [min(cut, count)]).score(question, names)
    np.testing.assert_allclose(scores, rows[names] @ question, atol=1e-6)
    assert scores.dtype == np.float32


def test_filter_that_lets_nothing_through_finds_nothing() -> None:
    for index in (split_index(random_rows(20, 1), [20]), split_index(random_rows(20, 1), [12])):
        rows, scores = index.search(random_rows(1, 2)[0], limit=5, allowed=np.zeros(20, bool))
        assert (rows.tolist(), scores.tolist()) == ([], [])


def test_index_without_rows_finds_nothing() -> None:
    rows, _ = make_vector_index(random_rows(0, 1)).search(random_rows(1, 2)[0], limit=5, allowed=None)
    assert rows.tolist() == []


def test_adding_rows_leaves_the_old_index_alone() -> None:
    old = make_vector_index(random_rows(3, 1))
    new = old.with_rows(random_rows(2, 5))
    assert (len(old), len(new)) == (3, 5)
    assert old.search(random_rows(1, 2)[0], limit=9, allowed=None)[0].max() <= 2


@given(count=st.integers(1, 20), cut=st.integers(0, 20))
def test_rows_are_read_back_as_they_were_given(count: int, cut: int) -> None:
    rows = random_rows(count, 3)
    backwards = list(range(count))[::-1]
    np.testing.assert_array_equal(split_index(rows, [min(cut, count)]).read(backwards), rows[::-1])


def test_written_index_is_opened_with_the_same_rows(tmp_path: Path) -> None:
    for count in (0, 7):
        write_vectors(random_rows(count, 4), tmp_path / "rows.npy")
        np.testing.assert_array_equal(map_vectors(tmp_path / "rows.npy"), random_rows(count, 4))
