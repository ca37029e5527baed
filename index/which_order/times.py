"""When it was, as the customer says it, against the order's own times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from index.which_order.evidence import Finding
from index.which_order.periods import Period, find_periods
from index.which_order.steps import STEP_WORDS, Step, find_step, list_moments_of
from kb.orders.order import Order
from kb.orders.words import Words

OTHER_STEP = 0.5  # The time fits, but of something else than the verb says.
UNSAID_STEP = {Step.PLACED: 1.0, Step.DELIVERED: 0.75}  # Where no verb is said, what is most often meant.
JUST_NOW = timedelta(hours=48)
_OLDEST = re.compile(
    r"最早|最先|最老|最开始|第一(?:单|笔|个订单)|头一(?:单|笔|个)|\b(?:oldest|earliest)\b|\bfirst (?:order|one)\b"
)
_NEWEST = re.compile(
    r"最新|最近(?=那|的|买|下|一|拍|这|订)|最后(?=一?[单笔]|那|买|下|一个)"
    r"|\b(?:newest|latest|most recent)\b|\blast order\b"
)
_JUST: Mapping[Step, re.Pattern[str]] = {
    Step.PLACED: re.compile(r"刚刚?才?(?:买|下(?!手)|拍|订|付)|\bjust (?:bought|ordered|placed|paid)"),
    Step.DELIVERED: re.compile(r"刚刚?才?(?:签|到|收|拿|取)|\bjust (?:got|arrived|received|came|delivered)"),
}


@dataclass(frozen=True, slots=True)
class TimeReader:
    """Reads the times in a question, for one present and place."""

    now: datetime
    zone: ZoneInfo

    def weigh(self, text: str, orders: Sequence[Order]) -> list[Finding]:
        """Return what each time that is said tells of the orders; nothing of those that none of them fits."""
        found = [
            self._weigh_period(period, text, orders) for period in find_periods(text, now=self.now, zone=self.zone)
        ]
        found += [self._weigh_just(step, verb, text, orders) for step, verb in _JUST.items()]
        found += [self._weigh_extreme(text, orders, _OLDEST, 1), self._weigh_extreme(text, orders, _NEWEST, -1)]
        return [finding for finding in found if finding is not None]

    def _weigh_period(self, period: Period, text: str, orders: Sequence[Order]) -> Finding | None:
        step = find_step(text, period.at, period.until)
        matched = [self._match(order, period, step) for order in orders]
        if not any(matched):
            return None
        return Finding(
            tuple(0.0 if m is None else _weigh_step(m, step) for m in matched),
            tuple(None if m is None else _say(period.said, m) for m in matched),
        )

    def _match(self, order: Order, period: Period, step: Step | None) -> Step | None:
        """Return the step of an order that lies in a stretch of time: the one that is said, or else a likely one."""
        for one in (step, *UNSAID_STEP):
            if one and any(period.holds(moment) for moment in list_moments_of(order, one, now=self.now)):
                return one
        return None

    def _weigh_just(self, step: Step, verb: re.Pattern[str], text: str, orders: Sequence[Order]) -> Finding | None:
        match = verb.search(text)
        if match is None:
            return None
        moments = [max(list_moments_of(order, step, now=self.now), default=None) for order in orders]
        newest = max((m for m in moments if m is not None), default=None)
        if newest is None or self.now - newest > JUST_NOW:
            return None
        fits = [moment == newest for moment in moments]
        return Finding(tuple(map(float, fits)), tuple(_say(match[0], step) if fit else None for fit in fits))

    def _weigh_extreme(self, text: str, orders: Sequence[Order], words: re.Pattern[str], sign: int) -> Finding | None:
        match = words.search(text)
        if match is None or any(order.placed_at is None for order in orders):
            return None
        keys = [sign * order.placed_at.timestamp() for order in orders if order.placed_at is not None]
        fits = [key == min(keys) for key in keys]
        return Finding(tuple(map(float, fits)), tuple(_say(match[0], Step.PLACED) if fit else None for fit in fits))


def _weigh_step(matched: Step, said: Step | None) -> float:
    if said is None:
        return UNSAID_STEP[matched]
    return 1.0 if matched is said else OTHER_STEP


def _say(said: str, step: Step) -> Words:
    words = STEP_WORDS[step]
    return Words(f"{words.zh}时间与“{said}”相符", f'{words.en} when "{said}" says')
