"""Why whoever is looked up probably gets in touch: told where it can be, and never in the way of the look-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.places import PLACES, RequestClass
from index.build import Builder
from index.reasons.solving import add_solutions
from kb.articles.service import save_article
from kb.cases.service import save_case
from kb.customers.likely import LikelyReason, LikelyReasons, ReasonCases, ReasonsFrom
from kb.orders.words import Words
from kb.reasons.models import ContactReason
from kb.reasons.service import save_reason
from kb.settings import Settings
from tests.api.conftest import NOW, Shop, fill
from tests.api.held_places import hold_places
from tests.fakes import FakeEncoder, make_article, make_case
from tests.kb.customers.makers import CHEN, ZHOU, save_orders, save_people

PARCEL = ContactReason(id="parcel", title_zh="包裹到哪了", intents=("late",), ask_zh="快递怎么还没到")
RETURNS = ContactReason(id="returns", title_zh="退货", intents=("return",))
WHERE = make_article(
    id="where", title="快递到哪了", questions=["快递怎么还没到"], reply="订单 {{ order.id }} 在路上。", body="催派送。"
)
SHIPPED: dict[str, Any] = {"status": "shipped", "shipped_at": "2026-11-10T10:00:00+08:00"}
DELIVERED: dict[str, Any] = {"status": "delivered", "delivered_at": "2026-11-10T10:00:00+08:00"}


@pytest.fixture
def people(shop: Shop) -> Shop:
    """A shop with two customers, one of them with an order that is on its way, and nothing learnt yet."""
    fill(shop.database)
    save_people(shop.database, ZHOU, CHEN)
    return shop


@pytest.fixture
def experienced(people: Shop) -> Shop:
    """The same after sixty cases of each of two intents: parcels on their way, and returns of what has arrived."""
    teach(people, each=60)
    return people


def teach(shop: Shop, *, each: int) -> None:
    """Store cases and reasons, and build the index."""
    with shop.database.write() as session:
        save_article(session, WHERE, now=NOW)
        for reason in (PARCEL, RETURNS):
            save_reason(session, reason, now=NOW)
        for place in range(each):
            closed = NOW - timedelta(hours=place)
            late = make_case(id=f"late-{place}", intent="late", order=SHIPPED, closed_at=closed)
            back = make_case(id=f"back-{place}", intent="return", order=DELIVERED, closed_at=closed)
            save_case(session, late, now=NOW)
            save_case(session, back, now=NOW)
    Builder(shop.database, FakeEncoder(), shop.settings.generations_dir).build(now=NOW)
    shop.matcher.live.snapshot(wait=True)


def look_up(shop: Shop, query: str) -> dict[str, Any]:
    answer = shop.client.get("/v1/customers:lookup", params={"q": query, "agent": "a-17"})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_the_likeliest_reason_comes_with_order_marks_cases_and_solution(experienced: Shop) -> None:
    found = look_up(experienced, "C0042")
    assert found["reasons_from"] == "orders"
    first = found["likely_reasons"][0]
    assert (first["reason"], first["title"]["zh"]) == ("parcel", "包裹到哪了")
    assert first["probability"] > 0.5
    assert first["order_id"] == "SO2026111500017"
    assert "订单状态为已发货" in [words["zh"] for words in first["because"]]
    assert first["cases"] == {"similar": 60, "of_them": 60}
    solution = first["solution"]
    assert solution["item_id"] == "where"  # And none of the sixty cases, which have no reply.
    assert solution["reply"] == "订单 SO2026111500017 在路上。"
    # The notice that touches this order is what to say first.
    assert solution["notice"] == "路上有雪，会晚一天。"


def test_a_reason_that_nobody_gave_a_question_has_no_solution(experienced: Shop) -> None:
    second = look_up(experienced, "C0042")["likely_reasons"][1]
    assert (second["reason"], second["solution"]) == ("returns", None)


def test_a_customer_without_orders_has_the_rates(experienced: Shop) -> None:
    found = look_up(experienced, "C0043")
    assert found["reasons_from"] == "rates"
    assert [(one["probability"], one["order_id"], one["because"]) for one in found["likely_reasons"]] == [
        (0.5, None, []),
        (0.5, None, []),
    ]
    assert found["likely_reasons"][0]["cases"] == {"similar": 120, "of_them": 60}


def test_few_cases_give_rates_and_say_so(people: Shop) -> None:
    teach(people, each=5)
    found = look_up(people, "C0042")
    assert (found["reasons_from"], len(found["likely_reasons"])) == ("rates", 2)


def test_of_several_orders_the_one_that_was_asked_for_counts_alone(experienced: Shop) -> None:
    save_orders(experienced.database, {"id": "SO2026111400002", **DELIVERED})
    asked = look_up(experienced, "SO2026111400002")["likely_reasons"]
    assert (asked[0]["reason"], asked[0]["order_id"]) == ("returns", "SO2026111400002")
    orders = {one["order_id"] for one in look_up(experienced, "C0042")["likely_reasons"]}
    assert orders == {"SO2026111500017", "SO2026111400002"}


def test_without_intents_nothing_is_likely_and_why_is_said(people: Shop) -> None:
    found = look_up(people, "C0042")
    assert (found["likely_reasons"], found["reasons_from"]) == ([], "no_intents")


def test_without_an_index_nothing_is_likely_and_why_is_said(people: Shop) -> None:
    people.matcher.live.close()
    found = look_up(people, "C0042")
    assert (found["outcome"], found["likely_reasons"], found["reasons_from"]) == ("found", [], "no_index")


def test_several_or_nobody_have_no_reasons(experienced: Shop) -> None:
    for query in ("1037", "13912345678"):
        found = look_up(experienced, query)
        assert (found["likely_reasons"], found["reasons_from"]) == ([], "no_profile")


def test_a_failing_matcher_leaves_the_reasons_without_solutions(experienced: Shop) -> None:
    with experienced.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE synonyms"))
        connection.execute(
            text("INSERT INTO changes (kind, item_id, changed_at) VALUES ('synonym', 'x', '2026-11-15')")
        )
    found = look_up(experienced, "C0042")
    assert (found["outcome"], found["reasons_from"]) == ("found", "orders")
    assert [one["solution"] for one in found["likely_reasons"]] == [None, None]


def test_no_solution_is_looked_for_where_the_setting_leaves_no_time(experienced: Shop) -> None:
    settings = experienced.settings.model_copy(update={"solutions_seconds": 0.0})
    with TestClient(create_app(settings, matcher=experienced.matcher)) as client:
        found = look_up(replace(experienced, client=client), "C0042")
    assert (found["reasons_from"], found["likely_reasons"][0]["solution"]) == ("orders", None)


def test_a_look_up_waits_no_longer_than_that_for_a_matcher_that_is_busy(experienced: Shop) -> None:
    settings = experienced.settings.model_copy(update={"solutions_seconds": 0.05})
    app = create_app(settings, matcher=experienced.matcher)
    with TestClient(app) as client:
        assert client.portal is not None
        with hold_places(client.portal, app.state.services.places, RequestClass.AGENT, PLACES):
            found = look_up(replace(experienced, client=client), "C0042")
    assert (found["reasons_from"], found["likely_reasons"][0]["solution"]) == ("orders", None)


def test_solutions_are_looked_for_likeliest_first_until_the_time_is_up(experienced: Shop) -> None:
    parcel = LikelyReason("parcel", Words("包裹", "parcel"), 0.6, None, (), ReasonCases(2, 1))
    likely = LikelyReasons(ReasonsFrom.ORDERS, (parcel, replace(parcel, probability=0.4)))
    moments = iter([0.0, 0.5, 1.5])
    solved = add_solutions(experienced.matcher, likely, [], seconds=1.0, clock=lambda: next(moments))
    assert [one.solution is not None for one in solved.reasons] == [True, False]


def test_nothing_of_cases_or_customers_is_in_the_file(experienced: Shop) -> None:
    (newest, *_) = sorted(experienced.settings.generations_dir.glob("g*"), reverse=True)
    content = (newest / "reasons.json").read_text("utf-8")
    for secret in ("快递怎么还没到。", "已经催促", "雨桐", "1380000", "C0042", "SO2026111500017", "海淀"):
        assert secret not in content


def test_the_setting_has_bounds() -> None:
    with pytest.raises(ValueError, match="solutions_seconds"):
        Settings.model_validate({"solutions_seconds": 31})
