"""`POST /v1/events`: the signature is the key, and each event has its own outcome."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.routers.events import MOST_EVENTS
from kb.events.signature import sign
from tests.api.conftest import KEY, Shop, fill, open_shop
from tests.fakes import SHIPPED_ORDER

SECRET, NEXT_SECRET = "a-secret-of-this-shop", "the-one-that-follows-it"
ORDER_ID = str(SHIPPED_ORDER["id"])
SCAN: dict[str, Any] = {
    "id": "e1",
    "type": "shipment.event",
    "occurred_at": "2026-11-15T09:00:00+08:00",
    "data": {
        "order_id": ORDER_ID,
        "tracking_no": "QY7306518138",
        "at": "2026-11-15T09:00:00+08:00",
        "status": "out_for_delivery",
        "place": "海淀站",
    },
}


@pytest.fixture
def told_shop(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[Shop]:
    """A shop of one's own that takes events, and asks everybody else for a key."""
    with open_told_shop(tmp_path, empty_sqlite_file) as shop:
        yield shop


@contextmanager
def open_told_shop(folder: Path, empty_file: Path) -> Iterator[Shop]:
    """Yield a shop that takes events signed with either of two secrets."""
    with open_shop(folder, empty_file, key=KEY, webhook_secret=f"{SECRET}, {NEXT_SECRET}") as shop:
        fill(shop.database)
        yield shop


def send(shop: Shop, sent: object, *, secret: str = SECRET, at: datetime | None = None) -> Any:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    signature = sign(body, secret.encode(), at=at or datetime.now(UTC))
    headers = {"X-Xianzhi-Signature": signature, "Content-Type": "application/json"}
    return shop.client.post("/v1/events", content=body, headers=headers)


def test_a_signed_event_needs_no_key_and_is_in_the_next_match(told_shop: Shop) -> None:
    answer = send(told_shop, SCAN)
    assert answer.status_code == 200
    assert answer.json()["results"] == [{"id": "e1", "result": "applied", "reason": None}]
    bearer = {"Authorization": f"Bearer {KEY}"}
    order = told_shop.client.get(f"/v1/orders/{ORDER_ID}", headers=bearer).json()
    assert order["shipments"][0]["events"][-1]["place"] == "海淀站"


def test_each_event_of_a_batch_has_its_outcome_in_the_order_sent(told_shop: Shop) -> None:
    bad = {**SCAN, "id": "e2", "data": {"order_id": ORDER_ID}}
    results = send(told_shop, {"events": [SCAN, bad, SCAN]}).json()["results"]
    assert [(one["id"], one["result"]) for one in results] == [
        ("e1", "applied"),
        ("e2", "refused"),
        ("e1", "duplicate"),
    ]
    assert "tracking_no is missing" in results[1]["reason"]


def test_the_next_secret_will_do_as_well(told_shop: Shop) -> None:
    assert send(told_shop, SCAN, secret=NEXT_SECRET).status_code == 200


def test_another_secret_or_an_old_signature_is_refused_and_nothing_is_taken(told_shop: Shop) -> None:
    wrong = send(told_shop, SCAN, secret="not-the-secret-at-all")
    late = send(told_shop, SCAN, at=datetime.now(UTC) - timedelta(minutes=6))
    unsigned = told_shop.client.post("/v1/events", json=SCAN)
    keyed = told_shop.client.post("/v1/events", json=SCAN, headers={"Authorization": f"Bearer {KEY}"})
    for answer in (wrong, late, unsigned, keyed):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "signature_invalid")
    assert send(told_shop, SCAN).json()["results"][0]["result"] == "applied"


def test_the_signature_is_looked_at_before_the_body_is_parsed(told_shop: Shop) -> None:
    answer = told_shop.client.post("/v1/events", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.json()["error"]["code"] == "signature_invalid"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"", 400, "body_missing"),
        ([SCAN], 422, "invalid_input"),
        ({"events": []}, 422, "invalid_input"),
        ({"events": [SCAN] * (MOST_EVENTS + 1)}, 422, "invalid_input"),
        ({"events": "x" * 1_000_000}, 413, "body_too_large"),
    ],
)
def test_a_body_that_holds_no_events_is_refused_as_a_whole(
    told_shop: Shop, sent: object, status: int, code: str
) -> None:
    answer = send(told_shop, sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_without_a_secret_no_events_are_taken(shop: Shop) -> None:
    answer = send(shop, SCAN)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "webhook_disabled")
    assert "XIANZHI_WEBHOOK_SECRET" in answer.json()["error"]["message"]


def test_no_other_address_is_open_for_being_near(told_shop: Shop) -> None:
    for path in ("/v1/events/", "/v1/eventsx", "/v1//events", "/v1/orders"):
        assert told_shop.client.post(path, json={}).status_code == 401


def test_events_are_counted_by_outcome_only(told_shop: Shop) -> None:
    send(told_shop, {"events": [SCAN, {**SCAN, "type": "?"}]})
    figures = told_shop.client.get("/metrics").text
    assert 'xianzhi_events_total{result="applied"} 1.0' in figures
    assert 'xianzhi_events_total{result="refused"} 1.0' in figures
    assert ORDER_ID not in figures
