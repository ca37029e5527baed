"""The threshold that the cost of a wrong answer gives, and that each audience is answered by its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.matcher import Matcher
from index.opening import make_surroundings
from index.solutions import MatchRequest, MatchResult
from index.threshold import find_threshold, read_thresholds
from kb.articles.models import Audience
from kb.settings import Settings
from tests.fakes import Desk, make_article


@pytest.mark.parametrize(("cost", "threshold"), [(0, 0.0), (0.25, 0.2), (1, 0.5), (3, 0.75), (9, 0.9)])
def test_threshold_is_the_cost_over_one_more(cost: float, threshold: float) -> None:
    assert find_threshold(cost) == pytest.approx(threshold)


@given(cost=st.floats(0, 1_000), right=st.floats(0, 1))
def test_what_lies_above_it_costs_less_shown_than_withheld_and_what_lies_below_more(cost: float, right: float) -> None:
    shown, withheld = (1 - right) * cost, right
    assume(abs(shown - withheld) > 1e-9)
    assert (right > find_threshold(cost)) is (shown < withheld)


def test_each_audience_has_the_threshold_of_its_own_cost() -> None:
    settings = Settings(_env_file=None, wrong_answer_cost=1, wrong_answer_cost_public=4)
    assert read_thresholds(settings) == {Audience.INTERNAL: 0.5, Audience.PUBLIC: 0.8}
    assert make_surroundings(settings).thresholds == read_thresholds(settings)


def test_without_a_stated_cost_a_half_decides_for_both() -> None:
    assert read_thresholds(Settings(_env_file=None)) == {Audience.INTERNAL: 0.5, Audience.PUBLIC: 0.5}


def ask(desk: Desk, audience: Audience, **thresholds: float) -> MatchResult:
    """Ask what the only article nearly says, by these thresholds."""
    surroundings = replace(desk.matcher.surroundings, thresholds={Audience(name): t for name, t in thresholds.items()})
    return Matcher(desk.live, surroundings).match(MatchRequest("七天无理由退货", audience=audience))


def test_customer_is_handed_over_where_an_agent_is_answered_when_a_wrong_answer_costs_more_there(desk: Desk) -> None:
    desk.save(make_article())
    desk.live.open()
    agents, customers = (
        ask(desk, audience, internal=0.5, public=1.0) for audience in (Audience.INTERNAL, Audience.PUBLIC)
    )
    assert (agents.answered, agents.hand_over) == (True, False)
    assert (customers.answered, customers.hand_over) == (False, True)
    assert agents.confidence == customers.confidence


def test_what_is_exactly_as_sure_as_its_threshold_is_withheld_and_a_hair_more_is_answered(desk: Desk) -> None:
    desk.save(make_article())
    desk.live.open()
    sure = ask(desk, Audience.INTERNAL, internal=0.0).confidence
    assert ask(desk, Audience.INTERNAL, internal=sure).answered is False
    assert ask(desk, Audience.INTERNAL, internal=sure - 1e-9).answered is True
