"""A customer whom nothing helped is handed over with what is known, and nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.conftest import Shop
from tests.api.widget_shop import ANNA, BORIS, ONLY_ORDER, PAID, open_widget_shop, sign

ADDRESS = "/v1/widget/handover"
KEYS = {"widget": "widget-key-of-sixteen", "agent": "agent-key-of-sixteen", "editor": "editor-key-of-sixteen"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Shop]:
    keys = ",".join(f"{role}-1:{role}:{key}" for role, key in KEYS.items())
    with open_widget_shop(tmp_path_factory.mktemp("handovers"), empty_sqlite_file, keys=keys) as opened:
        yield opened


def bearer(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[role]}"}


def test_what_a_customer_leaves_is_what_an_agent_reads(shop: Shop) -> None:
    body = {
        "question": "还是没解决，电话 13800001037",
        "turns": ["在吗"],
        "request_id": "r1",
        "shown": ["returns-7-days"],
    }
    left = shop.client.post(ADDRESS, json=body, headers={**bearer("widget"), **sign(ANNA)})
    assert left.status_code == 200
    answer = left.json()
    assert answer["question"] == "还是没解决，电话 [手机号]"
    assert answer["order"]["id"] == ONLY_ORDER
    assert answer["shown"] == [{"id": "returns-7-days", "title": "七天无理由退货"}]
    read = shop.client.get(f"/v1/handovers/{answer['handover_id']}", headers=bearer("agent")).json()
    assert read == {
        "handover_id": answer["handover_id"],
        "at": read["at"],
        "question": answer["question"],
        "turns": [{"role": "customer", "text": "在吗"}],
        "shown": answer["shown"],
        "customer_id": ANNA,
        "order_id": ONLY_ORDER,
        "request_id": "r1",
    }


def test_a_look_up_lists_what_the_customer_left(shop: Shop) -> None:
    for number in range(6):
        body = {"question": f"第 {number} 次"}
        assert shop.client.post(ADDRESS, json=body, headers={**bearer("widget"), **sign(BORIS)}).status_code == 200
    assert shop.client.post(ADDRESS, json={"question": "谁"}, headers=bearer("widget")).status_code == 200
    params = {"q": BORIS, "agent": "a-17"}
    found = shop.client.get("/v1/customers:lookup", params=params, headers=bearer("agent")).json()
    assert len(found["handovers"]) == 5
    assert {each["customer_id"] for each in found["handovers"]} == {BORIS}


def test_what_a_page_says_was_read_is_kept_as_far_as_it_can_have_been(shop: Shop) -> None:
    shown = ["secret", "draft", "late-parcel", "case-1", "for-all", "for-all", "nothing"]
    answer = shop.client.post(ADDRESS, json={"question": "退货", "shown": shown}, headers=bearer("widget")).json()
    assert answer["shown"] == [{"id": "for-all", "title": "客服几点上班"}]


def test_no_order_of_anybody_else_is_handed_over(shop: Shop) -> None:
    body = {"question": "退货", "order_id": PAID}
    anonymous = shop.client.post(ADDRESS, json=body, headers=bearer("widget"))
    assert (anonymous.status_code, anonymous.json()["error"]["code"]) == (401, "customer_token_refused")
    other = shop.client.post(ADDRESS, json=body, headers={**bearer("widget"), **sign(ANNA)})
    assert (other.status_code, other.json()["error"]["code"]) == (404, "order_not_found")


def test_only_agents_read_what_was_left(shop: Shop) -> None:
    handover_id = shop.client.post(ADDRESS, json={"question": "退货"}, headers=bearer("widget")).json()["handover_id"]
    statuses = [shop.client.get(f"/v1/handovers/{handover_id}", headers=bearer(role)).status_code for role in KEYS]
    assert statuses == [403, 200, 403]


def test_an_unknown_hand_over_is_not_there(shop: Shop) -> None:
    answer = shop.client.get(f"/v1/handovers/{'0' * 32}", headers=bearer("agent"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "handover_not_found")
    assert shop.client.get("/v1/handovers/x", headers=bearer("agent")).status_code == 422


@pytest.mark.parametrize("turns", [["退" * 2_001], ["退" * 2_000] * 5 + ["货"]])
def test_a_conversation_longer_than_anybody_reads_is_refused_and_told_what_to_send(
    shop: Shop, turns: list[str]
) -> None:
    for path in (ADDRESS, "/v1/widget/ask"):
        answer = shop.client.post(path, json={"question": "退货", "turns": turns}, headers=bearer("widget"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
        assert "send the newest ones only" in answer.json()["error"]["details"][0]
    kept = shop.client.post(ADDRESS, json={"question": "退货", "turns": ["退" * 2_000] * 5}, headers=bearer("widget"))
    assert kept.status_code == 200


def test_a_blank_question_is_refused_as_it_is_where_it_is_asked(shop: Shop) -> None:
    for path in (ADDRESS, "/v1/widget/ask"):
        answer = shop.client.post(path, json={"question": "  "}, headers=bearer("widget"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "question_empty")
