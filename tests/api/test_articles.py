"""Saving, reading and withdrawing articles: what is answered can be found by the next match."""

from __future__ import annotations

import pytest

from tests.api.conftest import Shop

ARTICLE = {"title": "以旧换新怎么参加", "body": "旧家电可以折价。"}
ADDRESS = "/v1/articles/trade-in"


def find(shop: Shop, question: str) -> list[tuple[str, int]]:
    solutions = shop.client.post("/v1/match", json={"question": question}).json()["solutions"]
    return [(solution["id"], solution["version"]) for solution in solutions]


def test_saved_article_is_found_by_the_next_match(shop: Shop) -> None:
    assert find(shop, "以旧换新") == []
    answer = shop.client.put(ADDRESS, json=ARTICLE)
    assert answer.status_code == 200
    assert answer.json() == {"id": "trade-in", "version": 1, "result": "added", "status": "published"}
    assert find(shop, "以旧换新") == [("trade-in", 1)]


def test_changed_article_is_a_new_version_and_the_old_text_is_gone(shop: Shop) -> None:
    shop.client.put(ADDRESS, json=ARTICLE)
    answer = shop.client.put(ADDRESS, json={**ARTICLE, "body": "旧手机也可以折价。"})
    assert answer.json() == {"id": "trade-in", "version": 2, "result": "changed", "status": "published"}
    result = shop.client.post("/v1/match", json={"question": "以旧换新"}).json()
    assert [solution["snippet"] for solution in result["solutions"]] == ["旧手机也可以折价。"]


def test_saving_the_same_again_changes_nothing(shop: Shop) -> None:
    shop.client.put(ADDRESS, json=ARTICLE)
    answer = shop.client.put(ADDRESS, json={**ARTICLE, "id": "trade-in"})
    assert answer.json() == {"id": "trade-in", "version": 1, "result": "unchanged", "status": "published"}


def test_withdrawn_article_is_never_returned(shop: Shop) -> None:
    shop.client.put(ADDRESS, json=ARTICLE)
    answer = shop.client.post(f"{ADDRESS}:withdraw")
    assert answer.status_code == 200
    assert answer.json() == {"id": "trade-in", "version": 1, "result": "changed", "status": "withdrawn"}
    assert find(shop, "以旧换新") == []
    assert shop.client.post(f"{ADDRESS}:withdraw").json()["result"] == "unchanged"


def test_withdrawn_article_comes_back_by_saving_it_again(shop: Shop) -> None:
    shop.client.put(ADDRESS, json=ARTICLE)
    shop.client.post(f"{ADDRESS}:withdraw")
    assert shop.client.put(ADDRESS, json=ARTICLE).json()["status"] == "published"
    assert find(shop, "以旧换新") == [("trade-in", 1)]


def test_draft_is_saved_and_not_found(shop: Shop) -> None:
    assert shop.client.put(ADDRESS, json={**ARTICLE, "status": "draft"}).json()["status"] == "draft"
    assert find(shop, "以旧换新") == []


def test_article_is_read_as_it_was_saved_and_can_be_saved_as_it_was_read(shop: Shop) -> None:
    shop.client.put(ADDRESS, json=ARTICLE)
    read = shop.client.get(ADDRESS).json()
    assert {name: read[name] for name in ARTICLE} == ARTICLE
    assert (read["id"], read["version"], read["status"]) == ("trade-in", 1, "published")
    assert shop.client.put(ADDRESS, json=read).json()["result"] == "unchanged"


def test_older_version_is_read_by_its_number(shop: Shop) -> None:
    shop.client.put(ADDRESS, json=ARTICLE)
    shop.client.put(ADDRESS, json={**ARTICLE, "body": "新的说法。"})
    assert shop.client.get(ADDRESS).json()["body"] == "新的说法。"
    assert shop.client.get(ADDRESS, params={"version": 1}).json()["body"] == "旧家电可以折价。"
    missing = shop.client.get(ADDRESS, params={"version": 3})
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "version_not_found")


def test_history_cannot_be_rewritten(shop: Shop) -> None:
    shop.client.put(ADDRESS, json=ARTICLE)
    shop.client.put(ADDRESS, json={**ARTICLE, "body": "新的说法。"})
    answer = shop.client.put(ADDRESS, json={**ARTICLE, "version": 1, "body": "改写历史。"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "version_is_history")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": "another"}, "invalid_input"),
        ({"titel": "x"}, "invalid_request"),
        ({"title": ""}, "invalid_request"),
        ({"reply": "{{ no.such_slot }}"}, "invalid_request"),
        ({"reply": "{% for x in y %}"}, "invalid_request"),
        ({"applies_when": {"fact": "order.colour", "op": "==", "value": 1}}, "invalid_request"),
        ({"applies_when": 7}, "invalid_request"),
        ({"effective_from": "2026-01-01T00:00:00"}, "invalid_request"),
        ({"version": 0}, "invalid_request"),
        ({"audience": "all"}, "invalid_request"),
    ],
)
def test_unusable_article_is_refused_and_nothing_is_stored(shop: Shop, change: dict[str, object], problem: str) -> None:
    answer = shop.client.put(ADDRESS, json={**ARTICLE, **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, problem)
    assert shop.client.get(ADDRESS).status_code == 404


def test_what_customers_read_is_saved_beside_the_body_and_may_be_taken_away(shop: Shop) -> None:
    address = "/v1/articles/two-readers"
    article = {"title": "退货", "body": "先查库存。", "public_body": "七天内可以退。"}
    assert shop.client.put(address, json=article).json()["version"] == 1
    answer = shop.client.get(address).json()
    assert (answer["body_html"], answer["public_body"]) == ("<p>先查库存。</p>", "七天内可以退。")
    assert shop.client.put(address, json=answer).json()["result"] == "unchanged"
    assert shop.client.put(address, json={**article, "public_body": None}).json()["version"] == 2
    assert shop.client.get(address).json()["public_body"] is None


def test_unknown_field_of_an_article_names_the_nearest(shop: Shop) -> None:
    details = shop.client.put(ADDRESS, json={**ARTICLE, "titel": "x"}).json()["error"]["details"]
    assert details == ["body: There is no field 'titel'; did you mean 'title'?"]


@pytest.mark.parametrize("address", ["/v1/articles/none", "/v1/articles/none:withdraw"])
def test_unknown_article_is_not_found(shop: Shop, address: str) -> None:
    answer = shop.client.post(address) if address.endswith("withdraw") else shop.client.get(address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "article_not_found")


@pytest.mark.parametrize("article_id", ["%00", "a%20b", "%0a", "x" * 201, "%5c"])
def test_unusable_id_in_the_address_is_refused(shop: Shop, article_id: str) -> None:
    assert shop.client.put(f"/v1/articles/{article_id}", json=ARTICLE).status_code == 422
    assert shop.client.get(f"/v1/articles/{article_id}").status_code == 422


def test_a_body_is_also_answered_as_html_and_may_be_sent_back(shop: Shop) -> None:
    body = {"title": "退货", "body": "# 退货\n<script>x</script> [官网](https://shop.example)"}
    assert shop.client.put("/v1/articles/rendered", json=body).json()["result"] == "added"
    answer = shop.client.get("/v1/articles/rendered").json()
    assert answer["body_html"] == (
        '<h3>退货</h3>\n<p>&lt;script&gt;x&lt;/script&gt; <a href="https://shop.example" '
        'rel="noopener noreferrer nofollow">官网</a></p>'
    )
    assert shop.client.put("/v1/articles/rendered", json=answer).json()["result"] == "unchanged"
