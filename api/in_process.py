"""The service without a socket, its log written to a stream: for measures that ask it and then look at what it said."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from api.app import create_app
from api.logs import LOG_CONFIG
from index.matcher import Matcher
from kb.settings import Settings

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


@dataclass(frozen=True, slots=True)
class InProcess:
    """A running application that is asked in this process."""

    client: TestClient

    def ask(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: object = None
    ) -> tuple[int, str]:
        """Return the status and the body of the answer."""
        answer = self.client.request(method, path, params=params, json=body)
        return answer.status_code, answer.text

    def send(
        self, method: str, path: str, *, params: Sequence[tuple[str, str]], headers: Mapping[str, str], body: object
    ) -> tuple[int, str, str]:
        """Return the status, the headers and the body of the answer."""
        answer = self.client.request(method, path, params=list(params), headers=dict(headers), json=body)
        return answer.status_code, "\n".join(f"{name}: {value}" for name, value in answer.headers.items()), answer.text


@contextmanager
def open_in_process(settings: Settings, matcher: Matcher, log: TextIO) -> Iterator[InProcess]:
    """Yield the application, started; meanwhile this process logs to the stream as the service would."""
    from fastapi.testclient import TestClient  # Its HTTP client comes with the `test` extra.

    with _log_to(log), TestClient(create_app(settings, matcher=matcher), raise_server_exceptions=False) as client:
        yield InProcess(client)


@contextmanager
def _log_to(stream: TextIO) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    config = deepcopy({name: value for name, value in LOG_CONFIG.items() if name != "handlers"})
    config["handlers"] = {"stderr": LOG_CONFIG["handlers"]["stderr"] | {"stream": stream}}
    logging.config.dictConfig(config)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # The asking client writes down addresses; it is not ours.
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
