"""Numbers and units in one form, so that 七天, 7 日 and 7 days are the same."""

from __future__ import annotations

import re
from decimal import Decimal

from kb.text.numerals import read_number

MAX_EXACT_DIGITS = 18  # Longer numbers are compared as they are written.
HAN_DIGITS = "零\u3007一二三四五六七八九"
ENGLISH_NUMBERS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
)
# Unit: the measure it is converted to, and how many of it one is. What is not convertible exactly has its own.
DURATIONS: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("分钟", "minutes", "minute", "mins", "min"), ("minute", 1)),
    **dict.fromkeys(
        ("小时", "个小时", "个钟头", "钟头", "hours", "hour", "hrs", "hr", "h"), ("minute", 60)
    ),
    **dict.fromkeys(("天", "日", "days", "day"), ("minute", 1440)),
    **dict.fromkeys(("周", "个星期", "个礼拜", "星期", "礼拜", "weeks", "week"), ("minute", 10_080)),
    **dict.fromkeys(("个月", "months", "month"), ("month", 1)),
    **dict.fromkeys(("年", "years", "year"), ("month", 12)),
    **dict.fromkeys(
        (
            "个工作日", "工作日", "working days", "working day", "business days", "business day",
            "workdays", "workday",
        ),
        ("workday", 1),
    ),
    **dict.fromkeys(("秒", "秒钟", "seconds", "second"), ("second", 1)),
}  # fmt: skip
MONEY: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("元", "块", "块钱", "元钱", "圆", "yuan", "rmb", "cny", "¥"), ("fen", 100)),
    **dict.fromkeys(("人民币",), ("fen", 100)),
    **dict.fromkeys(("角", "毛", "毛钱"), ("fen", 10)),
    **dict.fromkeys(("分钱",), ("fen", 1)),
    **dict.fromkeys(("$", "us$", "usd", "美元", "dollars", "dollar"), ("usd", 1)),
    **dict.fromkeys(("hk$", "hkd", "港币", "港元"), ("hkd", 1)),
    **dict.fromkeys(("€", "eur", "欧元", "euros", "euro"), ("eur", 1)),
    **dict.fromkeys(("£", "gbp", "英镑", "pounds", "pound"), ("gbp", 1)),
}
SHARES: dict[str, str] = {
    **dict.fromkeys(("%", "percent", "per cent", "个百分点"), "percent"),
    "折": "discount",
    "成": "tenth",
}
_SAME_MEASURE: dict[str, str] = {
    **dict.fromkeys(("kg", "公斤", "千克"), "kg"),
    **dict.fromkeys(("g", "克"), "g"),
    **dict.fromkeys(("m", "米"), "m"),
    **dict.fromkeys(("cm", "厘米", "公分"), "cm"),
    **dict.fromkeys(("mm", "毫米"), "mm"),
    **dict.fromkeys(("km", "公里", "千米"), "km"),
    **dict.fromkeys(("l", "升", "litres", "litre"), "l"),
    **dict.fromkeys(("ml", "毫升"), "ml"),
    **dict.fromkeys(("件", "items", "item", "pieces", "piece"), "件"),
    **dict.fromkeys(("次", "times", "回", "趟"), "次"),
    **dict.fromkeys(("倍", "x"), "倍"),
    **dict.fromkeys(("个", "只"), "个"),
    **dict.fromkeys(("张", "photos", "photo"), "张"),
    **dict.fromkeys(("箱", "boxes", "box"), "箱"),
    **dict.fromkeys(("个包裹", "parcels", "parcel"), "包裹"),
    **dict.fromkeys(("英寸", "寸", "inch", "inches"), "寸"),
}
# What an order's goods are counted in, and its parcels.
PIECES = frozenset("件个份套台箱袋瓶盒双部支本把条款")
PARCEL = "包裹"
_MULTIPLIERS = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_PLAIN = re.compile(r"0*+([0-9]++)(?:\.([0-9]*[1-9])?0*)?")


def write_plainly(written: str) -> str:
    """Return digits without separators, leading zeros and trailing decimals: 01,299.50 is 1299.5."""
    if written[0] != "0" and written.isdecimal():
        return written
    match = _PLAIN.fullmatch(written.replace(",", ""))
    if match is None:  # Nothing but zeros before the point.
        rest = written.replace(",", "").lstrip("0")
        return ("0" + rest).rstrip("0").rstrip(".") if rest.startswith(".") else rest or "0"
    return match[1] + (f".{match[2]}" if match[2] else "")


def read_figure(written: str) -> str | None:
    """Return the plain digits of a number in digits, Chinese characters or an English word; None where it is none."""
    if written[0].isascii() and written[0].isdigit():
        return write_plainly(written)
    value = read_number(written.lower())
    return None if value is None else f"{value:.10g}"


def multiply(figure: str, factor: int) -> str:
    """Return a plain number times a whole one."""
    if factor == 1:
        return figure
    if len(figure) > MAX_EXACT_DIGITS:
        return f"{figure}x{factor}"
    if figure.isdecimal():
        return str(int(figure) * factor)
    return write_plainly(f"{Decimal(figure) * factor:f}")


def add_half(figure: str) -> str:
    """Return a plain number and a half more."""
    return figure if len(figure) > MAX_EXACT_DIGITS else write_plainly(f"{Decimal(figure) + Decimal('0.5'):f}")


def apply_multiplier(figure: str, name: str | None) -> str:
    """Return 1.2 万 as 12000."""
    return multiply(figure, _MULTIPLIERS[name]) if name else figure


def measure_key(figure: str, unit: str) -> str:
    """Return the one name of a number with its unit: `minute:2880` for 48 hours and 2 days alike."""
    if unit in DURATIONS:
        measure, factor = DURATIONS[unit]
        return f"{measure}:{multiply(figure, factor)}"
    if unit in MONEY:
        measure, factor = MONEY[unit]
        return f"{measure}:{multiply(figure, factor)}"
    if unit in SHARES:
        return f"{SHARES[unit]}:{figure}"
    return f"{same_measure(unit)}:{figure}"


def same_measure(unit: str) -> str:
    """Return the usual writing of what is counted."""
    return _SAME_MEASURE.get(unit, unit)
