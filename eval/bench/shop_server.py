"""A small HTTP server that plays a shop's own system, in good health or in trouble."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import orjson

MAX_HEAD_BYTES = 65_536
REQUEST_SECONDS = 5.0
LONGEST_HANG_SECONDS = 60.0
SECONDS_BETWEEN_BYTES = 0.02
HUGE_BYTES = 3_000_000


class Trouble(StrEnum):
    """How the system behaves."""

    NONE = "none"
    HANGING = "hanging"
    TRICKLING = "trickling"
    CLOSING = "closing"
    GARBAGE = "garbage"
    NOT_JSON = "not json"
    WRONG_JSON = "wrong json"
    HUGE = "huge"
    REDIRECTING = "redirecting"
    FAILING = "failing"


@dataclass(slots=True)
class Shop:
    """What the system answers by address, how it behaves, and what it was asked."""

    answers: Mapping[str, object]
    trouble: Trouble = Trouble.NONE
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)


@contextmanager
def run_shop(shop: Shop) -> Iterator[str]:
    """Serve a shop on a free port of this machine, and yield its address."""

    class Handler(_Handler):
        played = shop

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = True
        allow_reuse_address = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: whoever asks may leave at any time."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            shop.closed.set()
            server.shutdown()
            thread.join()


class _Handler(socketserver.StreamRequestHandler):
    """Answers one connection."""

    played: Shop
    timeout = REQUEST_SECONDS

    def handle(self) -> None:
        head = self._read_head()
        if not head:
            return
        address = head.split(" ")[1]
        self.played.asked.append(address)
        self.played.heads.append(head)
        match self.played.trouble:
            case Trouble.HANGING:
                self.played.closed.wait(LONGEST_HANG_SECONDS)
            case Trouble.TRICKLING:
                self._trickle(make_answer(200, b"[" + b" " * 5_000 + b"]"))
            case Trouble.CLOSING:
                return
            case Trouble.GARBAGE:
                self.wfile.write(bytes(range(256)) * 8)
            case trouble:
                self.wfile.write(_answer(trouble, address, self.played.answers))

    def _read_head(self) -> str:
        head = bytearray()
        while b"\r\n\r\n" not in head and len(head) < MAX_HEAD_BYTES:
            line = self.rfile.readline(MAX_HEAD_BYTES)
            if not line:
                return ""
            head += line
        return head.decode("latin-1")

    def _trickle(self, answer: bytes) -> None:
        for byte in answer:
            if self.played.closed.wait(SECONDS_BETWEEN_BYTES):
                return
            self.wfile.write(bytes([byte]))


def _answer(trouble: Trouble, address: str, answers: Mapping[str, object]) -> bytes:
    if trouble is Trouble.NOT_JSON:
        return make_answer(200, "<html>系统维护中</html>".encode())
    if trouble is Trouble.WRONG_JSON:
        return make_answer(200, orjson.dumps({"error": [1, {"data": "?"}], "data": {"status": {"a": 1}}}))
    if trouble is Trouble.HUGE:
        return make_answer(200, b'"' + b"x" * HUGE_BYTES + b'"')
    if trouble is Trouble.REDIRECTING:
        return make_answer(302, b"", "Location: http://169.254.169.254/latest/meta-data\r\n")
    if trouble is Trouble.FAILING:
        return make_answer(503, b"{}")
    if address not in answers:
        return make_answer(404, b"{}")
    return make_answer(200, orjson.dumps(answers[address]))


def make_answer(status: int, body: bytes, more: str = "") -> bytes:
    """Return an HTTP answer as it goes over the wire; the connection ends with it."""
    head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n{more}\r\n".encode() + body
