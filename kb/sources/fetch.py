"""Fetch JSON from one system: within a time that holds for the whole request, and of a bounded size.

The requests run on an event loop of their own: only there can one be ended at any point, while a name is looked up,
while a connection is made, and between two bytes of an answer that trickles in.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
import orjson

from kb.sources.ports import SourceFault

MAX_ANSWER_BYTES = 1_000_000
MOST_CONNECTIONS = 16
MOST_TRIES = 2
STOP_SECONDS = 5.0
WORTH_A_RETRY = frozenset({502, 503, 504})
NO_SUCH_THING = frozenset({404, 410})
OK = 200


class Missing(Enum):
    """Says that the system knows no such thing."""

    MISSING = "missing"


MISSING = Missing.MISSING


class FetchFailed(Exception):
    """There is no answer to use; `is_systems` where the next request will likely fare no better."""

    def __init__(self, fault: SourceFault, detail: str, *, is_systems: bool = True) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail
        self.is_systems = is_systems


class _ConnectFailed(FetchFailed):
    """There is no connection: nothing was asked yet."""


class _Unavailable(FetchFailed):
    """A gateway says that the system behind it does not answer."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Asks one system; safe to use from several threads."""

    client: httpx.AsyncClient
    loop: asyncio.AbstractEventLoop
    timeout_seconds: float

    def fetch(self, url: str, headers: Mapping[str, str]) -> object:
        """Return the JSON at an address, or `MISSING`; raises `FetchFailed` and nothing else."""
        work = self._fetch(url, headers)
        try:
            running = asyncio.run_coroutine_threadsafe(work, self.loop)
        except RuntimeError as error:  # The loop has ended: the program is being stopped.
            work.close()
            raise FetchFailed(SourceFault.FAILED, "it is being closed") from error
        try:
            return running.result(self.timeout_seconds)
        except FetchFailed:
            raise
        except (TimeoutError, CancelledError):
            running.cancel()
            raise FetchFailed(SourceFault.TIMED_OUT, f"no answer within {self.timeout_seconds * 1000:.0f} ms") from None
        except Exception as error:  # Whatever the network or a library thinks of: a match must not fail for it.
            raise FetchFailed(SourceFault.FAILED, type(error).__name__) from error

    async def _fetch(self, url: str, headers: Mapping[str, str]) -> object:
        async with asyncio.timeout(self.timeout_seconds):
            for left in reversed(range(MOST_TRIES)):
                try:
                    return await self._try(url, headers)
                except (_ConnectFailed, _Unavailable):
                    if not left:
                        raise
        raise AssertionError("the last try raises or returns")

    async def _try(self, url: str, headers: Mapping[str, str]) -> object:
        try:
            async with self.client.stream("GET", url, headers=headers) as response:
                _check_status(response.status_code)
                if response.status_code in NO_SUCH_THING:
                    return MISSING
                body = await _read_bounded(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _ConnectFailed(SourceFault.NOT_REACHED, type(error).__name__) from error
        except httpx.TimeoutException as error:
            raise FetchFailed(SourceFault.TIMED_OUT, type(error).__name__) from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise FetchFailed(SourceFault.FAILED, type(error).__name__) from error
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise FetchFailed(SourceFault.NOT_JSON, f"{len(body)} bytes that are no JSON") from error


def _check_status(status: int) -> None:
    said = f"status {status}"
    if status in WORTH_A_RETRY:
        raise _Unavailable(SourceFault.FAILED, said)
    if status >= 500:
        raise FetchFailed(SourceFault.FAILED, said)
    if 300 <= status < 400:
        raise FetchFailed(SourceFault.REDIRECTED, said)
    if status != OK and status not in NO_SUCH_THING:
        # A key that is refused, or too many requests: so will be the next one. Else only this one was not understood.
        raise FetchFailed(SourceFault.REFUSED, said, is_systems=status in {401, 403, 407, 429})


async def _read_bounded(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise FetchFailed(SourceFault.NOT_JSON, "it is compressed, which was not asked for")
    announced = response.headers.get("content-length", "")
    body = bytearray()
    if not (announced.isdecimal() and int(announced[:20]) > MAX_ANSWER_BYTES):
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                break
        else:
            return bytes(body)
    raise FetchFailed(SourceFault.TOO_LARGE, f"more than {MAX_ANSWER_BYTES:,} bytes")


@contextmanager
def open_fetcher(headers: Mapping[str, str], *, timeout_seconds: float, trust: ssl.SSLContext) -> Iterator[Fetcher]:
    """Yield what fetches; its connections and its thread end with it."""
    with _run_loop() as loop:
        client = httpx.AsyncClient(
            headers={"Accept": "application/json", "User-Agent": "xianzhi", **headers, "Accept-Encoding": "identity"},
            timeout=timeout_seconds,
            follow_redirects=False,
            trust_env=False,  # No proxy and no password file that happens to lie about.
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
            verify=trust,
            cookies=CookieJar(
                DefaultCookiePolicy(allowed_domains=[])
            ),  # One customer's request tells nothing of another's.
        )
        try:
            yield Fetcher(client, loop, timeout_seconds)
        finally:
            asyncio.run_coroutine_threadsafe(_close(client), loop).result(STOP_SECONDS)


async def _close(client: httpx.AsyncClient) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await client.aclose()


@contextmanager
def _run_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="order-source", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP_SECONDS)
        if not thread.is_alive():
            loop.close()
