"""The matcher: what it answers, what it refuses, what it asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from index.matcher import Matcher
from index.solutions import Ask, Filters, MatchResult, Solution
from kb.articles.models import Audience, Basis
from kb.changes import ItemKind
from kb.errors import CustomerNotFound, InvalidInput, OrderNotFound
from kb.notices.models import Notice, NoticeKind
from kb.orders.order import Order
from kb.orders.repository import save_customer
from kb.orders.tables import Customer
from tests.fakes import Desk, make_article, make_case, make_order, widen

SHIPPED = [{"fact": "order.status", "op": "==", "value": "shipped"}]
PAID = [{"fact": "order.status", "op": "==", "value": "paid"}]


def find_solution(result: MatchResult, item_id: str) -> Solution:
    """Return the solution of one item."""
    (found,) = [solution for solution in result.solutions if solution.id == item_id]
    return found


def test_solution_has_all_that_the_contract_names(desk: Desk) -> None:
    desk.save(
        make_article(reply="订单 {{ order.id }} 可以退。", applies_when=SHIPPED, source="售后手册 3.2"), make_case()
    )
    result = desk.ask("七天无理由退货", order=make_order())
    assert len(result.request_id) == 32
    assert result.generation.startswith("g0000000002-")
    assert result.order_id == "SO2026111500017"
    assert set(result.timing) == {"order", "wait", "understand", "encode", "search", "rank", "explain"}
    first = result.solutions[0]
    assert (first.rank, first.kind, first.id, first.version) == (1, ItemKind.ARTICLE, "returns-7-days", 1)
    assert (first.title, first.snippet, first.applies) == ("七天无理由退货", "签收后七天内可以退货。", "met")
    assert set(first.scores) == {
        "dense_heading",
        "dense_passage",
        "lexical_heading",
        "lexical_full",
        "identifier",
        "order_context",
    }
    assert 0 <= first.confidence <= 1
    assert result.confidence == first.confidence
    assert [reason.state for reason in first.conditions] == ["met"]
    assert first.reply.text == "订单 SO2026111500017 可以退。"
    (citation,) = first.citations
    assert (citation.id, citation.version, citation.source, citation.text) == (
        "returns-7-days",
        1,
        "售后手册 3.2",
        "签收后七天内可以退货。",
    )
    assert [solution.rank for solution in result.solutions] == [1, 2]


def test_highlights_point_into_title_and_snippet_as_shown(desk: Desk) -> None:
    desk.save(make_article(title=f"{widen('KFR')}空調退貨", body="😀 簽收後可以退貨。"))
    (solution,) = desk.ask("KFR退货").solutions
    marked = [(h.field, getattr(solution, h.field)[h.start : h.end]) for h in solution.highlights]
    assert marked == [("title", widen("KFR")), ("title", "退貨"), ("snippet", "退貨")]


@pytest.mark.parametrize("limit", [-1, 0, 51, 10**9])
def test_limit_outside_its_bounds_is_refused(desk: Desk, limit: int) -> None:
    desk.live.open()
    with pytest.raises(InvalidInput, match="between 1 and 50"):
        desk.ask("退货", limit=limit)


def test_limit_is_how_many_are_shown(desk: Desk) -> None:
    desk.save(*(make_article(id=f"a{number}", body=f"第 {number} 条规则。") for number in range(60)))
    assert [len(desk.find("退货", limit=limit)) for limit in (1, 7, 50)] == [1, 7, 50]


def test_unknown_order_is_an_error(desk: Desk) -> None:
    desk.save(make_article())
    with pytest.raises(OrderNotFound):
        desk.ask("退货", order_id="nowhere")


def test_order_by_id_gives_what_the_order_itself_gives(desk: Desk) -> None:
    desk.save(make_article(applies_when=SHIPPED), make_article(id="b", applies_when=PAID), make_order())
    by_id = desk.ask("退货", order_id="SO2026111500017")
    assert by_id.order_id == "SO2026111500017"
    assert by_id.solutions == desk.ask("退货", order=make_order()).solutions
    assert [solution.applies for solution in by_id.solutions] == ["met", "unmet"]


def test_order_that_tells_its_status_only_is_enough(desk: Desk) -> None:
    desk.save(make_article(reply="{{ order.id }} 已由 {{ shipment.carrier }} 承运", applies_when=SHIPPED))
    result = desk.ask("退货", order=Order.model_validate({"status": "shipped"}))
    (solution,) = result.solutions
    assert (solution.applies, result.order_id) == ("met", None)
    assert set(solution.reply.missing) == {"order.id", "shipment.carrier"}


def test_reply_is_filled_from_the_order_and_names_what_is_missing(desk: Desk) -> None:
    desk.save(make_article(reply="包裹 {{ shipment.tracking_no }}，{{ order.promised_at }} 前送达。"))
    (solution,) = desk.ask("退货", order=make_order()).solutions
    assert solution.reply.filled == {"shipment.tracking_no": "QY7306518138"}
    assert solution.reply.missing == ("order.promised_at",)
    assert solution.reply.text.startswith("包裹 QY7306518138，【待补充：")


def test_without_a_template_the_passage_is_the_reply_and_a_case_has_none(desk: Desk) -> None:
    desk.save(make_article(), make_case())
    result = desk.ask("快递怎么还没到，退货")
    assert find_solution(result, "returns-7-days").reply.text == "签收后七天内可以退货。"
    assert find_solution(result, "case-1").reply.text == ""
    assert find_solution(result, "case-1").snippet == "已经催促快递，明天送到。"
    assert find_solution(result, "case-1").outcome == "solved"


def test_customers_only_order_is_taken(desk: Desk) -> None:
    desk.save(make_article(), make_order())
    result = desk.ask("退货", customer_id="C0042")
    assert (result.order_id, result.ask) == ("SO2026111500017", [])


def test_customer_of_several_orders_is_asked_which(desk: Desk) -> None:
    desk.save(make_article(applies_when=SHIPPED), make_order(), make_order(id="SO2"))
    result = desk.ask("退货", customer_id="C0042")
    assert (result.order_id, result.ask) == (None, [Ask("order.id", "请问您咨询的是哪一笔订单？")])
    assert result.solutions[0].applies == "unknown"


def test_customer_without_orders_is_answered_without_one(desk: Desk) -> None:
    desk.save(make_article())
    with desk.database.write() as session:
        save_customer(session, Customer(id="C1"))
    result = desk.ask("退货", customer_id="C1")
    assert (result.order_id, result.ask, len(result.solutions)) == (None, [], 1)


def test_unknown_customer_is_said_to_be_unknown(desk: Desk) -> None:
    desk.save(make_article())
    with pytest.raises(CustomerNotFound, match="No customer"):
        desk.ask("退货", customer_id="nobody")


@pytest.mark.parametrize("number", ["SO2026111500017", "so2026111500017"])
def test_order_number_in_an_agents_question_is_the_order(desk: Desk, number: str) -> None:
    desk.save(make_article(), make_order())
    assert desk.ask(f"{number} 怎么退货").order_id == "SO2026111500017"


def test_order_number_in_a_customers_question_opens_no_order(desk: Desk) -> None:
    desk.save(make_article(), make_order())
    assert desk.ask("SO2026111500017 怎么退货", audience=Audience.PUBLIC).order_id is None


def test_fact_that_the_best_solution_needs_is_asked_for(desk: Desk) -> None:
    issued = [{"fact": "invoice.issued", "op": "==", "value": True}]
    desk.save(make_article(applies_when=issued), make_article(id="b"), make_article(id="far", title="另一件事"))
    (ask,) = desk.ask(make_article().title, order=make_order()).ask
    assert (ask.fact, ask.question) == ("invoice.issued", "请问发票开出来了吗？")
    assert set(ask.separates) == {"returns-7-days", "b"}
    assert ask.gain > 0.2
    # The question is chosen by what would be shown, however few are shown.
    assert desk.ask(make_article().title, order=make_order(), limit=1).ask == [ask]


def test_question_about_something_else_is_not_answered_with_a_question(desk: Desk) -> None:
    desk.save(make_article(applies_when=[{"fact": "invoice.issued", "op": "==", "value": True}]))
    assert desk.ask("what is the capital of France").ask == []


@pytest.mark.parametrize(
    "question", ["退货", "QX-1700", "SO2026111500017", "a" * 10_000, "退" * 10_000, "'; DROP TABLE"]
)
def test_identical_request_gives_identical_answer(desk: Desk, question: str) -> None:
    desk.save(
        *(make_article(id=f"a{n}", title=f"型号 QX-1{n}00", reply="{{ order.id }}") for n in range(12)), make_case()
    )
    first, second = (desk.ask(question, order=make_order(), limit=50) for _ in range(2))
    plain = replace(first, request_id="", timing={})
    assert plain == replace(second, request_id="", timing={})


def test_filters_keep_what_passes_them_and_nothing_else(desk: Desk) -> None:
    english = make_article(id="en", title="Return policy", questions=[], body="", language="en", category=["Returns"])
    desk.save(make_article(), english, make_case())
    for filters, expected in (
        (Filters(kind=ItemKind.CASE), ["case-1"]),
        (Filters(kind=ItemKind.ARTICLE, language="zh"), ["returns-7-days"]),
        (Filters(language="en"), ["en"]),
        (Filters(category=("售后",)), ["returns-7-days"]),
        (Filters(category=("售后", "退货")), ["returns-7-days"]),
        (Filters(category=("售后", "没有")), []),
        (Filters(kind=ItemKind.NOTICE), []),
    ):
        assert desk.find("退货", filters=filters, limit=50) == expected


def test_item_left_out_is_not_found(desk: Desk) -> None:
    desk.save(make_article(), make_article(id="b"))
    assert desk.find("退货", without=frozenset({"returns-7-days"}), limit=50) == ["b"]


def test_notices_that_touch_the_order_come_along(desk: Desk, now: datetime) -> None:
    snow = {"title": "大雪", "kind": NoticeKind.DELAY, "body": "内部说法", "wording": "会晚一天"}
    desk.save(
        make_article(),
        Notice(id="snow", applies_when={"all": SHIPPED}, priority=1, **snow),
        Notice(id="secret", audience=Audience.INTERNAL, **snow),
        Notice(id="other", applies_when={"all": PAID}, **snow),
        Notice(id="past", effective_to=now, **snow),
        Notice(id="future", effective_from=now + timedelta(seconds=1), **snow),
    )
    agent = desk.ask("退货", order=make_order())
    assert [(notice.id, notice.body) for notice in agent.notices] == [("snow", "内部说法"), ("secret", "内部说法")]
    customer = desk.ask("退货", order=make_order(), audience=Audience.PUBLIC)
    assert [(notice.id, notice.body, notice.wording) for notice in customer.notices] == [("snow", None, "会晚一天")]
    assert desk.ask("退货").notices == []


def test_new_notice_is_seen_by_the_next_match(desk: Desk) -> None:
    desk.save(make_article())
    assert desk.ask("退货", order=make_order()).notices == []
    desk.save(Notice(id="snow", title="大雪", kind=NoticeKind.DELAY))
    assert [notice.id for notice in desk.ask("退货", order=make_order()).notices] == ["snow"]


def test_notice_saved_while_a_match_is_under_way_is_seen_by_the_next(desk: Desk, now: datetime) -> None:
    desk.save(make_article(), make_order())
    desk.live.open()

    def save_and_tell() -> datetime:
        # The clock is read in the middle of a match, after the order was.
        desk.save(Notice(id="snow", title="大雪", kind=NoticeKind.DELAY))
        return now

    desk.matcher = Matcher(desk.live, replace(desk.matcher.surroundings, clock=save_and_tell))
    desk.ask("退货", order_id="SO2026111500017")
    assert [notice.id for notice in desk.ask("退货", order_id="SO2026111500017").notices] == ["snow"]


def test_article_changed_while_a_match_is_under_way_is_shown_as_one_of_its_versions(desk: Desk, now: datetime) -> None:
    desk.save(make_article(), make_order())
    desk.live.open()

    def change_and_tell() -> datetime:
        desk.save(make_article(body="签收后十五天内可以退货。"))
        return now

    desk.matcher = Matcher(desk.live, replace(desk.matcher.surroundings, clock=change_and_tell))
    assert desk.find("退货", order_id="SO2026111500017") == ["returns-7-days"]


def test_version_in_force_when_the_order_was_placed_answers(desk: Desk, now: datetime) -> None:
    placed = datetime.fromisoformat("2026-11-12T10:02:00+08:00")
    desk.save(make_article(basis=Basis.ORDER, effective_from=placed - timedelta(days=30)))
    desk.save(make_article(basis=Basis.ORDER, body="现在只有三天。", effective_from=placed + timedelta(days=1)))
    ordered, bare = desk.ask("退货", order=make_order()), desk.ask("退货")
    assert [(s.version, s.snippet) for s in ordered.solutions] == [(1, "签收后七天内可以退货。")]
    assert [(s.version, s.snippet) for s in bare.solutions] == [(2, "现在只有三天。")]
    assert desk.find("退货", now=placed - timedelta(days=31)) == []


def test_moment_without_a_zone_is_refused(desk: Desk) -> None:
    desk.save(make_article())
    with pytest.raises(InvalidInput, match="zone"):
        desk.ask("退货", now=datetime(2026, 11, 15))


def test_identifier_lifts_the_article_that_names_it(desk: Desk) -> None:
    names = [f"QX-{number}00" for number in range(10, 30)]
    desk.save(*(make_article(id=name, title=f"{name} 说明书", questions=[], body="见包装。") for name in names))
    solution = desk.ask("我的 qx-1700 说明书找不到了").solutions[0]
    assert solution.id == "QX-1700"
    assert solution.scores["identifier"] > 0
