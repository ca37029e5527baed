"""`GET /v1/suggest`: what it answers, whom, and what it never tells or keeps."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.services import SUGGESTIONS_WAITING, Services
from kb.articles.models import Audience
from kb.articles.service import save_article, withdraw_article
from kb.feedback.models import MatchRow
from tests.api.conftest import NOW, Shop, fill, open_shop
from tests.fakes import make_article

KEYS = "shop:widget:a-key-of-the-widget-1,figures:analyst:a-key-of-an-analyst-1"


@pytest.fixture(scope="module")
def open_for_typing(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Shop]:
    """A shop whose index of suggestions holds what is in the database."""
    folder = tmp_path_factory.mktemp("typing")
    with open_shop(folder, empty_sqlite_file) as shop:
        fill(shop.database)
        wait_for_index(shop)
        yield shop


def wait_for_index(shop: Shop) -> None:
    """Ask until the index has been built from what the database holds."""
    find_services(shop).suggester.open()


def find_services(shop: Shop) -> Services:
    """Return what the routes of a shop work with."""
    assert isinstance(shop.client.app, FastAPI)
    services: Services = shop.client.app.state.services
    return services


def suggest(shop: Shop, typed: str, **more: str | int) -> list[dict[str, Any]]:
    """Return what is suggested for a text."""
    answer = shop.client.get("/v1/suggest", params={"q": typed, **more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["suggestions"]
    return found


@pytest.mark.parametrize(
    ("typed", "found_by"), [("七天", "prefix"), ("退货", "words"), ("tuih", "pinyin"), ("推货", "typo")]
)
def test_half_a_question_finds_its_article_and_says_how(open_for_typing: Shop, typed: str, found_by: str) -> None:
    best = suggest(open_for_typing, typed)[0]
    assert (best["id"], best["title"], best["found_by"]) == ("returns-7-days", "七天无理由退货", found_by)
    start, end = best["highlights"][0]
    assert best["title"][start:end] == ("七天" if typed == "七天" else "退货")


def test_answer_carries_the_request_id_and_is_stored_by_nobody(open_for_typing: Shop) -> None:
    answer = open_for_typing.client.get("/v1/suggest", params={"q": "退"}, headers={"X-Request-ID": "mine"})
    assert answer.json()["request_id"] == "mine"
    assert answer.headers["Cache-Control"] == "no-store"


def test_limit_is_kept(open_for_typing: Shop) -> None:
    assert len(suggest(open_for_typing, "址", limit=1)) == 1


@pytest.mark.parametrize("query", ["", "q=", f"q={'a' * 201}", "q=a&limit=0", "q=a&limit=11", "q=a&limit=x"])
def test_unusable_query_is_refused_with_the_place(open_for_typing: Shop, query: str) -> None:
    answer = open_for_typing.client.get(f"/v1/suggest?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"
    assert answer.json()["error"]["details"][0].startswith("query.")


@pytest.mark.parametrize(
    "typed", [" ", "\x00", "\u3000？！", "🙂🙂", "%00", "%ED%A0%80", "'", "a'" * 100, "退" * 200, "\u0301" * 200]
)
def test_odd_text_is_answered_with_few_or_none(open_for_typing: Shop, typed: str) -> None:
    assert len(suggest(open_for_typing, typed)) <= 5


@pytest.mark.parametrize(
    "typed", ["内部", "审核口径", "neibu", "催促快递", "快递怎么还没到", "SO2026111500017", "C0042"]
)
def test_internal_articles_cases_and_orders_are_suggested_by_no_words(open_for_typing: Shop, typed: str) -> None:
    assert {one["id"] for one in suggest(open_for_typing, typed)} <= {"returns-7-days", "address-change"}


def test_withdrawn_article_is_gone_from_the_next_key_on(shop: Shop) -> None:
    with shop.database.write() as session:
        save_article(session, make_article(), now=NOW)
    wait_for_index(shop)
    assert suggest(shop, "七天")
    with shop.database.write() as session:
        withdraw_article(session, "returns-7-days", now=NOW)
    assert suggest(shop, "七天") == []


def test_article_made_internal_is_gone_from_the_next_key_on(shop: Shop) -> None:
    with shop.database.write() as session:
        save_article(session, make_article(), now=NOW)
    wait_for_index(shop)
    with shop.database.write() as session:
        save_article(session, make_article(audience=Audience.INTERNAL), now=NOW)
    assert suggest(shop, "七天") == []


def test_new_article_is_suggested_soon_without_a_restart(shop: Shop) -> None:
    with shop.database.write() as session:
        save_article(session, make_article(), now=NOW)
    deadline = time.monotonic() + 20
    while not suggest(shop, "七天") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert suggest(shop, "七天")


def test_what_is_typed_reaches_neither_the_log_nor_the_records(
    open_for_typing: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        suggest(open_for_typing, "七天张小满13800001234")
        open_for_typing.client.get("/v1/suggest", params={"q": "张小满" * 100})
    # The client that asks writes down addresses; it is not ours.
    ours = [vars(record) for record in caplog.records if not record.name.startswith("httpx")]
    said = json.dumps(ours, default=str, ensure_ascii=False)
    assert "张小满" not in said
    assert "13800001234" not in said
    find_services(open_for_typing).recorder.flush()
    with open_for_typing.database.read() as session:
        assert session.query(MatchRow).count() == 0


def test_number_of_somebody_or_of_their_order_alone_gives_nothing(open_for_typing: Shop) -> None:
    for typed in ("13800001234", "138000", "SO2026111500017", "so20261115"):
        assert suggest(open_for_typing, typed) == []


def test_past_its_places_the_service_says_at_once_when_to_come_again(shop: Shop) -> None:
    portal, places = shop.client.portal, find_services(shop).suggest_limiter
    assert portal is not None
    portal.call(places.acquire_on_behalf_of, "somebody")
    waiting = [portal.start_task_soon(places.acquire_on_behalf_of, person) for person in range(SUGGESTIONS_WAITING)]
    answer = shop.client.get("/v1/suggest?q=a")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "service_busy")
    assert int(answer.headers["Retry-After"]) > 0
    for one in waiting:
        one.cancel()
    portal.call(places.release_on_behalf_of, "somebody")
    assert shop.client.get("/v1/suggest?q=a").status_code == 200


def test_widget_may_ask_with_its_key_in_the_address_and_an_analyst_may_not(
    tmp_path: Path, empty_sqlite_file: Path
) -> None:
    with open_shop(tmp_path, empty_sqlite_file, keys=KEYS) as shop:
        assert shop.client.get("/v1/suggest?q=a").status_code == 401
        assert shop.client.get("/v1/suggest?q=a&key=a-key-of-the-widget-1").status_code == 200
        header = {"Authorization": "Bearer a-key-of-an-analyst-1"}
        assert shop.client.get("/v1/suggest?q=a", headers=header).status_code == 403
