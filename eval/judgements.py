"""Graded labels from use: what people did with the solutions they were shown, read without the pull of the first rank.

Three kinds of evidence, for each item of each match that somebody judged:

- A verdict on the item. Whoever gives one has looked at it, and at rank k only a share p_k = (1/k)^eta of people look:
  it counts 1/p_k times beside the others, clipped (after the inverse propensity weighting of Joachims, Swaminathan
  and Schnabel, WSDM 2017). It stays one verdict: how much is known counts verdicts, not their weights.
- Passed over: without a verdict, above one that was used. Lists are read from the top, so it was seen and not chosen
  (Joachims, KDD 2002). Weak, and against the item; what lies below the last one used says nothing.
- A verdict on the whole answer. Wrong, or nothing fitted: against each item, as far as people look there (p_k).
  Solved, with nothing used: a little for the first.

The grade comes from the weighted mean of what the evidence says, drawn towards "not relevant" the less there is of it.
So evidence that contradicts itself meets in the middle, and is reported as disputed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from kb.feedback.models import (
    POSITIVE,
    FeedbackVerdict,
    RecordedMatch,
    ShownSolution,
    SolutionRef,
)
from kb.orders.context import derive_context
from kb.orders.facts import FACTS, FactValue, Unit
from kb.orders.order import Order
from kb.text.normalise import normalise

# How fast attention falls with rank: 1 is what the paper simulates with. Not estimated from anybody's traffic yet.
ETA = 1.0
# Lists are short and people few: no single verdict shall count for more than three.
LEAST_PROPENSITY = 1 / 3
# What each verdict says of an item, from 0 (does not answer) to 1 (answers), and how much it weighs.
GAINS: Mapping[FeedbackVerdict, float] = {
    FeedbackVerdict.SOLVED: 1.0,
    FeedbackVerdict.USED: 0.8,
    FeedbackVerdict.EDITED: 0.6,
    FeedbackVerdict.DISMISSED: 0.0,
    FeedbackVerdict.WRONG: 0.0,
}
STRENGTHS: Mapping[FeedbackVerdict, float] = {
    FeedbackVerdict.SOLVED: 1.0,
    FeedbackVerdict.USED: 1.0,
    FeedbackVerdict.EDITED: 1.0,
    FeedbackVerdict.DISMISSED: 0.5,  # "Not this one" is said more lightly than "wrong".
    FeedbackVerdict.WRONG: 1.0,
}
PASSED_OVER_STRENGTH = 0.5
SOLVED_BY_SOMETHING_GAIN = 0.5
PRIOR_STRENGTH = 0.5
# (grade, least mean): one `solved` gives 1 / 1.5 = 0.67, one `used` 0.53, one `edited` 0.4, and six of these 0.554.
GRADES = ((3, 0.55), (2, 0.35), (1, 0.15))
WITHOUT_GRADE = 0
RIGHT_FROM = 2  # One grade below it stands for hints and for contradiction: no ground to call an answer right.
NOT_POOLED_BY = frozenset({"now.date"})  # Else nothing asked on two days would ever be pooled.
HOURS_A_DAY = 24
ID_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one match says of one item: how far it answers (0 to 1), how firmly, and how many people look there."""

    gain: float
    strength: float
    propensity: float = 1.0
    is_verdict: bool = False

    @property
    def weight(self) -> float:
        """How much it counts beside other evidence."""
        return self.strength / self.propensity


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question in an order situation, as it was last asked, and the grades of what was shown for it."""

    id: str
    asked: RecordedMatch
    matches: int
    grades: Mapping[SolutionRef, int]
    disputed: frozenset[SolutionRef] = field(default=frozenset())


def judge(matches: Iterable[RecordedMatch], *, zone: ZoneInfo) -> list[JudgedQuestion]:
    """Return a judged question for each pool of matches that ask the same about the same order facts."""
    pools: dict[str, list[RecordedMatch]] = defaultdict(list)
    for match in matches:
        if match.judgements:
            pools[name_question(match, zone=zone)].append(match)
    return [_judge_pool(name, pool) for name, pool in pools.items()]


def name_question(match: RecordedMatch, *, zone: ZoneInfo) -> str:
    """Return an id that matches share when they ask the same, after the same turns, about the same order facts.

    Times count by whole days, as the days since delivery decide where the hours do not; the calendar date does not.
    """
    order = Order.model_validate(match.order) if match.order is not None else None
    context = derive_context(order, now=match.now, zone=zone, channel=match.channel, audience=match.audience.value)
    key = {
        "question": normalise(match.question),
        "turns": [normalise(turn) for turn in match.turns],
        "facts": {name: _coarsen(name, value) for name, value in context.facts.items() if name not in NOT_POOLED_BY},
        "items": [dict(facts) for facts in context.item_facts],
    }
    digest = hashlib.sha256(orjson.dumps(key, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f"use-{digest[:ID_CHARACTERS]}"


def propensity(rank: int, *, eta: float = ETA) -> float:
    """Return the share of people who look at a rank, clipped from below."""
    return max(float((1 / rank) ** eta), LEAST_PROPENSITY)


def read_evidence(match: RecordedMatch, *, eta: float = ETA) -> dict[SolutionRef, Evidence]:
    """Return what the judgements of one match say of the items that it showed."""
    own = {judgement.solution: judgement.verdict for judgement in match.judgements if judgement.solution is not None}
    whole = next((judgement.verdict for judgement in match.judgements if judgement.solution is None), None)
    last_used = max((shown.rank for shown in match.shown if own.get(shown.ref) in POSITIVE), default=0)
    evidence: dict[SolutionRef, Evidence] = {}
    for shown in match.shown:
        verdict = own.get(shown.ref)
        if verdict is not None:
            found: Evidence | None = _weigh_verdict(verdict, whole, propensity(shown.rank, eta=eta))
        else:
            found = _weigh_silence(shown, whole, last_used, propensity(shown.rank, eta=eta))
        if found is not None:
            evidence[shown.ref] = found
    return evidence


def grade(evidence: Sequence[Evidence]) -> int:
    """Return the grade, 0 to 3, that all evidence about an item gives together."""
    mean = sum(e.gain * e.weight for e in evidence) / sum(e.weight for e in evidence)
    known = sum(e.strength for e in evidence)
    mean *= known / (known + PRIOR_STRENGTH)
    return next((name for name, floor in GRADES if round(mean, 9) >= floor), WITHOUT_GRADE)


def _weigh_verdict(verdict: FeedbackVerdict, whole: FeedbackVerdict | None, seen: float) -> Evidence:
    if verdict in POSITIVE and whole is FeedbackVerdict.SOLVED:
        verdict = FeedbackVerdict.SOLVED  # What was sent is what solved it.
    return Evidence(GAINS[verdict], STRENGTHS[verdict], propensity=seen, is_verdict=True)


def _weigh_silence(shown: ShownSolution, whole: FeedbackVerdict | None, last_used: int, seen: float) -> Evidence | None:
    if shown.rank < last_used:
        return Evidence(0.0, PASSED_OVER_STRENGTH)
    if whole in (FeedbackVerdict.WRONG, FeedbackVerdict.DISMISSED):
        return Evidence(0.0, STRENGTHS[whole] * seen)
    if whole is FeedbackVerdict.SOLVED and last_used == 0 and shown.rank == 1:
        return Evidence(SOLVED_BY_SOMETHING_GAIN, 1.0)
    return None


def _judge_pool(name: str, pool: Sequence[RecordedMatch]) -> JudgedQuestion:
    collected: dict[SolutionRef, list[Evidence]] = defaultdict(list)
    for match in pool:
        for ref, evidence in read_evidence(match).items():
            collected[ref].append(evidence)
    return JudgedQuestion(
        id=name,
        asked=max(pool, key=_when_asked),
        matches=len(pool),
        grades={ref: grade(evidence) for ref, evidence in collected.items()},
        disputed=frozenset(ref for ref, evidence in collected.items() if _is_disputed(evidence)),
    )


def _when_asked(match: RecordedMatch) -> tuple[datetime, str]:
    return match.at, match.request_id


def _is_disputed(evidence: Sequence[Evidence]) -> bool:
    """Tell whether verdicts speak for the item and against it; being passed over is no dispute."""
    said = {e.gain > 0 for e in evidence if e.is_verdict}
    return len(said) > 1


def _coarsen(name: str, value: FactValue) -> Any:
    fact = FACTS.get(name)
    if fact is None or isinstance(value, str | bool | tuple):
        return value
    if fact.unit is Unit.HOURS:
        return int(value // HOURS_A_DAY)
    return int(value) if fact.unit is Unit.DAYS else value
