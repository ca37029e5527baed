"""Keys over HTTP, what they are narrowed to, their end, and the limits, as callers meet them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from api.app import create_app
from api.auth import is_guarded
from kb.access import Role
from kb.audit.models import AuditRow, Caller
from kb.keys.models import KeyRow, NewKey
from kb.keys.openings import OPENED
from kb.keys.service import create_key
from kb.settings import Settings
from tests.api.conftest import Shop, fill, open_shop
from tests.api.widget_shop import ORIGIN

ADMIN_KEY = "an-admin-of-the-shop"
KEYS = f"boss:admin:{ADMIN_KEY},page:widget:0123456789abcdef"


def bear(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


ADMIN = bear(ADMIN_KEY)


@pytest.fixture
def shop(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[Shop]:
    with open_shop(tmp_path, empty_sqlite_file, keys=KEYS, widget_origins=ORIGIN) as opened:
        fill(opened.database)
        yield opened


def make(shop: Shop, **fields: Any) -> tuple[str, str]:
    """Return the id of a new key, and the key."""
    answer = shop.client.post("/v1/keys", json={"name": "erp", "role": "agent", **fields}, headers=ADMIN)
    assert answer.status_code == 201, answer.text
    return answer.json()["record"]["key_id"], answer.json()["key"]


def code_of(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def ask_from(shop: Shop, host: str, key: str, address: str = "/v1/orders", **headers: str) -> Response:
    """Return the answer to a request from an address."""
    client = TestClient(shop.client.app, client=(host, 40_000))
    return client.get(address, headers={**bear(key), **headers})


def test_a_key_is_made_used_replaced_and_revoked(shop: Shop) -> None:
    key_id, key = make(shop)
    assert shop.client.get("/v1/orders", headers=bear(key)).status_code == 200
    rotated = shop.client.post(f"/v1/keys/{key_id}:rotate", json={"overlap_hours": 0}, headers=ADMIN).json()
    assert code_of(shop.client.get("/v1/orders", headers=bear(key))) == (401, "key_ended")
    assert shop.client.get("/v1/orders", headers=bear(rotated["key"])).status_code == 200
    new_id = rotated["record"]["key_id"]
    revoked = shop.client.post(f"/v1/keys/{new_id}:revoke", headers=ADMIN)
    assert revoked.json()["state"] == "revoked"
    ended = shop.client.get("/v1/orders", headers=bear(rotated["key"]))
    assert code_of(ended) == (401, "key_ended")
    assert "revoked" in ended.json()["error"]["message"]
    listed = shop.client.get("/v1/keys", headers=ADMIN)
    assert {one["key_id"]: one["state"] for one in listed.json()["items"]} == {key_id: "expired", new_id: "revoked"}
    assert key not in listed.text
    assert listed.headers["cache-control"] == "no-store"
    with shop.database.read() as session:
        rows = session.execute(select(AuditRow.actor, AuditRow.action).order_by(AuditRow.row_id)).all()
    assert [tuple(row) for row in rows] == [
        ("boss/admin", "key_create"),
        ("boss/admin", "key_rotate"),
        ("boss/admin", "key_revoke"),
    ]


def test_a_shown_key_stays_nowhere(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        _, key = make(shop)
        shop.client.get("/v1/orders", headers=bear(key))
    assert key not in "".join(str(vars(record)) for record in caplog.records)
    shop.database.engine.dispose()
    kept = b"".join(path.read_bytes() for path in shop.settings.data_dir.rglob("*") if path.is_file())
    assert key.encode() not in kept
    assert key.split("_")[2][:43].encode() not in kept


def test_without_any_key_none_can_be_made_over_http(full_shop: Shop) -> None:
    answer = full_shop.client.post("/v1/keys", json={"name": "erp", "role": "admin"})
    assert code_of(answer) == (403, "forbidden")
    assert "xianzhi keys create" in answer.json()["error"]["message"]


def test_the_first_key_closes_a_running_service_and_lets_any_host_in_with_it(
    tmp_path: Path, empty_sqlite_file: Path
) -> None:
    with open_shop(tmp_path, empty_sqlite_file) as shop:
        assert shop.client.get("/v1/orders").status_code == 200
        new = NewKey("boss", Role.ADMIN, timedelta(days=1))
        with shop.database.write() as session:
            key = create_key(session, new, Caller("me", None, "r1"), now=datetime.now(UTC)).key
        shop.client.app.state.services.keys.read(shop.database)  # type: ignore[attr-defined]
        assert code_of(shop.client.get("/v1/orders")) == (401, "unauthorized")
        assert shop.client.get("/v1/orders", headers={**bear(key), "Host": "kb.example"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"name": "page", "role": "agent"}, "this name"),
        ({"name": "a b", "role": "agent"}, "letters"),
        ({"name": "a", "role": "boss"}, "body.role"),
        ({"name": "a", "role": "agent", "days": 0}, "body.days"),
        ({"name": "a", "role": "agent", "days": True}, "body.days"),
        ({"name": "a", "role": "agent", "paths": ["/metrics"]}, "under /v1"),
        ({"name": "a", "role": "agent", "paths": ["/v1/MATCH"]}, "begins with /v1/MATCH"),
        ({"name": "a", "role": "agent", "addresses": ["10.0.0.1/8"]}, "IP addresses"),
        ({"name": "a", "role": "agent", "scope": {}}, "scope"),
    ],
)
def test_a_key_that_cannot_be_is_refused_with_what_to_do(shop: Shop, body: dict[str, Any], problem: str) -> None:
    answer = shop.client.post("/v1/keys", json=body, headers=ADMIN)
    assert answer.status_code == 422
    assert problem in answer.text
    assert shop.client.get("/v1/keys", headers=ADMIN).json() == {"items": []}


def test_a_key_may_be_narrowed_to_every_route_that_asks_for_one_and_to_no_other() -> None:
    routes = create_app(Settings(_env_file=None)).openapi()["paths"]
    assert sorted(OPENED) == sorted(re.sub(r"\{\w+\}", "{}", path) for path in routes if is_guarded(path))


@pytest.mark.parametrize("key_id", ["%00", "nothing", "4fK9aB2mQ7pZ%0A", "4fK9aB2mQ7p-"])
@pytest.mark.parametrize("act", ["revoke", "rotate"])
def test_what_is_no_id_of_a_key_is_refused_before_the_database_sees_it(shop: Shop, key_id: str, act: str) -> None:
    assert code_of(shop.client.post(f"/v1/keys/{key_id}:{act}", json={}, headers=ADMIN)) == (422, "invalid_request")


def test_a_key_of_a_role_that_only_a_newer_version_has_is_listed_and_revoked(shop: Shop) -> None:
    key_id, _ = make(shop)
    with shop.database.write() as session:
        session.get_one(KeyRow, key_id).role = "auditor"
    assert shop.client.get("/v1/keys", headers=ADMIN).json()["items"][0]["role"] == "auditor"
    assert shop.client.post(f"/v1/keys/{key_id}:revoke", headers=ADMIN).json()["state"] == "revoked"


def test_where_keys_are_required_nobody_is_answered_without_one(tmp_path: Path, empty_sqlite_file: Path) -> None:
    with open_shop(tmp_path, empty_sqlite_file) as shop:
        settings = shop.settings.model_copy(update={"keys_required": True})
        with TestClient(create_app(settings, matcher=shop.matcher)) as client:
            assert code_of(client.get("/v1/orders")) == (401, "unauthorized")
            assert code_of(client.get("/v1/keys")) == (401, "unauthorized")
            assert client.get("/healthz").status_code == 200


def test_guessing_through_a_proxy_is_slowed_down_whatever_address_is_claimed(shop: Shop) -> None:
    settings = shop.settings.model_copy(update={"proxies": "10.9.0.1"})
    with TestClient(create_app(settings, matcher=shop.matcher), client=("10.9.0.1", 1)) as client:
        claims = [{**bear("guess"), "X-Forwarded-For": f"visitor-{number}"} for number in range(12)]
        answers = [client.get("/v1/orders", headers=claim).status_code for claim in claims]
    assert answers == [401] * 10 + [429] * 2


def test_a_key_that_only_reads_changes_nothing(shop: Shop) -> None:
    _, key = make(shop, role="editor", reads_only=True)
    assert shop.client.get("/v1/articles/returns-7-days", headers=bear(key)).status_code == 200
    refused = shop.client.post("/v1/articles/returns-7-days:withdraw", headers=bear(key))
    assert code_of(refused) == (403, "forbidden")
    assert "only reads" in refused.json()["error"]["message"]


def test_a_key_that_is_narrowed_to_addresses_of_the_api_opens_no_other(shop: Shop) -> None:
    _, key = make(shop, paths=["/v1/orders", "/v1/customers"])
    answers = {path: shop.client.get(path, headers=bear(key)).status_code for path in ("/v1/orders", "/v1/synonyms")}
    assert answers == {"/v1/orders": 200, "/v1/synonyms": 403}
    assert shop.client.get("/v1/customers:lookup?q=C0042&agent=a", headers=bear(key)).status_code == 200
    assert shop.client.get("/v1/ordersx", headers=bear(key)).status_code == 403


def test_a_key_that_is_narrowed_to_networks_is_good_from_there_alone(shop: Shop) -> None:
    _, key = make(shop, addresses=["10.1.0.0/16"])
    assert ask_from(shop, "10.1.2.3", key).status_code == 200
    assert ask_from(shop, "10.2.2.3", key).status_code == 403
    # Nobody is believed who says where a request came from, unless the settings name the proxy.
    assert ask_from(shop, "10.2.2.3", key, **{"X-Forwarded-For": "10.1.2.3"}).status_code == 403


def test_a_proxy_that_is_named_is_believed_and_no_other(tmp_path: Path, empty_sqlite_file: Path) -> None:
    with open_shop(tmp_path, empty_sqlite_file, keys=KEYS) as shop:
        settings = shop.settings.model_copy(update={"proxies": "10.9.0.0/24"})
        _, key = make(shop, addresses=["203.0.113.9"])
        with TestClient(create_app(settings, matcher=shop.matcher), client=("10.9.0.1", 1)) as client:
            said = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
            assert client.get("/v1/orders", headers={**bear(key), **said}).status_code == 200
            forged = {"X-Forwarded-For": "203.0.113.9, 198.51.100.1"}
            assert client.get("/v1/orders", headers={**bear(key), **forged}).status_code == 403
            assert client.get("/v1/orders", headers={**bear(key), "X-Forwarded-For": "x" * 5_000}).status_code == 403


def test_a_refused_use_is_a_line_in_the_log_and_of_an_ended_key_a_row_of_the_trail(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    key_id, key = make(shop)
    shop.client.post(f"/v1/keys/{key_id}:revoke", headers=ADMIN)
    with caplog.at_level(logging.WARNING, logger="api"):
        for _ in range(3):
            shop.client.get("/v1/orders", headers=bear(key))
    assert [record.message for record in caplog.records] == ["access_refused"] * 3
    assert "erp" in str(vars(caplog.records[0]))
    shop.client.app.state.services.keys.write_notes(shop.database)  # type: ignore[attr-defined]
    with shop.database.read() as session:
        rows = session.execute(select(AuditRow.actor, AuditRow.why).where(AuditRow.action == "key_refused")).all()
        row = session.get_one(KeyRow, key_id)
    assert [tuple(one) for one in rows] == [("erp", "the key is revoked")]
    assert row.refused_at is not None
    assert row.used_at is None


def test_guessing_keys_is_slowed_down_and_right_keys_are_not(shop: Shop) -> None:
    answers = [ask_from(shop, "203.0.113.9", f"guess-{number}") for number in range(12)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert code_of(answers[-1]) == (429, "too_many_requests")
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert ask_from(shop, "203.0.113.9", ADMIN_KEY).status_code == 200
    assert ask_from(shop, "203.0.113.10", "guess").status_code == 401


def test_a_key_has_its_limit_and_pages_that_are_told_of_it_may_read_it(tmp_path: Path, empty_sqlite_file: Path) -> None:
    with open_shop(tmp_path, empty_sqlite_file, keys=KEYS) as shop:
        few = {"key_requests_per_minute": 60, "address_requests_per_minute": 60, "widget_origins": ORIGIN}
        app = create_app(shop.settings.model_copy(update=few), matcher=shop.matcher)
        with TestClient(app, client=("203.0.113.9", 1)) as client:
            by_key = [client.get("/v1/orders", headers=ADMIN).status_code for _ in range(11)]
            widget = {**bear("0123456789abcdef"), "Origin": ORIGIN}
            by_address = [client.get("/v1/suggest?q=退", headers=widget) for _ in range(11)]
        other = TestClient(app, client=("203.0.113.10", 1)).get("/v1/suggest?q=退", headers=widget)
    assert by_key == [200] * 10 + [429]
    assert [answer.status_code for answer in by_address] == [200] * 10 + [429]
    assert by_address[-1].headers["access-control-allow-origin"] == ORIGIN
    assert other.status_code != 429
