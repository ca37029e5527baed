"""Orders read from what was stored: the same as when every rule is applied again, and none where they are none."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from kb.orders.order import Order
from kb.orders.stored import read_stored_order
from tests.fakes import make_order


def store(order: Order) -> dict[str, Any]:
    """Return an order as its tables keep it."""
    return order.model_dump(mode="json", exclude_none=True)


@pytest.mark.parametrize(
    "order",
    [
        make_order(),
        Order.model_validate({"status": "paid"}),
        make_order(
            items=[{"sku": 1042, "category": "家用电器/热水器", "tags": ["大件"], "price": 9.5, "quantity": 2}],
            refund={"status": "requested", "requested_at": "2026-11-14T08:00:00+08:00", "amount": 3},
            invoice={"kind": "paper", "issued_at": "2026-11-14T08:00:00Z"},
            customer={"id": 42, "tier": "plus", "region": ["北京/海淀区"]},
        ),
    ],
)
def test_a_stored_order_is_the_one_that_was_saved(order: Order) -> None:
    assert read_stored_order(store(order)) == order


def test_moments_keep_their_zone() -> None:
    order = make_order(placed_at="2026-11-15T10:02:00+08:00")
    read = read_stored_order({**store(order), "placed_at": order.placed_at})
    assert read.placed_at is not None
    assert read.placed_at.tzinfo is not None
    assert read.placed_at.astimezone(timezone(timedelta(hours=8))).hour == 10


def test_what_is_no_order_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        read_stored_order({"status": "somewhere", "payment": {"amount": "周雨桐"}})
    assert [error["loc"] for error in refused.value.errors()] == [("status",), ("payment", "amount")]
    assert "周雨桐" not in str(refused.value)
