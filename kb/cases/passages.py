"""From a past case to the item that is indexed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from kb.articles.models import Audience
from kb.articles.passages import make_passages
from kb.cases.models import Case, CaseRow
from kb.changes import ItemKind
from kb.items import Item, ItemKey
from kb.orders.context import derive_context
from kb.orders.likeness import OrderFacts, describe_order
from kb.orders.moments import list_moments
from kb.orders.order import Order

ANY_ZONE = ZoneInfo("UTC")  # Nothing that orders are compared by depends on the zone.


def make_case_item(case: Case | CaseRow) -> Item:
    """Return the item of a case: the customer's question, and question with solution; agents only."""
    return Item(
        key=ItemKey(ItemKind.CASE, case.id, 1),
        headings=(case.question,),
        passages=make_passages(case.question, case.solution),
        audience=Audience.INTERNAL,
        language=case.language,
        outcome=str(case.outcome),
        remedy=case.remedy,
        order_facts=describe_order_then(case),
    )


def describe_order_then(case: Case | CaseRow) -> OrderFacts | None:
    """Return what a case's order looked like when it was closed, or last changed; None where neither is known."""
    if not case.order:
        return None
    order = Order.model_validate(case.order)
    then = case.closed_at or max(list_moments(order), default=None)
    return None if then is None else describe_order(derive_context(order, now=then, zone=ANY_ZONE))
