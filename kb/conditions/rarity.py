"""How many orders meet a condition: the rarer, the more its being met says about why the customer writes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kb.conditions.condition import Block, Combinator, Condition, FactTest, Operator
from kb.conditions.evaluation import Verdict, evaluate
from kb.orders.context import OrderContext
from kb.orders.facts import FACTS, FactType

# Of orders of any kind, before one has been seen: most are neither late nor refunded, nor of one given category.
PRIOR_TRUE = 0.3
PRIOR_BY_OPERATOR = {Operator.UNDER: 0.2, Operator.CONTAINS: 0.2, Operator.EXISTS: 0.5}
PRIOR_NUMBER = 0.5
PRIOR_TEXT = 0.2
PRIOR_WEIGHT = 20  # Orders that the prior counts for.
NEGATING = frozenset({Operator.NOT_EQUAL, Operator.NOT_IN})


def estimate_met_share(condition: Condition, contexts: Sequence[OrderContext]) -> float:
    """Return the share of orders that meet a condition, between 0 and 1: counted, and smoothed by a prior."""
    met = sum(evaluate(condition, context) is Verdict.MET for context in contexts)
    return (met + PRIOR_WEIGHT * guess_met_share(condition)) / (len(contexts) + PRIOR_WEIGHT)


def guess_met_share(condition: Condition) -> float:
    """Return the share to expect from the condition's form alone, its tests taken as independent."""
    if isinstance(condition, FactTest):
        return _guess_test(condition)
    return math.prod(_guess_block(block) for block in condition.blocks)


def _guess_block(block: Block) -> float:
    shares = [guess_met_share(member) for member in block.members]
    if block.combinator is Combinator.ALL:
        return math.prod(shares)
    none = math.prod(1.0 - share for share in shares)
    return 1.0 - none if block.combinator is Combinator.ANY else none


def _guess_test(test: FactTest) -> float:
    fact = FACTS[test.fact]
    if test.op in PRIOR_BY_OPERATOR:
        return PRIOR_BY_OPERATOR[test.op]
    if fact.type is FactType.BOOLEAN:
        return PRIOR_TRUE if test.value is (test.op is Operator.EQUAL) else 1.0 - PRIOR_TRUE
    if fact.type is FactType.NUMBER:
        return PRIOR_NUMBER
    named = len(test.value) if isinstance(test.value, tuple) else 1
    share = min(named / len(fact.values), 0.95) if fact.values else PRIOR_TEXT
    return 1.0 - share if test.op in NEGATING else share
