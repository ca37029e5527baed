"""A run as a table: what is decided, what the order rules out, and which questions are resampled together."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eval.records import Record, find_groups
from eval.scoring import (
    ANSWERED,
    DECIDED,
    GROUP_RIGHT,
    REFUSED_OF_UNANSWERABLE,
    RIGHT_OF_ANSWERED,
    UNMET_SHOWN,
    mean_of,
    score_run,
)
from tests.eval.run_makers import make_ranking, make_record, make_run
from tests.fakes import widen

NAN = math.nan
# Every way a question can end: with an answer or without, given or not, the first right or wrong.
RIGHT = make_record("right", "a b", {"a": 1}, answered=True)
WRONG = make_record("wrong", "b a", {"a": 1}, answered=True)
WITHHELD = make_record("withheld", "a b", {"a": 1}, answered=False)
WRONG_AND_WITHHELD = make_record("wrong and withheld", "b a", {"a": 1}, answered=False)
REFUSED = make_record("refused", "b a", answered=False)
INVENTED = make_record("invented", "b a", answered=True)
ENDS = make_run(RIGHT, WRONG, WITHHELD, WRONG_AND_WITHHELD, REFUSED, INVENTED)


@pytest.mark.parametrize(
    ("measure", "each", "mean"),
    [
        (DECIDED, [1, 0, 0, 0, 1, 0], 2 / 6),
        (ANSWERED, [1, 1, 0, 0, 0, 1], 3 / 6),
        (RIGHT_OF_ANSWERED, [1, 0, NAN, NAN, NAN, 0], 1 / 3),
        (REFUSED_OF_UNANSWERABLE, [NAN, NAN, NAN, NAN, 1, 0], 1 / 2),
        ("hit@1", [1, 0, 1, 0, NAN, NAN], 1 / 2),
        ("mrr@10", [1, 0.5, 1, 0.5, NAN, NAN], 3 / 4),
    ],
)
def test_measure_speaks_of_its_questions_only(measure: str, each: list[float], mean: float) -> None:
    table = score_run(ENDS)
    np.testing.assert_array_equal(table.column(measure), each)
    assert table.means()[measure] == pytest.approx(mean)


def test_run_without_confidence_is_not_judged_by_it() -> None:
    table = score_run(make_run(RIGHT, REFUSED, judges=False))
    assert not {DECIDED, ANSWERED, RIGHT_OF_ANSWERED, REFUSED_OF_UNANSWERABLE} & set(table.measures)
    assert table.values.shape == (2, 6)


def test_run_of_no_questions_is_an_empty_table() -> None:
    table = score_run(make_run(), ["hit@1"])
    assert table.values.shape == (0, 5)
    assert all(math.isnan(mean) for mean in table.means().values())


def test_mean_is_over_what_is_there() -> None:
    assert mean_of(np.array([1.0, NAN, 0.0, 0.5])) == 0.5
    assert math.isnan(mean_of(np.array([NAN])))
    assert math.isnan(mean_of(np.zeros(0)))


def ask(question: str, ranked: str, labels: dict[str, int], *, text: str = "怎么退", **fields: object) -> Record:
    """Return a question of given words."""
    return make_record(question, ranked, labels, text=text, **fields)


def test_group_is_right_when_every_order_in_it_is() -> None:
    table = score_run(
        make_run(
            ask("both", "a b", {"a": 1}),
            ask("alone", "b a", {"a": 1}, text="发票"),
            ask("right", "b a", {"b": 1}),
            ask("half", "a b", {"a": 1}, text="改地址"),
            ask("half too", "a b", {"b": 1}, text="改地址"),
        )
    )
    # One value a group, with its first question.
    np.testing.assert_array_equal(table.column(GROUP_RIGHT), [1, NAN, NAN, 0, NAN])
    assert table.means()[GROUP_RIGHT] == 0.5
    assert table.units.tolist() == [0, 1, 0, 2, 2]


def test_same_words_with_the_same_answer_are_a_unit_and_no_group() -> None:
    table = score_run(make_run(ask("q1", "a b", {"a": 1}), ask("q2", "a b", {"a": 1})))
    assert GROUP_RIGHT not in table.measures
    assert table.units.tolist() == [0, 0]


def test_words_are_the_same_in_any_width_and_with_the_same_turns_only() -> None:
    records = (
        ask("plain", "", {"a": 1}, text="ABC 怎么退"),
        ask("wide", "", {"b": 1}, text=f"{widen('ABC')} 怎么退"),
        ask("later", "", {"c": 1}, text="ABC 怎么退", turns=("在吗",)),
    )
    assert score_run(make_run(*records)).units.tolist() == [0, 0, 1]
    assert [[record.id for record in group] for group in find_groups(records)] == [["plain", "wide"]]


def test_group_has_no_answer_that_is_right_for_all_its_members() -> None:
    shared = (ask("q1", "", {"a": 2, "b": 2}), ask("q2", "", {"a": 2, "c": 2}))
    told_apart = (ask("q1", "", {"a": 2}), ask("q2", "", {"b": 2}))
    assert find_groups(shared) == []
    assert find_groups(told_apart) == [told_apart]


def test_questions_without_a_right_answer_are_no_group() -> None:
    assert find_groups((ask("q1", "", {"a": 0}), ask("q2", "", {"b": 0}), ask("q3", "", {}))) == []


def test_question_without_an_answer_belongs_to_no_group() -> None:
    answerable = ask("q1", "a b", {"a": 1}), ask("q2", "b a", {"b": 1})
    assert find_groups((*answerable, ask("no", "b a", {}))) == [answerable]


def test_share_that_the_order_rules_out_is_of_the_first_five() -> None:
    unmet, met = make_ranking("a", "b", applies="unmet"), make_ranking("c", "d", "e", "f")
    table = score_run(
        make_run(
            make_record("two of five", ranking=unmet + met, order="已发货"),
            make_record("one of three", ranking=met[:2] + unmet[:1], order="已发货"),
            make_record("sixth", ranking=met + met[:1] + unmet, order="已发货"),
            make_record("unknown", ranking=make_ranking("a", applies="unknown"), order="已发货"),
            make_record("nothing shown", order="已发货"),
            make_record("no order", ranking=unmet),
        )
    )
    np.testing.assert_allclose(table.column(UNMET_SHOWN), [2 / 5, 1 / 3, 0, 0, NAN, NAN])


def test_without_any_order_nothing_is_said_of_ruling_out() -> None:
    assert UNMET_SHOWN not in score_run(ENDS).measures
