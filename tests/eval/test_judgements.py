"""Grades from use, each worked out by hand: weighted mean of the gains x strength over strength + 0.5."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.judgements import Evidence, JudgedQuestion, grade, judge, name_question, propensity, read_evidence
from kb.articles.models import Audience
from kb.feedback.models import FeedbackVerdict, RecordedMatch, SolutionRef
from tests.fakes import make_order
from tests.kb.feedback_makers import AT, A, B, C, D, E, make_recorded, show

ZONE = ZoneInfo("Asia/Shanghai")
USED, EDITED, SOLVED = FeedbackVerdict.USED, FeedbackVerdict.EDITED, FeedbackVerdict.SOLVED
WRONG, DISMISSED = FeedbackVerdict.WRONG, FeedbackVerdict.DISMISSED
Said = dict[SolutionRef | None, FeedbackVerdict]


def judge_all(*said: Said) -> JudgedQuestion:
    """Return the one question that matches with these judgements make together."""
    (question,) = judge([make_recorded(said=each) for each in said], zone=ZONE)
    return question


def grade_all(*said: Said) -> dict[SolutionRef, int]:
    """Return its grades."""
    return dict(judge_all(*said).grades)


def facts(**fields: Any) -> dict[str, Any]:
    """Return an order as a recorded match holds it."""
    return make_order(**fields).model_dump(mode="json", exclude_none=True)


def names(*matches: RecordedMatch) -> int:
    """Return how many different questions these matches are."""
    return len({name_question(match, zone=ZONE) for match in matches})


def test_attention_halves_at_the_second_rank_and_is_clipped_at_a_third() -> None:
    assert [propensity(rank) for rank in (1, 2, 3, 50)] == [1.0, 0.5, 1 / 3, 1 / 3]
    assert propensity(4, eta=0.5) == 0.5
    assert propensity(9, eta=0.0) == 1.0


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({A: SOLVED}, 3),  # 1.0 / 1.5 = 0.67
        ({A: USED}, 2),  # 0.8 / 1.5 = 0.53
        ({A: EDITED}, 2),  # 0.6 / 1.5 = 0.40
        ({A: DISMISSED}, 0),
        ({A: WRONG}, 0),
        ({A: USED, None: SOLVED}, 3),  # What was sent is what solved it.
        ({A: WRONG, None: SOLVED}, 0),
        ({None: SOLVED}, 1),  # 0.5 / 1.5 = 0.33: something solved it, the first most likely.
    ],
)
def test_grade_of_the_first_by_one_judged_match(said: Said, expected: int) -> None:
    assert grade_all(said)[A] == expected


def test_one_verdict_is_one_verdict_wherever_it_stands() -> None:
    assert grade_all({B: USED})[B] == grade_all({A: USED})[A] == 2  # 0.8 / 1.5 = 0.53
    assert grade_all({C: EDITED})[C] == 2  # 0.6 / 1.5 = 0.40


def test_verdict_further_down_counts_for_those_who_never_looked_there() -> None:
    second, first = make_recorded(shown=show(B, A), said={A: USED}), make_recorded(shown=show(A, B), said={A: WRONG})
    (question,) = judge([second, first], zone=ZONE)
    # Used where half of the people look, wrong where all do: (2 x 0.8 + 0) / 3 x 2 / 2.5 = 0.43; unweighted 0.32.
    assert question.grades[A] == 2


def test_many_light_verdicts_become_a_firm_one() -> None:
    edited: Said = {A: EDITED}
    assert grade_all(*[edited] * 5)[A] == 2  # 0.6 x 5 / 5.5 = 0.545
    assert grade_all(*[edited] * 6)[A] == 3  # 0.6 x 6 / 6.5 = 0.554


def test_passed_over_counts_against_those_above_and_what_lies_below_stays_unknown() -> None:
    evidence = read_evidence(make_recorded(shown=show(A, B, C, D), said={C: USED}))
    assert evidence == {
        A: Evidence(0.0, 0.5),
        B: Evidence(0.0, 0.5),
        C: Evidence(0.8, 1.0, propensity=1 / 3, is_verdict=True),
    }


def test_wrong_answer_counts_against_each_as_far_as_people_look() -> None:
    evidence = read_evidence(make_recorded(shown=show(A, B, C, D, E), said={None: WRONG}))
    assert [e.weight for e in evidence.values()] == [1.0, 0.5, 1 / 3, 1 / 3, 1 / 3]
    assert {e.gain for e in evidence.values()} == {0.0}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([{A: USED}, {A: USED}], 3),  # 1.6 / 2.5 = 0.64
        ([{A: USED}, {A: WRONG}], 1),  # 0.8 / 2.5 = 0.32
        ([{A: USED}, {A: DISMISSED}], 2),  # 0.8 / 2.0 = 0.40
        ([{A: USED}, {B: USED}], 2),  # 0.8 / (1 + 0.5 passed over + 0.5) = 0.40
        ([{A: USED}, {None: WRONG}], 1),  # 0.8 / 2.5 = 0.32
        ([{A: USED}, {None: DISMISSED}], 2),  # 0.8 / 2.0 = 0.40
        ([{A: SOLVED}] * 3 + [{A: WRONG}], 3),  # 3 / 4.5 = 0.67
        ([{A: USED}] + [{A: WRONG}] * 4, 0),  # 0.8 / 5.5 = 0.15, just short of it
    ],
)
def test_matches_of_one_question_are_weighed_together(said: list[Said], expected: int) -> None:
    assert grade_all(*said)[A] == expected


def test_verdicts_both_ways_are_disputed_and_being_passed_over_is_not() -> None:
    assert judge_all({A: USED}, {A: WRONG}).disputed == {A}
    assert judge_all({A: USED}, {B: USED}).disputed == frozenset()
    assert judge_all({A: USED}, {None: WRONG}).disputed == frozenset()


def test_match_that_nobody_judged_says_nothing() -> None:
    assert judge([make_recorded()], zone=ZONE) == []
    assert judge_all({A: USED}).matches == 1


def test_pool_is_shown_as_it_was_last_asked() -> None:
    early, late = make_recorded(said={A: USED}), make_recorded(said={A: USED}, at=AT + timedelta(hours=1))
    (question,) = judge([late, early], zone=ZONE)
    assert (question.asked, question.matches) == (late, 2)


def test_spelling_of_width_and_case_does_not_part_questions() -> None:
    assert names(make_recorded(question="ＡＢＣ怎么还没到"), make_recorded(question="abc怎么还没到")) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"question": "能退吗"},
        {"turns": ("在吗",)},
        {"audience": Audience.PUBLIC},
        {"channel": "app"},
        {"order": facts()},
    ],
)
def test_what_an_answer_depends_on_parts_questions(other: dict[str, Any]) -> None:
    assert names(make_recorded(), make_recorded(**other)) == 2


def test_orders_in_the_same_situation_are_pooled_whosever_they_are() -> None:
    mine = make_recorded(order=facts(id="SO1"))
    yours = make_recorded(order=facts(id="SO2", customer={"id": "C9", "tier": "plus", "region": ["北京", "海淀区"]}))
    shipped = make_recorded(order=facts(status="delivered"))
    assert names(mine, yours) == 1
    assert names(mine, shipped) == 2


def test_hours_do_not_part_questions_and_days_do() -> None:
    delivered = facts(status="delivered", delivered_at="2026-11-12T09:00:00+08:00")
    third_day, earlier, ninth_day = (
        make_recorded(order=delivered, now=AT + passed)
        for passed in (timedelta(), -timedelta(minutes=30), timedelta(days=6))
    )
    assert names(third_day, earlier) == 1
    assert names(third_day, ninth_day) == 2


propensities = st.sampled_from([1.0, 0.5, 1 / 3])
praise = st.builds(Evidence, st.sampled_from([0.6, 0.8, 1.0]), st.just(1.0), propensities)
blame = st.builds(Evidence, st.just(0.0), st.sampled_from([0.25, 0.5, 1.0]), propensities)


@given(st.lists(praise | blame, min_size=1, max_size=8), blame, propensities)
def test_praise_never_lowers_a_grade_and_blame_never_raises_it(
    evidence: list[Evidence], more: Evidence, seen: float
) -> None:
    before = grade(evidence)
    assert 0 <= grade([*evidence, more]) <= before <= grade([*evidence, Evidence(1.0, 1.0, seen)]) <= 3
