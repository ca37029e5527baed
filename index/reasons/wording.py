"""A mark in words: those of conditions, with what the order's fact is now."""

from __future__ import annotations

from index.reasons.marks import Mark
from kb.conditions import explain, parse_condition
from kb.errors import InvalidCondition
from kb.orders.context import OrderContext
from kb.orders.facts import FACTS, FactType
from kb.orders.words import Words


def say_mark(mark: Mark, context: OrderContext) -> Words:
    """Return what a mark says of this order, in both languages."""
    value: str | float | bool = mark.value
    if FACTS[mark.fact].type is FactType.NUMBER:
        value = float(mark.value)
    elif FACTS[mark.fact].type is FactType.BOOLEAN:
        value = mark.value == "true"
    try:
        condition = parse_condition({"all": [{"fact": mark.fact, "op": mark.op.value, "value": value}]})
    except InvalidCondition:
        # A shop's own tag or category that no condition could name.
        label = FACTS[mark.fact].label
        return Words(f"{label.zh} {mark.value}", f"{label.en} {mark.value}")
    return Words(explain(condition, context, language="zh")[0].text, explain(condition, context, language="en")[0].text)
