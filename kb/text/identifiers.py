"""Pick out what a customer copies from a page: order, tracking, phone, SKU and model numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kb.text.normalise import to_half_width
from kb.text.numbers import NumberKind, find_personal_numbers

_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]++(?:[-_./][A-Za-z0-9]++)*+")
_SEPARATOR = re.compile(r"[^A-Za-z0-9]")
_CARRIERS = "SF|JDVA|JDVB|JDVC|JDX|JDK|JD|YT|JT|ZTO|STO|ST|YD|EMS|DPK|DPL|DB|ZJS|LP"
_ORDER_PREFIXES = frozenset({"SO", "PO", "DD"})
_CARRIER_NUMBER = re.compile(rf"(?:{_CARRIERS})[0-9]{{9,18}}")
_POSTAL_NUMBER = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_SPACED_CARRIER_NUMBER = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_CARRIERS})[ -]?[0-9](?:[ -]?[0-9]){{8,17}}(?![A-Za-z0-9])", re.IGNORECASE
)
_PREFIXED_NUMBER = re.compile(r"(?P<prefix>[A-Z]{1,4})[0-9]{10,20}")
_LABELLED_SKU = re.compile(
    r"(?:sku|货号|款号|商品编?号|商品\s?id)\s?[:：#是为]?\s?([A-Za-z0-9][A-Za-z0-9_-]{1,31})", re.IGNORECASE
)
_MEASURE = re.compile(
    r"[0-9]+(?:KG|G|MG|ML|L|CM|MM|KM|M|W|KW|V|A|HZ|GB|TB|MB|MAH|K|X|D|H|MIN|S|PCS|INCH|IN|OZ|LB|TH|ST|ND|RD)"
)
MAX_MODEL_LENGTH = 32


class IdentifierKind(StrEnum):
    """What an identifier names."""

    ORDER_NUMBER = "order_number"
    TRACKING_NUMBER = "tracking_number"
    PHONE = "phone"
    MODEL_NUMBER = "model_number"


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier: its canonical value (upper case, no separators) and where it stands in the raw text."""

    kind: IdentifierKind
    value: str
    start: int
    end: int


def find_identifiers(text: str) -> tuple[Identifier, ...]:
    """Return every reading of every identifier, in the order of the text."""
    plain = to_half_width(text)
    found = set(_phones(plain))
    phone_spans = {(phone.start, phone.end) for phone in found}
    for match in _TOKEN.finditer(plain):
        raw = match[0].upper()
        is_grouped_phone = match.span() in phone_spans and _SEPARATOR.search(raw)
        if not is_grouped_phone:
            found.update(Identifier(kind, _canonical(raw), *match.span()) for kind in _kinds_of(raw))
    for match in _SPACED_CARRIER_NUMBER.finditer(plain):
        found.add(Identifier(IdentifierKind.TRACKING_NUMBER, _canonical(match[0]), *match.span()))
    for match in _LABELLED_SKU.finditer(plain):
        found.add(Identifier(IdentifierKind.MODEL_NUMBER, _canonical(match[1]), *match.span(1)))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.kind)))


def _phones(plain: str) -> Iterator[Identifier]:
    for number in find_personal_numbers(plain):
        digits = _SEPARATOR.sub("", plain[number.start : number.end])
        if number.kind is NumberKind.MOBILE and digits:
            yield Identifier(IdentifierKind.PHONE, digits[-11:], number.start, number.end)


def _canonical(raw: str) -> str:
    return _SEPARATOR.sub("", raw).upper()


def _kinds_of(token: str) -> tuple[IdentifierKind, ...]:
    """Return what an upper-case token can be; none when it is an ordinary word, number or measure."""
    if token.isdecimal():
        return _kinds_of_digits(len(token))
    value = _canonical(token)
    if _CARRIER_NUMBER.fullmatch(value) or _POSTAL_NUMBER.fullmatch(value):
        return (IdentifierKind.TRACKING_NUMBER,)
    prefixed = _PREFIXED_NUMBER.fullmatch(value)
    if prefixed and prefixed["prefix"] in _ORDER_PREFIXES:
        return (IdentifierKind.ORDER_NUMBER,)
    if prefixed:
        return (IdentifierKind.ORDER_NUMBER, IdentifierKind.TRACKING_NUMBER)
    return (IdentifierKind.MODEL_NUMBER,) if _is_model(token, value) else ()


def _kinds_of_digits(length: int) -> tuple[IdentifierKind, ...]:
    if 12 <= length <= 15:
        return (IdentifierKind.ORDER_NUMBER, IdentifierKind.TRACKING_NUMBER)
    return (IdentifierKind.ORDER_NUMBER,) if 10 <= length <= 20 else ()


def _is_model(token: str, value: str) -> bool:
    has_both = any(character.isdigit() for character in value) and any(character.isalpha() for character in value)
    is_measure = _MEASURE.fullmatch(_SEPARATOR.sub("", token)) is not None and "-" not in token
    return has_both and not is_measure and len(value) <= MAX_MODEL_LENGTH
