"""Stretches of time named in Chinese: 前天上午, 昨晚九点, 上周四, 11月13号, 三天前, 上个月底, 一个礼拜了, 双十一."""

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
from index.which_order.festivals import FESTIVAL, read_festival
from kb.text.numerals import read_number

_HAN = "[一二两三四五六七八九十]{1,3}"
_NUMBER = rf"(?P<count>[0-9]{{1,3}}|{_HAN}|半|好?几|好多|这么多)"
_VAGUE = frozenset({"几", "好几", "好多", "这么多"})
_VAGUE_COUNT = 4.0
_DAYS_BACK = {"大前": 3, "前": 2, "昨": 1, "今": 0}
_WEEKDAYS = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
# Hours of the day; what is called evening ends in the next morning.
_PARTS = {"凌晨": (0, 6), "半夜": (-1, 6), "早": (4, 11), "晨": (4, 11), "上午": (5, 12.5), "中午": (10.5, 14.5)}
_PARTS |= {"下午": (12, 19), "傍晚": (16, 20), "晚": (17, 30), "夜": (18, 30)}
_PART = r"(?:的?(?P<part>凌晨|半夜|[大清]?早[上晨]?|清晨|上午|中午|下午|傍晚|晚上?|夜里?))?"
_HOUR = rf"(?:(?P<hour>[0-9]{{1,2}}|{_HAN})点(?:半|多|钟|左右)*)?"
_THIRDS = {"初": (1, 10), "中": (11, 20), "底": (21, 31), "末": (21, 31)}
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "年初": (1, 2), "年底": (11, 12)}
_LATELY = {"两天": (4, 1), "几天": (9, 1), "些天": (20, 3), "阵子": (75, 5), "段时间": (75, 5)}


def _narrow(day: date, match: re.Match[str]) -> Span:
    """Return the part of a day and the hour that are named; the whole day where none is."""
    part, hour = match["part"], match["hour"]
    if not part:
        return span_days(day)
    first, last = next(hours for name, hours in _PARTS.items() if name in part)
    clock = read_number(hour) if hour else None
    if clock is None:
        return span_hours(day, first, last)
    clock = clock + 12 if clock < first and clock + 12 <= last else clock
    return span_hours(day, clock - 0.5, clock + 1.25)


def _read_day(match: re.Match[str], now: datetime) -> Span:
    return _narrow(now.date() - _DAYS_BACK[match["day"]] * DAY, match)


def _read_weekday(match: re.Match[str], now: datetime) -> Span:
    weeks = len(match["back"] or "")
    day = now.date() - (now.weekday() - _WEEKDAYS[match["weekday"]] + 7 * weeks) * DAY
    if day > now.date():
        day -= 7 * DAY
    return span_days(day, day + DAY) if match["weekday"] == "末" else _narrow(day, match)


def _read_count(match: re.Match[str]) -> tuple[float, bool] | None:
    """Return how many days are said, and whether that is vague."""
    if match["count"] == "半" and match["unit"] == "天":
        return None  # 半天了 is any time that was too long.
    is_vague = match["count"] in _VAGUE
    count = _VAGUE_COUNT if is_vague else read_number(match["count"])
    if count is None:
        return None
    return (count + (0.5 if match["inner"] else 0.0)) * UNIT_DAYS[match["unit"]], is_vague


def _read_lately(match: re.Match[str], now: datetime) -> Span:
    first, last = _LATELY[match["span"]]
    return span_days(now.date() - first * DAY, now.date() - (last if match["side"] == "前" else 0) * DAY)


def _read_month(match: re.Match[str], now: datetime) -> Span:
    start, end = span_month(now, len(match["back"]) if match["back"] not in ("这", "本", "") else 0)
    if not match["third"]:
        return start, end
    first, last = _THIRDS[match["third"]]
    return start + (first - 1) * DAY, min(end, start + last * DAY)


def _read_date(match: re.Match[str], now: datetime) -> Span | None:
    month = int(read_number(match["month"]) or 0)
    if match["date"]:
        return _narrow(find_latest(month, int(read_number(match["date"]) or 0), now), match)
    first = find_latest(month, 1, now)
    return span_days(first, find_first_of_month(first, -1) - DAY)


def _read_day_of_month(match: re.Match[str], now: datetime) -> Span | None:
    day = find_latest_of_month(int(read_number(match["date"]) or 0), now)
    return None if day is None else _narrow(day, match)


def _read_year(match: re.Match[str], now: datetime) -> Span | None:
    year = now.year - {"去年": 1, "前年": 2}.get(match["year"] or "", 0)
    if not match["season"]:
        return None if match["year"] == "今年" else span_days(date(year, 1, 1), date(year, 12, 31))
    first, last = _SEASONS[match["season"].rstrip("天季")]
    return span_days(date(year, first, 1), find_first_of_month(date(year, last, 1), -1) - DAY)


# What is looked for first is never part of what is looked for later.
CHINESE: tuple[tuple[str, Reader], ...] = (
    (FESTIVAL, read_festival),
    (rf"(?P<day>大前|前|昨|今)(?:天|日|儿个?){_PART}{_HOUR}", _read_day),
    (rf"(?P<day>前|昨|今)(?P<part>早上?|晚上?|晨|夜里?)的?{_HOUR}", _read_day),
    (
        rf"(?:(?P<back>上{{1,2}})个?|[这本]个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])(?![个套年包]){_PART}{_HOUR}",
        _read_weekday,
    ),
    (r"(?P<back>上{1,2})个?(?:周|星期|礼拜)", lambda match, now: span_week(now, len(match["back"]))),
    (r"[这本]个?(?:周|星期|礼拜)", lambda _, now: span_week(now, 0)),
    (rf"{_NUMBER}多?个?(?P<inner>半)?多?(?P<unit>天|日|周|星期|礼拜|月|年)(?:之|以)?前", read_ago(_read_count)),
    (rf"(?<![第0-9]){_NUMBER}多?个?(?P<inner>半)?多?(?P<unit>天|周|星期|礼拜|月)(?:都|快)?了", read_since(_read_count)),
    (r"(?P<side>前|这|最近)(?P<span>两天|几天|些天|阵子|段时间)", _read_lately),
    (r"(?P<back>上{1,2}|这|本)个?月(?P<third>[初中底末])?", _read_month),
    (r"(?P<back>)(?<![0-9个上这本])月(?P<third>[初底末])", _read_month),
    (
        rf"(?P<month>[0-9]{{1,2}}|十?[一二三四五六七八九十])月(?:份|(?P<date>[0-9]{{1,2}}|{_HAN})[号日]?)?{_PART}{_HOUR}",
        _read_date,
    ),
    (
        r"(?<![0-9./-])(?P<month>1[0-2]|[1-9])[./-](?P<date>3[01]|[12][0-9]|[1-9])(?=[号日]?(?:[的那买下拍订到]))[号日]?"
        rf"{_PART}{_HOUR}",
        _read_date,
    ),
    (
        rf"(?<![0-9月第尾大小一二两三四五六七八九十])(?P<date>[0-9]{{1,2}}|{_HAN})[号日](?![内线仓楼店码无之以机]){_PART}{_HOUR}",
        _read_day_of_month,
    ),
    (r"(?P<year>今年|去年|前年)?(?P<season>[春夏秋][天季]|年初|年底)", _read_year),
    (r"(?P<year>去年|前年)(?P<season>)", _read_year),
)
