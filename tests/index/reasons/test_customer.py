"""From several orders to the likeliest reasons."""

from __future__ import annotations

import math

import pytest

from index.reasons.customer import WeighedOrder, rank_reasons, weigh_orders
from index.reasons.model import ReasonModel
from kb.customers.likely import ReasonCases, ReasonsFrom
from kb.customers.profile import View
from kb.orders.order import Order
from tests.index.reasons.makers import NOW, ZONE, having, make_context, make_model
from tests.index.reasons.makers import SHIPPED as ON_ITS_WAY

VIEW = View(NOW, ZONE)
FRESH = Order.model_validate({"id": "new", "status": "paid", "placed_at": "2026-11-20T10:00:00+08:00"})
OLD = Order.model_validate({"id": "old", "status": "paid", "placed_at": "2026-11-06T10:00:00+08:00"})
LATE = Order.model_validate(
    {
        "id": "late",
        "status": "shipped",
        "placed_at": "2026-11-06T10:00:00+08:00",
        "promised_at": "2026-11-19T10:00:00+08:00",
    }
)


def weigh(*orders: Order, touched: str = "none") -> list[float]:
    return [one.weight for one in weigh_orders(orders, [touched], VIEW)]


def test_a_fortnight_halves_the_weight() -> None:
    assert weigh(FRESH, OLD) == pytest.approx([2 / 3, 1 / 3])


def test_trouble_or_a_notice_trebles_it() -> None:
    # 1 against 3 * 1/2, by a late parcel and by a notice.
    assert weigh(FRESH, LATE) == pytest.approx([0.4, 0.6])
    assert weigh(FRESH, OLD, touched="old") == pytest.approx([0.4, 0.6])


def test_orders_of_long_ago_still_add_up_to_one() -> None:
    ancient = OLD.model_copy(update={"placed_at": NOW.replace(year=1970)})
    assert weigh(ancient, ancient) == pytest.approx([0.5, 0.5])


def test_a_reason_names_its_order_marks_and_cases() -> None:
    order = WeighedOrder(make_context(), having(ON_ITS_WAY), 1.0)
    likely = rank_reasons(make_model(), [order])
    first, second = likely.reasons
    # A quarter of the cases is about no order, and all of those are returns.
    share = 0.75 * math.exp(1) / (math.exp(1) + math.exp(-1))
    assert likely.origin is ReasonsFrom.ORDERS
    assert (first.reason, first.order_id, first.probability) == ("parcel", "O1", round(share, 3))
    assert [words.zh for words in first.because] == ["订单状态为已发货"]
    assert first.cases == ReasonCases(similar=6, of_them=5)
    # Returns are rather those of no order: nothing of an order is told of them.
    assert (second.reason, second.order_id, second.because) == ("returns", None, ())
    assert first.probability + second.probability == pytest.approx(1.0, abs=0.002)


def test_without_orders_the_rates_are_told() -> None:
    likely = rank_reasons(make_model(), [])
    assert likely.origin is ReasonsFrom.RATES
    assert [(one.reason, one.probability, one.cases) for one in likely.reasons] == [
        ("parcel", 0.625, ReasonCases(8, 5)),
        ("returns", 0.375, ReasonCases(8, 3)),
    ]


def test_with_too_few_cases_the_rates_are_told_whatever_the_orders() -> None:
    made = make_model()
    bare = ReasonModel(made.reasons, made.intents, None, ())
    order = WeighedOrder(make_context(), having(ON_ITS_WAY), 1.0)
    assert rank_reasons(bare, [order]).origin is ReasonsFrom.RATES
