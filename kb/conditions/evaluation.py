"""Evaluating a condition on an order context, with Kleene's three-valued logic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from kb.conditions.condition import Block, Combinator, Condition, FactTest, Operator
from kb.orders.context import OrderContext
from kb.orders.facts import ITEM_PREFIX, FactValue


class Verdict(StrEnum):
    """Whether a condition holds; `unknown` is never treated as `unmet`."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


# A match evaluates hundreds of tests, and looking a member up on its enum costs as much as a comparison.
_MET, _UNMET, _UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN
_ALL, _ANY, _EXISTS = Combinator.ALL, Combinator.ANY, Operator.EXISTS
_OPPOSITE = {_MET: _UNMET, _UNMET: _MET, _UNKNOWN: _UNKNOWN}

# Parsing has already matched types of fact and target, which `Any` cannot show.
_COMPARISONS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: lambda value, target: value == target,
    Operator.NOT_EQUAL: lambda value, target: value != target,
    Operator.IN: lambda value, targets: value in targets,
    Operator.NOT_IN: lambda value, targets: value not in targets,
    Operator.LESS: lambda value, target: value < target,
    Operator.AT_MOST: lambda value, target: value <= target,
    Operator.MORE: lambda value, target: value > target,
    Operator.AT_LEAST: lambda value, target: value >= target,
    Operator.UNDER: lambda path, ancestor: path[: len(ancestor)] == ancestor,
    # A path contains each run of its parts: 家用电器/厨房/热水器 contains 厨房 and 厨房/热水器.
    Operator.CONTAINS: lambda values, target: (
        target in values if isinstance(target, str) else _contains_run(values, target)
    ),
}


def evaluate(condition: Condition, context: OrderContext) -> Verdict:
    """Tell whether the condition holds; a test on `item.*` holds when any item meets it."""
    if isinstance(condition, FactTest):
        return _evaluate_test(condition, context)
    joined = _MET
    for block in condition.blocks:
        verdict = _evaluate_block(block, context)
        if verdict is _UNMET:
            return verdict
        if verdict is _UNKNOWN:
            joined = verdict
    return joined


def missing_facts(condition: Condition, context: OrderContext) -> tuple[str, ...]:
    """Name the facts whose absence makes the condition unknown, each once; none when it is known."""
    return tuple(dict.fromkeys(_walk_missing(condition, context)))


def negate(verdict: Verdict) -> Verdict:
    """Return the opposite; of unknown, unknown."""
    return _OPPOSITE[verdict]


def _evaluate_block(block: Block, context: OrderContext) -> Verdict:
    if block.combinator is _ALL:
        return _join(block.members, context, decisive=_UNMET)
    joined = _join(block.members, context, decisive=_MET)
    return joined if block.combinator is _ANY else negate(joined)


def _join(members: Iterable[Condition], context: OrderContext, *, decisive: Verdict) -> Verdict:
    """Join verdicts: one decisive settles it, else one unknown leaves it open."""
    joined = _OPPOSITE[decisive]
    for member in members:
        verdict = evaluate(member, context)
        if verdict is decisive:
            return verdict
        if verdict is _UNKNOWN:
            joined = verdict
    return joined


def _evaluate_test(test: FactTest, context: OrderContext) -> Verdict:
    if not test.fact.startswith(ITEM_PREFIX):
        return _compare(test, context.facts.get(test.fact), context)
    if not context.item_facts:
        return _compare(test, None, context)
    joined = _UNMET
    for facts in context.item_facts:
        verdict = _compare(test, facts.get(test.fact), context)
        if verdict is _MET:
            return verdict
        if verdict is _UNKNOWN:
            joined = verdict
    return joined


def _compare(test: FactTest, value: FactValue | None, context: OrderContext) -> Verdict:
    if test.op is _EXISTS:
        if value is None and context.order is None:
            return _UNKNOWN  # Without an order nothing is known about what it lacks.
        return _MET if (value is not None) is test.target else _UNMET
    if value is None:
        return _UNKNOWN
    return _MET if _COMPARISONS[test.op](value, test.target) else _UNMET


def _contains_run(path: tuple[str, ...], run: tuple[str, ...]) -> bool:
    return any(path[start : start + len(run)] == run for start in range(len(path) - len(run) + 1))


def _walk_missing(condition: Condition, context: OrderContext) -> Iterator[str]:
    # A part that is decided asks for nothing.
    if evaluate(condition, context) is not _UNKNOWN:
        return
    if isinstance(condition, FactTest):
        yield condition.fact
        return
    for block in condition.blocks:
        if _evaluate_block(block, context) is _UNKNOWN:
            for member in block.members:
                yield from _walk_missing(member, context)
