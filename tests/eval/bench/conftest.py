"""A service that answers at once, for what asks it."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from tests.http_server import QuietHandler, serve


class Answering(QuietHandler):
    """Answers each question, but for one that it is too busy for."""

    def do_POST(self) -> None:
        asked = orjson.loads(self.read_body())
        content = orjson.dumps({"timing": {"encode": 4.0, "search": 1.0}})
        self.answer(content, status=503 if asked["question"] == "busy" else 200)


@pytest.fixture
def port() -> Iterator[int]:
    """Where it listens."""
    with serve(Answering) as port:
        yield port
