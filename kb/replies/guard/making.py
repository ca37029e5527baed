"""Claims in their one form: what each is called, and the names it is found under."""

from __future__ import annotations

from kb.replies.guard import figures
from kb.replies.guard.claims import ClaimKind, Clock, Day, Found

WEEKDAYS_EN = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ORDINAL = "第"
_CURRENCIES = {"fen": "CNY", "usd": "USD", "hkd": "HKD", "eur": "EUR", "gbp": "GBP"}
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "晚间", "晚", "夜里"})
_MORNING = frozenset({"凌晨", "清晨", "早上", "早晨", "上午", "早"})


def make_day(day: Day, start: int, end: int) -> Found:
    """Return what a day claims."""
    return Found(ClaimKind.DATE, start, end, _write_day(day), day.list_keys(), day.list_stated(), day=day)


def make_day_or_days(figure: str, unit: str, start: int, end: int) -> Found:
    """Return what 22 日 claims: the day of a month, or so many days."""
    day = Day(day=int(float(figure)))
    keys = (*day.list_keys(), figures.measure_key(figure, "天")) if unit == "日" else day.list_keys()
    return Found(
        ClaimKind.DATE, start, end, f"{figure}{unit}", keys, (*keys, f"number:{figure}"), figure, unit, day=day
    )


def make_clock(hours: tuple[int, ...], minute: int | None, start: int, end: int) -> Found:
    """Return what a time of day claims."""
    clock = Clock(hours, minute)
    value = "|".join(f"{hour:02}:{0 if minute is None else minute:02}" for hour in hours)
    return Found(ClaimKind.TIME, start, end, value, clock.list_keys(), clock.list_stated(), clock=clock)


def make_quantity(figure: str, unit: str, start: int, end: int) -> Found:
    """Return what a number claims, with a unit or without."""
    key = figures.measure_key(figure, unit) if unit else f"number:{figure}"
    return Found(
        _kind_of(unit), start, end, _write_quantity(figure, unit), (key,), (key, f"number:{figure}"), figure, unit
    )


def make_ordinal(figure: str, unit: str, start: int, end: int) -> Found:
    """Return what 第 3 次 claims."""
    key = f"ordinal:{figures.same_measure(unit)}:{figure}"
    return Found(ClaimKind.COUNT, start, end, f"{_ORDINAL}{figure}{unit}", (key,), (key,), figure, unit)


def make_identifier(written: str, start: int, end: int) -> Found:
    """Return what a long number claims: to name an order, a parcel or a telephone."""
    value = written.replace("-", "").replace(" ", "").upper()
    return Found(ClaimKind.IDENTIFIER, start, end, value, (f"id:{value}",), (f"id:{value}", f"number:{value}"), value)


def list_hours(hour: int, period: str) -> tuple[int, ...]:
    """Return the hours that an hour of the clock may be; without its half of the day it may be two."""
    if period in _AFTERNOON:
        return (hour + 12,) if hour < 12 else (hour,)
    if period in _MORNING or hour == 0 or hour > 12:
        return (0,) if hour == 12 and period in _MORNING else (hour,)
    return (12,) if hour == 12 else (hour, hour + 12)


def _kind_of(unit: str) -> ClaimKind:
    if unit in figures.MONEY:
        return ClaimKind.AMOUNT
    if unit in figures.DURATIONS:
        return ClaimKind.DURATION
    return ClaimKind.PERCENTAGE if unit in figures.SHARES else ClaimKind.COUNT


def _write_quantity(figure: str, unit: str) -> str:
    if unit in figures.MONEY:
        measure, factor = figures.MONEY[unit]
        return f"{figure} {unit}" if measure == "fen" and factor != 100 else f"{figure} {_CURRENCIES[measure]}"
    if unit in figures.SHARES and figures.SHARES[unit] == "percent":
        return f"{figure}%"
    return f"{figure} {unit}".strip()


def _write_day(day: Day) -> str:
    if day.offset is not None:
        return f"today{day.offset:+}" if day.offset else "today"
    if day.weekday is not None or day.week is not None:
        weekday = "" if day.weekday is None else WEEKDAYS_EN[day.weekday]
        week = "" if day.week is None else f"week{day.week:+}"
        return " ".join(part for part in (week, weekday) if part)
    written = "-".join(f"{part:02}" for part in (day.year, day.month, day.day) if part is not None)
    return written
