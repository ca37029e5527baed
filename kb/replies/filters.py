"""How the values of slots are written: the filters of reply templates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kb.orders.words import Language, Words
from kb.replies.slot_table import ItemNames, Slot, SlotKind, SlotValue

HOURS_PER_DAY = 24
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

DEFAULT = "default"
# What a slot is written with when the template names no filter.
NATURAL_FILTERS: Mapping[SlotKind, str] = {
    SlotKind.TEXT: "text",
    SlotKind.ENUM: "words",
    SlotKind.TIME: "datetime",
    SlotKind.AMOUNT: "money",
    SlotKind.HOURS: "hours",
    SlotKind.DAYS: "days",
    SlotKind.ITEMS: "text",
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a reply is written: its language, the shop's zone, and the year that needs no saying."""

    language: Language
    zone: ZoneInfo
    year: int


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to write a value, and the kinds of slots it works on."""

    kinds: frozenset[SlotKind]
    write: Callable[[SlotValue, Slot, Style], str]


def write_value(value: SlotValue, slot: Slot, style: Style, *, filter_name: str | None = None) -> str:
    """Write a slot's value as the filter says, or in its natural form."""
    return FILTERS[filter_name or NATURAL_FILTERS[slot.kind]].write(value, slot, style)


def _write_text(value: SlotValue, slot: Slot, style: Style) -> str:
    if not isinstance(value, ItemNames):
        return str(value)
    if not value.several:
        return value.first
    return (
        f"{value.first} 等 {value.pieces} 件"
        if style.language == "zh"
        else f"{value.first} ({value.pieces} items in all)"
    )


def _write_words(value: SlotValue, slot: Slot, style: Style) -> str:
    words = (slot.values or {}).get(str(value))
    return words.say(style.language) if words else str(value)


def _write_date(value: SlotValue, slot: Slot, style: Style) -> str:
    if not isinstance(value, datetime):
        return str(value)
    local = value.astimezone(style.zone)
    if style.language == "zh":
        year = "" if local.year == style.year else f"{local.year}年"
        return f"{year}{local.month}月{local.day}日"
    year = "" if local.year == style.year else f" {local.year}"
    return f"{local.day} {MONTHS_EN[local.month - 1]}{year}"


def _write_datetime(value: SlotValue, slot: Slot, style: Style) -> str:
    if not isinstance(value, datetime):
        return str(value)
    return f"{_write_date(value, slot, style)} {value.astimezone(style.zone):%H:%M}"


def _write_money(value: SlotValue, slot: Slot, style: Style) -> str:
    return f"{value:,.2f} 元" if style.language == "zh" else f"¥{value:,.2f}"


def _write_hours(value: SlotValue, slot: Slot, style: Style) -> str:
    if not isinstance(value, int | float):
        return str(value)
    hours = value * HOURS_PER_DAY if slot.kind is SlotKind.DAYS else value
    return _write_count(hours, Words("小时", "hour"), style.language)


def _write_days(value: SlotValue, slot: Slot, style: Style) -> str:
    if not isinstance(value, int | float):
        return str(value)
    days = value / HOURS_PER_DAY if slot.kind is SlotKind.HOURS else value
    return _write_count(days, Words("天", "day"), style.language)


def _write_count(value: float, unit: Words, language: Language) -> str:
    count = math.floor(value + 0.5)
    # "0 hours ago" reads like a mistake.
    if count == 0 and value > 0:
        return f"不到 1 {unit.zh}" if language == "zh" else f"less than 1 {unit.en}"
    return f"{count} {unit.zh}" if language == "zh" else f"{count} {unit.en}{'' if count == 1 else 's'}"


_TIMES = frozenset({SlotKind.TIME})
_PERIODS = frozenset({SlotKind.HOURS, SlotKind.DAYS})

FILTERS: Mapping[str, Filter] = {
    "date": Filter(_TIMES, _write_date),
    "datetime": Filter(_TIMES, _write_datetime),
    "money": Filter(frozenset({SlotKind.AMOUNT}), _write_money),
    "words": Filter(frozenset({SlotKind.ENUM}), _write_words),
    "hours": Filter(_PERIODS, _write_hours),
    "days": Filter(_PERIODS, _write_days),
    "text": Filter(frozenset({SlotKind.TEXT, SlotKind.ITEMS}), _write_text),
}
