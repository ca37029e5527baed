"""What a match needs of whatever knows the orders, and how it says whether it could tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from kb.orders.order import Order
from kb.orders.tables import Customer

Value = TypeVar("Value", covariant=True)


class SourceState(StrEnum):
    """How far what a source says can be relied on; `NONE` where nothing was asked of it."""

    OK = "ok"
    STALE = "stale"
    UNAVAILABLE = "unavailable"
    NONE = "none"


class SourceFault(StrEnum):
    """Why a source could not tell, or not all."""

    TIMED_OUT = "timed_out"
    NOT_REACHED = "not_reached"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    FAILED = "failed"
    REDIRECTED = "redirected"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    UNUSABLE = "unusable"
    FIELDS_LEFT_OUT = "fields_left_out"
    ID_UNUSABLE = "id_unusable"
    NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """Whether the order is as its source has it now: `age_seconds` is how long ago the source said so."""

    state: SourceState
    age_seconds: float | None = None
    reason: SourceFault | None = None


@dataclass(frozen=True, slots=True)
class Fetched(Generic[Value]):
    """What a source said; `value` None is "there is none", unless the state is unavailable: then nobody knows.

    `detail` is for whoever runs the source: statuses and names of fields, never what they hold.
    """

    value: Value | None
    report: SourceReport
    detail: str = ""


class OrderSource(Protocol):
    """Knows orders; its answers take a bounded time, and what goes wrong is said in them, not raised."""

    def find_order(self, order_id: str) -> Fetched[Order]:
        """Return the order with this id."""
        ...

    def find_order_by_number(self, numbers: Sequence[str]) -> Fetched[Order]:
        """Return the one order that goes by these numbers, its own or a parcel's."""
        ...

    def list_customer_orders(self, customer_id: str, *, limit: int) -> Fetched[tuple[Order, ...]]:
        """Return a customer's newest orders, newest first; None where there is no such customer."""
        ...


class CustomerSource(Protocol):
    """Knows customers, under the same promises."""

    def find_customer_by_phone(self, phone: str) -> Fetched[Customer]:
        """Return the one customer who has this phone."""
        ...


class Source(OrderSource, CustomerSource, Protocol):
    """Knows both."""


NOT_ASKED = SourceReport(SourceState.NONE)
OWN = SourceReport(SourceState.OK)
