"""The process that puts a load on a server: reads what from its standard input, writes the replies to its output."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle

from eval.bench.served import HOST
from eval.bench.streams import LOAD, REPLIES, UNANSWERED, Load, Replies, Stream

ANSWER_SECONDS = 60.0
MOST_UNDER_WAY = 120  # Of a stream: below what a server takes from one address.
HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


class Connection(asyncio.Protocol):
    """One request after the other, as little of HTTP/1.1 as that takes."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._reply: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None
        self.is_open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave nobody waiting."""
        self.is_open = False
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(UNANSWERED)

    def data_received(self, data: bytes) -> None:
        """Tell the status when the whole answer is there."""
        self._received += data
        head, found, body = self._received.partition(HEAD_END)
        if not found or self._reply is None or self._reply.done():
            return
        fields = bytes(head).lower()
        length = int(fields.partition(LENGTH)[2].partition(b"\r\n")[0] or 0)
        if len(body) >= length:
            if b"connection: close" in fields:
                self.close()
            self._received.clear()
            self._reply.set_result(int(head[9:12]))

    async def ask(self, request: bytes) -> int:
        """Send a request and return the status of its answer, or `UNANSWERED`."""
        assert self._transport is not None
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await asyncio.wait_for(self._reply, ANSWER_SECONDS)
        except TimeoutError:
            self.close()
            return UNANSWERED

    def close(self) -> None:
        """Ask nothing more."""
        self.is_open = False
        if self._transport is not None:
            self._transport.close()


class Pool:
    """Connections of one stream that are open and free."""

    def __init__(self, port: int, address: str) -> None:
        self._port = port
        self._address = address
        self._free: list[Connection] = []

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Connection]:
        """Yield a connection; raises OSError where there is none."""
        connection = self._find_free()
        if connection is None:
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(Connection, HOST, self._port, local_addr=(self._address, 0))
        yield connection
        if connection.is_open:
            self._free.append(connection)

    def _find_free(self) -> Connection | None:
        while self._free:
            connection = self._free.pop()
            if connection.is_open:
                return connection
        return None

    async def ask(self, request: bytes) -> int:
        """Send a request and return the status of its answer, or `UNANSWERED`."""
        try:
            async with self.connect() as connection:
                return await connection.ask(request)
        except OSError:
            return UNANSWERED


class Source:
    """Puts one stream on."""

    def __init__(self, load: Load, stream: Stream) -> None:
        self._pool = Pool(load.port, stream.address)
        self._requests = cycle([write_request(stream, body) for body in stream.bodies])
        self._stream = stream
        self._seconds = load.seconds
        self._chance = random.Random(f"{load.seed} {stream.name}")
        self.replies = Replies()

    async def run(self) -> None:
        """Ask until the time is up, and wait for what is under way."""
        started = time.perf_counter()
        if self._stream.clients:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._stream.clients):
                    group.create_task(self._ask_in_turn(started + self._seconds))
        else:
            await self._ask_when_due(started)
        self.replies.seconds = self._seconds

    async def _ask_in_turn(self, until: float) -> None:
        while (due := time.perf_counter()) < until:
            await self._ask(due)

    async def _ask_when_due(self, started: float) -> None:
        """Ask at moments that do not depend on the answers: intervals are exponential, as of many who ask."""
        due, under_way = started, set[asyncio.Task[None]]()
        while (due := due + self._chance.expovariate(self._stream.per_second)) < started + self._seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if len(under_way) >= MOST_UNDER_WAY:
                self.replies.add(UNANSWERED, 0.0)
                continue
            task = asyncio.create_task(self._ask(due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        if under_way:
            await asyncio.wait(under_way)

    async def _ask(self, due: float) -> None:
        status = await self._pool.ask(next(self._requests))
        self.replies.add(status, (time.perf_counter() - due) * 1_000)


def write_request(stream: Stream, body: str) -> bytes:
    """Return a request as it goes over the wire."""
    content = body.encode()
    lines = [
        f"POST {stream.path} HTTP/1.1",
        f"Host: {HOST}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        *(f"{name}: {value}" for name, value in stream.headers),
    ]
    return "\r\n".join(lines).encode() + HEAD_END + content


async def run_load(load: Load) -> dict[str, Replies]:
    """Put all streams of a load on at once."""
    sources = {stream.name: Source(load, stream) for stream in load.streams}
    async with asyncio.TaskGroup() as group:
        for source in sources.values():
            group.create_task(source.run())
    return {name: source.replies for name, source in sources.items()}


def main() -> None:
    """Read a load, put it on, tell the replies."""
    load = LOAD.validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(REPLIES.dump_json(asyncio.run(run_load(load))))


if __name__ == "__main__":
    main()
