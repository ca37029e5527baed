"""Days that everybody knows by name, and shops by their sales."""

from __future__ import annotations

import re
from datetime import datetime

from index.which_order.days import BESIDE_DAYS, DAY, Span, find_latest, span_days

# First and last day, as month and day. Those by the moon are left out.
FESTIVALS = {
    r"双十一|双\s?11|11\.11|singles'? ?day|double (?:11|eleven)": ((11, 9), (11, 11)),
    r"双十二|双\s?12|double (?:12|twelve)": ((12, 10), (12, 12)),
    r"(?<![0-9])618(?![0-9块元的])|六一八": ((6, 16), (6, 18)),
    r"五一|劳动节|labou?r day": ((5, 1), (5, 5)),
    r"国庆|(?<![双二三四五六七八九百千万])十一(?![月点号日个块元件天])|national day": ((10, 1), (10, 7)),
    r"元旦|new year'?s day": ((1, 1), (1, 3)),
    r"情人节|valentine'?s(?: day)?": ((2, 13), (2, 14)),
    r"妇女节|三八节|女神节": ((3, 6), (3, 8)),
    r"儿童节|六一(?!八)|children'?s day": ((5, 31), (6, 1)),
    r"教师节": ((9, 9), (9, 10)),
    r"圣诞节?|christmas|xmas": ((12, 24), (12, 25)),
}
_COMPILED = tuple((re.compile(names), days) for names, days in FESTIVALS.items())
FESTIVAL = rf"(?P<before>before )?(?P<festival>{'|'.join(FESTIVALS)})(?:节|那天)?(?:之|以)?(?P<side>前|后)?"


def read_festival(match: re.Match[str], now: datetime) -> Span:
    """Return the days of a festival, or those before or after it."""
    where, text = match.start("festival"), match.string
    (month, first), (until, last) = next(days for names, days in _COMPILED if names.match(text, where))
    day = find_latest(month, first, now)
    start, end = span_days(day, day.replace(month=until, day=last))
    if match["before"] or match["side"] == "前":
        return start - BESIDE_DAYS * DAY, start
    return (end, end + BESIDE_DAYS * DAY) if match["side"] == "后" else (start, end)
