"""Two runs compared: what differs, by more than chance or not, which questions changed, and what is refused."""

from __future__ import annotations

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from eval.compare import GATED, Comparison, Difference, RunsDiffer, compare_runs
from eval.records import Record, Run
from eval.scoring import ANSWERED, DECIDED, GROUP_RIGHT, RIGHT_OF_ANSWERED, UNMET_SHOWN
from eval.tables import show_changes, show_comparison
from tests.eval.run_makers import make_ranking, make_record, make_run

LABELS = {"a": 1}


def rank_right(count: int, of: int, *, system: str = "xianzhi", **fields: bool) -> Run:
    """Return a run that puts the right answer first for the first so many questions, second for the others."""
    records = (make_record(f"q{n}", "a b" if n < count else "b a", LABELS, **fields) for n in range(of))
    return make_run(*records, system=system)


def find_difference(comparison: Comparison, measure: str) -> Difference:
    """Return the difference by one measure."""
    (found,) = [difference for difference in comparison.differences if difference.measure == measure]
    return found


def test_difference_is_told_with_its_interval_and_effect() -> None:
    difference = find_difference(compare_runs(rank_right(4, 10), rank_right(7, 10)), "hit@1")
    assert [difference.before, difference.after] == pytest.approx([0.4, 0.7])
    assert difference.difference.value == pytest.approx(0.3)
    assert 0.0 <= difference.difference.low < 0.3 < difference.difference.high <= 0.7
    # Three ones and seven zeros: the deviation is sqrt((3 * 0.49 + 7 * 0.09) / 9).
    assert difference.effect == pytest.approx(0.3 / math.sqrt(2.1 / 9))
    assert difference.p_value == pytest.approx(2 / 8, abs=0.012)
    assert not difference.is_significant
    assert not difference.is_worse


def test_p_values_are_corrected_for_the_number_of_measures() -> None:
    comparison = compare_runs(rank_right(0, 6), rank_right(6, 6))
    changed = {d.measure: d for d in comparison.differences if d.difference.value}
    assert set(changed) == {"hit@1", "mrr@10", "ndcg@10", "map"}
    # Each has 2 / 64, and alone would be significant; there are more than four measures.
    assert all(d.p_value == pytest.approx(2 / 64, abs=0.006) for d in changed.values())
    assert not any(d.is_significant for d in changed.values())


@pytest.mark.parametrize(("before", "after", "failing"), [(30, 10, True), (10, 30, False), (30, 29, False)])
def test_gate_fails_where_a_gated_measure_is_significantly_worse(before: int, after: int, failing: bool) -> None:
    failures = compare_runs(rank_right(before, 40), rank_right(after, 40)).find_failures()
    assert [failure.measure for failure in failures] == (["hit@1", "ndcg@10"] if failing else [])


def test_gate_looks_at_the_gated_measures_alone() -> None:
    comparison = compare_runs(rank_right(30, 40, answered=True), rank_right(10, 40, answered=True))
    worse = {d.measure for d in comparison.differences if d.is_worse and d.is_significant}
    assert worse == {"hit@1", "mrr@10", "ndcg@10", "map", DECIDED, RIGHT_OF_ANSWERED}
    assert {failure.measure for failure in comparison.find_failures()} == worse & set(GATED)
    assert [failure.measure for failure in comparison.find_failures(["map"])] == ["map"]


def test_lower_is_better_where_it_is_a_share_of_what_should_not_be_shown() -> None:
    unmet, met = (
        make_run(*(make_record(f"q{n}", ranking=make_ranking("a", applies=a), order="已发货") for n in range(20)))
        for a in ("unmet", "met")
    )
    for before, after, worse in ((met, unmet, True), (unmet, met, False)):
        difference = find_difference(compare_runs(before, after), UNMET_SHOWN)
        assert difference.is_significant
        assert difference.is_worse is worse


def test_answering_less_is_neither_better_nor_worse() -> None:
    difference = find_difference(
        compare_runs(rank_right(0, 20, answered=True), rank_right(0, 20, answered=False)), ANSWERED
    )
    assert difference.is_significant
    assert not difference.is_worse


def test_group_is_one_observation() -> None:
    def run(ranked: str) -> Run:
        labels = ({"a": 1}, {"b": 1})
        return make_run(*(make_record(f"{n}-{i}", ranked, labels[i], text=f"{n}") for n in range(3) for i in range(2)))

    difference = find_difference(compare_runs(run("a b"), run("b a")), "hit@1")
    # In every group one is lost and one is won.
    assert (difference.difference.value, difference.p_value) == (0.0, 1.0)
    assert find_difference(compare_runs(run("a b"), run("b a")), GROUP_RIGHT).difference.count == 3


def test_questions_are_listed_by_how_much_they_changed() -> None:
    before = [("up", "x y a"), ("same", "x a"), ("far up", "x y z"), ("down", "a"), ("far down", "a b")]
    after = [("up", "x a"), ("same", "y a"), ("far up", "a"), ("down", "x a"), ("far down", "")]
    first, second = (make_run(*(make_record(*q, LABELS) for q in run)) for run in (before, after))
    comparison = compare_runs(first, second)
    assert [change.after.id for change in comparison.better] == ["far up", "up"]
    assert [change.after.id for change in comparison.worse] == ["far down", "down"]
    assert [change.change for change in comparison.worse] == pytest.approx([-1.0, 1 / math.log2(3) - 1])
    assert comparison.better[0].before.ranking[0].id == "x"


def test_question_without_an_answer_is_neither_better_nor_worse() -> None:
    comparison = compare_runs(make_run(make_record("q", "a", answered=True)), make_run(make_record("q", "b")))
    assert (comparison.better, comparison.worse) == ((), ())
    assert find_difference(comparison, DECIDED).difference.value == 1.0


def test_questions_may_stand_in_another_order() -> None:
    before, after = rank_right(3, 6), rank_right(5, 6)
    turned = make_run(*reversed(after.records))
    assert compare_runs(before, turned).differences == compare_runs(before, after).differences
    assert [r.id for r in compare_runs(before, turned).after.records] == [r.id for r in before.records]


def test_run_without_confidence_is_compared_by_its_rankings() -> None:
    comparison = compare_runs(make_run(*rank_right(1, 2).records, judges=False), rank_right(2, 2))
    assert {d.measure for d in comparison.differences} == {"hit@1", "hit@3", "mrr@10", "ndcg@10", "recall@10", "map"}


def test_runs_of_no_questions_do_not_differ() -> None:
    comparison = compare_runs(make_run(), make_run())
    assert (comparison.differences, comparison.better, comparison.find_failures()) == ((), (), [])


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ([], "1 questions are in one run only, such as 'q'. Run both on the same dataset."),
        ([make_record("q", "", LABELS), make_record("new")], "1 questions are in one run only, such as 'new'."),
        (
            [make_record("q", "", LABELS, text="别的")],
            "1 questions or their labels differ between the runs, such as 'q'",
        ),
        ([make_record("q", "", {"a": 2})], "Run both on the dataset as it is now."),
        ([make_record("q", "", {})], "questions or their labels differ"),
        ([make_record("q", "", LABELS, right_from=2)], "questions or their labels differ"),
        ([make_record("q", "", LABELS, turns=("在吗",))], "questions or their labels differ"),
    ],
)
def test_runs_of_different_questions_are_refused_in_clear_words(other: list[Record], words: str) -> None:
    with pytest.raises(RunsDiffer) as caught:
        compare_runs(make_run(make_record("q", "a", LABELS)), make_run(*other))
    assert words in caught.value.message
    assert caught.value.code == "runs_differ"


ANSWERS = st.lists(st.sampled_from("abcd"), unique=True)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Return a run of a few questions, some of the same words, ranked and answered anyhow."""
    count = draw(st.integers(0, 8))
    return make_run(
        *(
            make_record(
                f"q{n}",
                " ".join(draw(ANSWERS)),
                draw(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=3)),
                text=draw(st.sampled_from(["退货", "发票", "改地址"])),
                order=draw(st.sampled_from(["", "已发货"])),
                right_from=draw(st.integers(1, 2)),
                answered=draw(st.booleans()),
            )
            for n in range(count)
        ),
        judges=draw(st.booleans()),
    )


@given(run=runs())
def test_run_is_never_worse_than_itself(run: Run) -> None:
    comparison = compare_runs(run, run)
    assert comparison.find_failures([d.measure for d in comparison.differences]) == []
    assert all(d.difference.value == d.effect == 0.0 and d.p_value == 1.0 for d in comparison.differences)
    assert (comparison.better, comparison.worse) == ((), ())


def test_effect_of_differences_that_are_all_alike_is_not_of_their_rounding() -> None:
    before, after = (make_run(*(make_record(f"q{n}", ranked, LABELS) for n in range(3))) for ranked in ("x a", "x y a"))
    assert abs(find_difference(compare_runs(before, after), "mrr@10").effect) < 1e6


def test_difference_is_after_less_before() -> None:
    before = make_run(make_record("q1", "a", LABELS, answered=True), make_record("q2", "b", LABELS, answered=True))
    after = make_run(make_record("q1", "a", LABELS, answered=True), make_record("q2", "b", LABELS, answered=False))
    difference = find_difference(compare_runs(before, after), RIGHT_OF_ANSWERED)
    assert difference.difference.value == difference.after - difference.before


def show(table: Table) -> str:
    """Return a table as a terminal shows it."""
    output = io.StringIO()
    Console(width=200, file=output).print(table)
    return output.getvalue()


def test_tables_show_both_runs_what_is_significant_and_what_changed() -> None:
    comparison = compare_runs(rank_right(30, 40, system="before"), rank_right(10, 40, system="after"))
    shown = show(show_comparison(comparison))
    assert "tiny: from before to after" in shown
    (hit,) = [line for line in shown.splitlines() if "hit@1*" in line]
    assert all(words in hit for words in ("0.7500", "0.2500", "-0.5000", "worse"))
    changes = show(show_changes(comparison))
    assert "20 questions got worse, 0 better" in changes
    assert "a ✓" in changes


@pytest.mark.parametrize("text", ["[/b] 怎么退", "[red]怎么退[/red]"])
def test_brackets_of_a_customer_are_shown_as_they_are(text: str) -> None:
    before, after = (make_run(make_record("q", ranked, LABELS, text=text)) for ranked in ("b a", "a b"))
    assert text in show(show_changes(compare_runs(before, after)))


def test_gate_corrects_for_the_measures_it_names_alone() -> None:
    before = make_run(*(make_record(f"q{n}", "a b", {"a": 1}) for n in range(40)))
    after = make_run(*(make_record(f"q{n}", "b a" if n < 8 else "a b", {"a": 1}) for n in range(40)))
    comparison = compare_runs(before, after)
    assert [failure.measure for failure in comparison.find_failures(("hit@1",))] == ["hit@1"]
    assert [failure.measure for failure in comparison.find_failures(("hit@1", "ndcg@10"))] == ["hit@1", "ndcg@10"]
