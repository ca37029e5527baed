"""The door to the work: whose request it is, until when it is waited for, and who is refused before it costs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import Message, Scope

from api.admission import DEADLINE_SECONDS, find_class, read_deadline
from api.errors import ServiceBusy
from api.places import PLACES, RULES, Places, RequestClass
from api.services import OTHERS_AT_ONCE, Services
from index.deadline import Deadline
from index.matcher import Matcher
from kb.access import ApiKey, Role
from kb.errors import InvalidInput
from tests.api.conftest import Shop, fill, open_shop
from tests.api.held_places import PATIENCE_SECONDS, hold_places

AGENT, WIDGET, BATCH = RequestClass.AGENT, RequestClass.WIDGET, RequestClass.BATCH
KEYS = {role: f"{role.value}-key-of-sixteen" for role in (Role.WIDGET, Role.AGENT)}
QUESTION = {"question": "七天无理由退货"}


@pytest.fixture(scope="module")
def keyed_shop(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Shop]:
    keys = ",".join(f"{role.value}-1:{role.value}:{key}" for role, key in KEYS.items())
    with open_shop(tmp_path_factory.mktemp("place"), empty_sqlite_file, keys=keys) as opened:
        fill(opened.database)
        yield opened


def app_of(shop: Shop) -> FastAPI:
    assert isinstance(shop.client.app, FastAPI)
    return shop.client.app


def services_of(shop: Shop) -> Services:
    services: Services = app_of(shop).state.services
    return services


@contextmanager
def fill_line(shop: Shop, kind: RequestClass) -> Iterator[None]:
    """Hold every place that a class may have, and let others wait until nobody may join them."""
    portal, places, rules = shop.client.portal, services_of(shop).places, RULES[kind]
    assert portal is not None
    body, role = {**QUESTION, "audience": "public"}, Role.AGENT if kind is AGENT else Role.WIDGET
    with ThreadPoolExecutor(rules.most_waiting) as threads, hold_places(portal, places, kind, rules.most_at_once):
        for _ in range(rules.most_waiting):
            threads.submit(ask_as, shop, role, "POST", "/v1/match", body)
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_refused(places, kind) and time.monotonic() < until:
            time.sleep(0.005)
        yield


def is_refused(places: Places, kind: RequestClass) -> bool:
    try:
        places.refuse_hopeless(kind, Deadline())
    except ServiceBusy:
        return True
    return False


def ask_as(shop: Shop, role: Role, method: str, path: str, body: object = None) -> tuple[int, str]:
    answer = shop.client.request(method, path, json=body, headers={"Authorization": f"Bearer {KEYS[role]}"})
    return answer.status_code, answer.json().get("error", {}).get("code", "")


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("POST", "/v1/match", {}, AGENT),
        ("POST", "/v1/match", {"X-Request-Class": "batch"}, BATCH),
        ("POST", "/v1/match", {"X-Request-Class": "agent"}, AGENT),
        ("POST", "/v1/widget/ask", {"X-Request-Class": "agent"}, WIDGET),
        ("GET", "/v1/suggest", {}, WIDGET),
        ("POST", "/v1/events", {}, BATCH),
        ("POST", "/v1/synonyms:preview", {}, BATCH),
        ("PUT", "/v1/articles/a", {}, BATCH),
        ("GET", "/v1/articles/a", {}, AGENT),
        ("GET", "/v1/customers", {}, AGENT),
        ("GET", "/v1/widgets", {}, AGENT),
    ],
)
def test_the_class_of_a_request(method: str, path: str, headers: dict[str, str], expected: RequestClass) -> None:
    assert find_class(None, method, path, Headers(headers)) is expected


def test_with_a_pages_key_everything_is_a_visitors() -> None:
    key = ApiKey(b"a-key-of-sixteen-characters", Role.WIDGET, "page")
    assert find_class(key, "POST", "/v1/match", Headers({"X-Request-Class": "batch"})) is WIDGET


def test_with_another_systems_key_everything_is_a_programs() -> None:
    key = ApiKey(b"a-key-of-sixteen-characters", Role.SERVICE, "erp")
    assert find_class(key, "POST", "/v1/match", Headers({"X-Request-Class": "agent"})) is BATCH
    assert find_class(key, "GET", "/v1/suggest", Headers({})) is WIDGET


@pytest.mark.parametrize("said", ["0", "-1", "1.5", "", "soon", "600001", "9" * 30, "１００"])
def test_a_deadline_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(InvalidInput, match="X-Request-Deadline-Ms"):
        read_deadline(Headers(raw=[(b"x-request-deadline-ms", said.encode("latin-1", "replace"))]), AGENT)


def test_who_says_nothing_is_waited_for_as_long_as_their_class() -> None:
    assert read_deadline(Headers({}), BATCH).seconds_left == pytest.approx(DEADLINE_SECONDS[BATCH], abs=5)
    assert read_deadline(Headers({"x-request-deadline-ms": "250"}), AGENT).seconds_left <= 0.25


def test_a_wrong_deadline_is_said_in_the_envelope(full_shop: Shop) -> None:
    answer = full_shop.client.post("/v1/match", json=QUESTION, headers={"X-Request-Deadline-Ms": "soon"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")


def test_past_the_line_a_visitor_is_told_before_the_body_is_read_and_an_agent_is_answered(keyed_shop: Shop) -> None:
    with fill_line(keyed_shop, WIDGET):
        headers = {"Authorization": f"Bearer {KEYS[Role.WIDGET]}"}
        answer = keyed_shop.client.post("/v1/match", content=b"never parsed", headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "service_busy")
        assert int(answer.headers["retry-after"]) >= 1
        assert ask_as(keyed_shop, Role.AGENT, "POST", "/v1/match", QUESTION) == (200, "")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/match", {"question": "不想要了能退吗", "audience": "public"}),
        ("POST", "/v1/feedback", {"request_id": "r0", "verdict": "solved"}),
        ("DELETE", "/v1/feedback/r0", None),
    ],
)
def test_a_pages_key_waits_in_the_visitors_line_on_agents_addresses_too(
    keyed_shop: Shop, method: str, path: str, body: object
) -> None:
    with fill_line(keyed_shop, WIDGET):
        assert ask_as(keyed_shop, Role.WIDGET, method, path, body) == (503, "service_busy")
        assert ask_as(keyed_shop, Role.AGENT, method, path, body)[0] != 503
    assert ask_as(keyed_shop, Role.WIDGET, method, path, body)[0] != 503


def test_an_agent_with_less_time_than_the_line_takes_is_told_at_once(keyed_shop: Shop) -> None:
    assert keyed_shop.client.portal is not None
    headers = {"Authorization": f"Bearer {KEYS[Role.AGENT]}", "X-Request-Deadline-Ms": "1"}
    with hold_places(keyed_shop.client.portal, services_of(keyed_shop).places, AGENT, PLACES):
        answer = keyed_shop.client.post("/v1/match", json=QUESTION, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "service_busy")


def test_who_hangs_up_while_waiting_is_never_matched(full_shop: Shop) -> None:
    services, matched = services_of(full_shop), count_matches(full_shop)
    assert full_shop.client.portal is not None
    gone = anyio.Event()
    messages = iter([{"type": "http.request", "body": b'{"question": "refund"}', "more_body": False}])
    sent: list[Message] = []

    async def receive() -> Message:
        message = next(messages, None)
        if message is None:
            await gone.wait()
            return {"type": "http.disconnect"}
        return message

    async def send(message: Message) -> None:
        sent.append(message)

    async def ask_and_hang_up() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(app_of(full_shop), make_scope(), receive, send)
            while services.places.count_waiting(AGENT) < 1:
                await anyio.sleep(0.001)
            gone.set()
        assert services.places.count_waiting(AGENT) == 0

    with hold_places(full_shop.client.portal, services.places, AGENT, PLACES):
        full_shop.client.portal.call(ask_and_hang_up)
    assert (sent, count_matches(full_shop)) == ([], matched)
    assert 'xianzhi_class_requests_total{class="agent",outcome="gone"} 1.0' in full_shop.client.get("/metrics").text


def test_what_is_asked_by_somebody_who_is_gone_by_then_is_not_begun(
    full_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(Matcher, "match", lambda *_, **__: begun.append("match"))
    assert full_shop.client.portal is not None
    messages: Iterator[Message] = chain(
        [{"type": "http.request", "body": b'{"question": "refund"}', "more_body": False}],
        repeat({"type": "http.disconnect"}),
    )

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    full_shop.client.portal.call(app_of(full_shop), make_scope(), receive, send)
    assert not begun


def test_threads_of_the_places_end_with_the_application(tmp_path: Path, empty_sqlite_file: Path) -> None:
    with open_shop(tmp_path, empty_sqlite_file) as shop:
        assert shop.client.portal is not None
        work = threading.current_thread
        thread = shop.client.portal.call(services_of(shop).places.run, AGENT, work, Deadline())
        assert thread.is_alive()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def count_matches(shop: Shop) -> float:
    lines = shop.client.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("xianzhi_matches_total"))


def make_scope() -> Scope:
    headers = [(b"host", b"testserver"), (b"content-type", b"application/json")]
    scope: dict[str, Any] = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http"}
    return scope | {
        "path": "/v1/match",
        "raw_path": b"/v1/match",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("testclient", 1),
        "server": ("testserver", 80),
    }


def test_each_class_is_counted_by_itself(keyed_shop: Shop) -> None:
    assert ask_as(keyed_shop, Role.AGENT, "POST", "/v1/match", QUESTION)[0] == 200
    shown = keyed_shop.client.get("/metrics").text
    for kind in RequestClass:
        for name in ("waiting", "inside"):
            assert f'xianzhi_class_{name}{{class="{kind}"}} 0.0' in shown
        assert f'xianzhi_class_requests_total{{class="{kind}",outcome="refused"}}' in shown
    assert 'xianzhi_class_seconds_count{class="agent"}' in shown


def test_while_every_shared_thread_is_taken_a_match_finds_its_own(full_shop: Shop) -> None:
    taken, release = anyio.Event(), anyio.Event()

    async def take_all() -> None:
        limiter = to_thread.current_default_thread_limiter()
        for place in range(OTHERS_AT_ONCE):
            await limiter.acquire_on_behalf_of(place)
        taken.set()
        await release.wait()
        for place in range(OTHERS_AT_ONCE):
            limiter.release_on_behalf_of(place)

    assert full_shop.client.portal is not None
    filling = full_shop.client.portal.start_task_soon(take_all)
    try:
        full_shop.client.portal.call(taken.wait)
        assert full_shop.client.post("/v1/match", json=QUESTION).status_code == 200
        assert not filling.done()
    finally:
        full_shop.client.portal.call(release.set)
        filling.result(PATIENCE_SECONDS)
