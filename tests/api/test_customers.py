"""Looking customers up and showing their data in plain: noted first, and nowhere else to be read."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from api.app import create_app
from api.logs import JsonFormatter
from kb.audit.chain import verify_chain
from kb.audit.models import AuditRow
from kb.audit.trail import TrailFilter, list_rows
from kb.settings import Settings
from tests.api.conftest import KEY, Shop, fill
from tests.kb.customers.makers import CHEN, ZHOU, save_orders, save_people

SECRETS = ("13800001037", "138 0000 1037", "138-0000-1037", "雨桐", "yutong", "青竹园", "0000")


@pytest.fixture
def people(shop: Shop) -> Shop:
    """A shop of one's own with two customers, one of whom has an order and a notice."""
    fill(shop.database)
    save_people(shop.database, ZHOU, CHEN)
    return shop


def look_up(shop: Shop, query: str, **fields: Any) -> Response:
    """Look somebody up."""
    return shop.client.get("/v1/customers:lookup", params={"q": query, "agent": "a-17", **fields})


def reveal(shop: Shop, customer_id: str, *names: str, **fields: Any) -> Response:
    """Ask for values in plain."""
    body = {"fields": names, "agent": "a-17", "reason": "回电", **fields}
    return shop.client.post(f"/v1/customers/{customer_id}:reveal", json=body)


def read_trail(shop: Shop) -> list[AuditRow]:
    """Return the audit trail."""
    with shop.database.read() as session:
        return list_rows(session, TrailFilter(), limit=100)


def outcomes(shop: Shop) -> list[tuple[str, str]]:
    """Return what was done, and how it ended."""
    return [(row.action, row.outcome) for row in read_trail(shop)]


def error_of(answer: Response) -> tuple[int, str]:
    """Return status and code."""
    return answer.status_code, answer.json()["error"]["code"]


def test_a_phone_brings_customer_orders_parcels_and_notices(people: Shop) -> None:
    answer = look_up(people, "+86 138-0000-1037", reason="来电")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert (found["outcome"], found["read_as"], found["matched_by"]) == ("found", "phone", ["phone"])
    assert found["request_id"] == answer.headers["x-request-id"]
    profile = found["profile"]
    assert profile["customer"] == {
        "id": "C0042",
        "name": "周**",
        "phone": "138****1037",
        "email": "y***@***",
        "tier": "plus",
        "tier_words": {"zh": "PLUS 会员", "en": "plus"},
        "region": ["北京", "海淀区"],
        "address": "****",
    }
    order = profile["orders"][0]
    assert (order["id"], order["state"]) == ("SO2026111500017", {"zh": "已发货", "en": "shipped"})
    assert order["parcels"][0]["now"]["place"] == "昆山"
    assert order["parcels"][0]["events"][0]["at"] == "2026-11-13T00:00:00Z"
    assert [(notice["id"], notice["order_ids"]) for notice in profile["notices"]] == [("snow", ["SO2026111500017"])]


def test_a_contact_is_listed_as_it_was_recorded(people: Shop) -> None:
    body = {"question": "我是周雨桐，电话13800001037，怎么还没到", "order_id": "SO2026111500017"}
    assert people.client.post("/v1/match", json=body).status_code == 200
    people.client.post("/v1/feedback", json={"request_id": "none", "verdict": "dismissed"})  # Waits for the recorder.
    contacts = look_up(people, "C0042").json()["profile"]["contacts"]
    assert len(contacts) == 1
    assert "[手机号]" in contacts[0]["question"]
    assert contacts[0]["order_id"] == "SO2026111500017"


def test_several_are_listed_and_one_of_them_is_looked_up_by_id(people: Shop) -> None:
    found = look_up(people, "1037").json()
    assert (found["outcome"], found["profile"], found["truncated"]) == ("several", None, False)
    assert [one["customer"]["id"] for one in found["candidates"]] == ["C0042", "C0043"]
    assert look_up(people, "C0043").json()["profile"]["customer"]["name"] == "陈**"


def test_nobody_is_an_answer_and_no_error(people: Shop) -> None:
    answer = look_up(people, "13912345678")
    assert answer.status_code == 200
    assert (answer.json()["outcome"], answer.json()["profile"], answer.json()["candidates"]) == ("none", None, [])
    assert outcomes(people) == [("lookup", "none")]


@pytest.mark.parametrize("query", ["037", "周雨桐", "yutong@example.com", "1" * 101])
def test_what_cannot_be_read_is_422_and_is_not_repeated(people: Shop, query: str) -> None:
    answer = look_up(people, query)
    assert answer.status_code == 422
    assert query not in answer.text


def test_a_refused_query_is_noted(people: Shop) -> None:
    assert error_of(look_up(people, "037")) == (422, "query_unreadable")
    assert outcomes(people) == [("lookup", "refused")]


@pytest.mark.parametrize("agent", [None, "", "  ", "a" * 65, "a\nb"])
def test_without_an_agent_nothing_is_looked_up(people: Shop, agent: str | None) -> None:
    answer = look_up(people, "C0042", agent=agent)
    assert error_of(answer) == (422, "invalid_request")
    assert read_trail(people) == []


def test_plain_values_are_those_asked_for_and_no_others(people: Shop) -> None:
    answer = reveal(people, "C0042", "phone", "name")
    assert answer.status_code == 200
    assert answer.json()["values"] == {"name": "周雨桐", "phone": "138-0000 1037"}
    assert answer.headers["cache-control"] == "no-store"
    assert reveal(people, "C0043", "email").json()["values"] == {"email": None}
    row = read_trail(people)[0]
    assert (row.actor, row.action, row.what, row.why) == ("a-17", "reveal", "C0042 name,phone", "回电")
    assert row.request_id == answer.json()["request_id"]


@pytest.mark.parametrize(
    "fields", [{"reason": None}, {"reason": ""}, {"reason": " "}, {"agent": ""}, {"fields": []}, {"fields": ["card"]}]
)
def test_without_field_agent_and_reason_nothing_is_shown(people: Shop, fields: dict[str, Any]) -> None:
    assert error_of(reveal(people, "C0042", "phone", **fields)) == (422, "invalid_request")
    assert read_trail(people) == []


def test_values_of_nobody_are_404_and_noted(people: Shop) -> None:
    answer = reveal(people, "13800001037", "phone")
    assert error_of(answer) == (404, "customer_not_found")
    assert outcomes(people) == [("reveal", "none")]


def test_a_fault_inside_is_noted_and_told_to_nobody(people: Shop) -> None:
    with people.database.engine.begin() as connection:
        connection.execute(text("""UPDATE orders SET status = '周雨桐 13800001037'"""))
    answer = look_up(people, "13800001037")
    assert error_of(answer) == (500, "internal_error")
    assert outcomes(people) == [("lookup", "failed")]


def test_what_cannot_be_noted_is_not_shown(people: Shop) -> None:
    with people.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_head"))
    for answer in (look_up(people, "13800001037"), look_up(people, "037"), reveal(people, "C0042", "phone")):
        assert error_of(answer) == (503, "audit_unavailable")
        assert answer.headers["retry-after"] == "2"
        assert "周" not in answer.text


def test_without_the_key_nobody_is_looked_up(locked_shop: Shop) -> None:
    assert look_up(locked_shop, "C0042").status_code == 401
    assert reveal(locked_shop, "C0042", "phone").status_code == 401
    assert read_trail(locked_shop) == []
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = locked_shop.client.get("/v1/customers:lookup?q=C0042&agent=a", headers=headers)
    assert answer.json()["outcome"] == "none"


def test_the_trail_goes_by_the_clock_and_not_by_a_pretended_present(people: Shop) -> None:
    before = datetime.now(UTC)
    look_up(people, "C0042")
    assert before <= read_trail(people)[0].at <= datetime.now(UTC)


def test_nothing_personal_reaches_logs_errors_metrics_or_the_trail(
    people: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    save_orders(people.database, {"id": "broken", "shipments": []})
    with people.database.engine.begin() as connection:
        connection.execute(text("""UPDATE orders SET status = '周雨桐 13800001037' WHERE id = 'broken'"""))
    caplog.set_level(logging.DEBUG)
    with TestClient(create_app(Settings(), matcher=people.matcher), raise_server_exceptions=False) as client:
        shop = Shop(client, people.matcher, people.settings)
        refused = [
            look_up(shop, "broken1"),
            look_up(shop, "138 0000 1037", reason="周雨桐 13800001037 来电"),
            look_up(shop, "周雨桐 13800001037"),
            look_up(shop, "yutong@example.com"),
            look_up(shop, "138 0000 1037", agent=""),
            look_up(shop, "138 0000 1037" * 20),
            reveal(shop, "13800001037", "phone"),
            reveal(shop, "C0042", "13800001037"),
            client.get("/v1/customers:lookups?q=13800001037"),
            client.get("/v1/customers/13800001037"),
        ]
        reveal(shop, "C0042", "name", "phone", "address", "email", reason="周雨桐 13800001037 要求回电")
        metrics = client.get("/metrics").text
    assert [answer.status_code for answer in refused] == [200, 500, 422, 422, 422, 422, 404, 422, 404, 404]
    # The client that tests use logs the addresses it asks; the service must not.
    records = [record for record in caplog.records if not record.name.startswith(("http", "asyncio"))]
    assert {"request_served", "request_crashed"} <= {record.message for record in records}
    logged = "\n".join(JsonFormatter().format(record) for record in records)
    bodies = "\n".join(answer.text for answer in refused)
    trail = "\n".join(orjson.dumps([row.what, row.why, row.actor]).decode() for row in read_trail(people))
    for secret in SECRETS:
        for place in (logged, bodies, metrics):
            assert secret not in place
    for secret in ("13800001037", "138 0000 1037", "yutong", "青竹园"):
        assert secret not in trail
    with people.database.read() as session:
        assert verify_chain(session).is_whole
