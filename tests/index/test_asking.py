"""Asking for the facts that would decide between the best solutions."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from index.asking import ask_which_order, choose_questions, language_of
from index.catalogue import make_catalogue, make_entry
from index.ranking import RankedCandidate
from index.solutions import Ask
from kb.conditions import Verdict, evaluate, parse_condition
from kb.orders.context import derive_context
from tests.fakes import make_item, make_order


def condition(fact: str, value: object, op: str = "==") -> list[dict[str, object]]:
    """Return a condition of one test."""
    return [{"fact": fact, "op": op, "value": value}]


def asked(conditions: list[object], now: datetime, zone: ZoneInfo, question: str = "退货运费") -> list[Ask]:
    """Return what is asked when these conditions rank in this order, of an order that is on its way."""
    catalogue = make_catalogue([make_entry(make_item(f"a{n}", applies_when=c), []) for n, c in enumerate(conditions)])
    context = derive_context(make_order(), now=now, zone=zone)
    ranked = [RankedCandidate(n, n, 0.0, evaluate(parse_condition(c), context), 0.0) for n, c in enumerate(conditions)]
    return choose_questions(ranked, catalogue, context, question)


def test_facts_of_better_solutions_are_asked_first(now: datetime, zone: ZoneInfo) -> None:
    conditions: list[object] = [condition("invoice.issued", True), condition("payment.method", "card")]
    conditions.append(condition("refund.status", "requested"))
    # Payment is known: that question would be wasted.
    assert [ask.fact for ask in asked(conditions, now, zone)] == ["invoice.issued", "refund.status"]


def test_fact_that_two_solutions_need_outweighs_one_of_a_better_one(now: datetime, zone: ZoneInfo) -> None:
    invoice, refund = condition("invoice.issued", True), condition("refund.status", "requested")
    # Places 2 and 3 add up to 5/6, places 1 and 4 to 5/4.
    assert [a.fact for a in asked([invoice, refund, refund, invoice], now, zone)] == ["invoice.issued", "refund.status"]
    # Places 2, 3, 4 add up to 13/12 against 1.
    assert [a.fact for a in asked([invoice, refund, refund, refund], now, zone)] == ["refund.status", "invoice.issued"]


def test_at_most_two_questions_are_asked_of_the_five_best(now: datetime, zone: ZoneInfo) -> None:
    facts: list[object] = [condition("invoice.issued", True), condition("refund.status", "requested")]
    facts += [condition("invoice.kind", "paper")]
    assert len(asked(facts, now, zone)) == 2
    assert asked([None] * 5 + facts, now, zone) == []


def test_two_facts_of_one_question_are_asked_once(now: datetime, zone: ZoneInfo) -> None:
    conditions: list[object] = [condition("seller.kind", "self"), condition("is_third_party", True)]
    conditions += [condition("invoice.issued", True)]
    asks = asked(conditions, now, zone)
    assert [ask.fact for ask in asks] == ["seller.kind", "invoice.issued"]


def test_nobody_is_asked_for_what_nobody_can_say(now: datetime, zone: ZoneInfo) -> None:
    assert asked([condition("channel", "app")], now, zone) == []


def test_nothing_is_asked_when_everything_is_known(now: datetime, zone: ZoneInfo) -> None:
    conditions: list[object] = [None, condition("order.status", "shipped"), condition("order.status", "paid")]
    assert asked(conditions, now, zone) == []
    assert evaluate(parse_condition(conditions[2]), derive_context(make_order(), now=now, zone=zone)) is Verdict.UNMET


def test_question_is_put_in_the_language_of_the_customer(now: datetime, zone: ZoneInfo) -> None:
    (ask,) = asked([condition("invoice.issued", True)], now, zone, question="where is my invoice")
    assert ask == Ask("invoice.issued", "Has the invoice been issued?")
    assert ask_which_order("在哪") == Ask("order.id", "请问您咨询的是哪一笔订单？")


@pytest.mark.parametrize(
    ("text", "language"), [("where is SF1", "en"), ("where is 它", "zh"), ("", "en"), ("？", "en")]
)
def test_one_chinese_character_makes_a_text_chinese(text: str, language: str) -> None:
    assert language_of(text) == language
