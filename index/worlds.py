"""What the order may be like where it is not known: every way that the open tests of some conditions can turn out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, reduce
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from index.shares import spread_share
from kb.conditions import Combinator, Condition, FactTest, Group, Operator, Verdict, evaluate
from kb.orders.context import OrderContext
from kb.orders.facts import FACTS, FactType, FactValue
from kb.orders.order import SellerKind

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_WORLDS = 256  # What does not fit stays unknown in all of them, that of the lower solutions first.

# Kleene's logic is the least, the greatest and the negative of the signs -1, 0 and 1.
VERDICTS_BY_SIGN = (Verdict.UNMET, Verdict.UNKNOWN, Verdict.MET)
SIGNS: Mapping[Verdict, int] = {verdict: place - 1 for place, verdict in enumerate(VERDICTS_BY_SIGN)}
# Two facts that one thing tells: no order is self-operated and third-party, or two hours late and in time.
DERIVED: Mapping[str, tuple[str, Callable[[FactValue], bool]]] = {
    "is_third_party": ("seller.kind", lambda kind: kind == SellerKind.THIRD_PARTY),
    "is_late": ("hours_late", lambda hours: isinstance(hours, int | float) and hours > 0),
}
_NOBODYS_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_NOBODYS_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Unknown:
    """One thing that is not known: the tests on it, the outcomes they can have together, and how likely each is."""

    tests: tuple[FactTest, ...]
    outcomes: tuple[tuple[bool, ...], ...]
    weights: tuple[float, ...]

    @property
    def fact(self) -> str:
        """The fact that tells it."""
        return self.tests[0].fact


@dataclass(frozen=True, slots=True, eq=False)
class Worlds:
    """Every way that each of several groups of unknowns can turn out, group by group: one column a world.

    `weights` says how likely each is within its group, `groups` which columns are whose. A test that a group does not
    decide stays unknown in its worlds.
    """

    groups: tuple[slice, ...]
    weights: FloatArray
    signs: Mapping[FactTest, IntArray]
    context: OrderContext

    def judge(self, condition: Condition) -> IntArray:
        """Return the sign of the condition's verdict in every world; one alone where it is the same in all."""
        return _judge(condition, self.signs, self.context)


def find_unknowns(conditions: Sequence[tuple[Condition, float]], context: OrderContext) -> list[Unknown]:
    """Return what keeps some conditions unknown, that of the first ones first; each condition with its met share."""
    shares: dict[FactTest, list[float]] = {}
    together: dict[tuple[str, FactTest | None], dict[FactTest, None]] = {}
    for condition, met_share in conditions:
        for test, share in spread_share(condition, met_share):
            shares.setdefault(test, []).append(share)
        for test in _find_open_tests(condition, context):
            together.setdefault(_name_source(test), {})[test] = None
    unknowns = []
    for tests in map(tuple, together.values()):
        outcomes = list_outcomes(tests)
        weights = _weigh(outcomes, [sum(shares[test]) / len(shares[test]) for test in tests])
        unknowns.append(Unknown(tests, outcomes, weights))
    return unknowns


def make_worlds(groups: Sequence[Sequence[Unknown]], context: OrderContext) -> Worlds:
    """Return every way that the unknowns of each group can turn out, taken as independent of each other."""
    fitting = [_select_fitting(unknowns) for unknowns in groups]
    sizes = [math.prod(len(unknown.outcomes) for unknown in unknowns) for unknowns in fitting]
    stops = list(accumulate(sizes))
    slices = tuple(slice(stop - size, stop) for size, stop in zip(sizes, stops, strict=True))
    weights = np.ones(sum(sizes))
    signs: dict[FactTest, IntArray] = {}
    for columns, size, unknowns in zip(slices, sizes, fitting, strict=True):
        rest = np.arange(size)
        for unknown in unknowns:
            rest, outcome = np.divmod(rest, len(unknown.outcomes))
            weights[columns] *= np.array(unknown.weights)[outcome]
            for test, by_outcome in zip(unknown.tests, np.array(unknown.outcomes).T * 2 - 1, strict=True):
                signs.setdefault(test, np.zeros(len(weights), np.int64))[columns] = by_outcome[outcome]
    return Worlds(slices, weights, signs, context)


def _select_fitting(unknowns: Sequence[Unknown]) -> list[Unknown]:
    fitting, size = [], 1
    for unknown in unknowns:
        if size * len(unknown.outcomes) <= MOST_WORLDS:
            fitting.append(unknown)
            size *= len(unknown.outcomes)
    return fitting


def _name_source(test: FactTest) -> tuple[str, FactTest | None]:
    """Name what tells a test: tests on one value stand together, each label of a list by itself."""
    stands_alone = test.op is Operator.EXISTS or FACTS[test.fact].type is FactType.LIST
    source = DERIVED[test.fact][0] if test.fact in DERIVED else test.fact
    return source, test if stands_alone else None


def _weigh(outcomes: Sequence[Sequence[bool]], shares: Sequence[float]) -> tuple[float, ...]:
    """Return how likely each outcome is: the tests taken as independent, but for what cannot be."""
    weights = [
        math.prod(share if met else 1.0 - share for met, share in zip(outcome, shares, strict=True))
        for outcome in outcomes
    ]
    return tuple(weight / sum(weights) for weight in weights)


def _find_open_tests(condition: Condition, context: OrderContext) -> Iterator[FactTest]:
    """Yield the tests that keep a condition unknown; a part that is decided has none."""
    if evaluate(condition, context) is not Verdict.UNKNOWN:
        return
    if isinstance(condition, FactTest):
        yield condition
        return
    for block in condition.blocks:
        if evaluate(Group((block,)), context) is Verdict.UNKNOWN:
            for member in block.members:
                yield from _find_open_tests(member, context)


# The same conditions are open in match after match.
@lru_cache(maxsize=4_096)
def list_outcomes(tests: tuple[FactTest, ...]) -> tuple[tuple[bool, ...], ...]:
    """Return which of some tests on one thing can be met together, by trying a value of every kind they tell apart."""
    source, alone = _name_source(tests[0])
    if alone is not None:
        return ((True,), (False,))
    contexts = (_imagine(source, value) for value in _list_values(source, tests))
    return tuple(dict.fromkeys(tuple(evaluate(test, context) is Verdict.MET for test in tests) for context in contexts))


def _list_values(source: str, tests: Sequence[FactTest]) -> list[FactValue]:
    """Return a value of every kind that the tests can tell apart."""
    fact = FACTS[source]
    if fact.type is FactType.ENUM:
        return list(fact.values)
    if fact.type is FactType.BOOLEAN:
        return [True, False]
    targets = [target for test in tests if test.fact == source for target in _list_targets(test)]
    if fact.type is FactType.NUMBER:
        points = sorted({0.0, *(float(target) for target in targets if isinstance(target, int | float))})
        return [*points, *((low + high) / 2 for low, high in pairwise(points)), points[-1] + 1]
    nothing: FactValue = () if fact.type is FactType.PATH else ""
    return [*targets, nothing]


def _list_targets(test: FactTest) -> list[FactValue]:
    return list(test.target) if isinstance(test.target, frozenset) else [test.target]


def _imagine(source: str, value: FactValue) -> OrderContext:
    facts = {source: value}
    facts |= {name: tell(value) for name, (told_by, tell) in DERIVED.items() if told_by == source}
    return OrderContext(facts, (facts,), None, _NOBODYS_TIME, _NOBODYS_ZONE)


def _judge(condition: Condition, signs: Mapping[FactTest, IntArray], context: OrderContext) -> IntArray:
    if isinstance(condition, FactTest):
        return signs[condition] if condition in signs else np.array(SIGNS[evaluate(condition, context)])
    blocks = []
    for block in condition.blocks:
        members = [_judge(member, signs, context) for member in block.members]
        joined = reduce(np.minimum if block.combinator is Combinator.ALL else np.maximum, members)
        blocks.append(-joined if block.combinator is Combinator.NONE else joined)
    return reduce(np.minimum, blocks, np.array(1))
