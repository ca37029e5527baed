"""Why a customer probably gets in touch, as a look-up shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar

from kb.customers.desk import Lookup
from kb.customers.profile import View
from kb.database import Database
from kb.orders.words import Words
from kb.settings import Settings

MAX_REASONS = 5


class ReasonsFrom(StrEnum):
    """What the likely reasons go by, or why there are none."""

    ORDERS = "orders"
    RATES = "rates"
    NO_PROFILE = "no_profile"
    NO_INTENTS = "no_intents"
    NO_INDEX = "no_index"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ReasonCases:
    """Of `similar` past cases, `of_them` had this reason."""

    similar: int
    of_them: int


@dataclass(frozen=True, slots=True)
class ReadySolution:
    """The article that answers the reason for this order: its reply filled, what that still misses, what to say first.

    `is_sure` says whether the matcher would have answered so; `confidence` how likely it is right.
    """

    item_id: str
    version: int
    title: str
    reply: str
    missing: tuple[str, ...]
    notice: str | None
    confidence: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class LikelyReason:
    """Why the customer may get in touch, how likely, about which order, and what speaks for it."""

    reason: str
    title: Words
    probability: float
    order_id: str | None
    because: tuple[Words, ...]
    cases: ReasonCases
    solution: ReadySolution | None = None


@dataclass(frozen=True, slots=True)
class LikelyReasons:
    """The likeliest reasons, likeliest first, and what they go by."""

    origin: ReasonsFrom
    reasons: tuple[LikelyReason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupWithReasons(Lookup):
    """What a look-up found, and why this customer probably gets in touch."""

    likely_reasons: Sequence[LikelyReason]
    reasons_from: ReasonsFrom


Answer = TypeVar("Answer", bound=LookupWithReasons)


def add_reasons(make: Callable[..., Answer], found: Lookup, likely: LikelyReasons) -> Answer:
    """Return what a look-up found together with the reasons; `make` is the kind of answer, with what else it holds."""
    parts = {part.name: getattr(found, part.name) for part in fields(Lookup)}
    return make(**parts, likely_reasons=likely.reasons, reasons_from=likely.origin)


# The index knows the reasons, and stands above this package: whoever wires the two gives one of these.
FindReasons = Callable[[Settings, Database, Lookup, View], LikelyReasons]
