"""The circuit breaker's three states."""

from __future__ import annotations

from kb.sources.breaker import Breaker, BreakerState
from kb.sources.mapping import BreakerRules
from tests.kb.sources.ticking import TickingClock

RULES = BreakerRules(failures=2, seconds=30)


def open_breaker(clock: TickingClock) -> Breaker:
    breaker = Breaker(RULES, clock)
    breaker.fail()
    breaker.fail()
    return breaker


def test_it_opens_after_as_many_failures_in_a_row() -> None:
    breaker = Breaker(RULES, TickingClock())
    breaker.fail()
    breaker.succeed()
    breaker.fail()
    assert breaker.admit()
    breaker.fail()
    assert not breaker.admit()
    assert breaker.state is BreakerState.OPEN


def test_after_its_time_one_call_is_let_through_to_see() -> None:
    clock = TickingClock()
    breaker = open_breaker(clock)
    clock.seconds += 29.9
    assert not breaker.admit()
    clock.seconds += 0.1
    assert breaker.state is BreakerState.HALF_OPEN
    assert [breaker.admit(), breaker.admit(), breaker.admit()] == [True, False, False]


def test_a_trial_that_is_answered_closes_it() -> None:
    clock = TickingClock()
    breaker = open_breaker(clock)
    clock.seconds += 30
    assert breaker.admit()
    breaker.succeed()
    assert breaker.state is BreakerState.CLOSED
    breaker.fail()
    assert breaker.admit()


def test_a_trial_that_fails_opens_it_for_the_whole_time_again() -> None:
    clock = TickingClock()
    breaker = open_breaker(clock)
    clock.seconds += 30
    assert breaker.admit()
    clock.seconds += 1
    breaker.fail()
    clock.seconds += 29
    assert not breaker.admit()
    clock.seconds += 1
    assert breaker.admit()


def test_a_trial_that_never_ends_is_followed_by_another() -> None:
    clock = TickingClock()
    breaker = open_breaker(clock)
    clock.seconds += 30
    assert breaker.admit()
    clock.seconds += 30
    assert breaker.admit()
