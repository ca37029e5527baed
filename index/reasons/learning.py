"""Learn the model of reasons from the cases in the base; it holds counts and weights, and nobody's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from index.reasons.completing import Donors, count_copies, group_donors
from index.reasons.fitting import fit_weights
from index.reasons.marks import Mark, MarkedOrder, mark_order
from index.reasons.model import CaseMarks, Intent, MarkWeights, Reason, ReasonModel, encode_marks
from kb.cases.models import CaseRow
from kb.orders.context import derive_context
from kb.orders.moments import list_moments
from kb.orders.newest import walk_newest_without_parcels
from kb.orders.order import Order
from kb.orders.population import find_asking_time
from kb.orders.words import Words
from kb.reasons.models import ContactReason
from kb.reasons.service import list_reasons
from kb.text.mask import mask_personal_data

MOST_CASES = 5_000  # The newest: what customers ask changes, and learning takes seconds.
MOST_INTENTS = 300
MOST_MARKS = 300
FEWEST_OF_A_MARK = 2
FEWEST_CASES = 100  # With an order and an intent; of fewer, marks tell nothing that rates do not.
MOST_ORDERS_READ, DONORS_OF_A_STATUS = 5_000, 200
SEED = 20_260_101
ANY_ZONE = ZoneInfo("UTC")  # No mark depends on the zone.


@dataclass(frozen=True, slots=True)
class PastCase:
    """What is learnt of one case: its intent, and its order's marks where it was about one."""

    intent: str
    order: MarkedOrder | None


@dataclass(frozen=True, slots=True)
class Experience:
    """What there is to learn from."""

    cases: Sequence[PastCase]
    reasons: Sequence[ContactReason]
    donors: Donors


def read_experience(session: Session, *, now: datetime) -> Experience:
    """Read the newest cases that have an intent, the reasons, and orders to complete theirs from."""
    rows = session.execute(
        select(CaseRow.intent, CaseRow.order, CaseRow.closed_at)
        .where(CaseRow.intent.is_not(None))
        .order_by(CaseRow.closed_at.desc().nulls_last(), CaseRow.id)
        .limit(MOST_CASES)
    )
    cases = [PastCase(intent or "", mark_case_order(order, closed_at)) for intent, order, closed_at in rows]
    return Experience(cases, list_reasons(session), _read_donors(session, now))


def learn_reasons(experience: Experience) -> ReasonModel | None:
    """Return what the cases teach; None where no case has an intent."""
    counts = Counter(case.intent for case in experience.cases if _is_plain(case.intent))
    common = [code for code, _ in counts.most_common(MOST_INTENTS)]
    if not common:
        return None
    reasons, reason_of = _name_reasons(sorted(common), experience.reasons)
    with_order = Counter(case.intent for case in experience.cases if case.order is not None)
    without = Counter(case.intent for case in experience.cases if case.order is None)
    intents = [Intent(code, reason_of[code], with_order[code], without[code]) for code in sorted(common)]
    place_of = {intent.code: place for place, intent in enumerate(intents)}
    told = [(case.order, place_of[case.intent]) for case in experience.cases if case.order and case.intent in place_of]
    if len(told) < FEWEST_CASES:
        return ReasonModel(reasons, intents, None, ())
    return _learn_marks(reasons, intents, told, experience.donors)


def mark_case_order(order: object, closed_at: datetime | None) -> MarkedOrder | None:
    """Return the marks that a case's order had when it was closed, or last changed; None where neither is known."""
    if not order:
        return None
    known = Order.model_validate(order)
    then = closed_at or max(list_moments(known), default=None)
    return None if then is None else mark_order(derive_context(known, now=then.astimezone(UTC), zone=ANY_ZONE))


def _learn_marks(
    reasons: Sequence[Reason], intents: Sequence[Intent], told: Sequence[tuple[MarkedOrder, int]], donors: Donors
) -> ReasonModel:
    counts = Counter(mark for order, _ in told for mark in order.marks if _is_plain(mark.value))
    marks = sorted(mark for mark, count in counts.most_common(MOST_MARKS) if count >= FEWEST_OF_A_MARK)
    places = {mark: place for place, mark in enumerate(marks)}
    copies, random = count_copies(len(told)), np.random.default_rng(SEED)
    completed = [copy for order, _ in told for copy in donors.complete(order, copies, random)]
    encoded = encode_marks(completed, places)
    usual = encoded.mean(axis=0)
    classes = np.repeat(np.array([intent for _, intent in told], np.int64), copies)
    reason_of = np.array([intent.reason for intent in intents], np.int64)
    fitted = fit_weights(encoded - usual, classes, reason_of, copies=copies)
    cases = [CaseMarks(intent, _find_places(order, places)) for order, intent in told]
    return ReasonModel(reasons, intents, MarkWeights(marks, usual, fitted.by_intent, fitted.rates), cases)


def _is_plain(text: str) -> bool:
    """Tell whether a shop's own word holds nobody's phone or name: such words stay out of what is learnt."""
    return mask_personal_data(text).text == text


def _find_places(order: MarkedOrder, places: dict[Mark, int]) -> tuple[int, ...]:
    return tuple(sorted(places[mark] for mark in order.marks if mark in places))


def _name_reasons(codes: Sequence[str], known: Sequence[ContactReason]) -> tuple[list[Reason], dict[str, int]]:
    """Return the reasons of these intents, and the place of each intent's; one in no reason is its own."""
    # A case may name a reason itself in place of one of its intents.
    listed = {reason.id: reason for reason in known} | {code: reason for reason in known for code in reason.intents}
    reasons: dict[str, Reason] = {}
    for code in codes:
        reason = listed.get(code)
        made = Reason(reason.id, reason.title, reason.ask) if reason else Reason(code, Words(code, code), None)
        reasons.setdefault(made.id, made)
    places = {reason_id: place for place, reason_id in enumerate(reasons)}
    return list(reasons.values()), {code: places[listed[code].id if code in listed else code] for code in codes}


def _read_donors(session: Session, now: datetime) -> Donors:
    """Return some of the newest orders of each status, as they were when somebody was likely to ask."""
    counts: Counter[str] = Counter()
    orders: list[MarkedOrder] = []
    with closing(walk_newest_without_parcels(session, limit=MOST_ORDERS_READ)) as walk:
        for order in walk:
            if counts[order.status] < DONORS_OF_A_STATUS:
                counts[order.status] += 1
                at = find_asking_time(order, now)
                orders.append(mark_order(derive_context(order, now=at.astimezone(UTC), zone=ANY_ZONE)))
    return group_donors(orders)
