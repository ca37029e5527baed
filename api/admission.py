"""The door to the work: whose request it is, until when it is waited for, and whether there is any hope of that.

Looked at before a body is read: what cannot be answered in good time is refused while it has cost nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from anyio import CancelScope
from fastapi import Request
from starlette._utils import get_route_path  # What the router itself goes by, below whatever prefix.
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import lies_under
from api.auth import GUARDED
from api.errors import NotReady, ServiceBusy, make_error_answer
from api.metrics import Metrics
from api.places import Places, RequestClass
from api.services import Services
from index.deadline import Deadline, DeadlinePassed
from kb.access import ApiKey, Role
from kb.errors import InvalidInput, XianzhiError

DEADLINE_HEADER, CLASS_HEADER = "X-Request-Deadline-Ms", "X-Request-Class"
LONGEST_DEADLINE_MS = 600_000
# How long an answer is waited for where the request does not say: no longer than whoever asked looks at the page.
DEADLINE_SECONDS: Mapping[RequestClass, float] = {
    RequestClass.AGENT: 10.0,
    RequestClass.WIDGET: 10.0,
    RequestClass.BATCH: 60.0,
}
# Between body and answer, of any kind: what waits for a thread or the database is bounded too.
MOST_INSIDE: Mapping[RequestClass, int] = {
    RequestClass.AGENT: 128,
    RequestClass.WIDGET: 64,
    RequestClass.BATCH: 96,
}
# Addresses that are answered from the places of matches.
TAKES_A_PLACE = ("/v1/match", "/v1/widget")
OF_VISITORS = ("/v1/widget", "/v1/suggest")
OF_PROGRAMS = ("/v1/events", "/v1/synonyms:preview", "/v1/notices:preview")
KNOWLEDGE, CHANGES = ("/v1/articles", "/v1/synonyms", "/v1/notices"), frozenset({"PUT", "POST", "DELETE", "PATCH"})
BRINGS_BODY = frozenset({"POST", "PUT", "PATCH"})
Answer = TypeVar("Answer")


class Admission:
    """ASGI middleware within the gate of the keys: refuses what is hopeless, and counts each class by itself."""

    def __init__(self, app: ASGIApp, places: Places, metrics: Metrics) -> None:
        self.app = app
        self.places = places
        self.metrics = metrics
        self.inside = Counter[RequestClass]()
        for kind in RequestClass:
            waiting, inside = partial(places.count_waiting, kind), partial(self.inside.__getitem__, kind)
            metrics.watch_class(kind, waiting=waiting, inside=inside)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = get_route_path(scope) if scope["type"] == "http" else ""
        if not lies_under(path, GUARDED):
            await self.app(scope, receive, send)
            return
        state, headers = scope["state"], Headers(scope=scope)
        kind = find_class(state.get("key"), scope["method"], path, headers)
        status, started, is_inside = 0, time.perf_counter(), False

        async def send_and_note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        def enter() -> None:
            nonlocal is_inside
            self._refuse_full(kind)
            self.inside[kind] += 1
            is_inside = True

        async def receive_and_enter() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body") and not is_inside:
                enter()
            return message

        try:
            state["request_class"], state["deadline"] = kind, read_deadline(headers, kind)
            self._refuse_hopeless(kind, state["deadline"], path)
            if not brings_body(scope["method"], headers):
                enter()
        except XianzhiError as error:
            await make_error_answer(state["request_id"], error)(scope, receive, send_and_note)
        else:
            await self.app(scope, receive_and_enter, send_and_note)
        finally:
            self.inside[kind] -= is_inside
            self.metrics.count_class(kind, status, time.perf_counter() - started)

    def _refuse_full(self, kind: RequestClass) -> None:
        if self.inside[kind] >= MOST_INSIDE[kind]:
            raise ServiceBusy("Too much is asked at once. Try again in a moment.")

    def _refuse_hopeless(self, kind: RequestClass, deadline: Deadline, path: str) -> None:
        self._refuse_full(kind)
        if lies_under(path, *TAKES_A_PLACE):
            self.places.refuse_hopeless(kind, deadline)


def brings_body(method: str, headers: Headers) -> bool:
    """Tell whether something is still to come that is read: who sends half of it takes nobody's place.

    It takes a connection, of which there are so many.
    """
    if method not in BRINGS_BODY:
        return False
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def find_class(key: ApiKey | None, method: str, path: str, headers: Headers) -> RequestClass:
    """Return the class of a request: by the key where that is a page's or a system's, else by the address.

    A program that asks what agents ask says so with the header: it can only step back.
    """
    if (key is not None and key.role is Role.WIDGET) or lies_under(path, *OF_VISITORS):
        return RequestClass.WIDGET
    is_change = method in CHANGES and lies_under(path, *KNOWLEDGE)
    is_systems = key is not None and key.role is Role.SERVICE
    is_programs = is_systems or is_change or lies_under(path, *OF_PROGRAMS)
    return RequestClass.BATCH if is_programs or headers.get(CLASS_HEADER) == RequestClass.BATCH else RequestClass.AGENT


def read_deadline(headers: Headers, kind: RequestClass) -> Deadline:
    """Return until when an answer is waited for; raises `InvalidInput` where the header says no such time."""
    said = headers.get(DEADLINE_HEADER)
    if said is None:
        return Deadline(time.monotonic() + DEADLINE_SECONDS[kind])
    if not (said.isascii() and said.isdecimal() and len(said) <= 6 and 1 <= int(said) <= LONGEST_DEADLINE_MS):
        raise InvalidInput(f"{DEADLINE_HEADER} is a whole number of milliseconds from 1 to {LONGEST_DEADLINE_MS:,}.")
    return Deadline(time.monotonic() + int(said) / 1_000)


async def take_place(request: Request, services: Services, work: Callable[[Deadline], Answer]) -> Answer:
    """Do the work of a request in one of the places; what nobody waits for any more is not begun, or soon ended.

    Raises `ServiceBusy`, `NotReady`, `DeadlinePassed`, or `ClientDisconnect` where the client is gone.
    """
    if not services.matcher.live.is_open:
        raise NotReady("The index is not open yet. Try again in a moment.")
    deadline: Deadline = request.state.deadline
    with CancelScope() as waiting:
        watch = asyncio.ensure_future(_watch_client(request.receive, deadline, waiting))
        try:
            return await services.places.run(request.state.request_class, partial(work, deadline), deadline)
        except DeadlinePassed:
            if not waiting.cancel_called:
                raise
        finally:
            watch.cancel()
    raise ClientDisconnect


async def _watch_client(receive: Receive, deadline: Deadline, waiting: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # What is left of a body that nobody reads.
    deadline.give_up()
    waiting.cancel()
