"""The widget's answers: right, told for the customer's own order, and nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select

from index.public_answers import LIKELY_ENOUGH
from kb.articles.service import save_article
from kb.feedback.models import AskedThrough, MatchRow
from kb.feedback.repository import list_matches
from kb.orders.repository import save_order
from kb.sources.ports import OWN, Fetched, SourceReport, SourceState
from tests.api.conftest import NOW, Shop
from tests.api.widget_shop import ANNA, BORIS, CARLA, NOBODY, ONLY_ORDER, PAID, SHIPPED, TWINS, open_widget_shop, sign
from tests.fakes import make_article, make_order

RETURNS = "七天无理由退货"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, empty_sqlite_file: Path) -> Iterator[Shop]:
    with open_widget_shop(tmp_path_factory.mktemp("widget"), empty_sqlite_file) as opened:
        yield opened


def ask(shop: Shop, question: str, headers: dict[str, str] | None = None, **fields: Any) -> Response:
    return shop.client.post("/v1/widget/ask", json={"question": question, **fields}, headers=headers or {})


def read(shop: Shop, article_id: str, headers: dict[str, str] | None = None, **params: str) -> Response:
    return shop.client.get(f"/v1/widget/articles/{article_id}", params=params, headers=headers or {})


def code_of(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_question_is_answered_with_the_article_and_where_it_stands(shop: Shop) -> None:
    answer = ask(shop, RETURNS).json()
    first = answer["answers"][0]
    assert answer["answered"]
    assert not answer["hand_over"]
    assert (first["id"], first["version"]) == ("returns-7-days", 1)
    assert first["html"].startswith("<p>")
    assert first["source"]["version"] == 1
    assert answer["order"] is None
    assert answer["orders"] == []


def test_beside_a_sure_answer_stand_only_such_as_may_help_and_no_other_is_recorded(shop: Shop) -> None:
    question = {"question": RETURNS, "audience": "public", "limit": 3}
    matched = shop.client.post("/v1/match", json=question).json()["solutions"]
    likely = [
        solution["id"] for solution in matched if solution["rank"] == 1 or solution["confidence"] >= LIKELY_ENOUGH
    ]
    answer = ask(shop, RETURNS).json()
    assert [shown["id"] for shown in answer["answers"]] == likely
    assert len(likely) < len(matched)
    assert shop.client.app.state.services.recorder.flush()  # type: ignore[attr-defined]
    with shop.database.read() as session:
        recorded = next(match for match in list_matches(session) if match.request_id == answer["request_id"])
    assert [shown.id for shown in recorded.shown] == likely


def test_where_nothing_is_sure_the_nearest_are_shown_however_unlikely(shop: Shop) -> None:
    answer = ask(shop, "zzzz qqqq").json()
    assert len(answer["answers"]) > 1


def test_a_question_that_nothing_answers_is_handed_over(shop: Shop) -> None:
    answer = ask(shop, "zzzz qqqq").json()
    assert (answer["answered"], answer["hand_over"]) == (False, True)


def test_a_reply_is_told_with_the_facts_of_the_only_order(shop: Shop) -> None:
    answer = ask(shop, "快递到哪了", sign(ANNA)).json()
    first = next(each for each in answer["answers"] if each["id"] == "on-its-way")
    assert first["fits_order"]
    assert first["missing"] == []
    assert first["text"] == "您的包裹 QY7306518138 在路上。"
    assert answer["order"]["id"] == ONLY_ORDER
    assert answer["order"]["state"].startswith("已发货")


def test_without_an_order_the_article_is_told_and_what_is_missing_named(shop: Shop) -> None:
    answer = read(shop, "on-its-way").json()["answer"]
    assert answer["text"] == "发货后可以看物流。"
    assert not answer["fits_order"]
    assert answer["missing"] == ["运单号"]


def test_a_reply_that_needs_no_order_is_told_to_everybody_as_plain_text(shop: Shop) -> None:
    answer = read(shop, "for-all").json()["answer"]
    assert answer["html"] == "<p>客服全天都在。<br>&lt;b&gt;您好&lt;/b&gt;</p>"
    assert not answer["fits_order"]


def test_a_reply_with_a_figure_that_nothing_supports_is_not_told(shop: Shop) -> None:
    assert read(shop, "invented").json()["answer"]["text"] == "按规则赔付。"


def test_a_customer_reads_what_is_written_for_customers_in_place_of_the_body(shop: Shop) -> None:
    answer = read(shop, "two-readers").json()["answer"]
    assert answer["html"] == "<p><strong>30 天内</strong>可以换新。</p>"
    assert answer["text"] == "30 天内可以换新。"
    asked = ask(shop, "雨伞破损换新")
    assert asked.json()["answers"][0]["text"] == "30 天内可以换新。"
    assert "工单" not in asked.text


def test_nobody_is_told_that_an_agent_did_what_nobody_did(shop: Shop) -> None:
    assert read(shop, "told-by-its-public-body").json()["answer"]["text"] == "15 天内可以换新。"


def test_what_is_written_for_customers_is_told_of_no_internal_article(shop: Shop) -> None:
    assert code_of(read(shop, "inner")) == (404, "article_not_found")
    assert "内部外用" not in ask(shop, "黑名单口径").text


def test_a_reply_for_another_state_of_the_order_is_not_told(shop: Shop) -> None:
    answer = read(shop, "on-its-way", sign(BORIS), order_id=PAID).json()
    assert answer["answer"]["text"] == "发货后可以看物流。"
    assert answer["order"]["id"] == PAID


def test_which_of_several_orders_is_meant_is_asked_where_it_is_open(shop: Shop) -> None:
    answer = ask(shop, "快递到哪了", sign(CARLA)).json()
    assert {order["id"] for order in answer["orders"]} == set(TWINS)
    assert answer["order"] is None
    assert answer["ask"][0]["fact"] == "order.id"


def test_one_of_several_orders_can_be_named(shop: Shop) -> None:
    answer = ask(shop, "订单的问题", sign(BORIS), order_id=SHIPPED).json()
    assert (answer["order"]["id"], answer["orders"]) == (SHIPPED, [])


def test_the_order_of_the_page_is_taken_and_left_where_it_is_not_the_customers(shop: Shop) -> None:
    assert ask(shop, "订单的问题", sign(BORIS, order_id=PAID)).json()["order"]["id"] == PAID
    assert ask(shop, "订单的问题", sign(CARLA, order_id=ONLY_ORDER)).json()["order"] is None


def test_an_order_is_known_again_by_its_items_and_date_in_the_language_asked_for(shop: Shop) -> None:
    headers = sign(BORIS)
    shown = ask(shop, "订单的问题", headers, order_id=PAID).json()["order"]
    assert shown["label"].startswith("智利车厘子 等 2 件 · 11 月")
    assert shown["state"].startswith("已付款")
    english = {**headers, "Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"}
    shown = ask(shop, "订单的问题", english, order_id=PAID).json()["order"]
    assert shown["label"].startswith("智利车厘子 and 1 more · Nov")
    assert shown["state"].startswith("paid")
    assert read(shop, "for-all", english, order_id=PAID, locale="zh").json()["order"]["state"].startswith("已付款")


def test_anothers_order_is_answered_exactly_as_one_that_nobody_has(shop: Shop) -> None:
    answers = []
    for order_id in (ONLY_ORDER, "SO-nobody-has"):
        headers = {**sign(BORIS), "X-Request-ID": "same"}
        answers.append(ask(shop, RETURNS, headers, order_id=order_id))
        answers.append(read(shop, "for-all", headers, order_id=order_id))
    assert {code_of(answer) for answer in answers} == {(404, "order_not_found")}
    assert len({answer.text for answer in answers}) == 1


def test_an_order_is_looked_at_for_nobody_without_a_token(shop: Shop) -> None:
    assert code_of(ask(shop, RETURNS, order_id=ONLY_ORDER)) == (401, "customer_token_refused")
    assert code_of(read(shop, "for-all", order_id=ONLY_ORDER)) == (401, "customer_token_refused")


def test_a_token_that_shows_nothing_is_refused_on_every_route(shop: Shop) -> None:
    for headers in (sign(lasts=0), sign(lasts=9_999), sign(aud="x"), {"X-Xianzhi-Customer": "nonsense"}):
        assert code_of(ask(shop, RETURNS, headers)) == (401, "customer_token_refused")
        assert code_of(read(shop, "for-all", headers)) == (401, "customer_token_refused")


def test_a_customer_of_whom_nothing_is_known_is_answered_like_anybody(shop: Shop) -> None:
    answer = ask(shop, RETURNS, sign(NOBODY))
    assert answer.status_code == 200
    assert answer.json()["order"] is None


@pytest.mark.parametrize(
    "article_id", ["secret", "inner", "draft", "ended", "coming", "gone", "nothing", "late-parcel"]
)
def test_what_is_no_public_article_in_force_is_not_there(shop: Shop, article_id: str) -> None:
    answer = read(shop, article_id)
    assert code_of(answer) == (404, "article_not_found")
    assert article_id not in answer.text


def test_a_number_in_a_question_opens_no_order(shop: Shop) -> None:
    answer = ask(shop, f"我的订单 {ONLY_ORDER} 到哪了").json()
    assert answer["order"] is None
    assert not any(each["fits_order"] for each in answer["answers"])


def test_a_question_is_recorded_as_a_widgets_and_a_reading_as_no_question(shop: Shop) -> None:
    asked, opened = ask(shop, RETURNS, sign(ANNA)).json(), read(shop, "for-all").json()
    assert shop.client.app.state.services.recorder.flush()  # type: ignore[attr-defined]
    with shop.database.read() as session:
        rows = {row.request_id: (row.through, row.order_id) for row in session.scalars(select(MatchRow))}
        listed = {match.request_id for match in list_matches(session)}
    assert rows[asked["request_id"]] == (AskedThrough.WIDGET, ONLY_ORDER)
    assert rows[opened["request_id"]] == (AskedThrough.READING, None)
    assert asked["request_id"] in listed
    assert opened["request_id"] not in listed


def judge(shop: Shop, request_id: str, article_id: str, *, solved: bool) -> Response:
    body = {"request_id": request_id, "article_id": article_id, "solved": solved}
    return shop.client.post("/v1/widget/feedback", json=body)


def test_whether_it_helped_is_said_of_an_answer_and_of_an_article_that_was_opened(shop: Shop) -> None:
    asked, opened = ask(shop, RETURNS).json(), read(shop, "for-all").json()
    for solved in (True, False, True):
        answer = judge(shop, asked["request_id"], "returns-7-days", solved=solved)
        assert (answer.status_code, answer.content) == (204, b"")
    assert judge(shop, opened["request_id"], "for-all", solved=False).status_code == 204
    with shop.database.read() as session:
        (match,) = (each for each in list_matches(session) if each.request_id == asked["request_id"])
    assert [judgement.verdict for judgement in match.judgements] == ["solved"]


def test_only_what_a_widget_was_shown_can_be_judged(shop: Shop) -> None:
    agents = shop.client.post("/v1/match", json={"question": RETURNS}).json()["request_id"]
    asked = ask(shop, RETURNS).json()["request_id"]
    assert code_of(judge(shop, agents, "returns-7-days", solved=True)) == (404, "match_not_found")
    assert code_of(judge(shop, "nobody-asked", "returns-7-days", solved=True)) == (404, "match_not_found")
    assert code_of(judge(shop, asked, "secret", solved=True)) == (422, "solution_not_shown")


def test_the_id_that_is_judged_by_is_never_chosen_by_the_page(shop: Shop) -> None:
    answer = ask(shop, RETURNS, {"X-Request-ID": "chosen"})
    assert answer.headers["X-Request-ID"] == "chosen"
    assert answer.json()["request_id"] != "chosen"


@pytest.mark.parametrize(
    "fields",
    [{"audience": "internal"}, {"customer": ANNA}, {"now": "2020-01-01T00:00:00Z"}, {"filters": {}}, {"limit": 50}],
)
def test_what_agents_may_ask_for_has_no_field_here(shop: Shop, fields: dict[str, Any]) -> None:
    assert code_of(ask(shop, RETURNS, **fields)) == (422, "invalid_request")


def test_nothing_is_kept_on_the_way(shop: Shop) -> None:
    assert ask(shop, RETURNS).headers["Cache-Control"] == "no-store"
    assert read(shop, "for-all").headers["Cache-Control"] == "no-store"


def test_no_token_and_no_question_stands_in_the_log(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    good, bad = sign(ANNA), sign(ANNA, lasts=0)
    with caplog.at_level("DEBUG", logger="api"), caplog.at_level("DEBUG", logger="kb"):
        assert ask(shop, "不想要了能退吗", good).status_code == 200
        assert ask(shop, "不想要了能退吗", bad).status_code == 401
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "request_served" in logged
    assert not any(secret in logged for secret in (*good.values(), *bad.values(), "不想要"))


def test_an_article_that_holds_to_the_end_of_the_calendar_is_told(shop: Shop) -> None:
    assert read(shop, "for-ever").json()["answer"]["source"]["valid_to"].startswith("9999-12-31T23:59:59")


@pytest.mark.parametrize(
    ("article_id", "order_id", "applies"),
    [
        ("on-its-way", SHIPPED, "met"),
        ("on-its-way", PAID, "unmet"),
        ("on-its-way", None, "unknown"),
        ("for-all", None, "met"),
    ],
)
def test_an_article_says_whether_the_order_meets_its_conditions(
    shop: Shop, article_id: str, order_id: str | None, applies: str
) -> None:
    params = {"order_id": order_id} if order_id else {}
    answer = read(shop, article_id, sign(BORIS), **params)
    assert answer.json()["answer"]["applies"] == applies


class SourceInTrouble:
    """Lists one order of the customer's, and gives none by its id."""

    def find_order(self, order_id: str) -> Fetched[Any]:
        """Return none: it cannot be asked."""
        return Fetched(None, SourceReport(SourceState.UNAVAILABLE))

    def find_order_by_number(self, numbers: Any) -> Fetched[Any]:
        """Return none: it cannot be asked."""
        return Fetched(None, SourceReport(SourceState.UNAVAILABLE))

    def list_customer_orders(self, customer_id: str, *, limit: int) -> Fetched[Any]:
        """Return the one order that is listed."""
        return Fetched((make_order(id=ONLY_ORDER, customer={"id": customer_id}),), OWN)


def test_an_order_that_is_named_and_cannot_be_had_is_never_replaced_by_another(
    tmp_path: Path, empty_sqlite_file: Path
) -> None:
    with open_widget_shop(tmp_path, empty_sqlite_file, orders=SourceInTrouble()) as shop:
        assert ask(shop, "快递到哪了", sign()).json()["order"]["id"] == ONLY_ORDER
        by_page = ask(shop, "快递到哪了", sign(order_id="SO-older")).json()
        named = ask(shop, "快递到哪了", sign(), order_id="SO-older").json()
        handed_over = shop.client.post(
            "/v1/widget/handover", json={"question": "快递到哪了", "order_id": "SO-older"}, headers=sign()
        ).json()
        for answer in (by_page, named, handed_over):
            assert answer["order"] is None
            assert ONLY_ORDER not in str(answer)


def test_the_order_of_the_page_is_found_also_where_twenty_newer_ones_are_listed(
    tmp_path: Path, empty_sqlite_file: Path
) -> None:
    with open_widget_shop(tmp_path, empty_sqlite_file) as shop:
        with shop.database.write() as session:
            for number in range(20):
                placed_at = (NOW - timedelta(minutes=number)).isoformat()
                save_order(session, make_order(id=f"SO-new-{number}", customer={"id": ANNA}, placed_at=placed_at))
        assert ask(shop, "快递到哪了", sign(order_id=ONLY_ORDER)).json()["order"]["id"] == ONLY_ORDER


def test_an_order_said_to_be_placed_tomorrow_opens_no_article_of_tomorrow(
    tmp_path: Path, empty_sqlite_file: Path
) -> None:
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    coming = make_article(id="by-order", title="明天的新规", basis="order", effective_from=tomorrow, reply=None)
    with open_widget_shop(tmp_path, empty_sqlite_file) as shop:
        with shop.database.write() as session:
            save_article(session, coming, now=NOW)
            save_order(session, make_order(id="SO-tomorrow", customer={"id": ANNA}, placed_at=tomorrow))
        assert code_of(read(shop, "by-order", sign(), order_id="SO-tomorrow")) == (404, "article_not_found")
