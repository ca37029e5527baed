"""Places for work: a few requests at a time, by class; the others wait in short lines, or are told to come back.

A place that becomes free goes to the line that has had the least of its share (stride scheduling, Waldspurger 1995), so
that agents keep theirs whatever visitors send, and visitors theirs whatever agents do. Nobody joins a line in which
they would wait too long, by the pace at which it has moved.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from anyio import CancelScope, Event, move_on_after
from anyio.lowlevel import checkpoint

from api.errors import ServiceBusy
from index.deadline import Deadline

PLACES = 4
FIRST_PACE_SECONDS = 0.02  # Between two grants, until it is measured.
PACE_HOLDS_SECONDS = 2.0  # As long as the longest wait of a visitor.
NEWEST_COUNTS = 0.05  # Of the measured pace, how much the newest interval is at least: about twenty count.
CAUTION = 1.5  # A line may slow down after somebody joined it, and nobody is to wait only to be refused.
Answer = TypeVar("Answer")


class RequestClass(StrEnum):
    """Whom an answer is for: somebody with a customer on the line, a visitor of the shop's pages, or a program."""

    AGENT = "agent"
    WIDGET = "widget"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a class may have: its share beside the others, places at most, how many wait, and how long at most."""

    share: float
    most_at_once: int
    most_waiting: int
    longest_wait_seconds: float


RULES: Mapping[RequestClass, Rules] = {
    RequestClass.AGENT: Rules(share=12, most_at_once=PLACES, most_waiting=28, longest_wait_seconds=1.5),
    # Of the places one: whatever visitors send, agents keep the others.
    RequestClass.WIDGET: Rules(share=2, most_at_once=1, most_waiting=16, longest_wait_seconds=2.0),
    RequestClass.BATCH: Rules(share=1, most_at_once=1, most_waiting=64, longest_wait_seconds=10.0),
}


@dataclass(slots=True, eq=False)
class _Line:
    rules: Rules
    waiting: deque[Event] = field(default_factory=deque)
    at_work: int = 0
    had: float = 0.0  # Of its share, by the clock that all lines go by.
    pace_seconds: float = FIRST_PACE_SECONDS
    moves: int = 0  # How often the pace was measured.
    measured_at: float = -math.inf
    moved_at: float | None = None  # When somebody was last called; None while nobody waits.

    @property
    def is_next(self) -> bool:
        return bool(self.waiting) and self.at_work < self.rules.most_at_once

    @property
    def expected_wait_seconds(self) -> float:
        return self.pace_seconds * (len(self.waiting) + 1)

    def forget_stale_pace(self, now: float) -> None:
        """Begin to measure anew where nobody has waited for a while: a moment's standstill says nothing of now."""
        if not self.waiting and now - self.measured_at > PACE_HOLDS_SECONDS:
            self.pace_seconds, self.moves = FIRST_PACE_SECONDS, 0

    def note_move(self, now: float) -> None:
        """Note that somebody was called."""
        if self.moved_at is not None:
            self.moves += 1
            newest_counts = max(NEWEST_COUNTS, 1 / self.moves)
            self.pace_seconds += newest_counts * (now - self.moved_at - self.pace_seconds)
            self.measured_at = now
        self.moved_at = now if self.waiting else None


class Places:
    """The places, and a line of each class before them; all of it belongs to one event loop."""

    def __init__(
        self,
        rules: Mapping[RequestClass, Rules] = RULES,
        *,
        most_at_once: int = PLACES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lines = {kind: _Line(of_kind) for kind, of_kind in rules.items()}
        self._most_at_once = most_at_once
        self._clock = clock
        self._threads = self._make_threads()
        self._had = 0.0

    def count_waiting(self, kind: RequestClass) -> int:
        """Return how many of a class wait."""
        return len(self._lines[kind].waiting)

    def count_at_work(self, kind: RequestClass) -> int:
        """Return how many of a class have a place."""
        return self._lines[kind].at_work

    def refuse_hopeless(self, kind: RequestClass, deadline: Deadline) -> None:
        """Raise `ServiceBusy` where a request would wait longer than its class may, or than anybody waits for it."""
        line = self._lines[kind]
        if self._is_free(line):
            return
        line.forget_stale_pace(self._clock())
        expected = CAUTION * line.expected_wait_seconds
        is_long = len(line.waiting) >= line.rules.most_waiting or expected > line.rules.longest_wait_seconds
        # An empty line may always be joined: how fast it moves by now is seen by nothing else.
        if (line.waiting and is_long) or expected > deadline.seconds_left:
            raise _make_busy(line)

    def close(self) -> None:
        """Let the threads end; the next work would start others."""
        threads, self._threads = self._threads, self._make_threads()
        threads.shutdown(wait=False)

    async def run(self, kind: RequestClass, work: Callable[[], Answer], deadline: Deadline) -> Answer:
        """Do the work in a thread as soon as there is a place for it; raises `ServiceBusy` or `DeadlinePassed`."""
        self.refuse_hopeless(kind, deadline)
        line = self._lines[kind]
        await self._wait(line, deadline)
        try:
            await checkpoint()  # Who is gone by now is seen to be gone.
            deadline.check()
            with CancelScope(shield=True):  # Who hangs up leaves the place when the thread is done.
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(self._threads, copy_context().run, _do, work)
            return answer
        finally:
            line.at_work -= 1
            self._call_next()

    def _make_threads(self) -> ThreadPoolExecutor:
        # Not anyio's threads: their queue and limiter, in Python, cost the event loop a tenth of its time an answer.
        return ThreadPoolExecutor(self._most_at_once, thread_name_prefix="place")

    def _is_free(self, line: _Line) -> bool:
        has_room = line.at_work < line.rules.most_at_once and not line.waiting
        return has_room and sum(each.at_work for each in self._lines.values()) < self._most_at_once

    async def _wait(self, line: _Line, deadline: Deadline) -> None:
        if not line.waiting:
            line.had = max(line.had, self._had)  # Who did not come has saved up nothing.
        if self._is_free(line):
            self._give_place(line)
            return
        called = Event()
        line.moved_at = self._clock() if not line.waiting else line.moved_at
        line.waiting.append(called)
        try:
            # The line may slow down after somebody joined it.
            with move_on_after(max(0.0, min(line.rules.longest_wait_seconds, deadline.seconds_left))):
                await called.wait()
        except BaseException:
            if called.is_set():  # It was called, and went away at the same moment.
                line.at_work -= 1
                self._call_next()
            raise
        finally:
            if not called.is_set():
                line.waiting.remove(called)
        if not called.is_set():
            deadline.check()
            raise _make_busy(line)

    def _give_place(self, line: _Line) -> None:
        line.at_work += 1
        self._had = line.had
        line.had += 1 / line.rules.share

    def _call_next(self) -> None:
        while sum(each.at_work for each in self._lines.values()) < self._most_at_once:
            line = min((each for each in self._lines.values() if each.is_next), key=lambda each: each.had, default=None)
            if line is None:
                return
            self._give_place(line)
            line.waiting.popleft().set()
            line.note_move(self._clock())


def _do(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except StopIteration as error:  # A future takes none, and who waits for it would do so for ever.
        raise RuntimeError("Work ended in StopIteration.") from error


def _make_busy(line: _Line) -> ServiceBusy:
    return ServiceBusy(
        "More is asked at the moment than can be answered in good time. Try again in a moment.",
        retry_after_seconds=max(1, math.ceil(line.expected_wait_seconds)),
    )
