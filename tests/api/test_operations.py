"""Liveness, readiness and figures, and the orders to choose from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from index.follower import LiveIndex
from index.matcher import Matcher
from index.prepared import ModelNotPrepared
from kb.articles.service import save_article
from kb.database import Database
from kb.orders.repository import save_order
from kb.settings import Settings
from tests.api.conftest import NOW, Shop
from tests.fakes import FakeEncoder, make_article, make_order


def read_metrics(shop: Shop) -> dict[str, float]:
    """Return the figures by their name and labels."""
    lines = shop.client.get("/metrics").text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def test_ready_service_tells_its_generation_and_revision(shop: Shop) -> None:
    assert shop.client.get("/healthz").json() == {"status": "alive"}
    before = shop.client.get("/readyz").json()
    assert (before["status"], before["revision"]) == ("ready", 0)
    with shop.database.write() as session:
        save_article(session, make_article(), now=NOW)
    assert shop.client.get("/readyz").json() == {**before, "revision": 1}


def test_unopened_index_is_503_with_retry_after_everywhere_but_liveness(
    make_database: Callable[[], Database], full_shop: Shop, tmp_path: Path
) -> None:
    live = LiveIndex(make_database(), FakeEncoder(), tmp_path / "generations")
    with TestClient(create_app(Settings(), matcher=Matcher(live, full_shop.matcher.surroundings))) as client:
        matched = client.post("/v1/match", json={"question": "退货"})
        tried = client.post("/v1/synonyms:preview", json={"terms": ["运费", "邮费"]})
        for answer in (client.get("/readyz"), matched, tried):
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_ready")
            assert int(answer.headers["retry-after"]) > 0
        assert client.get("/healthz").status_code == 200
        assert client.get("/metrics").status_code == 200


def test_starting_service_is_503_until_it_has_started() -> None:
    answer = TestClient(create_app(Settings())).get("/readyz")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_ready")


def test_database_that_does_not_answer_is_503(shop: Shop) -> None:
    with shop.database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE changes")
    answer = shop.client.get("/readyz")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_unavailable")
    assert "changes" not in answer.text


def test_metrics_count_requests_by_route_and_matches_by_outcome(shop: Shop) -> None:
    shop.client.put("/v1/articles/a-private-id", json={"title": "以旧换新", "body": "旧家电可以折价。"})
    shop.client.post("/v1/match", json={"question": "以旧换新"})
    shop.client.post("/v1/match", json={"question": ""})
    shop.client.get("/nowhere/very-private")
    figures = read_metrics(shop)
    assert figures['xianzhi_requests_total{route="/v1/match",status="200"}'] == 1
    assert figures['xianzhi_requests_total{route="/v1/match",status="422"}'] == 1
    assert figures['xianzhi_requests_total{route="/v1/articles/{article_id}",status="200"}'] == 1
    assert figures['xianzhi_requests_total{route="unknown",status="404"}'] == 1
    assert figures['xianzhi_request_seconds_count{route="/v1/match"}'] == 2
    assert figures['xianzhi_match_stage_seconds_count{stage="encode"}'] == 1
    matches = sum(value for name, value in figures.items() if name.startswith("xianzhi_matches_total"))
    assert matches == 1
    assert (figures["xianzhi_index_passages"], figures["xianzhi_index_revision"]) == (1, 1)
    assert "private" not in shop.client.get("/metrics").text


def test_two_applications_do_not_share_figures(shop: Shop, full_shop: Shop) -> None:
    full_shop.client.post("/v1/match", json={"question": "退货"})
    assert 'xianzhi_requests_total{route="/v1/match",status="200"}' not in read_metrics(shop)


def test_orders_are_listed_newest_first_with_nothing_that_says_whose_they_are(shop: Shop) -> None:
    with shop.database.write() as session:
        save_order(session, make_order(id="old", placed_at="2026-11-01T10:00:00+08:00"))
        save_order(session, make_order(id="new", placed_at="2026-11-02T10:00:00+08:00", status="delivered"))
    answer = shop.client.get("/v1/orders").json()
    assert [order["id"] for order in answer["items"]] == ["new", "old"]
    assert answer["items"][0] == {
        "id": "new",
        "status": "delivered",
        "status_words": {"zh": "已签收", "en": "delivered"},
        "item_names": ["电热水器"],
    }
    assert (answer["next_cursor"], answer["time_zone"]) == (None, "Asia/Shanghai")
    assert len(shop.client.get("/v1/orders", params={"limit": 1}).json()["items"]) == 1


@pytest.mark.parametrize("limit", ["0", "201", "x", "1.5", "", "9" * 30, "%00"])
def test_unusable_limit_is_refused(full_shop: Shop, limit: str) -> None:
    answer = full_shop.client.get(f"/v1/orders?limit={limit}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


def test_order_is_read_without_what_is_not_known(full_shop: Shop) -> None:
    order = full_shop.client.get("/v1/orders/SO2026111500017").json()
    assert (order["id"], order["status"], order["items"][0]["name"]) == (
        "SO2026111500017",
        "shipped",
        "电热水器",
    )
    assert "delivered_at" not in order


@pytest.mark.parametrize(("order_id", "status"), [("none", 404), ("%00", 422), ("x" * 501, 422), ("号", 404)])
def test_order_that_is_not_there_is_refused(full_shop: Shop, order_id: str, status: int) -> None:
    assert full_shop.client.get(f"/v1/orders/{order_id}").status_code == status


def test_start_without_a_prepared_encoder_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", model_dir=tmp_path / "models")
    with pytest.raises(ModelNotPrepared, match="xianzhi index prepare"), TestClient(create_app(settings)):
        pass
    assert list(tmp_path.iterdir()) == []
