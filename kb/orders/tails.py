"""The forms that numbers and phones are found by: one writing, reversed, so that an ending is a beginning.

An index finds what begins with something, and people know the last digits.
"""

from __future__ import annotations

import re

from kb.text.normalise import to_half_width

MAX_REVERSED = 200
_SEPARATORS = re.compile(r"[\W_]+")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_MOBILE = re.compile(r"(?:0086|86|0)?(1[3-9][0-9]{9})")
_LANDLINE_ABROAD = re.compile(r"(?:00)?86((?:10|2[0-9]|[3-9][0-9]{2})[1-9][0-9]{6,7})")


def fold_number(text: str) -> str:
    """Return a number's letters and digits, in capitals: blanks, dashes, case and width do not tell numbers apart."""
    return _SEPARATORS.sub("", to_half_width(text)).upper()[-MAX_REVERSED:]


def fold_phone(text: str) -> str:
    """Return a phone's digits as it is dialled within the country: a mobile's eleven, a landline with its 0."""
    digits = _NOT_DIGITS.sub("", to_half_width(text))
    if mobile := _MOBILE.fullmatch(digits):
        return mobile[1]
    if landline := _LANDLINE_ABROAD.fullmatch(digits):
        return f"0{landline[1]}"
    return digits[-MAX_REVERSED:]


def is_mobile(text: str) -> bool:
    """Tell whether the digits of a text are a mobile's, with the country's code or without."""
    return _MOBILE.fullmatch(_NOT_DIGITS.sub("", to_half_width(text))) is not None


def reverse_number(number: str | None) -> str | None:
    """Return the form that a number is stored in to be found by its end; None where nothing of it can be."""
    return fold_number(number)[::-1] or None if number else None


def reverse_phone(phone: str | None) -> str | None:
    """Return the form that a phone is stored in to be found by its end; None where it has no digits."""
    return fold_phone(phone)[::-1] or None if phone else None
