"""Synonyms over HTTP: listed by pages, tried, saved, deleted, refused with reasons."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from tests.api.conftest import KEY, Shop, fill

FEE = {"terms": ["运费", "邮费"]}
ADDRESS = "/v1/synonyms/fee"
PREVIEW = "/v1/synonyms:preview"
BILL = {"terms": ["水单"], "means": ["修改地址"]}  # No article has a word of 水单.


def list_ids(shop: Shop) -> list[str]:
    return [rule["id"] for rule in shop.client.get("/v1/synonyms").json()["items"]]


def test_saved_rule_is_listed_with_all_it_says(shop: Shop) -> None:
    answer = shop.client.put(ADDRESS, json={"terms": ["单子"], "means": ["订单"], "note": "口语"})
    assert (answer.status_code, answer.json()) == (200, {"id": "fee", "result": "added"})
    assert shop.client.get("/v1/synonyms").json() == {
        "items": [
            {
                "id": "fee",
                "terms": ["单子"],
                "means": ["订单"],
                "note": "口语",
                "updated_at": "2026-11-15T02:00:00Z",
            }
        ],
        "next_cursor": None,
    }


def test_rule_can_be_saved_as_it_was_listed(shop: Shop) -> None:
    shop.client.put(ADDRESS, json=FEE)
    (listed,) = shop.client.get("/v1/synonyms").json()["items"]
    assert shop.client.put(ADDRESS, json=listed).json()["result"] == "unchanged"
    assert shop.client.put(ADDRESS, json={**listed, "means": ["快递费"]}).json()["result"] == "changed"


def test_deleted_rule_is_gone(shop: Shop) -> None:
    shop.client.put(ADDRESS, json=FEE)
    answer = shop.client.delete(ADDRESS)
    assert (answer.status_code, answer.json()) == (200, {"id": "fee", "deleted": True})
    assert list_ids(shop) == []
    again = shop.client.delete(ADDRESS)
    assert (again.status_code, again.json()["error"]["code"]) == (404, "synonym_not_found")


def test_cursors_lead_through_every_page(shop: Shop) -> None:
    for number in range(5):
        shop.client.put(f"/v1/synonyms/r{number}", json=FEE)
    pages = []
    cursor: str | None = ""
    while cursor is not None:
        page = shop.client.get("/v1/synonyms", params={"limit": "2", **({"cursor": cursor} if cursor else {})}).json()
        pages.append([rule["id"] for rule in page["items"]])
        cursor = page["next_cursor"]
    assert pages == [["r0", "r1"], ["r2", "r3"], ["r4"]]


def test_full_last_page_has_no_cursor(shop: Shop) -> None:
    for number in range(2):
        shop.client.put(f"/v1/synonyms/r{number}", json=FEE)
    assert shop.client.get("/v1/synonyms", params={"limit": 2}).json()["next_cursor"] is None


def test_cursor_still_leads_on_when_its_rule_was_deleted(shop: Shop) -> None:
    for number in range(3):
        shop.client.put(f"/v1/synonyms/r{number}", json=FEE)
    shop.client.delete("/v1/synonyms/r0")
    page = shop.client.get("/v1/synonyms", params={"cursor": "r0"}).json()
    assert [rule["id"] for rule in page["items"]] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"terms": ["运费"]}, "a rule of one term says nothing"),
        ({"terms": ["单", "订单"]}, "a term needs at least 2 letters"),
        ({"terms": ["运费"], "means": ["運費"]}, "a term is read as itself"),
        ({"terms": ["运费，邮费", "快递费"]}, "one term holds ，"),
        ({"terms": ["运费", "邮费"], "mean": []}, "There is no field 'mean'; did you mean 'means'?"),
        ({"terms": "运费"}, "body.terms: Should be a list."),
        ({}, "body.terms: This field is required."),
    ],
)
def test_unusable_rule_is_refused_with_the_reason_and_nothing_is_stored(
    shop: Shop, body: dict[str, object], said: str
) -> None:
    answer = shop.client.put(ADDRESS, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    assert said in " ".join(answer.json()["error"]["details"])
    assert list_ids(shop) == []


def test_id_in_the_body_must_be_the_one_in_the_address(shop: Shop) -> None:
    answer = shop.client.put(ADDRESS, json={**FEE, "id": "other"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")
    assert shop.client.put(ADDRESS, json={**FEE, "id": "fee"}).status_code == 200


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=", "cursor=a%20b", "cursor=%00"])
def test_unusable_page_is_refused(shop: Shop, query: str) -> None:
    assert shop.client.get(f"/v1/synonyms?{query}").status_code == 422


def test_key_is_asked_for(locked_shop: Shop) -> None:
    assert locked_shop.client.get("/v1/synonyms").status_code == 401
    assert locked_shop.client.put(ADDRESS, json=FEE).status_code == 401
    assert locked_shop.client.delete(ADDRESS).status_code == 401
    assert locked_shop.client.post(PREVIEW, json=FEE).status_code == 401
    allowed = locked_shop.client.get("/v1/synonyms", headers={"Authorization": f"Bearer {KEY}"})
    assert allowed.status_code == 200


def test_change_of_a_rule_moves_the_revision_and_no_item_of_the_index(shop: Shop) -> None:
    before = shop.matcher.live.snapshot()
    shop.client.put(ADDRESS, json=FEE)
    after = shop.matcher.live.snapshot()
    assert (after.revision, len(after.catalogue)) == (before.revision + 1, len(before.catalogue))
    assert shop.client.get("/readyz").json()["revision"] == after.revision


def test_rules_are_no_kind_that_matches_are_filtered_by(shop: Shop) -> None:
    answer = shop.client.post("/v1/match", json={"question": "运费", "filters": {"kind": "synonym"}})
    assert answer.status_code == 422


def test_preview_says_which_questions_would_find_other_solutions(shop: Shop) -> None:
    fill(shop.database)
    answer = shop.client.post(PREVIEW, json={**BILL, "id": "bill"})
    assert answer.status_code == 200
    told = answer.json()
    assert {name: told[name] for name in ("asked", "touched", "matched", "changed")} == {
        "asked": 1,
        "touched": 1,
        "matched": 1,
        "changed": 1,
    }
    (changed,) = told["questions"]
    assert changed["question"] == "水单"
    assert changed["after"][0] == {"kind": "article", "id": "address-change", "title": "修改收货地址"}
    assert changed["before"] != changed["after"]


def test_preview_sees_what_agents_see(shop: Shop) -> None:
    fill(shop.database)
    (changed,) = shop.client.post(PREVIEW, json=BILL).json()["questions"]
    assert "secret" in [solution["id"] for solution in changed["before"]]


def test_preview_saves_and_records_nothing(shop: Shop) -> None:
    fill(shop.database)
    shop.client.post("/v1/match", json={"question": "水单怎么改", "audience": "public"})
    shop.client.put("/v1/synonyms/bill", json=FEE)
    ready, rules = shop.client.get("/readyz").json(), shop.client.get("/v1/synonyms").json()
    answer = shop.client.post(PREVIEW, json={**BILL, "id": "bill"})
    assert answer.status_code == 200
    assert shop.client.get("/readyz").json() == ready
    assert shop.client.get("/v1/synonyms").json() == rules
    assert 'xianzhi_match_stage_seconds_count{stage="encode"} 1.0' in shop.client.get("/metrics").text


def test_preview_of_a_rule_as_it_stands_changes_nothing(shop: Shop) -> None:
    fill(shop.database)
    shop.client.put("/v1/synonyms/bill", json=BILL)
    (listed,) = shop.client.get("/v1/synonyms").json()["items"]
    told = shop.client.post(PREVIEW, json=listed).json()
    assert told == {"asked": 1, "touched": 0, "matched": 0, "changed": 0, "questions": []}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"terms": ["运费"]}, "a rule of one term says nothing"),
        ({**BILL, "id": "a b"}, "body.id"),
        ({}, "body.terms: This field is required."),
    ],
)
def test_unusable_rule_is_no_more_tried_than_saved(full_shop: Shop, body: dict[str, object], said: str) -> None:
    answer = full_shop.client.post(PREVIEW, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    assert said in " ".join(answer.json()["error"]["details"])


def test_one_rule_is_tried_at_a_time(shop: Shop) -> None:
    assert isinstance(shop.client.app, FastAPI)
    assert shop.client.portal is not None
    limiter = shop.client.app.state.services.preview_limiter
    shop.client.portal.call(limiter.acquire_on_behalf_of, "another preview")
    answer = shop.client.post(PREVIEW, json=BILL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "service_busy")
    assert int(answer.headers["retry-after"]) > 0
    shop.client.portal.call(limiter.release_on_behalf_of, "another preview")
    assert shop.client.post(PREVIEW, json=BILL).status_code == 200
