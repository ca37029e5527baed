"""Keep or discard: a significant gain somewhere, a significant loss nowhere, slices included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eval.adaptation.verdict import RANKING, find_worse_slices, judge
from eval.compare import Comparison, compare_runs
from eval.records import RankedItem, Record, Run

RIGHT, WRONG = RankedItem("right", 1.0), RankedItem("wrong", 0.5)


def make_run(name: str, firsts: Sequence[bool], *, dataset: str = "set") -> Run:
    """Return a run of questions, the right item first or second; every fourth question is asked in English."""
    records = tuple(
        Record(
            id=f"q{number}",
            text=f"问题{number}",
            slices={"language": "en" if number % 4 == 0 else "zh"},
            labels={"right": 1},
            ranking=(RIGHT, WRONG) if is_first else (WRONG, RIGHT),
        )
        for number, is_first in enumerate(firsts)
    )
    return Run(name, dataset, 2, False, records)


def compare(before: Sequence[bool], after: Sequence[bool], *, dataset: str = "set") -> Comparison:
    """Return the comparison of two runs."""
    return compare_runs(make_run("before", before, dataset=dataset), make_run("after", after, dataset=dataset))


def test_better_by_more_than_chance_is_kept() -> None:
    verdict = judge([compare([False] * 60, [True] * 20 + [False] * 40)])
    assert verdict.is_kept
    assert verdict.gains == ("set: ndcg@10 from 0.6309 to 0.7540",)


def test_better_by_chance_is_discarded() -> None:
    verdict = judge([compare([False] * 60, [True] * 3 + [False] * 57)])
    assert not verdict.is_kept
    assert (verdict.gains, verdict.losses) == ((), ())


def test_worse_is_discarded() -> None:
    verdict = judge([compare([True] * 60, [False] * 20 + [True] * 40)])
    assert not verdict.is_kept
    assert verdict.losses[:2] == ("set: hit@1 from 1.0000 to 0.6667", "set: ndcg@10 from 1.0000 to 0.8770")


def test_better_on_the_whole_and_worse_in_a_slice_is_discarded() -> None:
    before = [number % 4 == 0 for number in range(80)]  # English was right, Chinese was not.
    after = [not was for was in before]
    comparison = compare(before, after)
    assert [(worse.slice, worse.measure) for worse in find_worse_slices(comparison)] == [
        ("language: en", "hit@1"),
        ("language: en", "ndcg@10"),
    ]
    verdict = judge([comparison])
    assert verdict.gains
    assert not verdict.is_kept


def test_a_slice_of_a_handful_decides_nothing() -> None:
    before = [number % 4 == 0 for number in range(32)]  # Eight are English.
    assert find_worse_slices(compare(before, [True] * 32)) == []
    assert find_worse_slices(compare(before, [not was for was in before])) == []


def test_one_set_better_and_another_as_before_is_kept_and_one_worse_is_not() -> None:
    better = compare([False] * 60, [True] * 20 + [False] * 40)
    same = compare([True] * 60, [True] * 60, dataset="other")
    worse = compare([True] * 60, [False] * 20 + [True] * 40, dataset="other")
    assert judge([better, same]).is_kept
    assert not judge([better, worse]).is_kept


def test_nothing_compared_is_nothing_kept() -> None:
    assert not judge([]).is_kept


def test_answering_less_is_no_loss_where_confidence_was_fitted_anew() -> None:
    before = replace(make_run("before", [True] * 20 + [False] * 40), judges=True)
    before = replace(before, records=tuple(replace(record, answered=True) for record in before.records))
    after = replace(make_run("after", [True] * 40 + [False] * 20), judges=True)
    better_and_silent = compare_runs(before, after)

    assert "set: decided from 0.3333 to 0.0000" in judge([better_and_silent]).losses
    assert judge([better_and_silent], RANKING).is_kept
