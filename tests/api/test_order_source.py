"""Matches while the shop's own system is well, and while it is in trouble: always answered, and never silently."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eval.bench.shop_server import Shop as Played
from eval.bench.shop_server import Trouble, run_shop
from kb.sources.opening import open_http_source
from tests.api.conftest import ZONE, Shop, fill, open_shop
from tests.fakes import SHIPPED_ORDER
from tests.kb.sources.shop_mapping import TRADE, make_mapping, wrap

ID = str(TRADE["tid"])
QUESTION = "七天无理由退货"
SLOW = [Trouble.HANGING, Trouble.TRICKLING]
QUICK = [trouble for trouble in Trouble if trouble not in (Trouble.NONE, *SLOW)]


@dataclass(frozen=True, slots=True)
class SourcedShop:
    """A shop whose orders come from another system, and that system."""

    shop: Shop
    played: Played

    def match(self, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Ask about an order."""
        answer = self.shop.client.post("/v1/match", json={"question": QUESTION, **fields})
        return answer.status_code, answer.json()


@pytest.fixture
def sourced(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[SourcedShop]:
    """A shop that asks another system for orders each time."""
    with open_sourced_shop(tmp_path, empty_sqlite_file) as shop:
        yield shop


@contextmanager
def open_sourced_shop(folder: Path, empty_file: Path, **changes: Any) -> Iterator[SourcedShop]:
    """Yield a shop that asks another system, by rules of which some are changed."""
    played = Played({f"/trades/{ID}": wrap(TRADE), "/trades?buyer=C0042": {"data": {"trades": [TRADE]}}})
    with run_shop(played) as address:
        rules = {"base_url": address, "cache": {"seconds": 0}, "breaker": {"failures": 3}, **changes}
        with (
            open_http_source(make_mapping(**rules), ZONE, {"SHOP_TOKEN": "s"}) as source,
            open_shop(folder, empty_file, orders=source) as shop,
        ):
            fill(shop.database)
            yield SourcedShop(shop, played)


def test_an_order_of_the_shops_own_system_is_what_the_question_is_about(sourced: SourcedShop) -> None:
    for named in ({"order_id": ID}, {"customer": "C0042"}):
        status, answer = sourced.match(**named)
        assert (status, answer["order_id"]) == (200, ID)
        assert answer["order_source"] == {"state": "ok", "age_seconds": 0.0, "reason": None}
        assert [notice["id"] for notice in answer["notices"]] == ["snow"]


def test_an_order_that_the_shop_does_not_know_is_a_404(sourced: SourcedShop) -> None:
    for named, code in (({"order_id": "nowhere"}, "order_not_found"), ({"customer": "C1"}, "customer_not_found")):
        status, answer = sourced.match(**named)
        assert (status, answer["error"]["code"]) == (404, code)


@pytest.mark.parametrize("trouble", QUICK)
@pytest.mark.parametrize("named", [{"order_id": ID}, {"order_id": "unknown"}, {"customer": "C9"}])
def test_a_system_in_trouble_costs_the_order_and_never_the_answer(
    sourced: SourcedShop, trouble: Trouble, named: dict[str, str]
) -> None:
    sourced.played.trouble = trouble
    status, answer = sourced.match(**named)
    assert status == 200
    assert answer["order_id"] is None
    assert answer["solutions"][0]["id"] == "returns-7-days"
    assert (answer["order_source"]["state"], answer["order_source"]["age_seconds"]) == ("unavailable", None)
    assert answer["order_source"]["reason"]


@pytest.mark.parametrize("trouble", SLOW)
def test_a_system_that_does_not_come_to_an_end_is_not_waited_for(
    tmp_path: Path, empty_sqlite_file: Path, trouble: Trouble
) -> None:
    with open_sourced_shop(tmp_path, empty_sqlite_file, timeout_ms=100) as sourced:
        sourced.played.trouble = trouble
        for named in ({"order_id": ID}, {"customer": "C0042"}):
            status, answer = sourced.match(**named)
            assert (status, answer["order_source"]["reason"]) == (200, "timed_out")
            assert answer["solutions"][0]["id"] == "returns-7-days"


def test_an_order_that_was_seen_before_stands_in_and_is_said_to(sourced: SourcedShop) -> None:
    sourced.match(order_id=ID)
    sourced.played.trouble = Trouble.FAILING
    status, answer = sourced.match(order_id=ID)
    assert (status, answer["order_id"]) == (200, ID)
    assert (answer["order_source"]["state"], answer["order_source"]["reason"]) == ("stale", "failed")
    assert answer["order_source"]["age_seconds"] >= 0


def test_after_failures_in_a_row_the_system_is_left_alone(sourced: SourcedShop) -> None:
    sourced.played.trouble = Trouble.NOT_JSON
    reasons = [sourced.match(order_id=ID)[1]["order_source"]["reason"] for _ in range(5)]
    assert reasons == ["not_json"] * 3 + ["suspended"] * 2
    assert len(sourced.played.asked) == 3


def test_an_id_that_no_address_can_hold_is_answered_without_an_order(sourced: SourcedShop) -> None:
    status, answer = sourced.match(order_id="../admin")
    assert (status, answer["order_source"]["reason"]) == (200, "id_unusable")
    assert sourced.played.asked == []


def test_a_question_without_an_order_asks_nothing_of_the_source(sourced: SourcedShop) -> None:
    for fields in ({}, {"order": {"status": "paid"}}, {"question": f"订单 SO{ID} 呢", "audience": "public"}):
        assert sourced.match(**fields)[1]["order_source"] == {"state": "none", "age_seconds": None, "reason": None}
    assert sourced.played.asked == []


def test_own_tables_are_well_and_tell_no_age(full_shop: Shop) -> None:
    order_id = SHIPPED_ORDER["id"]
    answer = full_shop.client.post("/v1/match", json={"question": QUESTION, "order_id": order_id}).json()
    assert answer["order_source"] == {"state": "ok", "age_seconds": None, "reason": None}


def test_states_of_the_source_are_counted(sourced: SourcedShop) -> None:
    sourced.match(order_id=ID)
    assert 'xianzhi_order_source_total{state="ok"} 1.0' in sourced.shop.client.get("/metrics").text
