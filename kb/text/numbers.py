"""Find personal numbers: phones, national IDs and bank cards, however their digits are grouped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MAX_DIGITS = 19
_DIGITS = re.compile(r"[0-9]+")
_ASCII_WORD = re.compile(r"[0-9A-Za-z]")
_GAP = re.compile(r"[ \t\u00a0\u200b-\u200d\u2060\ufeff\-_\u2010-\u2015\u2212()]{1,4}")
_CHINESE_DIGITS = "零〇洞一幺壹二两贰三叁四肆五伍六陆七拐柒八捌九玖"
_SPELT_MOBILE = re.compile(
    f"(?<![{_CHINESE_DIGITS}])[一幺壹][三叁四肆五伍六陆七拐柒八捌九玖][{_CHINESE_DIGITS}]{{9}}(?![{_CHINESE_DIGITS}])"
)
_MOBILE = re.compile(r"(?:0086|86|0)?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[1-9][0-9]{6,7}")
_LANDLINE_ABROAD = re.compile(r"(?:00)?86(?:10|2[0-9]|[3-9][0-9]{2})[1-9][0-9]{6,7}")
# First digits of payment cards; 2 only as in Mastercard's range, so that order numbers dated 2026 stay out.
_CARD = re.compile(r"(?:[34569][0-9]|22[2-9]|2[3-6]|27[01]|2720)[0-9]{12,17}")
# GB/T 2260: the first two digits are a province.
_PROVINCES = frozenset(
    {
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    }
)
# GB 11643-1999: ISO 7064 MOD 11-2.
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"

_CUE_WIDTH = 28
_LABEL_END = r"(?:编?号码?|编码|单号)?(?:\s*(?:numbers?|num|no\.?|id|#))?(?:\s*(?:is|was|是|为))?[\s:：#（(\"“'=.\-]*$"
_BUSINESS_LABEL = re.compile(
    r"(?:订单|订货|单号|运单|物流|快递|包裹|工单|服务单|流水|交易|商品|产品|货号|发票|order|tracking|waybill|parcel|sku|item)"
    + _LABEL_END,
    re.IGNORECASE,
)
# A mobile's number behind a bare 快递 or 物流 is the courier's phone far more often than a parcel.
_BUSINESS_NUMBER_LABEL = re.compile(
    r"(?:订单|运单|(?:订货|快递|物流|包裹|工单|服务|流水|交易|商品|产品|发票)(?:单号|单?编?号码?|编码|\s*id)|单号|货号"
    r"|order|tracking|waybill|sku)" + _LABEL_END,
    re.IGNORECASE,
)
_LETTERS_BEFORE = re.compile(r"[A-Za-z]{1,8}-?$")
_BUSINESS_PREFIXES = frozenset(
    {
        "SO",
        "PO",
        "DD",
        "SF",
        "YT",
        "YTO",
        "JD",
        "JDX",
        "JDV",
        "JDVA",
        "JDVB",
        "JDVC",
        "JDK",
        "JT",
        "ZTO",
        "ZT",
        "STO",
        "ST",
        "YD",
        "EMS",
        "DB",
        "DPK",
        "DPL",
        "TT",
        "HH",
        "ZJS",
        "LP",
        "CN",
        "BS",
        "FW",
        "RMA",
    }
)
_CARD_WORDS = frozenset({"card", "no", "number", "account", "bank"})
_URL_BEFORE = re.compile(r"(?:\.(?:com|cn|net|org|hk)|/(?:product|products|item|items|goods|dp|p))/$", re.IGNORECASE)


class NumberKind(StrEnum):
    """What a run of digits is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    NATIONAL_ID = "national_id"
    BANK_CARD = "bank_card"


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """A personal number and where it stands in the text."""

    kind: NumberKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Joined:
    """Neighbouring groups of digits read as one number."""

    digits: str
    sizes: tuple[int, ...]
    start: int
    end: int


def find_personal_numbers(text: str) -> Iterator[PersonalNumber]:
    """Yield the personal numbers of a text in half-width characters, none overlapping another."""
    groups = [match.span() for match in _DIGITS.finditer(text)]
    index = 0
    while index < len(groups):
        found = None
        for joined in _joined_from(text, groups, index):
            kind = _kind_of(text, joined)
            if kind is not None:
                found = (kind, joined)
        if found is None:
            index += 1
            continue
        kind, joined = found
        yield PersonalNumber(kind, _start_with_sign(text, joined.start, joined.end), joined.end)
        index += len(joined.sizes)
    for match in _SPELT_MOBILE.finditer(text):
        yield PersonalNumber(NumberKind.MOBILE, *match.span())


def is_national_id(number: str) -> bool:
    """Whether 18 characters have a province, a possible birthday and the check character of GB 11643."""
    if number[:2] not in _PROVINCES or not number[:17].isdecimal():
        return False
    try:
        birthday = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    weighted = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number, strict=False))
    return 1850 <= birthday.year < 2100 and _ID_CHECK[weighted % 11] == number[17].upper()


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812."""
    odd = sum(int(digit) for digit in digits[-1::-2])
    even = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0


def _joined_from(text: str, groups: list[tuple[int, int]], first: int) -> Iterator[_Joined]:
    if not _can_begin_a_number(text, groups, first):
        return
    digits = ""
    sizes: tuple[int, ...] = ()
    for index in range(first, min(len(groups), first + MAX_DIGITS)):
        start, end = groups[index]
        if sizes and not _is_gap(text[groups[index - 1][1] : start]):
            return
        if len(digits) + end - start > MAX_DIGITS:
            return
        digits += text[start:end]
        sizes += (end - start,)
        has_check_letter = len(digits) == 17 and text[end : end + 1] in ("x", "X")
        if has_check_letter and not _ASCII_WORD.match(text, end + 1):
            yield _Joined(digits + "X", sizes, groups[first][0], end + 1)
        elif len(digits) >= 11:
            yield _Joined(digits, sizes, groups[first][0], end)


def _can_begin_a_number(text: str, groups: list[tuple[int, int]], first: int) -> bool:
    """Whether it is worth joining from here: only a mobile is ever written digit by digit."""
    start, end = groups[first]
    if end - start > 1:
        return True
    following = text[groups[first + 1][0]] if first + 1 < len(groups) else ""
    return text[start] == "1" and following in "3456789"


def _is_gap(between: str) -> bool:
    return between == "." or _GAP.fullmatch(between) is not None


def _kind_of(text: str, joined: _Joined) -> NumberKind | None:
    kind = _shape_of(text, joined)
    if kind is None or _is_business_number(text, joined, kind):
        return None
    return kind


def _shape_of(text: str, joined: _Joined) -> NumberKind | None:
    digits, sizes = joined.digits, joined.sizes
    has_dot = "." in text[joined.start : joined.end]
    if _MOBILE.fullmatch(digits) and (not has_dot or sizes == (3, 4, 4)):
        return NumberKind.MOBILE
    if has_dot:
        return None
    if len(digits) == 18 and is_national_id(digits):
        return NumberKind.NATIONAL_ID
    if _CARD.fullmatch(digits) and min(sizes[:-1], default=4) >= 4 and passes_luhn(digits):
        return NumberKind.BANK_CARD
    if _LANDLINE.fullmatch(digits) or (_LANDLINE_ABROAD.fullmatch(digits) and len(sizes) > 1):
        return NumberKind.LANDLINE
    return None


def _is_business_number(text: str, joined: _Joined, kind: NumberKind) -> bool:
    before = text[max(0, joined.start - _CUE_WIDTH) : joined.start]
    if _URL_BEFORE.search(before) or text.startswith(".htm", joined.end):
        return True
    is_phone = kind in {NumberKind.MOBILE, NumberKind.LANDLINE}
    if (_BUSINESS_NUMBER_LABEL if is_phone else _BUSINESS_LABEL).search(before):
        return True
    letters = _LETTERS_BEFORE.search(before)
    if letters is None:
        return False
    word = letters[0].rstrip("-")
    if kind is NumberKind.BANK_CARD:
        return word.lower() not in _CARD_WORDS
    return word.upper() in _BUSINESS_PREFIXES


def _start_with_sign(text: str, start: int, end: int) -> int:
    """Return where the number starts once a country code's sign and an opening bracket are counted in."""
    if text[start - 1 : start] == "+":
        start -= 1
    if text[start - 1 : start] == "(" and ")" in text[start:end]:
        start -= 1
    return start
