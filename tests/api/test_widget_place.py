"""Visitors have one place and a short queue: past them they are told at once, and agents are answered meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine

import anyio
import pytest
from anyio import CapacityLimiter

from api.errors import ServiceBusy
from api.services import MATCHES_AT_ONCE, Services
from api.widget_place import WIDGET_WAITING, take_widget_place
from tests.api.conftest import Shop

PATIENCE_SECONDS = 20.0


def services_of(shop: Shop) -> Services:
    services: Services = shop.client.app.state.services  # type: ignore[attr-defined]
    return services


def run_in(shop: Shop, work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run where the service runs."""
    assert shop.client.portal is not None
    shop.client.portal.call(work)


async def wait_until_waiting(limiter: CapacityLimiter, count: int) -> None:
    while limiter.statistics().tasks_waiting < count:
        await anyio.sleep(0.001)


def test_past_the_queue_a_visitor_is_told_at_once_and_an_agent_finds_a_place(full_shop: Shop) -> None:
    services = services_of(full_shop)
    release, done = threading.Event(), list[int]()

    def work() -> int:
        release.wait(PATIENCE_SECONDS)
        return 1

    async def visit() -> None:
        done.append(await take_widget_place(services, work))

    async def run() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(WIDGET_WAITING + 1):
                group.start_soon(visit)
            await wait_until_waiting(services.widget_limiter, WIDGET_WAITING)
            with pytest.raises(ServiceBusy):
                await take_widget_place(services, work)
            assert services.match_limiter.available_tokens == MATCHES_AT_ONCE - 1
            release.set()

    run_in(full_shop, run)
    assert len(done) == WIDGET_WAITING + 1


def test_who_waits_too_long_is_told(full_shop: Shop) -> None:
    services = services_of(full_shop)

    async def run() -> None:
        another = object()
        await services.widget_limiter.acquire_on_behalf_of(another)
        try:
            with anyio.fail_after(PATIENCE_SECONDS), pytest.raises(ServiceBusy):
                await take_widget_place(services, lambda: 1)
        finally:
            services.widget_limiter.release_on_behalf_of(another)

    run_in(full_shop, run)


def test_what_goes_wrong_in_the_place_gives_it_back(full_shop: Shop) -> None:
    services = services_of(full_shop)

    def fail() -> int:
        raise ValueError("broken")

    async def run() -> None:
        with pytest.raises(ValueError, match="broken"):
            await take_widget_place(services, fail)
        assert await take_widget_place(services, lambda: 7) == 7

    run_in(full_shop, run)
