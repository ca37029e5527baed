"""An application behind the connections that `xianzhi serve` makes, and clients that speak to it in bytes."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from api.connections import ConnectionLimits, Dropped, make_protocol

MOST_SECONDS = 30.0  # Before a test gives up; none waits for it.
LAST_CHUNK = b"\r\n0\r\n\r\n"
BIG_ANSWER_CHUNKS, CHUNK = 400, b"x" * 100_000


@dataclass
class Door:
    """Where an application listens, and why connections were closed."""

    port: int
    dropped: Counter[Dropped] = field(default_factory=Counter)

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        """Return a connection from one of this machine's own addresses."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=MOST_SECONDS, source_address=(source, 0))

    def wait_for(self, why: Dropped, times: int = 1) -> None:
        """Wait until so many connections were closed for this reason."""
        end = time.monotonic() + MOST_SECONDS
        while self.dropped[why] < times:
            assert time.monotonic() < end, self.dropped
            time.sleep(0.01)


@contextmanager
def open_door(app: ASGIApp, limits: ConnectionLimits, *, idle_seconds: int = 15) -> Iterator[Door]:
    """Serve an application on a free port, in a thread."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(512)
    door = Door(listening.getsockname()[1])
    config = uvicorn.Config(
        app,
        http=make_protocol(limits, count=lambda why: door.dropped.update([why])),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=idle_seconds,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield door
    server.should_exit = True
    thread.join(MOST_SECONDS)
    assert not thread.is_alive()


async def small_app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer by address: `/echo` the body's length, `/late` after a while, `/big` much, `/refuse` before reading."""
    path = scope["path"]
    received = 0
    if path == "/echo":
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            received += len(message["body"])
            if not message["more_body"]:
                break
    if path == "/late":
        await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 413 if path == "/refuse" else 200, "headers": []})
    for _ in range(BIG_ANSWER_CHUNKS if path == "/big" else 0):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
    await send({"type": "http.response.body", "body": str(received).encode()})


def read_all(connection: socket.socket) -> bytes:
    """Return everything until the other end closes; a connection that is broken off is closed too."""
    came = bytearray()
    with suppress(ConnectionResetError, BrokenPipeError):
        while piece := connection.recv(65_536):
            came += piece
    return bytes(came)


def read_answer(connection: socket.socket) -> bytes:
    """Return one whole answer of the small application; the connection stays open."""
    came = b""
    while not came.endswith(LAST_CHUNK):
        came += connection.recv(65_536)
    return came


def trickle(connection: socket.socket, start: bytes, pause_seconds: float = 0.02) -> bytes:
    """Send a start, then a byte now and again until the other end closes; return what it said."""
    with suppress(ConnectionResetError, BrokenPipeError):
        connection.sendall(start)
        connection.settimeout(pause_seconds)
        came = bytearray()
        end = time.monotonic() + MOST_SECONDS
        while time.monotonic() < end:
            try:
                piece = connection.recv(65_536)
            except TimeoutError:
                connection.sendall(b"x")
                continue
            if not piece:
                return bytes(came)
            came += piece
        raise AssertionError("nobody closed the connection")
    return bytes(came)


def read_error(answer: bytes) -> tuple[int, str]:
    """Return the status and the code of an error answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    error: dict[str, Any] = json.loads(body)["error"]
    assert error["message"].endswith(".")
    assert b"nosniff" in head
    return int(head.split()[1]), error["code"]
