"""Holding places, so that whoever comes next has to wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
from anyio.from_thread import BlockingPortal

from api.places import Places, RequestClass
from index.deadline import Deadline

PATIENCE_SECONDS = 20.0


@contextmanager
def hold_places(portal: BlockingPortal, places: Places, kind: RequestClass, count: int) -> Iterator[None]:
    """Hold so many places of a class while the block runs."""
    release = threading.Event()

    async def wait_until_held() -> None:
        while places.count_at_work(kind) < count:
            await anyio.sleep(0.001)

    def work() -> bool:
        return release.wait(PATIENCE_SECONDS)

    held = [portal.start_task_soon(places.run, kind, work, Deadline()) for _ in range(count)]
    try:
        portal.call(wait_until_held)
        yield
    finally:
        release.set()
        for each in held:
            each.result(PATIENCE_SECONDS)
