"""How often the reason of a contact is among the likeliest, on cases that were not learnt from.

Cross-validation in ten folds, three times over; cases of the same order stay in one fold. What a held-out case leaves
out of its order is filled from the base's orders as in learning, and averaged: a look-up sees whole orders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from eval.resampling import estimate
from eval.scoring import IntArray
from index.reasons.fitting import FloatArray
from index.reasons.learning import Experience, PastCase, learn_reasons
from index.reasons.marks import MarkedOrder
from index.reasons.model import ReasonModel
from kb.errors import InvalidInput

FOLDS = 10
REPEATS = 3
SEED = 20_260_101
COMPLETIONS = 20
TOPS = (1, 3)
WORST = 12


class Level(StrEnum):
    """What is to be told: the reason, or the finer intent."""

    REASON = "reason"
    INTENT = "intent"


class System(StrEnum):
    """Who tells it: the model, or how common each was among the cases learnt from."""

    MODEL = "model"
    RATES = "rates"


@dataclass(frozen=True, slots=True)
class Share:
    """Of the cases, those whose reason was among the first, with a 95 % interval over orders."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OneReason:
    """How one reason fares: its cases, how often it was among the first, and what was likeliest instead."""

    reason: str
    cases: int
    shares: Mapping[int, float]
    instead: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured, of how many cases in how many reasons and intents."""

    cases: int
    reasons: int
    intents: int
    shares: Mapping[tuple[Level, System, int], Share]
    by_reason: Sequence[OneReason]


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What one repeat told of a case: the place of the right one (0 is the likeliest), and the likeliest reason."""

    case: int
    places: Mapping[tuple[Level, System], float]
    likeliest: str


def measure_reasons(experience: Experience) -> Figures:
    """Return how well reasons and intents are told; raises `InvalidInput` where there are too few cases."""
    with_order = [case for case in experience.cases if case.order is not None]
    orders = [case.order for case in with_order if case.order is not None]
    whole = learn_reasons(experience)
    if whole is None or whole.weights is None:
        raise InvalidInput("Too few cases have an order and an intent to learn from. Import at least a hundred.")
    titles = {intent.code: whole.reasons[intent.reason].id for intent in whole.intents}
    kept = [place for place, case in enumerate(with_order) if case.intent in titles]
    groups = group_orders([orders[place] for place in kept])
    cases = [with_order[place] for place in kept]
    told = [one for repeat in range(REPEATS) for one in _run_repeat(experience, cases, groups, repeat)]
    counts = Counter(titles[case.intent] for case in cases)
    return Figures(
        cases=len(cases),
        reasons=len(counts),
        intents=len({case.intent for case in cases}),
        shares={
            (level, system, top): _estimate(told, groups, (level, system), top)
            for level in Level
            for system in System
            for top in TOPS
        },
        by_reason=_list_reasons(told, [titles[case.intent] for case in cases]),
    )


def group_orders(orders: Sequence[MarkedOrder]) -> IntArray:
    """Return a number for each order, the same for orders with the same marks."""
    numbers: dict[frozenset[object], int] = {}
    return np.array([numbers.setdefault(frozenset(order.marks), len(numbers)) for order in orders], np.int64)


def split_folds(groups: IntArray, repeat: int) -> IntArray:
    """Return each case's fold, the same for a whole group; folds hold about as many groups as each other."""
    names = np.unique(groups)
    shuffled = np.random.default_rng(SEED + repeat).permutation(len(names))
    return np.asarray((shuffled % FOLDS)[np.searchsorted(names, groups)], np.int64)


def _run_repeat(experience: Experience, cases: Sequence[PastCase], groups: IntArray, repeat: int) -> Iterator[_Told]:
    folds = split_folds(groups, repeat)
    random = np.random.default_rng(SEED + repeat)
    for fold in range(FOLDS):
        learnt_from = [case for case, other in zip(cases, folds.tolist(), strict=True) if other != fold]
        model = learn_reasons(Experience(learnt_from, experience.reasons, experience.donors))
        assert model is not None
        for place in np.flatnonzero(folds == fold).tolist():
            yield _tell(model, experience, cases[place], place, random)


def _tell(model: ReasonModel, experience: Experience, case: PastCase, place: int, random: np.random.Generator) -> _Told:
    assert case.order is not None
    completed = experience.donors.complete(case.order, COMPLETIONS, random)
    likely = np.mean([model.estimate_intents(order) for order in completed], axis=0)
    shares = {System.MODEL: likely, System.RATES: model.rate_intents()}
    codes = [intent.code for intent in model.intents]
    right = codes.index(case.intent) if case.intent in codes else None
    reason = _find_reason(model, experience, case.intent)
    places: dict[tuple[Level, System], float] = {}
    for system, intents in shares.items():
        reasons = model.sum_reasons(intents)
        places[Level.INTENT, system] = _rank(intents, right)
        places[Level.REASON, system] = _rank(reasons, reason)
    return _Told(place, places, model.reasons[int(model.sum_reasons(likely).argmax())].id)


def _find_reason(model: ReasonModel, experience: Experience, intent: str) -> int | None:
    """Return the place of an intent's reason, also where the intent itself was not learnt from."""
    listed = next((reason.id for reason in experience.reasons if intent in reason.intents), intent)
    return next((place for place, reason in enumerate(model.reasons) if reason.id == listed), None)


def _rank(shares: FloatArray, right: int | None) -> float:
    """Return how many are likelier than the right one, ties counted as if in an order drawn by chance."""
    if right is None:
        return float("inf")
    ties = int((shares == shares[right]).sum()) - 1
    return float((shares > shares[right]).sum()) + ties / 2


def _estimate(told: Sequence[_Told], groups: IntArray, what: tuple[Level, System], top: int) -> Share:
    hits = _average([(one.case, one.places[what] < top) for one in told], len(groups))
    low, high = estimate(lambda rows: float(hits[rows].mean()), groups)
    return Share(float(hits.mean()), low, high)


def _average(hits: Sequence[tuple[int, bool]], count: int) -> FloatArray:
    """Return each case's share of repeats with a hit."""
    sums = np.zeros(count)
    for place, is_hit in hits:
        sums[place] += is_hit
    return sums / REPEATS


def _list_reasons(told: Sequence[_Told], right: Sequence[str]) -> list[OneReason]:
    """Return every reason, worst first: those whose cases were least often among the first three."""
    listed = []
    for reason, cases in Counter(right).items():
        of_it = [one for one in told if right[one.case] == reason]
        places = [one.places[Level.REASON, System.MODEL] for one in of_it]
        shares = {top: sum(place < top for place in places) / len(places) for top in TOPS}
        others = Counter(one.likeliest for one in of_it if one.likeliest != reason).most_common(1)
        listed.append(OneReason(reason, cases, shares, others[0][0] if others else None))
    return sorted(listed, key=lambda one: (one.shares[TOPS[-1]], -one.cases))
