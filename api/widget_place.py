"""The widget's place among the requests: anybody can fill it, and nobody who serves customers stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import move_on_after, to_thread

from api.errors import NotReady, ServiceBusy
from api.services import Services

WIDGET_WAITING = 16  # Each takes some tens of milliseconds: whoever is behind them is better told at once.
WIDGET_SECONDS = 2.0
Answer = TypeVar("Answer")


async def take_widget_place(services: Services, work: Callable[[], Answer]) -> Answer:
    """Do the work of a widget's request in a thread, in one of the few places; raises `ServiceBusy` past them."""
    if services.widget_limiter.statistics().tasks_waiting >= WIDGET_WAITING:
        raise _make_busy()
    if not services.matcher.live.is_open:
        raise NotReady("The index is not open yet. Try again in a moment.")
    answers: list[Answer] = []
    with move_on_after(WIDGET_SECONDS):  # To wait; what has begun is ended.
        async with services.widget_limiter:
            # It takes the place of a match too, and with it the connections that matches have.
            answers.append(await to_thread.run_sync(work, limiter=services.match_limiter))
    if not answers:
        raise _make_busy()
    return answers[0]


def _make_busy() -> ServiceBusy:
    return ServiceBusy("Too many visitors ask at once. Try again in a moment.")
