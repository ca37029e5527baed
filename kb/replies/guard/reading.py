"""Find the claims of a text: amounts, dates, times, durations, shares, counts and long numbers."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.orders.words import Language
from kb.replies.guard import figures
from kb.replies.guard.claims import ClaimKind, Day, Found
from kb.replies.guard.making import list_hours, make_clock, make_day, make_quantity
from kb.replies.guard.patterns import (
    CLAIM,
    DAY_AND_TIME,
    ELAPSED_AFTER,
    FESTIVAL,
    LIST_MARK,
    RANGE_GAP,
    TERM_BEFORE,
    TIME_AND_DAY,
)
from kb.replies.guard.readers import LONG_NUMBER_DIGITS, READERS

CACHED_TEXTS = 4_096
LONGEST_CACHED = 4_000
LONGEST_CUE = 8
LEAST_BARE_NUMBER = 10  # 3 选 1 claims nothing.
# Not the full-width comma: it parts clauses, and would join 满 200，100 元 into one number.
_WIDE = "".join(chr(0xFF10 + n) for n in range(10)) + "\uff05\uff1a\uff0f\uff0d\uff0e\uff0a\uff0b\uff04\uffe5\u3000"
_WIDE += "".join(chr(0xFF21 + n) + chr(0xFF41 + n) for n in range(26))
_HALF = "0123456789%:/-.*+$¥ " + "".join(chr(0x41 + n) + chr(0x61 + n) for n in range(26))
_TRADITIONAL, _SIMPLIFIED = "個兩週號時點塊萬億鐘張禮後當", "个两周号时点块万亿钟张礼后当"
_FOLDING = str.maketrans(_WIDE + _TRADITIONAL, _HALF + _SIMPLIFIED)
_EVENING = frozenset("晚")
_FOLDED = re.compile(f"[{_WIDE}{_TRADITIONAL}]")


def find_claims(text: str, language: Language) -> tuple[Found, ...]:
    """Return the claims of a text, in order; none overlaps another."""
    if len(text) > LONGEST_CACHED:
        return _find_claims(text, language)
    return _find_claims_of_short(text, language)


def fold(text: str) -> str:
    """Return the text in half-width characters and with simplified units, character for character."""
    return text.translate(_FOLDING) if _FOLDED.search(text) else text


@lru_cache(CACHED_TEXTS)
def _find_claims_of_short(text: str, language: Language) -> tuple[Found, ...]:
    return _find_claims(text, language)


def _find_claims(text: str, language: Language) -> tuple[Found, ...]:
    plain = fold(text)
    marks = [match.span() for match in LIST_MARK.finditer(plain)]
    found: list[Found] = []
    for match in CLAIM.finditer(plain):
        start, end = match.span()
        while marks and marks[0][1] <= start:
            marks.pop(0)
        if marks and marks[0][0] <= start and end <= marks[0][1]:
            continue
        read = READERS[match.lastgroup or ""](match, language)
        if read is not None:
            found.append(read)
    joined = _join_days_and_times(plain, _share_units(plain, found))
    return tuple(_note_elapsed(one, plain) for one in joined if not _says_nothing(one, plain))


def _note_elapsed(found: Found, text: str) -> Found:
    if found.unit not in figures.DURATIONS:
        return found
    is_term = TERM_BEFORE.search(text, max(0, found.start - LONGEST_CUE), found.start)
    return found if is_term or not ELAPSED_AFTER.match(text, found.end) else found._replace(is_elapsed=True)


def _says_nothing(found: Found, text: str) -> bool:
    """Tell whether a number without a unit is too small, or part of a name such as 双 11."""
    if found.kind is not ClaimKind.COUNT or found.unit:
        return False
    if FESTIVAL.search(text, max(0, found.start - 2), found.end):
        return True
    return float(found.number) < LEAST_BARE_NUMBER if len(found.number) < LONG_NUMBER_DIGITS else False


def _share_units(text: str, found: list[Found]) -> list[Found]:
    """Give a bare number the unit of its neighbour across a dash: the 3 of 3 到 5 天, the 68 of CNY 38-68."""
    shared = list(found)
    for index in range(len(shared) - 1, 0, -1):
        first, second = shared[index - 1], shared[index]
        if not RANGE_GAP.fullmatch(text, first.end, second.start):
            continue
        if _is_bare(first) and not _is_bare(second):
            shared[index - 1] = _take_over(first, second)
    for index in range(len(shared) - 1):
        first, second = shared[index], shared[index + 1]
        if _is_bare(second) and first.kind is ClaimKind.AMOUNT and RANGE_GAP.fullmatch(text, first.end, second.start):
            shared[index + 1] = _take_over(second, first)
    return shared


def _is_bare(found: Found) -> bool:
    return found.kind is ClaimKind.COUNT and not found.unit


def _take_over(bare: Found, other: Found) -> Found:
    """Return a bare number as what the other end of its range is."""
    number = int(bare.number) if bare.number.isdecimal() and len(bare.number) <= 2 else None
    if number is not None and other.day is not None and other.day.year is None and other.clock is None:
        if other.day.day is not None:
            return make_day(Day(day=number), bare.start, bare.end)
        if other.day.month is not None:
            return make_day(Day(month=number), bare.start, bare.end)
    if number is not None and _is_time(other):
        return make_clock(list_hours(number, ""), None, bare.start, bare.end)
    return make_quantity(bare.number, other.unit, bare.start, bare.end) if other.unit else bare


def _join_days_and_times(text: str, found: list[Found]) -> list[Found]:
    """Join a day and the time beside it into one claim."""
    joined: list[Found] = []
    for one in found:
        last = joined[-1] if joined else None
        if last is not None and _is_day(last) and _is_time(one) and DAY_AND_TIME.fullmatch(text, last.end, one.start):
            joined[-1] = _join(last, one, text)
        elif last is not None and _is_time(last) and _is_day(one) and TIME_AND_DAY.fullmatch(text, last.end, one.start):
            joined[-1] = _join(one, last, text)
        else:
            joined.append(one)
    return joined


def _is_day(found: Found) -> bool:
    return found.day is not None and found.clock is None


def _is_time(found: Found) -> bool:
    return found.clock is not None and found.day is None


def _join(day: Found, time: Found, text: str) -> Found:
    assert time.clock is not None
    clock = time.clock
    if text[day.end - 1] in _EVENING or text[day.start : day.end].lower() == "tonight":  # 今晚 8 点
        clock = clock._replace(hours=tuple(hour for hour in clock.hours if hour >= 12) or clock.hours)
    return Found(
        ClaimKind.TIME,
        min(day.start, time.start),
        max(day.end, time.end),
        f"{day.value} {time.value}",
        (),
        (*day.stated, *time.stated),
        day=day.day,
        clock=clock,
    )
