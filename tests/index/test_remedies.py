"""The usual remedy: counted among similar cases, and told only where it is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

import numpy as np
from rich.console import Console

from index.catalogue import make_catalogue, make_entry
from index.entry import Entry
from index.precedents import make_precedents
from index.ranking import rank
from index.remedies import summarise_remedies
from index.screen import show_result
from index.searcher import Candidates
from index.solutions import Filters, Remedies
from kb.articles.models import Audience
from kb.changes import ItemKind
from kb.orders.context import derive_context
from kb.orders.likeness import OrderFacts
from kb.orders.order import Order
from tests.fakes import Desk, make_case, make_item, make_order

CANCELLED = OrderFacts({"order.status": ("cancelled",)})
SHIPPED = OrderFacts({"order.status": ("shipped",)})
NOW = datetime(2026, 11, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def case(name: str, remedy: str | None, *, order: OrderFacts | None = None, outcome: str = "solved") -> Entry:
    """Return the entry of a case in which this was done."""
    item = make_item(name, kind=ItemKind.CASE, remedy=remedy, order_facts=order, outcome=outcome)
    return make_entry(item, [])


def summarise(entries: Sequence[Entry], fused: Sequence[float], order: Order | None = None) -> Remedies | None:
    """Summarise items with these scores for a question about an order, by default about none."""
    catalogue = make_catalogue(entries)
    rows = np.arange(len(entries))
    candidates = Candidates(rows, {}, np.array(fused, np.float64), rows, rows < 0)
    context = derive_context(order, now=NOW, zone=ZoneInfo("Asia/Shanghai"))
    ranked = rank(candidates, catalogue, context, audience=Audience.INTERNAL)
    return summarise_remedies(ranked, candidates, catalogue, make_precedents(catalogue, context))


def test_remedy_of_most_similar_cases_is_told_with_its_numbers() -> None:
    cases = [case("a", "换新"), case("b", "退款", outcome="reopened"), case("c", "退款"), case("d", "退款")]
    told = summarise(cases, [2.0, 1.9, 1.5, 1.0])
    # Ranked: the reopened one stands 0.2 lower, and still before the next.
    assert told == Remedies("退款", count=3, total=4, solved=2, case_ids=("b", "c", "d"))


def test_two_cases_are_no_custom() -> None:
    assert summarise([case("a", "退款"), case("b", "退款")], [2.0, 1.9]) is None
    assert summarise([], []) is None


def test_half_of_them_is_not_what_is_usual() -> None:
    cases = [case("a", "退款"), case("b", "退款"), case("c", "换新"), case("d", "补发")]
    assert summarise(cases, [2.0] * 4) is None


def test_cases_about_something_else_are_not_counted() -> None:
    cases = [case("a", "退款"), case("b", "退款"), case("c", "退款"), case("far", "换新")]
    told = summarise(cases, [2.0, 1.0, 0.5, 0.4])
    assert told is not None
    assert (told.count, told.total) == (3, 3)
    assert summarise(cases, [2.0, 1.0, 0.4, 0.4]) is None


def test_cases_of_another_kind_of_order_are_not_counted() -> None:
    unlike = [case(name, "换新", order=CANCELLED) for name in "abc"]
    alike = [case(name, "退款", order=SHIPPED) for name in "defg"]
    told = summarise([*unlike, *alike], [2.0] * 7, make_order())
    assert told is not None
    assert (told.remedy, told.count, told.total) == ("退款", 4, 4)
    # Without an order all seven are similar.
    bare = summarise([*unlike, *alike], [2.0] * 7)
    assert bare is not None
    assert (bare.count, bare.total) == (4, 7)


def test_articles_and_cases_without_a_remedy_are_not_counted() -> None:
    entries = [make_entry(make_item("article"), []), case("x", None), case("a", "退款"), case("b", "退款")]
    assert summarise(entries, [2.0] * 4) is None
    told = summarise([*entries, case("c", "退款")], [2.0] * 5)
    assert told is not None
    assert (told.count, told.total) == (3, 3)


def test_agents_are_told_and_customers_and_those_who_filter_cases_out_are_not(desk: Desk) -> None:
    for name in "abc":
        desk.save(make_case(id=name, remedy="催派送"))
    told = desk.ask("快递怎么还没到").remedies
    assert told is not None
    assert (told.remedy, told.count, told.total, told.solved) == ("催派送", 3, 3, 3)
    assert sorted(told.case_ids) == ["a", "b", "c"]
    assert desk.ask("快递怎么还没到", audience=Audience.PUBLIC).remedies is None
    assert desk.ask("快递怎么还没到", filters=Filters(kind=ItemKind.ARTICLE)).remedies is None


def test_usual_remedy_stands_on_the_screen(desk: Desk) -> None:
    for name in "abc":
        desk.save(make_case(id=name, remedy="催派送"))
    console = Console(file=StringIO(), record=True, width=100)
    show_result(desk.ask("快递怎么还没到"), console, explain=False)
    assert "催派送  (3/3)" in console.export_text()


def test_question_about_something_else_is_told_no_remedy(desk: Desk) -> None:
    for name in "abc":
        desk.save(make_case(id=name, remedy="催派送"))
    assert desk.ask("xyz").remedies is None
