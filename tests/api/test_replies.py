"""`POST /v1/replies:check`: what supports a reply, in the order and in what is cited."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Shop
from tests.fakes import SHIPPED_ORDER

CHECK = "/v1/replies:check"
RETURNS = {"kind": "article", "id": "returns-7-days"}


def check(shop: Shop, text: str, **fields: Any) -> dict[str, Any]:
    answer = shop.client.post(CHECK, json={"text": text, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def refuse(shop: Shop, **body: Any) -> tuple[int, str]:
    answer = shop.client.post(CHECK, json={"text": "好的", **body})
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("order", [{"order": SHIPPED_ORDER}, {"order_id": "SO2026111500017"}])
def test_claims_come_with_their_place_and_their_support(full_shop: Shop, order: dict[str, Any]) -> None:
    answer = check(full_shop, "😀实付 1299 元，7 天内可退，补 5 元。", cited=[RETURNS], **order)
    assert answer["unsupported"] == 1
    claims = answer["claims"]
    assert [(claim["start"], claim["end"], claim["text"], claim["kind"], claim["value"]) for claim in claims] == [
        (4, 10, "1299 元", "amount", "1299 CNY"),
        (11, 14, "7 天", "duration", "7 天"),
        (20, 23, "5 元", "amount", "5 CNY"),
    ]  # fmt: skip
    nothing = {"name": None, "id": None, "version": None, "sentence": None}
    assert [claim["support"] for claim in claims] == [
        {**nothing, "source": "order", "name": "order.amount"},
        {**nothing, "source": "article", "id": "returns-7-days", "version": 1, "sentence": "签收后七天内可以退货。"},
        None,
    ]


def test_days_are_counted_from_the_moment_given(full_shop: Shop) -> None:
    order = {**SHIPPED_ORDER, "promised_at": "2026-11-21T18:00:00+08:00"}
    late, early = "2026-11-20T10:00:00+08:00", "2026-11-19T10:00:00+08:00"
    assert check(full_shop, "明天 18:00 前到", order=order, now=late)["unsupported"] == 0
    assert check(full_shop, "明天 18:00 前到", order=order, now=early)["unsupported"] == 1
    assert check(full_shop, "tomorrow", order=order, now=late, language="en")["claims"][0]["value"] == "2026-11-21"


def test_a_case_can_be_cited_and_so_can_what_customers_do_not_see(full_shop: Shop) -> None:
    cited = [{"kind": "case", "id": "case-1"}, {"kind": "article", "id": "secret", "version": 1}]
    answer = check(full_shop, "明天送到", cited=cited)
    assert answer["claims"][0]["support"] == {
        "source": "case", "id": "case-1", "version": 1, "sentence": "已经催促快递，明天送到。", "name": None,
    }  # fmt: skip


def test_a_cited_version_counts_after_it_was_withdrawn_and_none_is_taken_without_naming_it(shop: Shop) -> None:
    for body in ("签收后 7 天内可退。", "签收后 9 天内可退。"):
        shop.client.put("/v1/articles/returns", json={"title": "退货", "body": body})
    assert check(shop, "9 天内可退", cited=[{"kind": "article", "id": "returns"}])["unsupported"] == 0
    assert check(shop, "7 天内可退", cited=[{"kind": "article", "id": "returns"}])["unsupported"] == 1
    assert check(shop, "7 天内可退", cited=[{"kind": "article", "id": "returns", "version": 1}])["unsupported"] == 0
    shop.client.post("/v1/articles/returns:withdraw")
    assert check(shop, "7 天内可退", cited=[{"kind": "article", "id": "returns", "version": 1}])["unsupported"] == 0
    assert refuse(shop, cited=[{"kind": "article", "id": "returns"}]) == (404, "cited_item_not_found")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"order_id": "SO1"}, 404, "order_not_found"),
        ({"order_id": "SO1", "order": SHIPPED_ORDER}, 422, "invalid_request"),
        ({"cited": [{"kind": "article", "id": "none"}]}, 404, "cited_item_not_found"),
        ({"cited": [{"kind": "article", "id": "returns-7-days", "version": 2}]}, 404, "cited_item_not_found"),
        ({"cited": [{"kind": "case", "id": "none"}]}, 404, "cited_item_not_found"),
        ({"cited": [{"kind": "case", "id": "case-1", "version": 2}]}, 404, "cited_item_not_found"),
        ({"cited": [{"kind": "notice", "id": "snow"}]}, 422, "invalid_request"),
        ({"cited": [RETURNS] * 11}, 422, "invalid_request"),
        ({"text": "元" * 10_001}, 422, "reply_too_long"),
        ({"text": "元" * 100_001}, 422, "invalid_request"),
        ({"text": None}, 422, "invalid_request"),
        ({"language": "fr"}, 422, "invalid_request"),
        ({"now": "2026-11-20"}, 422, "invalid_request"),
        ({"reply": "好的"}, 422, "invalid_request"),
    ],
)
def test_what_cannot_be_checked_is_refused(full_shop: Shop, body: dict[str, Any], status: int, code: str) -> None:
    assert refuse(full_shop, **body) == (status, code)


def test_an_empty_reply_claims_nothing(full_shop: Shop) -> None:
    assert check(full_shop, "") == {"claims": [], "unsupported": 0}


def test_a_key_is_asked_for(locked_shop: Shop) -> None:
    assert locked_shop.client.post(CHECK, json={"text": "好的"}).status_code == 401
