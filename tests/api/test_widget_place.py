"""Visitors have one place and a short queue: past them they are told at once, and agents are answered meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path

import anyio
import pytest
from anyio import CapacityLimiter, to_thread

from api.errors import ServiceBusy
from api.services import MATCHES_AT_ONCE, OTHERS_AT_ONCE, Services
from api.widget_place import WIDGET_WAITING, take_widget_place
from kb.access import Role
from tests.api.conftest import Shop, fill, open_shop

PATIENCE_SECONDS = 20.0
KEYS = {role: f"{role.value}-key-of-sixteen" for role in (Role.WIDGET, Role.AGENT)}


@pytest.fixture(scope="module")
def keyed_shop(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Shop]:
    keys = ",".join(f"{role.value}-1:{role.value}:{key}" for role, key in KEYS.items())
    with open_shop(tmp_path_factory.mktemp("place"), empty_sqlite_file, keys=keys) as opened:
        fill(opened.database)
        yield opened


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


def ask_as(shop: Shop, role: Role, method: str, path: str, body: object = None) -> tuple[int, str]:
    answer = shop.client.request(method, path, json=body, headers={"Authorization": f"Bearer {KEYS[role]}"})
    return answer.status_code, answer.json().get("error", {}).get("code", "")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/match", {"question": "不想要了能退吗", "audience": "public"}),
        ("POST", "/v1/feedback", {"request_id": "r0", "verdict": "solved"}),
        ("DELETE", "/v1/feedback/r0", None),
    ],
)
def test_a_pages_key_waits_for_the_visitors_place_on_agents_addresses_too(
    keyed_shop: Shop, method: str, path: str, body: object
) -> None:
    services, visitor = services_of(keyed_shop), object()
    assert keyed_shop.client.portal is not None
    keyed_shop.client.portal.call(services.widget_limiter.acquire_on_behalf_of, visitor)
    try:
        assert ask_as(keyed_shop, Role.WIDGET, method, path, body) == (503, "service_busy")
        assert ask_as(keyed_shop, Role.AGENT, method, path, body)[0] != 503
    finally:
        keyed_shop.client.portal.call(services.widget_limiter.release_on_behalf_of, visitor)
    assert ask_as(keyed_shop, Role.WIDGET, method, path, body)[0] != 503


def test_while_every_shared_thread_is_taken_a_match_finds_its_own(full_shop: Shop) -> None:
    release = threading.Event()

    async def take_all() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(OTHERS_AT_ONCE):
                group.start_soon(to_thread.run_sync, release.wait, PATIENCE_SECONDS)
            await wait_until_taken()
            taken.set()

    async def wait_until_taken() -> None:
        while to_thread.current_default_thread_limiter().available_tokens:
            await anyio.sleep(0.001)

    taken = threading.Event()
    assert full_shop.client.portal is not None
    filling = full_shop.client.portal.start_task_soon(take_all)
    try:
        assert taken.wait(PATIENCE_SECONDS)
        assert full_shop.client.post("/v1/match", json={"question": "七天无理由退货"}).status_code == 200
        assert not filling.done()
    finally:
        release.set()
        filling.result(PATIENCE_SECONDS)
