"""How much of a reading headings hold, with weights worked out by hand."""

from __future__ import annotations

from math import log

import pytest

from index.suggest.headings import HeadingIndex
from index.suggest.reading import Reading, Way, list_readings
from index.suggest.typed import read_typed
from index.suggest.units import cut_forms
from index.suggest.weighing import COMMON, Weigher

HEADINGS = ("退款进度", "退货", "发票", "款式")


def read(typed: str, index: HeadingIndex, way: Way = Way.WRITTEN) -> Reading:
    """Return the first reading of this way."""
    return next(one for one in list_readings(read_typed(typed), index.lexicon) if one.way is way)


@pytest.fixture
def index() -> HeadingIndex:
    """An index of four headings."""
    return HeadingIndex([cut_forms(heading) for heading in HEADINGS])


def test_units_and_pairs_count_by_how_few_headings_hold_them(index: HeadingIndex) -> None:
    held, whole = Weigher(index).weigh(read("退款", index))
    of_two, of_one = log(5 / 2.5), log(5 / 1.5)
    assert held.tolist() == pytest.approx([2 * of_two + of_one, of_two, 0.0, of_two])
    assert whole == pytest.approx(2 * of_two + of_one)


def test_unit_that_no_heading_holds_counts_most_and_is_held_by_none(index: HeadingIndex) -> None:
    held, whole = Weigher(index).weigh(read("退猫", index))
    assert whole == pytest.approx(log(5 / 2.5) + 2 * log(5 / 0.5))
    assert held.max() == pytest.approx(log(5 / 2.5))


def test_characters_of_any_question_count_for_less(index: HeadingIndex) -> None:
    _, whole = Weigher(index).weigh(read("退的", index))
    assert whole == pytest.approx(log(5 / 2.5) + COMMON * log(5 / 0.5) + log(5 / 0.5))


def test_headings_that_begin_with_a_reading_are_found(index: HeadingIndex) -> None:
    assert Weigher(index).find_begun(read("退", index)).tolist() == [0, 1]
    assert Weigher(index).find_begun(read("tk", index, Way.PINYIN)).tolist() == [0]
    assert Weigher(index).find_begun(read("度发", index)).tolist() == []
    assert Weigher(index).find_begun(read("款式退", index)).tolist() == []
