"""How rare a condition is: guessed from its form, counted on orders, and smoothed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.conditions import estimate_met_share, parse_condition
from kb.conditions.rarity import guess_met_share
from kb.orders.context import derive_context
from tests.fakes import make_order

STATUS = {"fact": "order.status", "op": "in", "value": ["shipped"]}  # One of seven.
LATE = {"fact": "is_late", "op": "==", "value": True}
HOURS = {"fact": "hours_late", "op": ">", "value": 24}


@pytest.mark.parametrize(
    ("condition", "share"),
    [
        ([], 1.0),
        ([STATUS], 1 / 7),
        ([{"fact": "order.status", "op": "not_in", "value": ["shipped", "paid"]}], 5 / 7),
        ([{"fact": "order.status", "op": "!=", "value": "shipped"}], 6 / 7),
        ([LATE], 0.3),
        ([{"fact": "is_late", "op": "==", "value": False}], 0.7),
        ([{"fact": "is_late", "op": "!=", "value": True}], 0.7),
        ([{"fact": "is_late", "op": "!=", "value": False}], 0.3),
        ([HOURS], 0.5),
        ([{"fact": "item.category", "op": "under", "value": "家用电器"}], 0.2),
        ([{"fact": "item.tags", "op": "contains", "value": "七天无理由"}], 0.2),
        ([{"fact": "refund.status", "op": "exists", "value": True}], 0.5),
        ([{"fact": "item.sku", "op": "==", "value": "1042"}], 0.2),
        ([LATE, HOURS], 0.15),
        ({"any": [LATE, HOURS]}, 1 - 0.7 * 0.5),
        ({"none": [LATE, HOURS]}, 0.7 * 0.5),
        ({"all": [STATUS], "any": [LATE, HOURS]}, 0.65 / 7),
        ([{"any": [LATE, {"none": [HOURS]}]}], 1 - 0.7 * 0.5),
    ],
)
def test_share_is_guessed_from_the_form(condition: object, share: float) -> None:
    assert guess_met_share(parse_condition(condition)) == pytest.approx(share)


def test_every_value_of_a_fact_is_still_not_certain() -> None:
    every = ["ordinary", "plus", "enterprise"]
    condition = parse_condition([{"fact": "customer.tier", "op": "in", "value": every}])
    assert guess_met_share(condition) == 0.95


def test_counted_share_is_smoothed_by_twenty_guessed_orders(now: datetime, zone: ZoneInfo) -> None:
    statuses = ["shipped"] * 3 + ["paid"] * 7
    contexts = [derive_context(make_order(status=status), now=now, zone=zone) for status in statuses]
    # (3 counted + 20 guessed at 1/7) of 30.
    assert estimate_met_share(parse_condition([STATUS]), contexts) == pytest.approx((3 + 20 / 7) / 30)


def test_unknown_orders_do_not_count_as_met(now: datetime, zone: ZoneInfo) -> None:
    contexts = [derive_context(make_order(), now=now, zone=zone)] * 10  # No invoice is known of.
    condition = parse_condition([{"fact": "invoice.issued", "op": "==", "value": True}])
    assert estimate_met_share(condition, contexts) == pytest.approx(20 * 0.3 / 30)


@given(met=st.integers(0, 30), unmet=st.integers(0, 30))
def test_share_of_an_ordinary_condition_lies_strictly_between_none_and_all(met: int, unmet: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 11, 15, tzinfo=zone)
    shipped, paid = (derive_context(make_order(status=s), now=now, zone=zone) for s in ("shipped", "paid"))
    assert 0.0 < estimate_met_share(parse_condition([STATUS]), [shipped] * met + [paid] * unmet) < 1.0
