"""`POST /v1/match`: the form of the answer, and what it is about."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from api.routers.match import write_json
from api.schemas import MatchBody
from index.solutions import MatchResult
from kb.articles.service import save_article
from tests.api.conftest import NOW, Shop, fill
from tests.fakes import SHIPPED_ORDER, make_article

RESULT_KEYS = {
    "request_id", "generation", "confidence", "answered", "solutions", "ask", "notices", "order_id", "remedies",
    "rewordings", "hand_over", "timing", "order_source", "orders",
}  # fmt: skip
SOLUTION_KEYS = {
    "rank", "kind", "id", "version", "title", "snippet", "highlights", "score", "confidence", "scores", "applies",
    "conditions", "reply", "citations", "audience", "outcome", "copies",
    "found_by",
}  # fmt: skip


def test_answer_has_the_keys_of_the_contract(full_shop: Shop) -> None:
    answer = full_shop.client.post("/v1/match", json={"question": "七天无理由退货"})
    assert answer.status_code == 200
    result = answer.json()
    assert set(result) == RESULT_KEYS
    assert set(result["solutions"][0]) == SOLUTION_KEYS
    assert set(result["solutions"][0]["reply"]) == {"text", "filled", "missing", "unsupported", "notice"}
    assert set(result["solutions"][0]["highlights"][0]) == {"field", "start", "end"}


def test_answer_says_how_the_question_was_read_and_what_was_found_by_it(shop: Shop) -> None:
    fill(shop.database)
    shop.client.put("/v1/synonyms/returns", json={"terms": ["不要了", "退货"]})
    result = shop.client.post("/v1/match", json={"question": "不要了怎么办"}).json()
    read = {"written": "不要了", "read_as": "退货", "how": "synonym", "certainty": 1.0}
    assert result["rewordings"] == [read]
    found_by = {solution["id"]: solution["found_by"] for solution in result["solutions"]}
    assert found_by["returns-7-days"] == [read]
    assert found_by["case-1"] == []


@pytest.mark.parametrize(
    ("question", "audience", "handed_over"),
    [("今天天气", "public", True), ("今天天气", "internal", False), ("七天无理由退货", "public", False)],
)
def test_customer_without_an_answer_is_handed_over_and_an_agent_is_not(
    full_shop: Shop, question: str, audience: str, handed_over: bool
) -> None:
    result = full_shop.client.post("/v1/match", json={"question": question, "audience": audience}).json()
    assert result["hand_over"] is handed_over


def test_best_solution_comes_first_with_its_words_marked(full_shop: Shop) -> None:
    best = full_shop.client.post("/v1/match", json={"question": "七天无理由退货"}).json()["solutions"][0]
    assert (best["rank"], best["kind"], best["id"], best["version"]) == (1, "article", "returns-7-days", 1)
    assert {"field": "title", "start": 0, "end": 7} in best["highlights"]


def test_request_with_everything_is_taken(full_shop: Shop) -> None:
    body = {
        "question": "那运费呢",
        "turns": ["我想退货", {"role": "agent", "text": "好的"}],
        "order": SHIPPED_ORDER,
        "channel": "app",
        "audience": "internal",
        "limit": 1,
        "filters": {"kind": "article", "category": "售后/退货", "language": "zh"},
        "now": "2026-11-15T10:00:00+08:00",
    }
    answer = full_shop.client.post("/v1/match", json=body)
    assert answer.status_code == 200
    assert [(s["rank"], s["kind"]) for s in answer.json()["solutions"]] == [(1, "article")]


def test_category_is_a_list_or_a_path(full_shop: Shop) -> None:
    def match(category: object) -> list[str]:
        body = {"question": "退货", "filters": {"category": category}}
        return [solution["id"] for solution in full_shop.client.post("/v1/match", json=body).json()["solutions"]]

    assert match("售后/退货") == match(["售后", "退货"]) != []


def test_filter_that_nothing_passes_shows_nothing(full_shop: Shop) -> None:
    body = {"question": "退货", "filters": {"language": "en"}}
    result = full_shop.client.post("/v1/match", json=body).json()
    assert (result["solutions"], result["answered"], result["confidence"]) == ([], False, 0.0)


@pytest.mark.parametrize(
    "order",
    [
        {"order_id": "SO2026111500017"},
        {"order": SHIPPED_ORDER},
        {"customer": "C0042"},
        {"customer": {"id": "C0042"}},
    ],
)
def test_order_is_known_by_itself_its_id_or_its_only_customer(full_shop: Shop, order: dict[str, object]) -> None:
    result = full_shop.client.post("/v1/match", json={"question": "能改收货地址吗", **order}).json()
    assert result["order_id"] == "SO2026111500017"
    address = next(solution for solution in result["solutions"] if solution["id"] == "address-change")
    assert [condition["state"] for condition in address["conditions"]] == ["unmet"]
    assert address["reply"]["filled"]["order.id"] == "SO2026111500017"


def test_notice_tells_agents_more_than_customers(full_shop: Shop) -> None:
    def notices(audience: str) -> object:
        body = {"question": "怎么还没到", "order_id": "SO2026111500017", "audience": audience}
        return [(n["wording"], n["body"]) for n in full_shop.client.post("/v1/match", json=body).json()["notices"]]

    assert notices("internal") == [("路上有雪，会晚一天。", "不要建议拒收。")]
    assert notices("public") == [("路上有雪，会晚一天。", None)]


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_reply_carries_the_wording_of_the_notice_that_touches_its_order(full_shop: Shop, audience: str) -> None:
    def notices(order_id: str | None) -> list[tuple[str, str | None]]:
        body = {"question": "能改收货地址吗", "order_id": order_id, "audience": audience}
        solutions = full_shop.client.post("/v1/match", json=body).json()["solutions"]
        return [(solution["kind"], solution["reply"]["notice"]) for solution in solutions]

    touched = notices("SO2026111500017")
    assert {notice for kind, notice in touched if kind == "article"} == {"路上有雪，会晚一天。"}
    assert {notice for kind, notice in touched if kind == "case"} <= {None}
    assert {notice for _, notice in notices(None)} == {None}


def test_reply_marks_what_neither_the_order_nor_its_article_says(shop: Shop) -> None:
    article = {
        "title": "修改收货地址", "body": "发货前 24 小时内可以修改。", "language": "zh",
        "reply": "订单 {{ order.id }} 实付 {{ order.amount }}，24 小时内可以改，改一次收 5 元。",
    }  # fmt: skip
    shop.client.put("/v1/articles/address", json=article)
    body = {"question": "修改收货地址", "order": SHIPPED_ORDER}
    reply = shop.client.post("/v1/match", json=body).json()["solutions"][0]["reply"]
    marked = [reply["text"][stretch["start"] : stretch["end"]] for stretch in reply["unsupported"]]
    assert marked == ["5 元"]


def test_internal_items_are_never_in_a_public_match(full_shop: Shop) -> None:
    def found(audience: str) -> set[str]:
        body = {"question": "退货审核口径", "audience": audience, "limit": 50}
        answer = full_shop.client.post("/v1/match", json=body)
        assert ("审核的口径" in answer.text) == (audience == "internal")
        return {solution["id"] for solution in answer.json()["solutions"]}

    assert "secret" in found("internal")
    assert found("public") & {"secret", "case-1"} == set()


def test_order_with_half_its_fields_is_enough(full_shop: Shop) -> None:
    body = {
        "question": "地址写错了能改吗",
        "order": {"status": "paid", "items": [{}], "shipments": [{"events": []}]},
    }
    best = full_shop.client.post("/v1/match", json=body).json()["solutions"][0]
    assert (best["id"], best["applies"]) == ("address-change", "met")
    assert best["reply"]["missing"] == ["order.id", "shipment.tracking_no"]


def test_empty_knowledge_base_answers_that_it_knows_nothing(shop: Shop) -> None:
    result = shop.client.post("/v1/match", json={"question": "退货"}).json()
    assert (result["solutions"], result["answered"]) == ([], False)


def test_longest_question_is_taken_and_a_longer_one_refused(full_shop: Shop) -> None:
    assert full_shop.client.post("/v1/match", json={"question": "退" * 10_000}).status_code == 200
    answer = full_shop.client.post("/v1/match", json={"question": "退" * 10_001})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "question_too_long")


def test_request_id_is_the_callers_or_a_new_one(full_shop: Shop) -> None:
    def ask(offered: str) -> str:
        answer = full_shop.client.post("/v1/match", json={"question": "退货"}, headers={"X-Request-ID": offered})
        assert answer.headers["x-request-id"] == answer.json()["request_id"]
        return answer.headers["x-request-id"]

    assert ask("abc-DEF_123") == "abc-DEF_123"
    assert len(ask("two words")) == 32
    assert len(ask("x" * 65)) == 32


@pytest.mark.parametrize("order", [None, {"status": "shipped", "placed_at": "2026-11-10T10:00:00.250+08:00"}])
def test_an_answer_is_written_as_its_description_says(shop: Shop, order: dict[str, str] | None) -> None:
    fill(shop.database)
    with shop.database.write() as session:
        save_article(session, make_article(id="dated", effective_from=datetime(2026, 1, 2, 3, 4, 5, 678, UTC)), now=NOW)
    body = MatchBody.model_validate({"question": "怎么退货", "order": order})
    answer = shop.matcher.match(body.to_request())
    assert answer.solutions
    assert json.loads(write_json(answer)) == TypeAdapter(MatchResult).dump_python(answer, mode="json")
