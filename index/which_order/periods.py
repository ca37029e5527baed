"""Stretches of time as customers name them, relative to now, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from index.which_order.chinese_periods import CHINESE
from index.which_order.days import Reader, Span
from index.which_order.english_periods import ENGLISH

MAX_PERIODS = 8
_READERS = tuple((re.compile(pattern), read) for pattern, read in (*CHINESE, *ENGLISH))


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to `end`, as `said`: `text[at:until]`."""

    start: datetime
    end: datetime
    said: str
    at: int
    until: int

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.start <= moment < self.end


def find_periods(text: str, *, now: datetime, zone: ZoneInfo) -> list[Period]:
    """Return the stretches of time that a normalised text names, as they stand in it; none overlaps another."""
    local = now.astimezone(zone).replace(tzinfo=None)
    found: list[Period] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            if any(match.start() < other.until and other.at < match.end() for other in found):
                continue
            span = _read(read, match, local)
            if span is not None:
                start, end = (moment.replace(tzinfo=zone) for moment in span)
                found.append(Period(start, end, match[0].strip(), *match.span()))
    return sorted(found, key=lambda period: period.at)[:MAX_PERIODS]


def _read(read: Reader, match: re.Match[str], now: datetime) -> Span | None:
    try:
        return read(match, now)
    except (ValueError, OverflowError):  # The 31st of a short month, a thirteenth month, or before the calendar begins.
        return None
