"""`POST /v1/notices:preview`: which orders a notice would touch, before it is published."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import LATE_NOTICE, Shop, fill

PREVIEW = "/v1/notices:preview"
SNOW: dict[str, Any] = LATE_NOTICE.model_dump(mode="json")


def preview(shop: Shop, **body: Any) -> dict[str, Any]:
    answer = shop.client.post(PREVIEW, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


@pytest.mark.parametrize("named", [{"notice": SNOW}, {"notice_id": "snow"}])
def test_a_notice_is_counted_before_and_after_it_is_published(full_shop: Shop, named: dict[str, Any]) -> None:
    assert preview(full_shop, **named) == {
        "notice_id": "snow", "in_force": True, "checked": 1, "cut": False, "touched": 1, "unknown": 0,
        "by_status": {"shipped": 1}, "by_region": {"北京": 1}, "missing": {},
        "orders": [
            {"id": "SO2026111500017", "status": "shipped", "region": "北京/海淀区", "placed_at": "2026-11-12T02:02:00Z"}
        ],
    }  # fmt: skip


def test_orders_of_which_a_fact_is_missing_are_not_touched_but_counted(full_shop: Shop) -> None:
    condition = {"all": [{"fact": "hours_since_paid", "op": ">", "value": 48}]}
    shown = preview(full_shop, notice={**SNOW, "applies_when": condition})
    assert (shown["touched"], shown["unknown"], shown["missing"]) == (0, 1, {"hours_since_paid": 1})


def test_the_period_is_told_and_does_not_hide_orders(full_shop: Shop) -> None:
    shown = preview(full_shop, notice={**SNOW, "effective_from": "2026-12-01T00:00:00+08:00"})
    assert (shown["in_force"], shown["touched"]) == (False, 1)
    later = preview(
        full_shop,
        notice={**SNOW, "effective_from": "2026-12-01T00:00:00+08:00"},
        now="2026-12-02T00:00:00+08:00",
    )
    assert later["in_force"] is True


def test_nothing_is_saved_by_a_preview(shop: Shop) -> None:
    preview(shop, notice=SNOW)
    assert shop.client.post(PREVIEW, json={"notice_id": "snow"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_request"),
        ({"notice": SNOW, "notice_id": "snow"}, 422, "invalid_request"),
        ({"notice_id": "none"}, 404, "notice_not_found"),
        ({"notice_id": "snow", "most": 100_001}, 422, "invalid_request"),
        ({"notice": {**SNOW, "applies_when": {"all": [{"fact": "order.colour"}]}}}, 422, "invalid_request"),
        ({"notice": {**SNOW, "wordings": ""}}, 422, "invalid_request"),
    ],
)
def test_what_cannot_be_previewed_is_refused(full_shop: Shop, body: dict[str, Any], status: int, code: str) -> None:
    answer = full_shop.client.post(PREVIEW, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_key_is_asked_for(locked_shop: Shop) -> None:
    assert locked_shop.client.post(PREVIEW, json={"notice_id": "snow"}).status_code == 401


def test_a_notice_tells_what_it_did(shop: Shop) -> None:
    fill(shop.database)
    shop.matcher.live.snapshot(wait=True)
    body = {"question": "怎么还没到", "order_id": "SO2026111500017", "audience": "public"}
    answer = shop.client.post("/v1/match", json=body).json()
    assert [notice["id"] for notice in answer["notices"]] == ["snow"]
    shop.client.post("/v1/feedback", json={"request_id": answer["request_id"], "verdict": "solved"})  # Waits for it.
    told = shop.client.get("/v1/notices/snow").json()
    assert (told["notice_id"], told["in_force"], told["reach"]["touched"], told["reach"]["told"]) == (
        "snow",
        True,
        1,
        1,
    )
    assert told["reach"]["open"] == 1


def test_a_notice_that_is_not_there_did_nothing(shop: Shop) -> None:
    answer = shop.client.get("/v1/notices/rain")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "notice_not_found")
