"""An order context in one line, for a person who reads why a question was answered as it was."""

from __future__ import annotations

from kb.conditions.explanation import write_quantity
from kb.orders.context import OrderContext
from kb.orders.facts import FACTS, FactType, FactValue

# What tells orders apart when one asks why; the rest can be looked up.
TOLD = (
    "order.status",
    "seller.kind",
    "order.amount",
    "payment.method",
    "customer.tier",
    "hours_late",
    "hours_without_scan",
    "shipment.last_status",
    "days_since_delivered",
    "refund.status",
    "hours_since_refund_requested",
    "return.last_status",
    "invoice.kind",
    "invoice.issued",
)
SAYS_NOTHING = (0, 0.0, "none", False)


def describe_order(context: OrderContext) -> str:
    """Return the order's telling facts in words, parted by dots; empty without an order."""
    if context.order is None:
        return ""
    parts = [_say(name, context.facts[name]) for name in TOLD if context.facts.get(name) not in (None, *SAYS_NOTHING)]
    parts[1:1] = [item.name for item in (context.order.items or ())[:2] if item.name]
    return " · ".join(parts)


def _say(name: str, value: FactValue) -> str:
    fact = FACTS[name]
    if fact.type is FactType.BOOLEAN:
        return fact.values["true" if value else "false"].zh
    if fact.type is FactType.ENUM:
        words = fact.values.get(str(value))
        return words.zh if words else str(value)
    if fact.unit and isinstance(value, int | float):
        return f"{fact.label.zh} {write_quantity(value, fact.unit, 'zh')}"
    return f"{fact.label.zh} {value}"
