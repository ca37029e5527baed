"""Numbers with a unit, in digits or in words, and the other ways of writing the same: 七天, 7天, 7日, seven days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MAX_WRITINGS = 5
MAX_SPELT = 100_000_000
_DIGITS = "零一二三四五六七八九"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)} | {"\u3007": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_ENGLISH_VALUES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip


class Unit(StrEnum):
    """What is counted."""

    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    YUAN = "yuan"
    PERCENT = "percent"
    DISCOUNT = "discount"
    PIECE = "piece"
    ITEM = "item"
    TIME = "time"
    KILOGRAM = "kilogram"
    GRAM = "gram"
    METRE = "metre"
    CENTIMETRE = "centimetre"
    MILLIMETRE = "millimetre"
    LITRE = "litre"
    MILLILITRE = "millilitre"


# The writings of a unit, the usual ones first. 月 alone is left out: 3月 is a date.
WRITINGS: dict[Unit, tuple[str, ...]] = {
    Unit.DAY: ("天", "日", "days", "day"),
    Unit.HOUR: ("小时", "个小时", "个钟头", "钟头", "hours", "hour", "hrs", "hr", "h"),
    Unit.MINUTE: ("分钟", "minutes", "minute", "mins", "min"),
    Unit.WEEK: ("周", "个星期", "个礼拜", "星期", "礼拜", "weeks", "week"),
    Unit.MONTH: ("个月", "months", "month"),
    Unit.YEAR: ("年", "years", "year"),
    Unit.YUAN: ("元", "块", "块钱", "元钱", "yuan", "rmb", "cny"),
    Unit.PERCENT: ("%", "percent"),
    Unit.DISCOUNT: ("折",),
    Unit.PIECE: ("个",),
    Unit.ITEM: ("件", "items", "pieces"),
    Unit.TIME: ("次", "times"),
    Unit.KILOGRAM: ("kg", "公斤", "千克"),
    Unit.GRAM: ("g", "克"),
    Unit.METRE: ("米", "m"),
    Unit.CENTIMETRE: ("cm", "厘米", "公分"),
    Unit.MILLIMETRE: ("mm", "毫米"),
    Unit.LITRE: ("l", "升"),
    Unit.MILLILITRE: ("ml", "毫升"),
}
_UNIT_OF = {writing: unit for unit, writings in WRITINGS.items() for writing in writings}
_ANY_UNIT = "|".join(sorted(map(re.escape, _UNIT_OF), key=len, reverse=True))
_HAN_NUMBER = "[零\u3007一二两三四五六七八九十百千万亿]{1,16}+"
_QUANTITY = re.compile(
    rf"(?P<sign>[¥]\s?)(?P<money>[0-9]{{1,9}}(?:\.[0-9]{{1,2}})?)(?![0-9])"
    rf"|百分之(?P<percent>{_HAN_NUMBER}|[0-9]{{1,3}})"
    rf"|(?<![0-9a-z.月零\u3007一二两三四五六七八九十百千万亿第半])"
    rf"(?:(?P<number>[0-9]{{1,9}}(?:\.[0-9]{{1,2}})?|{_HAN_NUMBER}|半|{'|'.join([*_ENGLISH_VALUES])})\s?)"
    rf"(?:个(?P<inner>半)(?P<of>月|小时|钟头|星期|礼拜)|(?P<unit>{_ANY_UNIT})(?P<half>半(?![价天夜]))?)(?![a-z])"
)
# What counts nothing: 一下 is no number, 一个 and 一件 are articles.
_ARTICLES = frozenset({Unit.PIECE, Unit.ITEM, Unit.TIME})
# A year of four digits and a day behind a month are dates.
_LONGEST_YEARS = 99


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit and where it stands in the text; `writings` are the other ways to write it."""

    value: float
    unit: Unit
    start: int
    end: int
    unit_as_written: str
    writings: tuple[str, ...]


def find_quantities(text: str) -> Iterator[Quantity]:
    """Yield the quantities of a normalised text."""
    for match in _QUANTITY.finditer(text):
        value, unit = _value_of(match), _unit_of(match)
        if value is None or (value == 1 and unit in _ARTICLES) or (unit is Unit.YEAR and value > _LONGEST_YEARS):
            continue
        name = match["unit"] or (f"个{match['of']}" if match["of"] else "")
        yield Quantity(value, unit, *match.span(), name, _write(value, unit, match[0]))


def read_number(written: str) -> float | None:
    """Return the value of digits, of a Chinese number such as 两百五, or of an English number word."""
    if written in _ENGLISH_VALUES:
        return _ENGLISH_VALUES[written]
    if written == "半":
        return 0.5
    if written.replace(".", "", 1).isdecimal() and written.isascii():
        return float(written)
    if not written or not all(
        character in _VALUES or character in _TENS or character in _LARGE for character in written
    ):
        return None
    if all(character in _VALUES for character in written):
        return _read_digits(written)
    return _read_places(written)


def spell_number(value: int) -> str:
    """Return a whole number below a hundred million as it is said in Chinese: 两百, 十五, 一百零五."""
    if value >= 10_000:
        rest = value % 10_000
        return (
            spell_number(value // 10_000)
            + "万"
            + ("零" if 0 < rest < 1000 else "")
            + (spell_number(rest) if rest else "")
        )
    spelt = ""
    gap = False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit == 0:
            gap = bool(spelt)
            continue
        leading_one = digit == 1 and place == 10 and not spelt
        two = digit == 2 and (place >= 100 or value == 2)
        spelt += ("零" if gap else "") + ("" if leading_one else "两" if two else _DIGITS[digit]) + name
        gap = False
    return spelt or "零"


def _read_digits(written: str) -> float | None:
    """Read digits one by one; two of them, as in 三五天, are a guess and no number."""
    if len(written) == 2:
        return None
    return float("".join(str(_VALUES[character]) for character in written))


def _read_places(written: str) -> float | None:
    total, section, digit, place = 0, 0, 0, 1
    for character in written:
        if character in _VALUES:
            digit = _VALUES[character]
            place = 1 if digit == 0 else place
            continue
        if character in _TENS:
            section += (digit or 1) * _TENS[character]
            place = _TENS[character] // 10
        else:
            total = (total + section + digit or 1) * _LARGE[character]
            section, place = 0, _LARGE[character] // 10
        digit = 0
    # 两百五 is 250: a last digit without its place takes the next one, unless 零 stands before it.
    follows_zero = len(written) > 1 and written[-2] in "零\u3007"
    return float(total + section + digit * (1 if follows_zero else place))


def _value_of(match: re.Match[str]) -> float | None:
    value = read_number(match["money"] or match["percent"] or match["number"])
    if value is None:
        return None
    return value + 0.5 if match["inner"] or match["half"] else value


def _unit_of(match: re.Match[str]) -> Unit:
    if match["money"]:
        return Unit.YUAN
    if match["percent"]:
        return Unit.PERCENT
    return _UNIT_OF.get(match["unit"] or f"个{match['of']}") or _UNIT_OF[match["of"]]


def _write(value: float, unit: Unit, written: str) -> tuple[str, ...]:
    names = WRITINGS[unit]
    digits = f"{value:.10g}"
    found = [f"{digits}{names[0]}", *_spell(value, unit, names[0])]
    for name in names[1:]:
        found.append(f"{digits} {name}" if name.isascii() and len(name) > 2 else f"{digits}{name}")
        if not name.isascii():
            found += _spell(value, unit, name)
    return tuple(dict.fromkeys(one for one in found if one != written))[:MAX_WRITINGS]


def _spell(value: float, unit: Unit, name: str) -> list[str]:
    if value >= MAX_SPELT or (name.isascii() and unit is not Unit.PERCENT):
        return []
    if unit is Unit.PERCENT:
        return [f"百分之{spell_number(int(value))}"] if value == int(value) else []
    if value == int(value):
        return [spell_number(int(value)) + name]
    if value % 1 != 0.5:
        return []
    if value == 0.5:
        return ["半" + name]
    whole = spell_number(int(value))
    return [f"{whole}个半{name[1:]}"] if name.startswith("个") else [f"{whole}{name}半"]
