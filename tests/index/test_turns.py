"""Turns at computing: bounded, given back whatever happens, and not held by who waits for somebody else."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

import pytest

from index.deadline import Deadline, DeadlinePassed
from index.matcher import Matcher
from index.solutions import MatchRequest
from index.turns import Turns
from tests.fakes import Desk, make_article

LONG_SECONDS = 30.0


@dataclass(slots=True)
class SlowSource:
    """A shop's system that says nothing until it is let."""

    asked: Event = field(default_factory=Event)
    let: Event = field(default_factory=Event)

    def __getattr__(self, name: str) -> Any:
        def wait(*_: object, **__: object) -> None:
            self.asked.set()
            self.let.wait(LONG_SECONDS)
            raise ConnectionError

        return wait


def test_no_more_than_so_many_have_a_turn() -> None:
    turns, inside, most = Turns(2), 0, 0

    def work(_: int) -> None:
        nonlocal inside, most
        with turns.take(Deadline()):
            inside += 1
            most = max(most, inside)
            time.sleep(0.001)
            inside -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(40)))
    assert (most, inside) == (2, 0)


def test_nobody_waits_for_a_turn_longer_than_for_the_answer() -> None:
    turns = Turns(1)
    with turns.take(Deadline()), pytest.raises(DeadlinePassed), turns.take(Deadline(time.monotonic() + 0.01)):
        pass
    with turns.take(Deadline(time.monotonic() + LONG_SECONDS)):
        pass


def test_who_hangs_up_waits_for_no_turn() -> None:
    turns, deadline = Turns(1), Deadline(time.monotonic() + LONG_SECONDS)
    with turns.take(Deadline()), ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(turns.take(deadline).__enter__)
        deadline.give_up()
        with pytest.raises(DeadlinePassed):
            waiting.result(LONG_SECONDS)


def test_a_turn_is_given_back_by_who_fails() -> None:
    turns = Turns(1)
    with pytest.raises(ValueError, match="this"), turns.take(Deadline()):
        raise ValueError("this")
    with turns.take(Deadline(time.monotonic() + LONG_SECONDS)):
        pass


def test_who_waits_for_the_shops_system_keeps_nobody_from_computing(desk: Desk) -> None:
    desk.save(make_article())
    desk.live.open()
    source = SlowSource()
    matcher = Matcher(desk.live, replace(desk.matcher.surroundings, orders=source), at_once=1)
    with ThreadPoolExecutor(1) as threads:
        held = threads.submit(matcher.match, MatchRequest("七天无理由退货", order_id="SO2026111500017"))
        assert source.asked.wait(LONG_SECONDS)
        answer = matcher.match(MatchRequest("七天无理由退货"), deadline=Deadline(time.monotonic() + LONG_SECONDS))
        assert not held.done()
        source.let.set()
    assert answer.solutions
    assert {"order", "wait"} <= set(answer.timing)
    with pytest.raises(ConnectionError):
        held.result()
