"""From an answer of a shop's own system to our order or customer, by the rules of its settings file.

What cannot be read of an order is left out, as what is not known; without a status there is no order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from kb.orders.order import MAX_EVENTS, MAX_ITEMS, MAX_SHIPMENTS, Order
from kb.orders.tables import Customer
from kb.sources.json_path import ABSENT, find_value
from kb.sources.mapping import EPOCH_MILLISECONDS, EPOCH_SECONDS, ISO, FieldRule, ListRule, SourceMapping
from kb.transfer import fields
from kb.transfer.cells import to_moment, to_number

MOST_ROUNDS = 6  # A list's entry goes with the field it cannot be without, and an order's part with its list.
MOST_NAMED = 10
MOST_ENTRIES: Mapping[str, int] = {"items": MAX_ITEMS, "shipments": MAX_SHIPMENTS, "shipments.events": MAX_EVENTS}
# Without them the entry or the record they stand in means nothing.
NEEDED = frozenset({"at", "id", "status"})
_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_Model = TypeVar("_Model", bound=BaseModel)


class AnswerUnusable(ValueError):
    """An answer holds no order or customer; says why, by the names of fields only."""


@dataclass(frozen=True, slots=True)
class Translated(Generic[_Model]):
    """A record, and the names of its fields that could not be read."""

    record: _Model
    left_out: tuple[str, ...]


@dataclass(slots=True)
class Translator:
    """Reads the answers of one system; a time without a zone is in its zone."""

    mapping: SourceMapping
    zone: tzinfo

    def read_order(self, answer: object) -> Translated[Order]:
        """Return the order of an answer; raises `AnswerUnusable`."""
        reading = _Reading(self.mapping, self.zone, fields.ORDER)
        tree = reading.read(answer, self.mapping.order)
        for shipment in tree.get("shipments") or ():
            if isinstance(shipment, dict):
                _put_newest_last(shipment)
        return reading.validate(Order, tree)

    def read_customer(self, answer: object) -> Translated[Customer]:
        """Return the customer of an answer; raises `AnswerUnusable`."""
        reading = _Reading(self.mapping, self.zone, fields.CUSTOMER)
        return reading.validate(Customer, reading.read(answer, self.mapping.customer))


@dataclass(slots=True)
class _Reading:
    """One answer being read; `left_out` fills meanwhile, a mapping for its order."""

    mapping: SourceMapping
    zone: tzinfo
    converters: fields.Converters
    left_out: dict[str, None] = field(default_factory=dict)

    def read(self, answer: object, rules: Mapping[str, FieldRule | ListRule]) -> dict[str, Any]:
        if not isinstance(answer, dict):
            raise AnswerUnusable("the answer is no object")
        tree = self._read_part(answer, rules, "")
        return fields.convert(tree, self.converters, self.zone, on_fault=lambda name, _: self._leave_out(name))

    def validate(self, model: type[_Model], data: dict[str, Any]) -> Translated[_Model]:
        """Return the record, without the fields that a record cannot hold."""
        for _ in range(MOST_ROUNDS):
            try:
                return Translated(model.model_validate(data), tuple(self.left_out)[:MOST_NAMED])
            except ValidationError as error:
                for details in error.errors(include_input=False, include_url=False):
                    self._remove(data, details["loc"])
                data = _without_gaps(data)
        raise AnswerUnusable("its fields do not fit together")

    def _read_part(self, part: object, rules: Mapping[str, FieldRule | ListRule], above: str) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for name, rule in rules.items():
            value = find_value(part, rule.path if isinstance(rule, FieldRule) else rule.each)
            if value is ABSENT or value is None:
                continue
            if isinstance(rule, ListRule):
                fields.place(tree, name, self._read_list(value, rule, f"{above}{name}"))
            else:
                fields.place(tree, name, self._read_field(value, rule, f"{above}{name}"))
        return tree

    def _read_list(self, value: object, rule: ListRule, name: str) -> list[dict[str, Any]] | None:
        parts = value if isinstance(value, list) else [value]  # One parcel is often no list of one.
        if not all(isinstance(part, dict) for part in parts):
            self._leave_out(name)
            return None
        if len(parts) > MOST_ENTRIES[name]:
            self._leave_out(name)
        return [self._read_part(part, rule.fields, f"{name}.") for part in parts[: MOST_ENTRIES[name]]]

    def _read_field(self, value: object, rule: FieldRule, name: str) -> object:
        word = _to_word(value)
        if word is not None and word in rule.values:
            return rule.values[word]
        converter = self.converters[name]
        try:
            if converter is to_moment:
                return _read_time(value, rule.time or self.mapping.time, self.zone)
            is_in_cents = self.mapping.cents if rule.cents is None else rule.cents
            if converter is to_number and is_in_cents:
                return float(Decimal(_digits(value)) / 100)
        except (ValueError, OverflowError, OSError, InvalidOperation):
            self._leave_out(name)
            return None
        if isinstance(value, dict) or (isinstance(value, list) and not all(isinstance(v, str) for v in value)):
            self._leave_out(name)
            return None
        return value

    def _leave_out(self, name: str) -> None:
        self.left_out[".".join(part for part in name.split(".") if not part.isdecimal())] = None

    def _remove(self, data: Any, place: Sequence[str | int]) -> None:
        """Take out what stands at a place, or the entry around it where that cannot be without it."""
        self._leave_out(".".join(map(str, place)))
        if any(_at(data, place[:length]) is None for length in range(1, len(place))):
            return  # The entry around it has gone already.
        way = list(place)
        while way and (way[-1] in NEEDED or _at(data, way) is None):
            way.pop()
        if not way:
            raise AnswerUnusable(f"`{place[-1] if place else 'the record'}` is missing or cannot be read")
        _at(data, way[:-1])[way[-1]] = None


def _at(data: Any, way: Sequence[str | int]) -> Any:
    for step in way:
        inside = isinstance(data, list) and isinstance(step, int) and step < len(data)
        data = data[step] if inside else data.get(step) if isinstance(data, dict) else None
    return data


def _without_gaps(value: Any) -> Any:
    """Return the data without the entries that were taken out of lists."""
    if isinstance(value, dict):
        return {name: _without_gaps(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_without_gaps(part) for part in value if part is not None]
    return value


def _to_word(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None


def _digits(value: object) -> str:
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if not _NUMBER.fullmatch(text):
        raise ValueError("no number")
    return text


def _read_time(value: object, form: str, zone: tzinfo) -> object:
    if form == ISO:
        return value if isinstance(value, str) else _refuse()
    if form in {EPOCH_SECONDS, EPOCH_MILLISECONDS}:
        seconds = Decimal(_digits(value)) / (1 if form == EPOCH_SECONDS else 1_000)
        # 0 means "never" in many shops, and is not the year 1970.
        return datetime.fromtimestamp(float(seconds), UTC) if seconds else None
    text = _to_word(value)
    if not text:
        return None if text == "" else _refuse()
    moment = datetime.strptime(text, form)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _refuse() -> object:
    raise ValueError("not written so")


def _put_newest_last(shipment: dict[str, Any]) -> None:
    """Turn a trace round that is told newest first: of scans at one moment the one listed last counts."""
    events = shipment.get("events")
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        return
    moments = [event["at"] for event in events if isinstance(event.get("at"), datetime)]
    if len(moments) > 1 and moments[0] > moments[-1]:
        events.reverse()
