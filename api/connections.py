"""Connections with deadlines: uvicorn waits for ever for a request, and for a client that does not take its answer."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from api.connection_room import ConnectionRoom
from api.errors import InvalidHttp, RequestTooSlow, TooManyConnections, make_error_answer
from api.limits import find_address, find_home, lies_within
from api.policy import make_security_headers
from kb.errors import XianzhiError

log = logging.getLogger(__name__)

# Below any network that people work on, above what a trickle is worth to who sends it.
SLOWEST_BYTES_PER_SECOND = 5_000
# Of a body that is refused, what is still read, so that who sends it sees the answer and not a broken connection.
MOST_DISCARDED_BYTES = 4_000_000
LONGEST_CHECK_SECONDS = 1.0
CHECKS_IN_TIME = 4
CLOSE = (b"connection", b"close")


class Stage(StrEnum):
    """What a connection waits for."""

    IDLE = "idle"
    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"


class Dropped(StrEnum):
    """Why a connection was closed by us."""

    HEAD_LATE = "head_late"
    BODY_LATE = "body_late"
    ANSWER_NOT_TAKEN = "answer_not_taken"
    REFUSED_BODY_ENDLESS = "refused_body_endless"
    GAVE_WAY = "gave_way"
    NO_PLACE = "no_place"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How long a client may take, and how many connections there are.

    A head has `client_seconds`; a body has them, and one more for every `SLOWEST_BYTES_PER_SECOND` that came; of an
    answer at least that many bytes a second are taken.
    """

    client_seconds: float = 10.0
    most: int = 256
    most_per_address: int = 128
    proxies: tuple[str, ...] = ()  # Networks whose connections are counted by no address: each carries anybody's.

    @property
    def check_seconds(self) -> float:
        """How often a connection is looked at."""
        return min(LONGEST_CHECK_SECONDS, self.client_seconds / CHECKS_IN_TIME)


@dataclass(frozen=True, slots=True)
class Shared:
    """What the connections of one server have in common."""

    limits: ConnectionLimits
    room: ConnectionRoom
    count: Callable[[Dropped], None]


class WatchedConnection(H11Protocol):
    """uvicorn's connection of HTTP/1.1, which is looked at every so often, and closed where its client is too slow."""

    shared: Shared

    _look: asyncio.TimerHandle | None = None
    _waits_for: tuple[Stage, RequestResponseCycle | None] = (Stage.HEAD, None)
    _since = 0.0
    _received = 0
    _unsent: tuple[float, int] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, or be refused."""
        super().connection_made(transport)
        self._since = self.loop.time()
        limits = self.shared.limits
        home = find_home({"client": self.client}) or ""
        most = limits.most if is_anybodys(self.client, limits.proxies) else limits.most_per_address
        if self.shared.room.admit(self, home, most_of_home=most):
            self._look_later()
        else:
            self._drop(Dropped.NO_PLACE, TooManyConnections())

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the place."""
        self.shared.room.leave(self)
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless it is the endless rest of what was refused."""
        self._received += len(data)
        is_refused = self.cycle is not None and self.cycle.response_complete and self._find_stage() is Stage.BODY
        if is_refused and self._received > MOST_DISCARDED_BYTES:
            self._drop(Dropped.REFUSED_BODY_ENDLESS)
            return
        super().data_received(data)

    def resume_writing(self) -> None:
        """Note that the client took most of what waited for it."""
        self._unsent = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP in our own form."""
        self._refuse(InvalidHttp())

    def find_wait(self) -> float | None:
        """Return since when the client is waited for; None while it is being answered."""
        return None if self._find_stage() is Stage.ANSWER else self._since

    def give_way(self) -> None:
        """Close, so that another connection has the place."""
        self._drop(Dropped.GAVE_WAY, TooManyConnections())

    def _find_stage(self) -> Stage:
        their = self.conn.their_state
        if their is h11.SEND_BODY:
            return Stage.BODY
        if their is not h11.IDLE:
            return Stage.ANSWER
        # uvicorn's own deadline runs from the end of an answer to the first byte that follows.
        return Stage.HEAD if self.timeout_keep_alive_task is None else Stage.IDLE

    def _look_later(self) -> None:
        self._look = self.loop.call_later(self.shared.limits.check_seconds, self._look_now)

    def _look_now(self) -> None:
        now = self.loop.time()
        if self._is_answer_left(now):
            self._drop(Dropped.ANSWER_NOT_TAKEN)
            self.transport.abort()  # Closing would wait for what is not taken.
            return
        if late := self._find_lateness(now):
            self._drop(late, RequestTooSlow(self.shared.limits.client_seconds))
        self._look_later()

    def _find_lateness(self, now: float) -> Dropped | None:
        """Return what is late of the request that is waited for."""
        waits_for = (self._find_stage(), self.cycle)
        if waits_for != self._waits_for or self.flow.read_paused:  # Paused: we are late, not the client.
            self._waits_for, self._since, self._received = waits_for, now, 0
        if self.transport.is_closing():
            return None
        seconds = now - self._since
        if waits_for[0] is Stage.HEAD and seconds > self.shared.limits.client_seconds:
            return Dropped.HEAD_LATE
        earned = self._received / SLOWEST_BYTES_PER_SECOND
        if waits_for[0] is Stage.BODY and seconds > self.shared.limits.client_seconds + earned:
            return Dropped.BODY_LATE
        return None

    def _is_answer_left(self, now: float) -> bool:
        """Tell whether what waits to be taken hardly gets less."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent:
            self._unsent = None
            return False
        since, before = self._unsent or (now, 0)
        seconds = now - since
        if unsent <= before and seconds < self.shared.limits.client_seconds:
            return False
        if unsent <= before and before - unsent < SLOWEST_BYTES_PER_SECOND * seconds:
            return True
        self._unsent = (now, unsent)
        return False

    def _drop(self, why: Dropped, error: XianzhiError | None = None) -> None:
        log.info("connection_dropped", extra={"reason": why.value})
        self.shared.count(why)
        has_begun = bool(self.conn.trailing_data[0]) or self._find_stage() is Stage.BODY
        if error is not None and (has_begun or why is Dropped.NO_PLACE):
            self._refuse(error)
        else:
            self.transport.close()

    def _refuse(self, error: XianzhiError) -> None:
        """Say why in the one envelope, where no answer has begun, and close."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # Whoever reads the body learns that no more of it comes.
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._write(error)
        self.transport.close()

    def _write(self, error: XianzhiError) -> None:
        request_id = uuid.uuid4().hex
        answer = make_error_answer(request_id, error)
        more: dict[str, Any] = {**make_security_headers(), "X-Request-ID": request_id}
        headers = [*answer.raw_headers, *((name.encode(), value.encode()) for name, value in more.items()), CLOSE]
        events = (
            h11.Response(status_code=answer.status_code, headers=headers),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        )
        try:
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:  # Such as the answer to HEAD, which has no body.
            log.info("refusal_not_said", extra={"request_id": request_id})


def is_anybodys(client: tuple[str, int] | None, proxies: Sequence[str]) -> bool:
    """Tell whether a connection is a proxy's or this machine's own, and so may be of anybody."""
    from_where = {"client": client}
    address = find_address(from_where)
    return address is None or address.is_loopback or (bool(proxies) and lies_within(from_where, proxies))


def make_protocol(limits: ConnectionLimits, *, count: Callable[[Dropped], None]) -> type[WatchedConnection]:
    """Return the class that uvicorn makes every connection of one server of."""
    room = ConnectionRoom(limits.most)

    class Connection(WatchedConnection):
        shared = Shared(limits, room, count)

    return Connection
