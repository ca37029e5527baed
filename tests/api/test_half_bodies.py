"""Requests whose bodies do not come: they hold a connection, and nobody's place."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.admission import MOST_INSIDE, Admission
from api.errors import ServiceBusy
from api.metrics import Metrics
from api.places import Places, RequestClass

WHOLE: Message = {"type": "http.request", "body": b"{}", "more_body": False}
HALF: Message = {"type": "http.request", "body": b"{", "more_body": True}
MOST = MOST_INSIDE[RequestClass.BATCH]


class Slow:
    """An application that reads the body and then takes its time."""

    def __init__(self) -> None:
        self.working = 0
        self.may_end = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, work, and answer."""
        while (await receive())["more_body"]:
            pass
        self.working += 1
        await self.may_end.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})


def make_scope(method: str = "POST") -> Scope:
    headers = [(b"content-length", b"2")]
    state = {"request_id": "r1"}
    return {"type": "http", "method": method, "path": "/v1/events", "headers": headers, "state": state}


async def call(door: Admission, *messages: Message) -> int:
    """Send these parts and then nothing more; return the status of the answer."""
    left, statuses = list(messages), list[int]()

    async def receive() -> Message:
        return left.pop(0) if left else await asyncio.Future()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await door(make_scope(), receive, send)
    return statuses[0]


def test_a_request_is_answered_however_many_halves_there_are() -> None:
    async def ask() -> int:
        slow = Slow()
        door = Admission(slow, Places(), Metrics())
        halves = [asyncio.create_task(call(door, HALF)) for _ in range(2 * MOST)]
        slow.may_end.set()
        status = await call(door, HALF, WHOLE)
        for half in halves:
            half.cancel()
        await asyncio.gather(*halves, return_exceptions=True)
        assert not any(door.inside.values())
        return status

    assert asyncio.run(ask()) == 204


def test_one_too_many_with_a_whole_body_is_refused_and_the_others_are_not() -> None:
    async def ask() -> tuple[int, list[int]]:
        slow = Slow()
        door = Admission(slow, Places(), Metrics())
        first = [asyncio.create_task(call(door, HALF, WHOLE)) for _ in range(MOST)]
        while slow.working < MOST:
            await asyncio.sleep(0)
        one_too_many = await call(door, WHOLE)
        slow.may_end.set()
        statuses = await asyncio.gather(*first)
        assert not any(door.inside.values())
        return one_too_many, statuses

    assert asyncio.run(ask()) == (503, [204] * MOST)


def test_who_was_let_in_with_half_a_body_is_refused_where_it_is_full_by_the_other_half() -> None:
    async def ask() -> None:
        slow, rest = Slow(), asyncio.Event()
        door = Admission(slow, Places(), Metrics())
        given = [HALF]

        async def give_rest_later() -> Message:
            if given:
                return given.pop()
            await rest.wait()
            return WHOLE

        late = asyncio.create_task(door(make_scope(), give_rest_later, _ignore))
        await asyncio.sleep(0)
        first = [asyncio.create_task(call(door, WHOLE)) for _ in range(MOST)]
        while slow.working < MOST:
            await asyncio.sleep(0)
        rest.set()
        with pytest.raises(ServiceBusy):
            await late
        slow.may_end.set()
        await asyncio.gather(*first)
        assert not any(door.inside.values())

    asyncio.run(ask())


def test_a_body_that_nobody_reads_hides_no_request() -> None:
    async def ask() -> int:
        seen: list[int] = []

        async def look(scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(sum(door.inside.values()))

        async def never() -> Message:
            raise AssertionError("nobody reads it")

        door = Admission(look, Places(), Metrics())
        await door(make_scope("GET"), never, _ignore)
        return seen[0]

    assert asyncio.run(ask()) == 1


async def _ignore(message: Message) -> None:
    """Take no notice."""
