"""Connections that open and say nothing, trickle, or never take their answer: each is closed, and no other suffers."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from api.connection_room import ConnectionRoom
from api.connections import ConnectionLimits, Dropped, is_anybodys
from tests.api.conftest import Shop
from tests.api.doors import LAST_CHUNK, Door, open_door, read_all, read_answer, read_error, small_app, trickle

LIMITS = ConnectionLimits(client_seconds=0.3, most=40, most_per_address=30)
HEAD = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n"
MATCH = b"POST /v1/match HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GET = b"GET /echo HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def served() -> Iterator[Door]:
    with open_door(small_app, LIMITS, idle_seconds=1) as door:
        yield door


@pytest.fixture
def door(served: Door) -> Door:
    served.dropped.clear()
    return served


def ask(door: Door, source: str = "127.0.0.1", *, path: str = "/echo") -> bytes:
    with door.connect(source) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return read_all(connection).partition(b"\r\n")[0]


def test_connection_that_says_nothing_is_closed_without_a_word(door: Door) -> None:
    with door.connect() as connection:
        assert read_all(connection) == b""
    assert door.dropped == {Dropped.HEAD_LATE: 1}


@pytest.mark.parametrize("start", [b"G", GET, GET + b"X-Slow: "], ids=["one byte", "two lines", "half a header"])
def test_head_that_trickles_is_told_so_and_closed(door: Door, start: bytes) -> None:
    with door.connect() as connection:
        assert read_error(trickle(connection, start)) == (408, "request_too_slow")
    assert door.dropped == {Dropped.HEAD_LATE: 1}


def test_body_that_trickles_is_told_so_and_closed(door: Door) -> None:
    with door.connect() as connection:
        assert read_error(trickle(connection, HEAD + b"x")) == (408, "request_too_slow")
    assert door.dropped == {Dropped.BODY_LATE: 1}


def test_chunked_body_that_trickles_is_closed_too(door: Door) -> None:
    start = GET.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n5000\r\n"
    with door.connect() as connection:
        assert read_error(trickle(connection, start)) == (408, "request_too_slow")


def test_second_request_has_a_deadline_of_its_own(door: Door) -> None:
    with door.connect() as connection:
        connection.sendall(GET + b"\r\n")
        read_answer(connection)
        assert read_error(trickle(connection, GET)) == (408, "request_too_slow")


def test_idle_connection_is_closed(door: Door) -> None:
    with door.connect() as connection:
        connection.sendall(GET + b"\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 200")
    assert door.dropped == {}


def test_body_that_comes_steadily_is_waited_for(door: Door) -> None:
    with door.connect() as connection:
        connection.sendall(HEAD)
        for _ in range(20):
            time.sleep(0.05)
            connection.sendall(b"x" * 1000)
        assert read_answer(connection).endswith(b"20000" + LAST_CHUNK)
    assert door.dropped == {}


def test_answer_that_takes_long_to_make_is_waited_for(door: Door) -> None:
    assert ask(door, path="/late") == b"HTTP/1.1 200 OK"
    assert door.dropped == {}


def test_big_answer_reaches_who_takes_it(door: Door) -> None:
    with door.connect() as connection:
        connection.sendall(b"GET /big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert len(read_all(connection)) > 40_000_000


def test_big_answer_that_is_taken_slowly_and_steadily_is_waited_for(door: Door) -> None:
    with door.connect() as connection:
        connection.sendall(b"GET /big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        for _ in range(20):
            time.sleep(0.1)
            assert connection.recv(1_000_000)
        assert read_all(connection).endswith(LAST_CHUNK)
    assert door.dropped == {}


def test_client_that_does_not_take_its_answer_is_dropped(door: Door) -> None:
    with door.connect() as connection:
        connection.sendall(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        door.wait_for(Dropped.ANSWER_NOT_TAKEN)


def test_refused_body_without_end_is_cut(door: Door) -> None:
    start = b"POST /refuse HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    with door.connect() as connection, suppress(ConnectionResetError, BrokenPipeError):
        connection.sendall(start)
        for _ in range(1_000):
            connection.sendall(b"186a0\r\n" + b"x" * 100_000 + b"\r\n")
    assert door.dropped[Dropped.REFUSED_BODY_ENDLESS] == 1


def test_endless_body_is_refused_by_the_service_itself_and_cut(full_shop: Shop) -> None:
    with open_door(full_shop.client.app, LIMITS) as door, door.connect() as connection:
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(MATCH + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(1_000):
                connection.sendall(b"186a0\r\n" + b" " * 100_000 + b"\r\n")
        assert door.dropped == {Dropped.REFUSED_BODY_ENDLESS: 1}


def test_body_announced_too_large_is_refused_before_it_comes(full_shop: Shop) -> None:
    with open_door(full_shop.client.app, LIMITS) as door, door.connect() as connection:
        connection.sendall(MATCH + b"Content-Length: 100000000\r\nConnection: close\r\n\r\n")
        assert read_error(read_all(connection)) == (413, "body_too_large")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET  /two  spaces HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /echo HTTP/1.1\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: x\r\nA\x00B: y\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        GET + b"X-Long: " + b"x" * 100_000,
    ],
    ids=["TLS", "blanks", "no host", "NUL", "bytes", "two lengths", "negative", "chunk", "coding", "long"],
)
def test_what_is_not_http_is_told_so(door: Door, sent: bytes) -> None:
    with door.connect() as connection:
        connection.sendall(sent)
        assert read_error(read_all(connection)) == (400, "invalid_http")


def test_two_hundred_that_trickle_keep_nobody_out(door: Door) -> None:
    slow: list[socket.socket] = []
    for place in range(200):
        slow.append(door.connect(f"127.0.1.{place % 10 + 1}"))
        slow[-1].sendall(GET)
        if place % 10 == 0:
            assert ask(door) == b"HTTP/1.1 200 OK"
    for each in slow:
        read_all(each)
        each.close()
    assert ask(door) == b"HTTP/1.1 200 OK"
    assert door.dropped[Dropped.GAVE_WAY] + door.dropped[Dropped.HEAD_LATE] == 200


@dataclass(eq=False)
class FakeGuest:
    """A connection that waits since a moment, or is being answered."""

    since: float | None
    gone: bool = False

    def find_wait(self) -> float | None:
        return self.since

    def give_way(self) -> None:
        self.gone = True


def test_who_waits_longest_gives_way() -> None:
    room = ConnectionRoom(3)
    answered, early, late, new = FakeGuest(None), FakeGuest(1.0), FakeGuest(2.0), FakeGuest(3.0)
    assert all(room.admit(guest, "a", most_of_home=3) for guest in (answered, late, early, new))
    assert [guest.gone for guest in (answered, early, late, new)] == [False, True, False, False]
    assert len(room) == 3


def test_one_address_makes_room_among_its_own() -> None:
    room = ConnectionRoom(10)
    other, first, second = FakeGuest(0.0), FakeGuest(1.0), FakeGuest(2.0)
    assert all(room.admit(guest, home, most_of_home=1) for guest, home in ((other, "a"), (first, "b"), (second, "b")))
    assert (other.gone, first.gone, second.gone) == (False, True, False)


def test_of_many_who_wait_the_address_with_most_gives_way() -> None:
    room = ConnectionRoom(3)
    alone, crowd = FakeGuest(0.0), [FakeGuest(float(number)) for number in range(1, 9)]
    assert room.admit(alone, "a", most_of_home=3)
    assert all(room.admit(guest, "b", most_of_home=3) for guest in crowd)
    assert not alone.gone
    assert [guest.gone for guest in crowd] == [True] * 6 + [False] * 2


def test_nobody_who_is_being_answered_gives_way() -> None:
    room = ConnectionRoom(1)
    assert room.admit(FakeGuest(None), "a", most_of_home=1)
    assert not room.admit(FakeGuest(1.0), "a", most_of_home=1)
    assert not room.admit(FakeGuest(1.0), "b", most_of_home=1)
    assert len(room) == 1


@pytest.mark.parametrize(
    ("address", "expected"),
    [("203.0.113.9", False), ("2001:db8::1", False), ("10.0.0.7", True), ("127.0.0.1", True), ("::1", True)],
)
def test_connections_of_proxies_and_this_machine_may_be_of_anybody(address: str, expected: bool) -> None:
    assert is_anybodys((address, 1), ("10.0.0.0/24",)) is expected


def test_this_machine_has_as_many_connections_as_there_are() -> None:
    limits = ConnectionLimits(client_seconds=30, most=10, most_per_address=2)
    with open_door(small_app, limits) as door:
        held = [door.connect() for _ in range(8)]
        assert ask(door, path="/late") == b"HTTP/1.1 200 OK"
        assert door.dropped == {}
        for each in held:
            each.close()
