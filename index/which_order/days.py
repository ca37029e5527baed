"""Arithmetic on days as customers count them: local times without a zone, each stretch up to its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)
LONGEST_AHEAD = 30  # Days: what is named and lies further ahead was last year.
UNIT_DAYS = {"天": 1.0, "日": 1.0, "周": 7.0, "星期": 7.0, "礼拜": 7.0, "月": 30.4, "年": 365.0}
UNIT_DAYS |= {"day": 1.0, "week": 7.0, "month": 30.4, "year": 365.0}
MOST_DAYS_BACK = 4_000
FEWEST_VAGUE_DAYS = 3
BESIDE_DAYS = 30  # Before or after a festival, where no more is said.

Span = tuple[datetime, datetime]
Reader = Callable[[re.Match[str], datetime], Span | None]
Counter = Callable[[re.Match[str]], tuple[float, bool] | None]  # How many days are said, and whether that is vague.


def span_days(first: date, last: date | None = None) -> Span:
    """Return the stretch from one day to another, both whole; of one day only where no other is given."""
    return datetime.combine(first, time()), datetime.combine(last or first, time()) + DAY


def span_hours(day: date, first: float, last: float) -> Span:
    """Return some hours of a day; after 24 they are the next morning's."""
    start = datetime.combine(day, time())
    return start + timedelta(hours=first), start + timedelta(hours=last)


def span_month(now: datetime, back: int) -> Span:
    """Return the month so many months back."""
    first = find_first_of_month(now.date(), back)
    return span_days(first, find_first_of_month(first, -1) - DAY)


def span_week(now: datetime, back: int) -> Span:
    """Return the week so many weeks back, from Monday."""
    monday = now.date() - (now.weekday() + 7 * back) * DAY
    return span_days(monday, monday + 6 * DAY)


def span_ago(days: float, now: datetime, *, is_vague: bool) -> Span | None:
    """Return the days that are meant by so many days ago: that very day where they are few, else about then."""
    if days > MOST_DAYS_BACK:
        return None
    slack = days / 2 if is_vague else 0.0 if days < FEWEST_VAGUE_DAYS else max(1.0, days / 4)
    return span_days(now.date() - round(days + slack) * DAY, now.date() - round(days - slack) * DAY)


def span_since(days: float, now: datetime, *, is_vague: bool) -> Span | None:
    """Return the days that are meant by "for so many days now": people round, and rather up."""
    if days > MOST_DAYS_BACK:
        return None
    longest, shortest = (3 * days, days / 2) if is_vague else (1.5 * days + 1, 0.75 * days)
    return span_days(now.date() - round(longest) * DAY, now.date() - round(shortest) * DAY)


def read_ago(count: Counter) -> Reader:
    """Return what reads "so many days ago", by what reads the count."""
    return lambda match, now: None if (said := count(match)) is None else span_ago(said[0], now, is_vague=said[1])


def read_since(count: Counter) -> Reader:
    """Return what reads "for so many days now", by what reads the count."""
    return lambda match, now: None if (said := count(match)) is None else span_since(said[0], now, is_vague=said[1])


def find_first_of_month(day: date, back: int) -> date:
    """Return the first day of the month so many months before this day's."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def find_latest(month: int, day: int, now: datetime) -> date:
    """Return the latest day of this month and number that is not far ahead."""
    this_year = date(now.year, month, day)
    return this_year if (this_year - now.date()).days <= LONGEST_AHEAD else date(now.year - 1, month, day)


def find_latest_of_month(day: int, now: datetime) -> date | None:
    """Return the latest day with this number that is at most a week ahead."""
    for back in range(3):
        first = find_first_of_month(now.date(), back)
        found = first + (day - 1) * DAY
        if found.month == first.month and found <= now.date() + 7 * DAY:
            return found
    return None
