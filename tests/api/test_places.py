"""Places and the lines before them: shares, bounds, deadlines, and who goes away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field

import anyio
import pytest

from api.errors import ServiceBusy
from api.places import PLACES, RULES, Places, RequestClass, Rules
from index.deadline import Deadline, DeadlinePassed

AGENT, WIDGET, BATCH = RequestClass.AGENT, RequestClass.WIDGET, RequestClass.BATCH
PATIENCE_SECONDS = 20.0


@dataclass(slots=True)
class Work:
    """Work that ends when it is released; notes the order in which it began."""

    begun: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    def begin(self, name: str) -> Callable[[], str]:
        def work() -> str:
            self.begun.append(name)
            self.release.wait(PATIENCE_SECONDS)
            return name

        return work


def run(test: Callable[[], Coroutine[None, None, None]]) -> None:
    anyio.run(test)


async def wait_until(is_so: Callable[[], bool]) -> None:
    with anyio.fail_after(PATIENCE_SECONDS):
        while not is_so():
            await anyio.sleep(0.001)


def test_who_comes_alone_is_served_at_once() -> None:
    async def test() -> None:
        places = Places()
        assert await places.run(AGENT, lambda: 7, Deadline()) == 7
        assert places.count_at_work(AGENT) == places.count_waiting(AGENT) == 0

    run(test)


def test_what_goes_wrong_in_a_place_gives_it_back() -> None:
    def fail() -> int:
        raise ValueError("broken")

    async def test() -> None:
        places = Places(most_at_once=1)
        with pytest.raises(ValueError, match="broken"):
            await places.run(AGENT, fail, Deadline())
        assert await places.run(AGENT, lambda: 7, Deadline()) == 7

    run(test)


def test_visitors_have_one_place_whatever_they_send_and_agents_find_the_others() -> None:
    async def test() -> None:
        places, work = Places(), Work()
        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(places.run, WIDGET, work.begin(f"visitor {number}"), Deadline())
            await wait_until(lambda: places.count_waiting(WIDGET) == 4)
            for number in range(PLACES - 1):
                group.start_soon(places.run, AGENT, work.begin(f"agent {number}"), Deadline())
            await wait_until(lambda: len(work.begun) == PLACES)
            assert (places.count_at_work(WIDGET), places.count_at_work(AGENT)) == (1, PLACES - 1)
            work.release.set()
        assert len(work.begun) == 5 + PLACES - 1

    run(test)


def test_a_place_goes_to_the_class_that_had_the_least_of_its_share() -> None:
    async def test() -> None:
        places, work = Places(most_at_once=1), Work()
        async with anyio.create_task_group() as group:
            group.start_soon(places.run, AGENT, work.begin("first"), Deadline())
            await wait_until(lambda: work.begun == ["first"])
            for kind in (BATCH, WIDGET, AGENT):
                for _ in range(15):
                    group.start_soon(places.run, kind, work.begin(kind.value), Deadline())
            await wait_until(lambda: sum(places.count_waiting(kind) for kind in RequestClass) == 45)
            work.release.set()
        served = work.begun[1:16]
        assert [served.count(kind.value) for kind in (AGENT, WIDGET, BATCH)] == [12, 2, 1]

    run(test)


def test_a_full_line_is_refused_at_once_with_the_time_to_come_back_in() -> None:
    async def test() -> None:
        places, work = Places({AGENT: Rules(share=1, most_at_once=1, most_waiting=2, longest_wait_seconds=60)}), Work()
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(places.run, AGENT, work.begin(str(number)), Deadline())
            await wait_until(lambda: places.count_waiting(AGENT) == 2)
            with pytest.raises(ServiceBusy) as refused:
                await places.run(AGENT, work.begin("too many"), Deadline())
            assert refused.value.retry_after_seconds == 1
            work.release.set()
        assert "too many" not in work.begun

    run(test)


def test_nobody_joins_a_line_that_moves_too_slowly_for_them() -> None:
    async def test() -> None:
        now = [0.0]
        places, work = Places(most_at_once=1, clock=lambda: now[0]), Work()

        async def serve_one(seconds: float) -> None:
            places_taken, second = Work(), Work()
            async with anyio.create_task_group() as group:
                group.start_soon(places.run, AGENT, places_taken.begin("a"), Deadline())
                await wait_until(lambda: places.count_at_work(AGENT) == 1)
                group.start_soon(places.run, AGENT, second.begin("b"), Deadline())
                await wait_until(lambda: places.count_waiting(AGENT) == 1)
                now[0] += seconds
                places_taken.release.set()
                second.release.set()

        for _ in range(30):
            await serve_one(0.9)
        async with anyio.create_task_group() as group:
            group.start_soon(places.run, AGENT, work.begin("at work"), Deadline())
            await wait_until(lambda: places.count_at_work(AGENT) == 1)
            with pytest.raises(ServiceBusy):
                places.refuse_hopeless(AGENT, Deadline(0.5, lambda: 0.0))
            places.refuse_hopeless(AGENT, Deadline(9.0, lambda: 0.0))
            group.start_soon(places.run, AGENT, work.begin("waits"), Deadline())
            await wait_until(lambda: places.count_waiting(AGENT) == 1)
            with pytest.raises(ServiceBusy) as refused:  # More than an agent waits.
                places.refuse_hopeless(AGENT, Deadline())
            assert refused.value.retry_after_seconds == 2
            work.release.set()

    run(test)


def test_an_empty_line_may_be_joined_however_slowly_it_moved() -> None:
    async def test() -> None:
        now = [0.0]
        places, first, second = Places(most_at_once=1, clock=lambda: now[0]), Work(), Work()
        async with anyio.create_task_group() as group:
            group.start_soon(places.run, AGENT, first.begin("first"), Deadline())
            await wait_until(lambda: places.count_at_work(AGENT) == 1)
            group.start_soon(places.run, AGENT, second.begin("second"), Deadline())
            await wait_until(lambda: places.count_waiting(AGENT) == 1)
            now[0] += 60.0
            first.release.set()
            await wait_until(lambda: second.begun == ["second"])
            group.start_soon(places.run, AGENT, second.begin("third"), Deadline())
            await wait_until(lambda: places.count_waiting(AGENT) == 1)
            with pytest.raises(ServiceBusy):
                places.refuse_hopeless(AGENT, Deadline())
            second.release.set()

    run(test)


def test_a_standstill_is_forgotten_when_nobody_has_waited_for_a_while() -> None:
    async def test() -> None:
        now = [0.0]
        places, stuck, work = Places(most_at_once=1, clock=lambda: now[0]), Work(), Work()
        async with anyio.create_task_group() as group:
            group.start_soon(places.run, AGENT, stuck.begin("stuck"), Deadline())
            await wait_until(lambda: places.count_at_work(AGENT) == 1)
            group.start_soon(places.run, AGENT, stuck.begin("waits"), Deadline())
            await wait_until(lambda: places.count_waiting(AGENT) == 1)
            now[0] += 8.0
            stuck.release.set()
        async with anyio.create_task_group() as group:
            group.start_soon(places.run, AGENT, work.begin("at work"), Deadline())
            await wait_until(lambda: places.count_at_work(AGENT) == 1)
            with pytest.raises(ServiceBusy):
                places.refuse_hopeless(AGENT, Deadline(1.0, lambda: 0.0))
            now[0] += 3.0
            places.refuse_hopeless(AGENT, Deadline(1.0, lambda: 0.0))
            work.release.set()

    run(test)


def test_who_is_not_called_in_time_leaves_the_line_and_is_not_served() -> None:
    async def test() -> None:
        places, work = Places(most_at_once=1), Work()
        async with anyio.create_task_group() as group:
            group.start_soon(places.run, AGENT, work.begin("at work"), Deadline())
            await wait_until(lambda: places.count_at_work(AGENT) == 1)
            moments = iter([0.0, 1.0])  # When the line was looked at there was hope.
            deadline = Deadline(1.0, lambda: next(moments, 1.1))
            with pytest.raises(DeadlinePassed):
                await places.run(AGENT, work.begin("late"), deadline)
            assert places.count_waiting(AGENT) == 0
            work.release.set()
        assert work.begun == ["at work"]

    run(test)


def test_nobody_stands_in_a_line_longer_than_their_class_may() -> None:
    async def test() -> None:
        rules = {AGENT: Rules(share=1, most_at_once=1, most_waiting=9, longest_wait_seconds=0.03)}
        places, work = Places(rules), Work()
        async with anyio.create_task_group() as group:
            group.start_soon(places.run, AGENT, work.begin("at work"), Deadline())
            await wait_until(lambda: places.count_at_work(AGENT) == 1)
            with pytest.raises(ServiceBusy):
                await places.run(AGENT, work.begin("late"), Deadline())
            assert places.count_waiting(AGENT) == 0
            work.release.set()
        assert work.begun == ["at work"]

    run(test)


def test_who_goes_away_costs_nothing_and_the_next_is_called() -> None:
    async def test() -> None:
        places, work = Places(most_at_once=1), Work()
        async with anyio.create_task_group() as group:
            group.start_soon(places.run, AGENT, work.begin("at work"), Deadline())
            await wait_until(lambda: places.count_at_work(AGENT) == 1)
            async with anyio.create_task_group() as leaving:
                leaving.start_soon(places.run, AGENT, work.begin("gone"), Deadline())
                await wait_until(lambda: places.count_waiting(AGENT) == 1)
                group.start_soon(places.run, AGENT, work.begin("next"), Deadline())
                await wait_until(lambda: places.count_waiting(AGENT) == 2)
                leaving.cancel_scope.cancel()
            assert places.count_waiting(AGENT) == 1
            work.release.set()
        assert work.begun == ["at work", "next"]
        assert places.count_at_work(AGENT) == 0

    run(test)


def test_who_goes_away_from_work_leaves_the_place_when_the_work_is_done() -> None:
    async def test() -> None:
        places, work, leaving = Places(most_at_once=1), Work(), anyio.CancelScope()

        async def ask_and_leave() -> None:
            with leaving:
                await places.run(AGENT, work.begin("given up"), Deadline())

        async with anyio.create_task_group() as group:
            group.start_soon(ask_and_leave)
            await wait_until(lambda: work.begun == ["given up"])
            leaving.cancel()
            await anyio.wait_all_tasks_blocked()
            assert places.count_at_work(AGENT) == 1
            work.release.set()
            await wait_until(lambda: places.count_at_work(AGENT) == 0)

    run(test)


def test_work_knows_whose_request_it_is_for() -> None:
    whose = ContextVar[str]("whose")

    async def test() -> None:
        whose.set("the request's")
        assert await Places().run(AGENT, whose.get, Deadline()) == "the request's"

    run(test)


def test_work_that_ends_in_stop_iteration_is_an_error_and_gives_its_place_back() -> None:
    async def test() -> None:
        places = Places(most_at_once=1)
        with anyio.fail_after(PATIENCE_SECONDS), pytest.raises(RuntimeError):
            await places.run(AGENT, lambda: next(iter([])), Deadline())
        assert places.count_at_work(AGENT) == 0

    run(test)


def test_threads_end_when_closed_and_begin_anew_with_the_next_work() -> None:
    async def test() -> None:
        places = Places()
        first = await places.run(AGENT, threading.current_thread, Deadline())
        places.close()
        await wait_until(lambda: not first.is_alive())
        second = await places.run(AGENT, threading.current_thread, Deadline())
        assert second.is_alive()
        places.close()

    run(test)


def test_no_class_can_fill_all_places_but_the_agents() -> None:
    assert RULES[AGENT].most_at_once == PLACES
    assert RULES[WIDGET].most_at_once + RULES[BATCH].most_at_once < PLACES
