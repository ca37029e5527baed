"""Fusing scores: worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from index.fusion import FloatArray, Source, fuse, fuse_by_rank, line_up, standardise


def column(*scores: float) -> FloatArray:
    """Return a column of scores."""
    return np.array(scores, np.float64)


def test_standardised_scores_have_mean_zero_and_deviation_one() -> None:
    # Mean 2, variance 2/3: the outer ones stand sqrt(3/2) away.
    np.testing.assert_allclose(standardise(column(1, 2, 3)), [-math.sqrt(1.5), 0, math.sqrt(1.5)])


def test_scores_that_are_all_alike_say_nothing() -> None:
    np.testing.assert_array_equal(standardise(column(7, 7, 7)), [0, 0, 0])


def test_scores_that_differ_by_rounding_only_say_nothing() -> None:
    np.testing.assert_array_equal(standardise(column(0.9, 0.9 + 1e-12)), [0, 0])


def test_fused_score_is_the_weighted_mean_of_standardised_scores() -> None:
    columns = {
        Source.DENSE_HEADING: column(0, 1),  # -1, 1 times 2
        Source.DENSE_PASSAGE: column(1, 0),  # 1, -1 times 1.5
        Source.LEXICAL_HEADING: column(0, 2),  # -1, 1 times 1
        Source.LEXICAL_FULL: column(5, 5),  # 0, 0 times 0.75
    }
    # (-2 + 1.5 - 1) / (2 + 1.5 + 1 + 0.75)
    np.testing.assert_allclose(fuse(columns), [-1.5 / 5.25, 1.5 / 5.25])


def test_constant_column_moves_no_candidate_but_dilutes_the_others() -> None:
    columns = {Source.DENSE_HEADING: column(1, 2, 3), Source.DENSE_PASSAGE: column(4, 4, 4)}
    np.testing.assert_allclose(fuse(columns), np.array([-1, 0, 1]) * math.sqrt(1.5) * 2 / 3.5)


def test_identifier_lifts_by_its_bonus_whatever_its_score() -> None:
    columns = {Source.DENSE_HEADING: column(1, 1, 1), Source.IDENTIFIER: column(0, 0.1, 9)}
    np.testing.assert_allclose(fuse(columns), [0, 1.5, 1.5])


def test_only_candidate_scores_zero() -> None:
    assert fuse({source: column(0.8) for source in Source if source is not Source.IDENTIFIER}).tolist() == [0.0]


def test_no_candidates_fuse_to_nothing() -> None:
    assert fuse({source: column() for source in Source}).shape == (0,)


def test_reciprocal_ranks_add_up_over_rankings() -> None:
    fused = fuse_by_rank([[7, 3], [3]])
    assert fused == {7: pytest.approx(1 / 61), 3: pytest.approx(1 / 62 + 1 / 61)}


def test_no_rankings_fuse_to_nothing() -> None:
    assert fuse_by_rank([[], []]) == {}


def test_terms_do_not_count_against_what_is_in_another_language() -> None:
    columns = {
        Source.DENSE_HEADING: column(1, 2, 3, 3.5),
        Source.LEXICAL_FULL: column(5, 6, 7, 0),
    }
    unread = np.array([False, False, False, True])

    dense, terms = line_up(columns, list(columns), unread)

    np.testing.assert_allclose(terms[:3], standardise(column(5, 6, 7)))
    assert terms[3] == dense[3]
    assert np.argmax(fuse(columns, unread=unread)) == 3
    assert np.argmax(fuse(columns)) != 3


def test_terms_alone_say_nothing_of_another_language() -> None:
    columns = {Source.LEXICAL_FULL: column(5, 6, 7, 0)}

    (terms,) = line_up(columns, list(columns), np.array([False, False, False, True]))

    assert terms[3] == 0.0


def test_where_hardly_anything_is_in_the_language_of_the_question_terms_count_as_they_are() -> None:
    columns = {Source.LEXICAL_FULL: column(5, 6, 7, 0)}
    unread = np.array([False, False, True, True])

    np.testing.assert_array_equal(fuse(columns, unread=unread), fuse(columns))
