"""From named values to records, and what is said where that fails."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles.models import ArticleStatus, Audience, Basis
from kb.cases.models import Outcome
from kb.orders.order import OrderStatus, PaymentMethod, ShipmentEventStatus
from kb.transfer.kinds import COLUMNS, RecordKind, guess_row_kind
from kb.transfer.problems import FieldProblem, InvalidRow
from kb.transfer.rows import PARSERS, parse_article, parse_case, parse_customer, parse_notice, parse_order

SHOP = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 11, 1, tzinfo=SHOP)


def _get_problems(kind: RecordKind, values: dict[str, Any]) -> tuple[FieldProblem, ...]:
    with pytest.raises(InvalidRow) as caught:
        PARSERS[kind](values)
    return caught.value.problems


@pytest.mark.parametrize(
    ("kind", "column", "meant"),
    [
        (RecordKind.ARTICLE, "audiance", "audience"),
        (RecordKind.ARTICLE, "stauts", "status"),
        (RecordKind.ARTICLE, "Aplies-When", "applies_when"),
        (RecordKind.ARTICLE, "effective_form", "effective_from"),
        (RecordKind.ARTICLE, "可见范国", "可见范围"),
        (RecordKind.NOTICE, "efective_t", "effective_to"),
    ],
)
def test_a_misspelt_column_that_guards_an_item_is_a_fault(kind: RecordKind, column: str, meant: str) -> None:
    values = {"id": "a", "title": "T", "kind": "delay", "body": "x", "wording": "x", column: "internal"}
    (problem,) = _get_problems(kind, values)
    assert (problem.field, problem.remedy) == (column, f"Rename it to {meant!r}, or remove it.")


@pytest.mark.parametrize(
    "column",
    ["update_time", "edit_time", "更新时间", "创建日期", "status_code", "store", "doc_type", "x" * 500],
)
def test_a_column_that_only_resembles_a_guarding_one_is_ignored(column: str) -> None:
    assert parse_article({"id": "a", "title": "T", column: "x"}).id == "a"


def test_a_corpus_row_is_an_article() -> None:
    values = {
        "id": "a",
        "title": "T",
        "text": "x",
        "category": "配送/发货",
        "doc_type": "faq",
        "status": "active",
    }
    article = parse_article(values)
    assert (article.body, article.category, article.status) == (
        "x",
        ["配送", "发货"],
        ArticleStatus.PUBLISHED,
    )


def test_chinese_columns_and_words_are_known() -> None:
    article = parse_article(
        {
            "知识编号": 7.0,
            "标题": "退货",
            "相似问": "能退吗|怎么退；退货\n不想要",
            "正文": "七天",
            "客户可见正文": "签收后七天内可以退。",
            "类目": "售后 > 退货",
            "可见范围": "内部",
            "生效时间": "2026/11/1",
            "依据": "下单时",
            "状态": "停用",
            "适用条件": "{fact: order.status, op: ==, value: shipped}",
        }
    )
    assert (article.id, article.category) == ("7", ["售后", "退货"])
    assert article.questions == ["能退吗", "怎么退", "退货", "不想要"]
    assert (article.audience, article.basis, article.status) == (
        Audience.INTERNAL,
        Basis.ORDER,
        ArticleStatus.WITHDRAWN,
    )
    assert (article.body, article.public_body) == ("七天", "签收后七天内可以退。")
    assert article.effective_from == MIDNIGHT
    assert article.applies_when == {"fact": "order.status", "op": "==", "value": "shipped"}


@pytest.mark.parametrize("column", ["public_body", "Public Body", "对客说明", "对客正文", "customer_body"])
def test_what_customers_read_has_names_of_its_own(column: str) -> None:
    article = parse_article({"id": "a", "正文": "先查库存。", column: "24 小时内发货。"})
    assert (article.body, article.public_body) == ("先查库存。", "24 小时内发货。")


def test_a_blank_cell_leaves_customers_the_body() -> None:
    assert parse_article({"id": "a", "body": "七天", "public_body": " \n"}).public_body is None


def test_without_a_title_the_opening_of_the_text_is_one() -> None:
    assert parse_article({"id": "a", "text": "# 七天可退。其他情况请联系客服。"}).title == "七天可退。"
    assert parse_article({"id": "a", "text": "长" * 100}).title == "长" * 60


def test_without_a_title_the_first_question_is_one() -> None:
    article = parse_article({"id": "a", "问题": "怎么退货", "答案": "在订单页申请。"})
    assert (article.title, article.body) == ("怎么退货", "在订单页申请。")


def test_a_title_alone_has_an_empty_body() -> None:
    assert parse_article({"id": "a", "title": "T"}).body == ""


def test_the_language_is_told_by_the_characters() -> None:
    assert parse_article({"id": "a", "title": "Refunds"}).language == "en"
    assert parse_article({"id": "a", "title": "退款 refund"}).language == "zh"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-01", MIDNIGHT),
        ("2026年11月1日", MIDNIGHT),
        ("2026.11.1 00:00", MIDNIGHT),
        ("2０26-１１-０1", MIDNIGHT),
        (date(2026, 11, 1), MIDNIGHT),
        (datetime(2026, 11, 1), MIDNIGHT),
        ("2026-10-31T16:00:00Z", MIDNIGHT),
        ("2026/11/1 9:05", datetime(2026, 11, 1, 9, 5, tzinfo=SHOP)),
    ],
)
def test_times_without_a_zone_are_the_shops(written: object, expected: datetime) -> None:
    assert parse_article({"id": "a", "title": "T", "生效时间": written}).effective_from == expected


def test_another_zone_can_be_given() -> None:
    article = parse_article({"id": "a", "title": "T", "effective_from": "2026-11-01"}, zone=ZoneInfo("UTC"))
    assert article.effective_from == datetime(2026, 11, 1, 8, tzinfo=SHOP)


@pytest.mark.parametrize(
    "written", ["11/12/2026", "2026-02-30", "明天", 45_000, "9999-12-31T23:59:59-12:00", "2026-11-01T", True]
)
def test_a_time_that_cannot_be_told_is_a_fault(written: object) -> None:
    (problem,) = _get_problems(RecordKind.ARTICLE, {"id": "a", "title": "T", "失效时间": written})
    assert problem.field == "失效时间"


def test_every_fault_of_a_row_is_named_as_the_file_names_it() -> None:
    problems = _get_problems(RecordKind.ARTICLE, {"编号": "a", "标题": "T", "状态": "乱写", "生效时间": "明天"})
    assert [problem.field for problem in problems] == ["状态", "生效时间"]
    assert problems[0].remedy == "Use one of: draft, published, withdrawn."


@pytest.mark.parametrize(
    ("values", "field", "problem"),
    [
        ({"title": "T"}, "id", "is missing"),
        ({"id": "a b", "title": "T"}, "id", "holds a blank or a slash"),
        ({"id": "a", "body": ""}, "title", "is empty"),
        ({"id": "a", "title": "T" * 501}, "title", "is longer than 500 characters"),
        ({"id": "a", "title": "T", "questions": ["q"] * 201}, "questions", "has more than 200 entries"),
        ({"id": "a", "title": "T", "version": 0}, "version", "is below 1"),
        ({"id": "a", "title": "T", "版本": "第一版"}, "版本", "“第一版” is not a number"),
        ({"id": "a", "title": {"x": 1}}, "title", "is a list or an object where text is expected"),
        ({"id": "a", "title": "\ud800"}, "title", "holds half of a surrogate pair"),
        ({"id": 1e20, "title": "T"}, "id", "is a number of more than 15 digits, which spreadsheets round"),
    ],
)
def test_a_fault_names_field_and_problem(values: dict[str, Any], field: str, problem: str) -> None:
    (found,) = _get_problems(RecordKind.ARTICLE, values)
    assert (found.field, found.problem) == (field, problem)
    assert found.remedy


def test_faults_of_conditions_and_replies_name_their_columns() -> None:
    (condition,) = _get_problems(RecordKind.ARTICLE, {"id": "a", "title": "T", "适用条件": "{fact: nothing}"})
    (reply,) = _get_problems(RecordKind.ARTICLE, {"id": "a", "title": "T", "话术": "{{ nothing }}"})
    assert (condition.field, reply.field) == ("适用条件", "话术")


def test_a_period_that_ends_before_it_starts_is_a_fault() -> None:
    values = {"id": "a", "title": "T", "effective_from": "2026-11-02", "effective_to": "2026-11-01"}
    (problem,) = _get_problems(RecordKind.ARTICLE, values)
    assert problem.problem == "effective_to must be later than effective_from"


def test_long_values_are_not_echoed() -> None:
    (problem,) = _get_problems(RecordKind.ARTICLE, {"id": "a", "title": "T", "status": "13812345678 " * 50})
    assert len(problem.problem) < 120


def test_data_nested_too_deeply_is_a_fault() -> None:
    nested: Any = "x"
    for _ in range(60):
        nested = [nested]
    (problem,) = _get_problems(RecordKind.ARTICLE, {"id": "a", "title": "T", "applies_when": nested})
    assert problem.problem == "is nested deeper than 50 levels"


def test_a_case_is_read_with_its_conversation_and_order() -> None:
    case = parse_case(
        {
            "工单号": "c",
            "客户问题": "到哪了",
            "处理方案": "已催促",
            "处置": "催派送",
            "对话": "客户：你好\n还在吗\n客服：您好",
            "订单状态": "已发货",
            "支付方式": "微信",
            "结果": "升级",
            "满意度": "4",
        }
    )
    assert [(turn.role, turn.text) for turn in case.turns] == [
        ("customer", "你好\n还在吗"),
        ("agent", "您好"),
    ]
    assert case.order == {"status": "shipped", "payment": {"method": "wechat"}}
    assert (case.outcome, case.satisfaction, case.remedy) == (Outcome.ESCALATED, 4, "催派送")


def test_an_order_in_a_case_keeps_no_field_that_orders_do_not_have() -> None:
    case = parse_case({"id": "c", "question": "q", "solution": "s", "order": {"status": "paid", "phone": "138"}})
    assert case.order == {"status": "paid"}


def test_an_order_is_read_from_flat_columns() -> None:
    order = parse_order(
        {
            "订单号": 20261115,
            "订单状态": "已发货",
            "下单时间": "2026/11/1",
            "实付金额": "¥1,299.00",
            "支付方式": "支付宝",
            "商品编号": "1042",
            "items.1.name": "耳机",
            "运单号": "QY1",
            "shipments.0.events": '[{"at": "2026-11-02 10:00", "status": "已揽收"}]',
        }
    )
    assert (order.id, order.status, order.placed_at) == ("20261115", OrderStatus.SHIPPED, MIDNIGHT)
    assert order.payment is not None
    assert (order.payment.method, order.payment.amount) == (PaymentMethod.ALIPAY, 1299.0)
    assert order.items is not None
    assert [(item.sku, item.name) for item in order.items] == [("1042", None), (None, "耳机")]
    assert order.shipments is not None
    assert order.shipments[0].events is not None
    event = order.shipments[0].events[0]
    assert (event.at, event.status) == (
        datetime(2026, 11, 2, 10, tzinfo=SHOP),
        ShipmentEventStatus.PICKED_UP,
    )


def test_faults_deep_in_an_order_name_their_place() -> None:
    values = {"id": "O", "status": "paid", "items": [{"price": 1}, {"price": -1}]}
    (problem,) = _get_problems(RecordKind.ORDER, values)
    assert (problem.field, problem.problem) == ("items.1.price", "is below 0")


def test_an_order_needs_an_id() -> None:
    (problem,) = _get_problems(RecordKind.ORDER, {"status": "paid"})
    assert (problem.field, problem.problem) == ("id", "is missing")


def test_customers_and_notices_are_read() -> None:
    customer = parse_customer({"客户编号": "C1", "手机号": 13812345678, "会员等级": "PLUS 会员", "地区": "北京/海淀区"})
    assert (customer.phone, customer.tier, customer.region) == ("13812345678", "plus", ["北京", "海淀区"])
    notice = parse_notice({"编号": "N1", "标题": "延误", "类型": "物流延误", "优先级": 1.0})
    assert (notice.kind, notice.priority) == ("delay", 1)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        (["id", "question", "solution"], RecordKind.CASE),
        (["编号", "问题", "解决方案"], RecordKind.CASE),
        (["编号", "问题", "答案"], RecordKind.ARTICLE),
        (["id", "title", "text", "status"], RecordKind.ARTICLE),
        (["订单号", "订单状态", "下单时间"], RecordKind.ORDER),
        (["编号", "姓名", "手机号"], RecordKind.CUSTOMER),
        (["id", "title", "kind", "wording"], RecordKind.NOTICE),
    ],
)
def test_the_kind_of_a_row_is_told_by_its_columns(columns: list[str], kind: RecordKind) -> None:
    assert guess_row_kind(dict.fromkeys(columns, "x")) is kind


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(RecordKind), st.data())
def test_any_values_make_a_record_or_named_faults(kind: RecordKind, data: st.DataObject) -> None:
    names = st.sampled_from(sorted(COLUMNS[kind].fields)) | st.text()
    values = data.draw(st.dictionaries(names, _JSON, max_size=6))
    try:
        problems: tuple[FieldProblem, ...] = ()
        PARSERS[kind](values)
    except InvalidRow as error:
        problems = error.problems
    assert all(problem.problem and problem.remedy for problem in problems)
