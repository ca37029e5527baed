"""Orders, marks and small models that tests of reasons share."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from index.reasons.completing import Donors
from index.reasons.learning import Experience, PastCase
from index.reasons.marks import Mark, MarkedOrder, mark_order
from index.reasons.model import CaseMarks, Intent, MarkWeights, Reason, ReasonModel
from kb.conditions import Operator
from kb.orders.context import OrderContext, derive_context
from kb.orders.order import Order
from kb.orders.words import Words
from kb.reasons.models import ContactReason

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
SHIPPED = Mark("order.status", Operator.EQUAL, "shipped")
DELIVERED = Mark("order.status", Operator.EQUAL, "delivered")
LARGE = Mark("item.tags", Operator.CONTAINS, "大件")
PARCEL = ContactReason(
    id="parcel", title_zh="包裹到哪了", title_en="Where it is", intents=("late", "stalled"), ask_zh="到哪了"
)
RETURNS = ContactReason(id="returns", title_zh="退货", intents=("return",))


def make_context(**fields: Any) -> OrderContext:
    """Return the context of an order, by default one that is on its way."""
    return derive_context(Order.model_validate({"id": "O1", "status": "shipped", **fields}), now=NOW, zone=ZONE)


def mark(**fields: Any) -> MarkedOrder:
    """Return the marks of an order."""
    return mark_order(make_context(**fields))


def having(*marks: Mark) -> MarkedOrder:
    """Return an order of which these marks are all that is known."""
    return MarkedOrder(frozenset(marks), frozenset(one.fact for one in marks))


def make_experience(*, each: int, donors: Donors | None = None) -> Experience:
    """Return cases of three intents: two about orders on their way, one about delivered ones; one in none."""
    cases = [PastCase("late", having(SHIPPED))] * each
    cases += [PastCase("stalled", having(SHIPPED))] * each
    cases += [PastCase("return", having(DELIVERED, LARGE))] * each
    cases += [PastCase("plus", None)] * 2
    return Experience(cases, [PARCEL, RETURNS], donors or Donors({}))


def make_model() -> ReasonModel:
    """Return a model of two reasons and two marks whose numbers can be worked out by hand.

    Shipped speaks for the parcel by 2, delivered for returns by 2; six cases of eight had an order.
    """
    parcel, returns = (
        Reason("parcel", Words("包裹", "parcel"), "到哪了"),
        Reason("returns", Words("退货", "return"), None),
    )
    weights = MarkWeights(
        [DELIVERED, SHIPPED], np.array([0.5, 0.5]), np.array([[0.0, 2.0], [2.0, 0.0]]), np.array([0.0, 0.0])
    )
    cases = [CaseMarks(0, (1,))] * 5 + [CaseMarks(1, (1,))]
    return ReasonModel([parcel, returns], [Intent("late", 0, 5, 0), Intent("return", 1, 1, 2)], weights, cases)
