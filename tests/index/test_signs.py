"""Signs: each read from its own column, of the candidate asked about, and lead measured against the best other."""

from __future__ import annotations

import math

import numpy as np
import pytest

from index.fusion import Source
from index.ranking import RankedCandidate
from index.searcher import Candidates
from index.signs import LARGEST_LEAD, SignReader
from kb.conditions import Verdict
from tests.fakes import Desk, make_article, make_order

SHIPPED = [{"fact": "order.status", "op": "==", "value": "shipped"}]
NEARNESS, TERMS = (0.5, 0.9, 0.7), (6.0, 3.0, 0.0)


def make_candidate(
    position: int, score: float, *, applies: Verdict = Verdict.MET, moved: float = 0.0
) -> RankedCandidate:
    """Return a candidate that stands in this row of the columns."""
    return RankedCandidate(position + 10, position, score, applies, moved)


def make_reader(*ranked: RankedCandidate, characters: int = 6, items: int = 100) -> SignReader:
    """Return the reader of a question of which these are the candidates."""
    columns = {Source.DENSE_HEADING: np.array(NEARNESS), Source.LEXICAL_FULL: np.array(TERMS)}
    rows = np.arange(3)
    return SignReader(Candidates(rows + 10, columns, np.zeros(3), rows, rows < 0), ranked, characters, items)


def test_signs_are_of_the_row_that_the_candidate_stands_in() -> None:
    best, second = make_candidate(1, 3.0, moved=0.5), make_candidate(0, 2.25, applies=Verdict.UNKNOWN)
    reader = make_reader(best, second)
    first, other = reader.read(best), reader.read(second)
    assert (first.nearness, other.nearness) == (0.9, 0.5)
    assert (first.moved, other.moved) == (0.5, 0.0)
    assert (first.undecided, other.undecided) == (0.0, 1.0)


def test_lead_is_against_the_best_other_candidate() -> None:
    ranked = [make_candidate(position, score) for position, score in enumerate((3.0, 2.25, 1.5))]
    reader = make_reader(*ranked)
    assert [reader.read(candidate).lead for candidate in ranked] == [0.75, -0.75, -1.5]


def test_lead_is_bounded_and_a_lone_candidate_has_none() -> None:
    best, far = make_candidate(0, 9.0), make_candidate(1, -9.0)
    reader = make_reader(best, far)
    assert (reader.read(best).lead, reader.read(far).lead) == (LARGEST_LEAD, -LARGEST_LEAD)
    assert make_reader(best).read(best).lead == 0.0


def test_terms_are_for_each_character_and_fold_of_the_base() -> None:
    candidate = make_candidate(0, 1.0)
    assert make_reader(candidate).read(candidate).terms == pytest.approx(6.0 / (6 * math.log(100 + math.e)))
    # The least question and the least base: nothing is divided by nought.
    assert make_reader(candidate, characters=0, items=0).read(candidate).terms == 6.0


def test_undecided_condition_is_a_sign_until_the_order_decides_it(desk: Desk) -> None:
    desk.save(
        make_article(applies_when=SHIPPED), make_article(id="b", title="发票抬头", questions=[], body="可以重开。")
    )
    unknown = desk.ask("七天无理由退货").solutions[0]
    met = desk.ask("七天无理由退货", order=make_order()).solutions[0]
    assert (unknown.applies, met.applies) == ("unknown", "met")
    assert unknown.confidence < met.confidence
