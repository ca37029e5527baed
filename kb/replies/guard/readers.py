"""From a match of the pattern to a claim: one reader for each of its alternatives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kb.orders.words import Language
from kb.replies.filters import MONTHS_EN
from kb.replies.guard import figures
from kb.replies.guard.claims import Day, Found
from kb.replies.guard.making import (
    WEEKDAYS_EN,
    list_hours,
    make_clock,
    make_day,
    make_day_or_days,
    make_identifier,
    make_ordinal,
    make_quantity,
)
from kb.text.numerals import read_number

LONG_NUMBER_DIGITS = 5
_LAST_MONTH, _LAST_DAY = 12, 31
_OFFSETS = {
    "大前天": -3, "前天": -2, "昨": -1, "今": 0, "当": 0, "同": 0, "本": 0, "明": 1, "次": 1, "翌": 1, "第": 1,
    "后天": 2, "大后天": 3,
    "day after tomorrow": 2, "today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1, "next day": 1,
    "following day": 1, "this morning": 0, "this afternoon": 0, "this evening": 0, "same day": 0, "same-day": 0,
}  # fmt: skip
_WEEK_OFFSETS = {"下": 1, "上": -1, "本": 0, "这": 0, "next": 1, "last": -1, "this": 0}
_WEEKDAYS_HAN = {character: number for number, character in enumerate("一二三四五六日")} | {"天": 6}
_MONTH_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS_EN, 1)}
_DAY_UNITS = frozenset({"日", "号"})


def _read_phone(match: re.Match[str], language: Language) -> Found:
    return make_identifier(match[0], *match.span())


def _read_identifier(match: re.Match[str], language: Language) -> Found | None:
    if sum(character.isdigit() for character in match[0]) < LONG_NUMBER_DIGITS:
        return None
    return make_identifier(match[0], *match.span())


def _read_iso(match: re.Match[str], language: Language) -> Found:
    # A date that does not exist is still claimed, and nothing will support it.
    return make_day(Day(int(match["iso_year"]), int(match["iso_month"]), int(match["iso_day"])), *match.span())


def _read_slashed(match: re.Match[str], language: Language) -> Found | None:
    first, second = int(match["slash_first"]), int(match["slash_second"])
    year = int(match["slash_year"]) if match["slash_year"] else None
    if year is None and len(match["slash_second"]) < 2:
        return None  # 1/2 is a fraction.
    if language == "en" and _is_date(first, second) and _is_date(second, first):
        return make_day(Day(year, first, second, swapped=True), *match.span())
    if _is_date(first, second):
        return make_day(Day(year, first, second), *match.span())
    if language == "en" and _is_date(second, first):
        return make_day(Day(year, second, first), *match.span())
    return None


def _read_short(match: re.Match[str], language: Language) -> Found:
    return make_day(Day(None, int(match["short_month"]), int(match["short_day"])), *match.span())


def _read_month(match: re.Match[str], language: Language) -> Found | None:
    month = _read_small(match["han_month"])
    day = _read_small(match["han_day"]) if match["han_day"] else None
    if month is None:
        return None
    return make_day(Day(int(match["han_year"]) if match["han_year"] else None, month, day), *match.span())


def _read_year(match: re.Match[str], language: Language) -> Found:
    return make_day(Day(year=int(match["only_year"])), *match.span())


def _read_english(match: re.Match[str], language: Language) -> Found | None:
    name = match["month_after"] or match["month_before"]
    day = match["day_before"] or match["day_after"]
    year = match["year_after"] or match["year_last"]
    month = _MONTH_NUMBERS[name[:3].lower()]
    if not day and not year and (language == "zh" or name in {"May", "March", "Mar"}):
        return None  # A word, or a name.
    return make_day(Day(int(year) if year else None, month, int(day) if day else None), *match.span())


def _read_relative(match: re.Match[str], language: Language) -> Found:
    words = match[0].lower().removeprefix("the ")
    offset = _OFFSETS[words] if words in _OFFSETS else _OFFSETS[words[0]]
    return make_day(Day(offset=offset), *match.span())


def _read_weekday(match: re.Match[str], language: Language) -> Found | None:
    if match["weekday_han"]:
        week = match["week_of"]
        offset = None if not week else _WEEK_OFFSETS[week[0]] * len(week)
        return make_day(Day(weekday=_WEEKDAYS_HAN[match["weekday_han"]], week=offset), *match.span())
    if language == "zh":
        return None
    # "Next Friday" is this week's or the next one's, as people differ.
    weekday = WEEKDAYS_EN.index(match["weekday_en"][:3].lower())
    return make_day(Day(weekday=weekday), *match.span())


def _read_week(match: re.Match[str], language: Language) -> Found:
    word = (match["week_only"] or match["week_word"]).lower()
    return make_day(Day(week=_WEEK_OFFSETS[word]), *match.span())


def _read_clock(match: re.Match[str], language: Language) -> Found | None:
    written = match["hour"] or match["hour_digits"] or match["hour_han"] or match["hour_en"]
    hour = _read_small(written)
    if hour is None:
        return None
    half_day = {"a": "上午", "p": "下午", None: ""}[match["half_day"]]
    minute = _read_minute(match)
    if match["hour"] and not half_day and not match["period"]:  # 18:00 is written on the clock of 24 hours.
        return make_clock((hour,), minute, *match.span())
    return make_clock(list_hours(hour, match["period"] or half_day), minute, *match.span())


def _read_minute(match: re.Match[str]) -> int | None:
    if match["half"] or match["half_han"]:
        return 30
    if match["quarter"]:
        return 15 if match["quarter"] == "一" else 45
    written = match["minute"] or match["minute_digits"]
    return int(written) if written else None


def _read_prefixed(match: re.Match[str], language: Language) -> Found:
    figure = figures.apply_multiplier(figures.write_plainly(match["sum"]), match["sum_times"])
    return make_quantity(figure, (match["sign"] or match["sign_word"]).lower(), *match.span())


def _read_share(match: re.Match[str], language: Language) -> Found | None:
    figure = figures.read_figure(match["share_figure"])
    return None if figure is None else make_quantity(figure, "%", *match.span())


def _read_quantity(match: re.Match[str], language: Language) -> Found | None:
    figure = figures.apply_multiplier(figures.write_plainly(match["number"]), match["times"])
    start, end = match.span()
    if match["inner"]:
        return make_quantity(figures.add_half(figure), f"个{match['inner']}", start, end)
    unit = (match["unit_zh"] or match["unit_en"] or "").lower()
    if match["unit_half"]:
        figure = figures.add_half(figure)
    if match["ordinal"] is not None and unit:
        return make_ordinal(figure, unit, start, end)
    if unit in _DAY_UNITS and not match["unit_half"] and len(figure) <= 2 and 1 <= float(figure) <= _LAST_DAY:
        return make_day_or_days(figure, unit, start, end)
    if not unit and len(match["number"]) >= LONG_NUMBER_DIGITS and match["number"].isdecimal() and not match["times"]:
        return make_identifier(match["number"], start, match.end("number"))
    quantity = make_quantity(figure, unit, start, end)
    return quantity if unit else quantity._replace(value=match["number"] + (match["times"] or ""))  # 0017 is no 17.


def _read_spelt(match: re.Match[str], language: Language) -> Found | None:
    written, unit = match["number_han"], match["unit_han"] or f"个{match['inner_han']}"
    figure = _read_han(written, unit)
    if figure is None:
        return None
    start, end = match.span()
    if match["inner_half_han"] or match["unit_half_han"]:
        figure = figures.add_half(figure)
    if match["ordinal_han"] is not None:
        return make_ordinal(figure, unit, start, end)._replace(is_passing=written == "一")
    is_measure = unit not in figures.DURATIONS and unit not in figures.MONEY
    is_passing = (written == "一" and is_measure) or (written == "半" and unit in {"天", "个"})
    return make_quantity(figure, unit, start, end)._replace(is_passing=is_passing)


def _read_worded(match: re.Match[str], language: Language) -> Found | None:
    figure = figures.read_figure(match["number_word"])
    if figure is None:
        return None
    unit = match["unit_word"].lower()
    is_passing = figure == "1" and unit not in figures.DURATIONS and unit not in figures.MONEY
    return make_quantity(figure, unit, *match.span())._replace(is_passing=is_passing)


def _read_half_of(match: re.Match[str], language: Language) -> Found:
    return make_quantity("0.5", match["half_unit"], *match.span())


def _read_double(match: re.Match[str], language: Language) -> Found:
    return make_quantity("2", "倍", *match.span())._replace(is_passing=True)


def _read_han(written: str, unit: str) -> str | None:
    if unit == "折" and len(written) == 2 and all(digit in figures.HAN_DIGITS for digit in written):  # 八五折
        return ".".join(f"{read_number(digit) or 0:.0f}" for digit in written)
    return figures.read_figure(written)


def _read_small(written: str) -> int | None:
    value = read_number(written)
    return None if value is None else int(value)


def _is_date(month: int, day: int) -> bool:
    return 1 <= month <= _LAST_MONTH and 1 <= day <= _LAST_DAY


READERS: Mapping[str, Callable[[re.Match[str], Language], Found | None]] = {
    "phone": _read_phone,
    "iso": _read_iso,
    "slashed": _read_slashed,
    "short": _read_short,
    "month": _read_month,
    "year": _read_year,
    "english": _read_english,
    "relative": _read_relative,
    "weekday": _read_weekday,
    "week": _read_week,
    "clock": _read_clock,
    "prefixed": _read_prefixed,
    "share": _read_share,
    "quantity": _read_quantity,
    "spelt": _read_spelt,
    "worded": _read_worded,
    "half_of": _read_half_of,
    "double": _read_double,
    "identifier": _read_identifier,
}
