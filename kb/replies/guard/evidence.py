"""What an order can support: its amounts, moments, durations, counts, numbers and texts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from kb.orders.context import OrderContext
from kb.orders.order import Order
from kb.orders.words import Language
from kb.replies.guard.claims import ClaimKind, Found
from kb.replies.guard.figures import DURATIONS, PARCEL, PIECES, measure_key, same_measure, write_plainly
from kb.replies.guard.patterns import HAN_NUMERAL
from kb.replies.guard.reading import find_claims, fold
from kb.replies.slot_table import SLOTS, ItemNames, SlotKind

MAX_EVENTS = 200
MAX_TEXTS = 300
HOURS_PER_DAY = 24
TAIL_DIGITS = 4  # People tell orders and parcels apart by their last four.
_MAY_CLAIM = re.compile(rf"[0-9{HAN_NUMERAL}今明昨后前当次翌本下上周星礼]|[A-Z][a-z]{{2}}|day|night|row")
_ITEM = "item.name"
_STARS = re.compile(r"\*+")


class OrderText(NamedTuple):
    """A text of the order, and what it is called."""

    name: str
    text: str

    @property
    def is_only_digits(self) -> bool:
        """Whether it cannot be told from a figure: an article number 50 hides no 50 元."""
        return self.text.isdecimal()

    @property
    def is_a_product(self) -> bool:
        """Whether its numbers belong to a product's name, and claim nothing."""
        return self.name == _ITEM


class OrderEvidence:
    """What the order of a context supports; each part is read when it is first needed."""

    def __init__(self, context: OrderContext) -> None:
        self.context = context
        self.today = context.now.astimezone(context.zone).date()
        self._stated: dict[Language, Mapping[str, str]] = {}

    def find(self, claim: Found, language: Language) -> str | None:
        """Return the slot or fact that says the same as a claim, or None."""
        name: str | None = None
        if claim.day is not None or claim.clock is not None:
            name = self._find_moment(claim)
        if name is None and claim.kind is ClaimKind.IDENTIFIER:
            name = self._find_identifier(claim)
        if name is None and claim.number:
            name = self._find_figure(claim)
        if name is None and claim.kind is ClaimKind.COUNT:
            name = self._find_count(claim)
        if name is None:
            stated = self._read_texts(language)
            name = next((stated[key] for key in claim.keys if key in stated), None)
        return name

    @cached_property
    def moments(self) -> tuple[tuple[datetime, str], ...]:
        """The moments that slots show, in the shop's zone, and the name of each."""
        named = ((slot.read(self.context), slot.name) for slot in SLOTS.values() if slot.kind is SlotKind.TIME)
        return tuple(
            (value.astimezone(self.context.zone), name) for value, name in named if isinstance(value, datetime)
        )

    @cached_property
    def scans(self) -> tuple[tuple[datetime, str], ...]:
        """The moments of every scan: a parcel has one on most days, so that they support no day without its hour."""
        scans = islice(self._list_scans(), MAX_EVENTS)
        return tuple((at.astimezone(self.context.zone), "shipment.events") for at in scans)

    @cached_property
    def figures(self) -> Mapping[str, str]:
        """The order's amounts and the times passed since its events by their key, and the name of each."""
        figures: dict[str, str] = {}
        for slot in SLOTS.values():
            value = slot.read(self.context) if slot.kind in _FIGURES else None
            if not isinstance(value, int | float):
                continue
            if slot.kind is SlotKind.AMOUNT:
                figures.setdefault(measure_key(write_plainly(f"{value:.2f}"), "元"), slot.name)
            else:
                for key in _list_elapsed(value, slot.kind):
                    figures.setdefault(key, slot.name)
        for item in (self.context.order.items or ()) if self.context.order else ():
            for amount in _list_amounts(item.price, item.quantity):
                figures.setdefault(measure_key(write_plainly(f"{amount:.2f}"), "元"), "item.price")
        return figures

    @cached_property
    def counts(self) -> Mapping[str, str]:
        """How many pieces, items and parcels there are, and the name of each."""
        order = self.context.order
        if order is None:
            return {}
        items = order.items or ()
        counts = {f"piece:{item.quantity}": "item.quantity" for item in items if item.quantity is not None}
        pieces = SLOTS[_ITEM].read(self.context)
        if isinstance(pieces, ItemNames):
            counts.setdefault(f"piece:{pieces.pieces}", _ITEM)
        for name in ("shipment.count", "shipment.delivered_count"):
            if name in self.context.facts:
                counts.setdefault(f"parcel:{self.context.facts[name]}", name)
        return counts

    @cached_property
    def identifiers(self) -> Mapping[str, str]:
        """The numbers that the order and its parts go by, and the name of each."""
        order = self.context.order
        if order is None:
            return {}
        named = [(order.id, "order.id"), (order.customer.id if order.customer else None, "customer.id")]
        named += [(shipment.tracking_no, "shipment.tracking_no") for shipment in order.shipments or ()]
        named += [(item.sku, "item.sku") for item in order.items or ()]
        return {fold(text).replace("-", "").replace(" ", "").upper(): name for text, name in named if text}

    @cached_property
    def texts(self) -> tuple[OrderText, ...]:
        """The order's texts that hold figures, longest first."""
        texts = dict.fromkeys(OrderText(name, fold(text)) for name, text in islice(self._list_texts(), MAX_TEXTS))
        telling = [one for one in texts if _MAY_CLAIM.search(one.text)]
        return tuple(sorted(telling, key=lambda one: -len(one.text)))

    def _read_texts(self, language: Language) -> Mapping[str, str]:
        """Return what the order's own texts state: the 500 毫升 of a product, the telephone in a courier's message."""
        if language in self._stated:
            return self._stated[language]
        stated: dict[str, str] = {}
        for text in self.texts:
            for found in find_claims(text.text, language):
                for key in found.stated:
                    stated.setdefault(key, text.name)
        self._stated[language] = stated
        return stated

    def _find_moment(self, claim: Found) -> str | None:
        is_precise = claim.day is not None and claim.clock is not None
        for moment, name in (*self.moments, *self.scans) if is_precise else self.moments:
            if claim.day is not None and not claim.day.holds_for(moment.date(), self.today):
                continue
            # "At 18:00" without a day is said of yesterday, today or tomorrow.
            if claim.day is None and abs((moment.date() - self.today).days) > 1:
                continue
            if claim.clock is None or claim.clock.holds_for(moment.hour, moment.minute):
                return name
        return None

    def find_day(self, claim: Found) -> str | None:
        """Return the moment of the order on the day of a claim, whatever its time."""
        return self._find_moment(claim._replace(clock=None))

    def _find_figure(self, claim: Found) -> str | None:
        _, factor = DURATIONS.get(claim.unit, ("", 0))
        if claim.is_elapsed and factor in _ELAPSED_UNITS:
            return self.figures.get(f"{_ELAPSED_UNITS[factor]}:{claim.number}")
        return next((self.figures[key] for key in claim.keys if key in self.figures), None)

    def _find_identifier(self, claim: Found) -> str | None:
        known = self.identifiers
        if claim.value in known:
            return known[claim.value]
        if "*" not in claim.value:
            return None
        head, tail = _STARS.split(claim.value, maxsplit=1)
        return next((name for one, name in known.items() if one.startswith(head) and one.endswith(tail)), None)

    def _find_count(self, claim: Found) -> str | None:
        if claim.unit:
            unit = same_measure(claim.unit)
            kind = "parcel" if unit == PARCEL else "piece" if unit in PIECES else ""
            return self.counts.get(f"{kind}:{claim.number}")
        if claim.value in self.identifiers:
            return self.identifiers[claim.value]
        if (amount := measure_key(claim.number, "元")) in self.figures:
            return self.figures[amount]
        if len(claim.value) < TAIL_DIGITS:
            return None
        return next((name for one, name in self.identifiers.items() if one.endswith(claim.value)), None)

    def _list_scans(self) -> Iterator[datetime]:
        order = self.context.order
        if order is not None:
            yield from (event.at for shipment in order.shipments or () for event in reversed(shipment.events or ()))

    def _list_texts(self) -> Iterator[tuple[str, str]]:
        for name in _TEXTS:
            value = SLOTS[name].read(self.context)
            if isinstance(value, str):
                yield name, value
        order = self.context.order
        if order is not None:
            yield from _list_parts(order)


_ELAPSED_UNITS = {60: "hours", 1_440: "days"}  # By their minutes.
_FIGURES = frozenset({SlotKind.AMOUNT, SlotKind.HOURS, SlotKind.DAYS})
_TEXTS = tuple(slot.name for slot in SLOTS.values() if slot.kind is SlotKind.TEXT)


def _list_amounts(price: float | None, quantity: int | None) -> tuple[float, ...]:
    if price is None:
        return ()
    return (price,) if quantity is None else (price, price * quantity)


def _list_elapsed(value: float, kind: SlotKind) -> Iterator[str]:
    """Yield what may be said of a time passed: so many full hours or days, or rounded as replies write them."""
    hours = value * HOURS_PER_DAY if kind is SlotKind.DAYS else value
    for amount, unit in ((hours, "hours"), (hours / HOURS_PER_DAY, "days")):
        for whole in (math.floor(amount + 0.5), math.floor(amount)):
            yield f"{unit}:{whole or (1 if amount > 0 else 0)}"  # "Less than 1 hour".
    yield f"ordinal:天:{max(1, math.ceil(hours / HOURS_PER_DAY))}"


def _list_parts(order: Order) -> Iterator[tuple[str, str]]:
    """Yield the texts of an order's items and parcels, and what they are called."""
    for item in order.items or ():
        if item.name:
            yield _ITEM, item.name
    for shipment in order.shipments or ():
        for name, text in (("shipment.carrier", shipment.carrier), ("shipment.tracking_no", shipment.tracking_no)):
            if text:
                yield name, text
        for event in reversed(shipment.events or ()):
            for text in (event.text, event.place):
                if text:
                    yield "shipment.events", text
