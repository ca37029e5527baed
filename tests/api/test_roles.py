"""Every role may do what it is for, nothing else, and the audit trail says whose key it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.addresses import lies_under
from api.app import create_app
from api.auth import PERMITS, is_guarded, may_call
from kb.access import Role
from kb.audit.models import AuditRow
from kb.feedback.models import FeedbackRow, MatchRow
from kb.orders.repository import save_customer
from kb.orders.tables import Customer
from kb.settings import Settings
from tests.api.conftest import Shop, fill, open_shop

KEYS = {role: f"{role.value}-key-of-sixteen" for role in Role}
CUSTOMER = Customer(id="C0042", name="周雨桐", phone="13800001037")
LOOKUP = ("GET", "/v1/customers:lookup?q=C0042&agent=a-17", None)
REVEAL = ("POST", "/v1/customers/C0042:reveal", {"fields": ["phone"], "agent": "a-17", "reason": "回电"})
ORDERS = ("GET", "/v1/orders", None)
MATCH_PUBLIC = ("POST", "/v1/match", {"question": "不想要了能退吗", "audience": "public"})
MATCH_AGENT = ("POST", "/v1/match", {"question": "不想要了能退吗"})
MATCH_ORDER = ("POST", "/v1/match", {"question": "能退吗", "audience": "public", "order_id": "SO2026111500017"})
MATCH_CUSTOMER = ("POST", "/v1/match", {"question": "能退吗", "audience": "public", "customer": "C0042"})
ARTICLE = ("GET", "/v1/articles/returns-7-days", None)
SYNONYM = ("PUT", "/v1/synonyms/s1", {"words": ["退货", "退掉"]})
PREVIEW = ("POST", "/v1/notices:preview", {"notice_id": "snow"})
FEEDBACK = ("POST", "/v1/feedback", {"request_id": "r0", "verdict": "solved"})
EVERYTHING = (
    LOOKUP, REVEAL, ORDERS, MATCH_PUBLIC, MATCH_AGENT, MATCH_ORDER, MATCH_CUSTOMER, ARTICLE, SYNONYM, PREVIEW, FEEDBACK
)  # fmt: skip
ALLOWED = {
    Role.ADMIN: set(range(len(EVERYTHING))),
    Role.SUPERVISOR: {0, 1, 2, 3, 4, 5, 6, 7, 9, 10},
    Role.AGENT: {0, 1, 2, 3, 4, 5, 6, 7, 10},
    Role.EDITOR: {3, 7, 8, 9},
    Role.ANALYST: set(),
    Role.SERVICE: {3, 4, 5, 6, 10},
    Role.WIDGET: {3, 10},
}
Ask = tuple[str, str, Mapping[str, object] | None]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Shop]:
    keys = ",".join(f"{role.value}-1:{role.value}:{key}" for role, key in KEYS.items())
    with open_shop(tmp_path_factory.mktemp("roles"), empty_sqlite_file, keys=keys) as opened:
        fill(opened.database)
        with opened.database.write() as session:
            save_customer(session, CUSTOMER)
        yield opened


def ask(shop: Shop, role: Role, request: Ask) -> int:
    method, address, body = request
    headers = {"Authorization": f"Bearer {KEYS[role]}"}
    return shop.client.request(method, address, json=body, headers=headers).status_code


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("number", range(len(EVERYTHING)), ids=lambda number: EVERYTHING[number][1])
def test_a_role_may_do_what_it_is_for_and_nothing_else(shop: Shop, role: Role, number: int) -> None:
    status = ask(shop, role, EVERYTHING[number])
    assert (status != 403) is (number in ALLOWED[role]), status
    assert status != 401


def test_a_refusal_says_which_roles_may(shop: Shop) -> None:
    answer = shop.client.get(LOOKUP[1], headers={"Authorization": f"Bearer {KEYS[Role.EDITOR]}"})
    assert answer.json()["error"]["code"] == "forbidden"
    assert "role editor" in answer.json()["error"]["message"]
    assert "admin, agent, supervisor" in answer.json()["error"]["message"]


def test_a_wrong_key_is_no_key(shop: Shop) -> None:
    assert shop.client.get("/v1/orders", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_the_trail_names_the_key_before_the_name_that_is_claimed(shop: Shop) -> None:
    assert ask(shop, Role.AGENT, LOOKUP) == 200
    assert ask(shop, Role.AGENT, REVEAL) == 200
    with shop.database.read() as session:
        rows = session.execute(select(AuditRow.actor, AuditRow.action).order_by(AuditRow.row_id.desc()).limit(2)).all()
    assert [tuple(row) for row in rows] == [("agent-1/a-17", "reveal"), ("agent-1/a-17", "lookup")]


def test_every_guarded_route_has_permits() -> None:
    guarded = [path for path in create_app(Settings(_env_file=None)).openapi()["paths"] if is_guarded(path)]
    assert [path for path in guarded if not lies_under(path, *PERMITS)] == []
    assert len(guarded) >= len(PERMITS)


def test_what_begins_like_a_permitted_address_is_another_one() -> None:
    assert may_call(Role.AGENT, "GET", "/v1/customers:lookup")
    assert not may_call(Role.AGENT, "GET", "/v1/customersx")
    assert not may_call(Role.WIDGET, "GET", "/v1/other")
    assert may_call(Role.ADMIN, "GET", "/v1/other")


def test_a_prefix_before_the_address_opens_nothing(shop: Shop) -> None:
    client = TestClient(shop.client.app, root_path="/kb")
    assert client.get("/v1/orders").status_code == 401
    assert client.get("/kb/v1/orders").status_code == 401
    assert client.get("/v1/orders", headers={"Authorization": f"Bearer {KEYS[Role.AGENT]}"}).status_code == 200


def test_an_editor_is_told_how_many_orders_a_notice_touches_but_not_which(shop: Shop) -> None:
    everything = {"notice": {"id": "all", "title": "全部", "kind": "delay"}}
    headers = {role: {"Authorization": f"Bearer {KEYS[role]}"} for role in (Role.ADMIN, Role.EDITOR)}
    shown = {
        role: shop.client.post("/v1/notices:preview", json=everything, headers=h).json() for role, h in headers.items()
    }
    assert shown[Role.ADMIN]["orders"]
    assert shown[Role.EDITOR]["orders"] == []
    assert shown[Role.EDITOR]["touched"] == shown[Role.ADMIN]["touched"] > 0


def test_what_a_widget_asks_is_recorded_without_the_order_that_it_names(shop: Shop) -> None:
    body = {"question": "不想要了能退吗", "audience": "public", "order": {"id": "SO2026111500017", "status": "shipped"}}
    for role in (Role.WIDGET, Role.AGENT):
        headers = {"Authorization": f"Bearer {KEYS[role]}", "X-Request-ID": f"by-{role.value}"}
        assert shop.client.post("/v1/match", json=body, headers=headers).status_code == 200
    assert shop.client.app.state.services.recorder.flush()  # type: ignore[attr-defined]
    with shop.database.read() as session:
        recorded = {row.request_id: row.order_id for row in session.scalars(select(MatchRow))}
    assert recorded["by-widget"] is None
    assert recorded["by-agent"] == "SO2026111500017"


def judge(shop: Shop, role: Role, request_id: str, method: str = "POST") -> int:
    headers = {"Authorization": f"Bearer {KEYS[role]}"}
    if method == "DELETE":
        return shop.client.delete(f"/v1/feedback/{request_id}", headers=headers).status_code
    body = {"request_id": request_id, "verdict": "solved"}
    return shop.client.post("/v1/feedback", json=body, headers=headers).status_code


def match_as(shop: Shop, role: Role, request_id: str) -> None:
    headers = {"Authorization": f"Bearer {KEYS[role]}", "X-Request-ID": request_id}
    assert shop.client.post(*MATCH_PUBLIC[1:2], json=MATCH_PUBLIC[2], headers=headers).status_code == 200


def test_a_widget_judges_what_a_widget_asked_and_nothing_else(shop: Shop) -> None:
    match_as(shop, Role.WIDGET, "asked-by-a-page")
    match_as(shop, Role.AGENT, "asked-by-an-agent")
    assert judge(shop, Role.WIDGET, "asked-by-a-page") == 200
    assert judge(shop, Role.WIDGET, "asked-by-an-agent") == 404
    assert judge(shop, Role.WIDGET, "asked-by-an-agent", "DELETE") == 404
    assert judge(shop, Role.AGENT, "asked-by-an-agent") == 200
    assert judge(shop, Role.AGENT, "asked-by-a-page") == 200
    assert judge(shop, Role.WIDGET, "asked-by-a-page", "DELETE") == 200


def test_a_page_that_sends_an_agents_request_id_takes_nothing_from_the_agent(shop: Shop) -> None:
    match_as(shop, Role.AGENT, "the-same-id")
    match_as(shop, Role.WIDGET, "the-same-id")
    assert judge(shop, Role.AGENT, "the-same-id") == 200
    assert shop.client.app.state.services.recorder.flush()  # type: ignore[attr-defined]
    with shop.database.read() as session:
        judged = session.scalars(
            select(MatchRow.through)
            .join(FeedbackRow, FeedbackRow.match_id == MatchRow.row_id)
            .where(MatchRow.request_id == "the-same-id")
        ).all()
    assert judged == ["api"]


def test_a_widget_asks_about_the_present(shop: Shop) -> None:
    body = {"question": "不想要了能退吗", "audience": "public", "now": "2027-01-01T00:00:00Z"}
    assert ask(shop, Role.WIDGET, ("POST", "/v1/match", body)) == 403
    assert ask(shop, Role.EDITOR, ("POST", "/v1/match", body)) == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"verdict": "used"},
        {"verdict": "edited"},
        {"verdict": "solved", "agent": "a-17"},
        {"verdict": "solved", "reply": "请加微信"},
        {"verdict": "solved", "at": "2026-11-14T00:00:00Z"},
    ],
)
def test_a_widget_says_nothing_that_only_agents_can(shop: Shop, fields: dict[str, str]) -> None:
    match_as(shop, Role.WIDGET, "said-by-a-page")
    solution = {"kind": "article", "id": "returns-7-days"}
    body = {"request_id": "said-by-a-page", "solution": solution, **fields}
    assert ask(shop, Role.WIDGET, ("POST", "/v1/feedback", body)) == 403
    assert ask(shop, Role.AGENT, ("POST", "/v1/feedback", body)) == 200
    for verdict in ("solved", "dismissed", "wrong"):
        said = {"request_id": "said-by-a-page", "solution": solution, "verdict": verdict}
        assert ask(shop, Role.WIDGET, ("POST", "/v1/feedback", said)) == 200
