"""Errors of `POST /v1/match`: a true status, a stable code, and where the problem is in plain words."""

from __future__ import annotations

import pytest

from tests.api.conftest import Shop

ORDER = {"status": "paid"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"question": None}, "body.question: Should be text."),
        ({"limit": 0}, "body.limit: Should be greater than or equal to 1."),
        ({"limit": 51}, "body.limit: Should be less than or equal to 50."),
        ({"limit": True}, "body.limit: Should be a whole number."),
        ({"limit": "5"}, "body.limit: Should be a whole number."),
        ({"audience": "everyone"}, "body.audience: Should be 'public' or 'internal'."),
        ({"filters": {"kind": "notice"}}, "body.filters.kind: Should be 'article' or 'case'."),
        (
            {"filters": {"langauge": "zh"}},
            "body.filters: There is no field 'langauge'; did you mean 'language'?",
        ),
        ({"turn": ["x"]}, "body: There is no field 'turn'; did you mean 'turns'?"),
        (
            {"turns": [{"text": "x", "rôle": "agent"}]},
            r"body.turns.0: There is no field 'r\xf4le'; did you mean 'role'?",
        ),
        ({"turns": [{"role": "bot", "text": "x"}]}, "body.turns.0.role: Should be 'customer' or 'agent'."),
        ({"turns": ["x"] * 51}, "body.turns: Should have at most 50 entries or characters."),
        ({"now": "2026-11-15T10:00:00"}, "body.now: The time has no zone; add one, such as +08:00."),
        ({"now": 0}, "body.now: Should be an ISO 8601 time with a zone, such as 2026-11-15T10:02:00+08:00."),
        ({"order": {}}, "body.order.status: This field is required."),
        (
            {"order": {"status": "paid", "items": [{"price": "dear"}]}},
            "body.order.items.0.price: Should be a number.",
        ),
        (
            {"order": {"status": "paid", "items": [{"price": -1}]}},
            "body.order.items.0.price: Should be greater than",
        ),
        (
            {"order": ORDER, "order_id": "1"},
            "body: Send only one of order, order_id and customer; this has order and",
        ),
        (
            {"order_id": "1", "customer": "C1"},
            "body: Send only one of order, order_id and customer; this has order_id",
        ),
        ({"customer": {}}, "body.customer.id: This field is required."),
        ({"channel": "x" * 51}, "body.channel: Should have at most 50 entries or characters."),
    ],
)
def test_wrong_field_is_named_in_plain_words(full_shop: Shop, change: dict[str, object], problem: str) -> None:
    answer = full_shop.client.post("/v1/match", json={"question": "退货", **change})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "invalid_request")
    assert any(detail.startswith(problem) for detail in error["details"]), error["details"]


def test_errors_never_repeat_what_was_sent(full_shop: Shop) -> None:
    body = {
        "question": "退货",
        "order": {"status": "13800138000", "placed_at": "13800138000", "items": "13800138000"},
    }
    answer = full_shop.client.post("/v1/match", json=body)
    assert answer.status_code == 422
    assert "13800138000" not in answer.text


def test_many_problems_are_cut_to_a_readable_number(full_shop: Shop) -> None:
    body = {"question": "退货", "order": {"status": "paid", "items": [{"price": -1}] * 200}}
    assert len(full_shop.client.post("/v1/match", json=body).json()["error"]["details"]) == 20


@pytest.mark.parametrize("question", ["", "   ", "？！……", "———————————", "\n\t"])
def test_question_without_words_is_refused(full_shop: Shop, question: str) -> None:
    answer = full_shop.client.post("/v1/match", json={"question": question})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "question_empty")


def test_unknown_order_id_is_not_found(full_shop: Shop) -> None:
    answer = full_shop.client.post(
        "/v1/match", json={"question": "退货", "order_id": "SO-none"}, headers={"X-Request-ID": "r1"}
    )
    error = answer.json()["error"]
    assert answer.status_code == 404
    assert (error["code"], error["request_id"], error["details"]) == ("order_not_found", "r1", [])
    # A phone that was sent in place of the id must not go into whatever keeps the answer.
    assert "SO-none" not in error["message"]


def test_unknown_customer_is_a_404_that_says_so(full_shop: Shop) -> None:
    answer = full_shop.client.post("/v1/match", json={"question": "退货", "customer": "nobody"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "customer_not_found")
