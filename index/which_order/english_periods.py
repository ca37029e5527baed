"""Stretches of time named in English: yesterday morning, on Monday, last week, two weeks ago, Nov 13, the 13th."""

from __future__ import annotations

import re
from datetime import date, datetime

from index.which_order.days import (
    DAY,
    UNIT_DAYS,
    Reader,
    Span,
    find_first_of_month,
    find_latest,
    find_latest_of_month,
    read_ago,
    read_since,
    span_days,
    span_hours,
    span_month,
    span_week,
)
from kb.text.numerals import read_number

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = r"(?P<date>[0-9]{1,2})(?:st|nd|rd|th)?"
_PARTS = {"morning": (4, 12), "afternoon": (12, 19), "evening": (17, 30), "night": (17, 30)}
_DAYS_BACK = {"the day before yesterday": 2, "yesterday": 1, "last night": 1}
_VAGUE = {"few": 4.0, "several": 4.0, "couple": 2.0}
_COUNT = (
    r"\b(?P<count>[0-9]{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|(?:a )?(?:couple|few)|several"
    r"|half a)(?: of)? (?P<unit>day|week|month|year)s?"
)


def _read_day(match: re.Match[str], now: datetime) -> Span:
    day = now.date() - _DAYS_BACK.get(match["day"], 0) * DAY
    part = match["part"] or ("night" if match["day"] in ("last night", "tonight") else None)
    return span_hours(day, *_PARTS[part]) if part else span_days(day)


def _read_weekday(match: re.Match[str], now: datetime) -> Span:
    back = (now.weekday() - _WEEKDAYS.index(match["weekday"])) % 7
    return span_days(now.date() - (back or (7 if match["last"] else 0)) * DAY)


def _read_count(match: re.Match[str]) -> tuple[float, bool] | None:
    """Return how many days are said, and whether that is vague."""
    written = match["count"].removeprefix("a ")
    count = {"a": 1.0, "an": 1.0, "half a": 0.5}.get(match["count"]) or _VAGUE.get(written) or read_number(written)
    return None if count is None else (count * UNIT_DAYS[match["unit"]], written in _VAGUE)


def _read_period(match: re.Match[str], now: datetime) -> Span:
    back = 1 if match["back"] == "last" else 0
    if match["unit"] == "year":
        return span_days(date(now.year - back, 1, 1), date(now.year - back, 12, 31))
    return span_week(now, back) if match["unit"] == "week" else span_month(now, back)


def _read_date(match: re.Match[str], now: datetime) -> Span:
    return span_days(find_latest(_MONTHS.index(match["month"][:3]) + 1, int(match["date"]), now))


def _read_month(match: re.Match[str], now: datetime) -> Span:
    first = find_latest(_MONTHS.index(match["month"][:3]) + 1, 1, now)
    return span_days(first, find_first_of_month(first, -1) - DAY)


def _read_day_of_month(match: re.Match[str], now: datetime) -> Span | None:
    day = find_latest_of_month(int(match["date"]), now)
    return None if day is None else span_days(day)


ENGLISH: tuple[tuple[str, Reader], ...] = (
    (
        r"\b(?P<day>the day before yesterday|yesterday|today|last night|tonight|this(?= (?:morning|afternoon|evening)))"
        r"(?: (?P<part>morning|afternoon|evening|night))?\b",
        _read_day,
    ),
    (rf"\b(?P<last>last )?(?P<weekday>{'|'.join(_WEEKDAYS)})\b", _read_weekday),
    (r"\b(?P<back>last|this) (?P<unit>week|month|year)\b", _read_period),
    (rf"{_COUNT} (?:ago|back|earlier)\b", read_ago(_read_count)),
    (rf"\b(?:for|been|already|in)(?: over| almost| about)? {_COUNT}\b", read_since(_read_count)),
    (rf"\b{_MONTH} {_DATE}\b", _read_date),
    (rf"\b{_DATE}(?: of)? {_MONTH}(?![a-z])", _read_date),
    (rf"\bin {_MONTH}(?![a-z])", _read_month),
    (r"\bthe (?P<date>[0-9]{1,2})(?:st|nd|rd|th)\b", _read_day_of_month),
)
