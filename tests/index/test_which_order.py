"""A customer with several orders: the one that is meant is taken when it is clear, and asked for when it is not."""

from __future__ import annotations

import pytest

from index.solutions import Ask
from index.which_order.showing import MOST_SHOWN
from kb.articles.models import Audience, Basis
from kb.orders.order import Order
from tests.fakes import Desk, make_article, make_order

SHIPPED = [{"fact": "order.status", "op": "==", "value": "shipped"}]
PAID = [{"fact": "order.status", "op": "==", "value": "paid"}]
WHICH = [Ask("order.id", "请问您咨询的是哪一笔订单？")]


def make_heater(**fields: object) -> Order:
    """Return the customer's water heater, on its way."""
    return make_order(**{"id": "SO2026111200001", "placed_at": "2026-11-12T10:02:00+08:00", **fields})


def make_pot(**fields: object) -> Order:
    """Return the customer's pot, paid for and still to be sent."""
    values = {
        "id": "SO2026111400002",
        "status": "paid",
        "placed_at": "2026-11-14T09:00:00+08:00",
        "payment": {"method": "card", "amount": 169.0},
        "items": [{"name": "不粘炒锅", "category": ["家居", "厨具"], "quantity": 1, "price": 169.0}],
        "shipments": None,
    }
    return make_order(**{**values, **fields})


def open_with(desk: Desk, *orders: Order) -> Desk:
    """Save a base of two rules, each for another state, and the customer's orders."""
    desk.save(
        make_article(
            id="on-its-way", title="快递到哪了", questions=["怎么还没到"], body="在路上", applies_when=SHIPPED
        ),
        make_article(id="not-sent", title="怎么改地址", questions=["地址填错"], body="还没发可以改", applies_when=PAID),
        *orders,
    )
    return desk


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("那个炒锅还没发吧", "SO2026111400002"),
        ("三天前买的热水器走到哪了", "SO2026111200001"),
        ("昨天下的那单，169的，地址填错了", "SO2026111400002"),
        ("尾号0001的那单", "SO2026111200001"),
        ("不是热水器那单，昨天下的那个炒锅还没发吧", "SO2026111400002"),
    ],
)
def test_clear_order_is_taken_as_if_it_had_been_named(desk: Desk, question: str, meant: str) -> None:
    open_with(desk, make_heater(), make_pot())
    chosen = desk.ask(question, customer_id="C0042")
    named = desk.ask(question, order_id=meant)
    assert chosen.order_id == meant
    assert chosen.orders[0].id == meant
    assert chosen.orders[0].probability >= 0.8
    assert chosen.orders[0].reasons
    assert (chosen.solutions, chosen.ask, chosen.confidence) == (named.solutions, named.ask, named.confidence)
    assert named.orders == []


def test_order_that_is_not_clear_is_asked_for_with_the_choice(desk: Desk) -> None:
    open_with(desk, make_heater(), make_heater(id="SO2026111200003"))
    result = desk.ask("热水器到哪了", customer_id="C0042")
    assert (result.order_id, result.solutions[0].applies) == (None, "unknown")
    assert [ask.fact for ask in result.ask] == ["order.id"]
    assert [(order.id, order.probability) for order in result.orders] == [
        ("SO2026111200001", 0.5),
        ("SO2026111200003", 0.5),
    ]


def test_which_order_is_asked_before_any_other_fact(desk: Desk) -> None:
    issued = [{"fact": "invoice.issued", "op": "==", "value": True}]
    desk.save(make_article(applies_when=issued), make_article(id="b"), make_heater(), make_heater(id="SO2"))
    assert desk.ask(make_article().title, order=make_heater()).ask[0].fact == "invoice.issued"
    assert desk.ask(make_article().title, customer_id="C0042").ask[0].fact == "order.id"


def test_most_likely_five_are_shown_to_choose_from(desk: Desk) -> None:
    open_with(desk, *(make_heater(id=f"SO202611120{n:04}") for n in range(9)))
    result = desk.ask("你好", customer_id="C0042")
    assert (result.ask, len(result.orders)) == (WHICH, MOST_SHOWN)


def test_reasons_are_in_the_language_of_the_question(desk: Desk) -> None:
    open_with(desk, make_heater(), make_pot())
    in_chinese = desk.ask("169的那单", customer_id="C0042").orders[0]
    in_english = desk.ask("the $169 one, not shipped yet", customer_id="C0042").orders[0]
    assert (in_chinese.id, in_english.id) == ("SO2026111400002", "SO2026111400002")
    assert "金额与“169”相符" in in_chinese.reasons
    assert 'an amount as "$169" says' in in_english.reasons


def test_what_was_said_before_counts_less_than_the_last_sentence(desk: Desk) -> None:
    open_with(desk, make_heater(), make_pot())
    before = desk.ask("那个呢", turns=["那个不粘炒锅没发吧"], customer_id="C0042")
    both = desk.ask("那热水器到哪了呢", turns=["炒锅没发吧"], customer_id="C0042")
    assert before.orders[0].id == "SO2026111400002"
    assert both.orders[0].id == "SO2026111200001"


def test_customer_asking_is_answered_from_their_own_orders_only(desk: Desk) -> None:
    other = make_pot(id="SO2026111400009", customer={"id": "C0043"})
    open_with(desk, make_heater(), make_pot(), other)
    for audience in Audience:
        result = desk.ask("尾号0009的炒锅还没发吧", customer_id="C0042", audience=audience)
        assert {order.id for order in result.orders} == {"SO2026111200001", "SO2026111400002"}
        assert result.order_id != "SO2026111400009"
    assert desk.ask("尾号0009的炒锅还没发吧", audience=Audience.PUBLIC).orders == []


def test_version_in_force_when_the_chosen_order_was_placed_answers(desk: Desk) -> None:
    rule = {"id": "pots", "title": "炒锅退货", "questions": ["炒锅还没发能退吗"], "basis": Basis.ORDER}
    desk.save(
        make_article(**rule, body="老规定", effective_from="2026-01-01T00:00:00+08:00"),
        make_article(**rule, body="新规定", effective_from="2026-11-14T12:00:00+08:00"),
        make_heater(),
        make_pot(),
    )
    question = "炒锅还没发能退吗"
    assert desk.ask(question).solutions[0].snippet == "新规定"
    chosen = desk.ask(question, customer_id="C0042")
    assert (chosen.order_id, chosen.solutions[0].snippet) == ("SO2026111400002", "老规定")


def test_identical_question_gives_the_identical_choice(desk: Desk) -> None:
    open_with(desk, make_heater(), make_pot(), make_pot(id="SO2026111400005", items=None, placed_at=None))
    results = [desk.ask("那个锅", customer_id="C0042").orders for _ in range(3)]
    assert results[0] == results[1] == results[2]
    assert sum(order.probability for order in results[0]) == pytest.approx(1.0, abs=2e-3)
