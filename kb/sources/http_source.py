"""A shop's own system as a source of orders and customers, over HTTP; what goes wrong there is said, never raised."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar, cast
from urllib.parse import quote

from kb.orders.order import Order
from kb.orders.tables import Customer
from kb.orders.tails import fold_number, fold_phone
from kb.sources.breaker import Breaker, BreakerState
from kb.sources.cache import AnswerCache, Kept
from kb.sources.fetch import MISSING, Fetcher, FetchFailed
from kb.sources.json_path import ABSENT, find_value
from kb.sources.mapping import PLACEHOLDERS, RequestRule, SourceMapping
from kb.sources.ports import NOT_ASKED, Fetched, SourceFault, SourceReport, SourceState
from kb.sources.translate import AnswerUnusable, Translated, Translator
from kb.tracing import trace_outgoing

log = logging.getLogger(__name__)

MAX_ID_CHARACTERS = 200
MOST_ORDERS_READ = 200
JUST_NOW = 0.0
NEVER = datetime.min.replace(tzinfo=UTC)
Value = TypeVar("Value")


class Request(StrEnum):
    """What can be asked of the system, by the names of the settings file."""

    ORDER = "order"
    CUSTOMER_ORDERS = "customer_orders"
    CUSTOMER_BY_PHONE = "customer_by_phone"


@dataclass(frozen=True, slots=True)
class Said(Generic[Value]):
    """What an answer says, and what of it could not be read."""

    value: Value
    left_out: tuple[str, ...] = ()


class HttpSource:
    """Asks the system that a settings file describes; safe to use from several threads."""

    def __init__(
        self,
        mapping: SourceMapping,
        fetcher: Fetcher,
        translator: Translator,
        clock: Callable[[], float],
    ) -> None:
        self._mapping = mapping
        self._fetcher = fetcher
        self._translator = translator
        # One for each request: a shop may answer for orders while its search for customers is down.
        self._breakers: Mapping[Request, Breaker] = {one: Breaker(mapping.breaker, clock) for one in Request}
        self._cache: AnswerCache[Said[Any]] = AnswerCache(mapping.cache, clock)

    def find_order(self, order_id: str) -> Fetched[Order]:
        """Return the order with this id."""
        return self._ask(Request.ORDER, order_id, lambda part: self._read_order(part, order_id))

    def find_order_by_number(self, numbers: Sequence[str]) -> Fetched[Order]:
        """Return the order with this number; where several are named, nobody can tell which is meant."""
        different = list(dict.fromkeys(numbers))
        return self.find_order(different[0]) if len(different) == 1 else Fetched(None, NOT_ASKED)

    def list_customer_orders(self, customer_id: str, *, limit: int) -> Fetched[tuple[Order, ...]]:
        """Return a customer's newest orders, newest first; None where there is no such customer."""
        fetched = self._ask(
            Request.CUSTOMER_ORDERS, customer_id, lambda part: self._read_customer_orders(part, customer_id)
        )
        return fetched if fetched.value is None else Fetched(fetched.value[:limit], fetched.report, fetched.detail)

    def find_customer_by_phone(self, phone: str) -> Fetched[Customer]:
        """Return the customer who has this phone."""
        return self._ask(Request.CUSTOMER_BY_PHONE, fold_phone(phone), self._read_customer)

    def get_breaker_state(self, request: Request) -> BreakerState:
        """Return whether this request is asked at this moment."""
        return self._breakers[request].state

    def _ask(self, request: Request, value: str, read: Callable[[object], Said[Value]]) -> Fetched[Value]:
        rule: RequestRule | None = getattr(self._mapping.requests, request)
        if rule is None:
            return _know_nothing(SourceFault.NOT_OFFERED, f"requests.{request} is not in the settings file")
        if not is_usable_id(value):
            return _know_nothing(SourceFault.ID_UNUSABLE, "the id is empty, too long, or holds characters no id has")
        key = (request, value)
        kept = cast("Kept[Said[Value]] | None", self._cache.find(key))
        if kept is not None and self._cache.is_fresh(kept):
            return _repeat(kept, SourceState.OK, None, "")
        breaker = self._breakers[request]
        if not breaker.admit():
            return _fall_back(kept, SourceFault.SUSPENDED, "it failed several times in a row, and is left alone")
        try:
            answer = self._fetch(rule, PLACEHOLDERS[request], value, breaker)
            if answer is MISSING:
                self._cache.drop(key)
                return Fetched(None, SourceReport(SourceState.OK, JUST_NOW))
            said = read(answer)
        except FetchFailed as failure:
            _log_failure(request, failure.fault, failure.detail)
            return _fall_back(kept, failure.fault, failure.detail)
        except AnswerUnusable as error:
            _log_failure(request, SourceFault.UNUSABLE, str(error))
            return _fall_back(kept, SourceFault.UNUSABLE, str(error))
        self._cache.put(key, said)
        return _repeat(Kept(said, JUST_NOW), SourceState.OK, None, "")

    def _fetch(self, rule: RequestRule, placeholder: str, value: str, breaker: Breaker) -> object:
        """Return the part of the answer that is asked for, or `MISSING`, and tell the breaker how it went."""
        url = self._mapping.base_url + rule.url.replace(f"{{{placeholder}}}", quote(value, safe=""))
        try:
            with trace_outgoing("order source") as headers:
                answer = self._fetcher.fetch(url, headers)
        except FetchFailed as failure:
            if failure.is_systems:
                breaker.fail()
            else:
                breaker.succeed()
            raise
        breaker.succeed()
        return answer if answer is MISSING else _find_part(answer, rule)

    def _read_order(self, part: object, order_id: str) -> Said[Order]:
        translated = self._translator.read_order(part)
        order = translated.record
        if order.id is None:
            order = order.model_copy(update={"id": order_id})
        elif fold_number(order.id) != fold_number(order_id):
            raise AnswerUnusable("it is another order than was asked for; map `id` to the number that is asked by")
        return Said(order, translated.left_out)

    def _read_customer_orders(self, part: object, customer_id: str) -> Said[tuple[Order, ...]]:
        if not isinstance(part, list):
            raise AnswerUnusable("a customer's orders are no list; `at` names where the list stands")
        translated = [one for one in map(self._try_order, part[:MOST_ORDERS_READ]) if one is not None]
        own = [one for one in translated if _is_of(one.record, customer_id)]
        left_out = dict.fromkeys(name for one in own for name in one.left_out)
        if len(own) < len(part):
            if not own:
                raise AnswerUnusable("none of the orders can be read, or they are another customer's")
            left_out = {"orders": None} | left_out
        newest_first = sorted((one.record for one in own), key=lambda order: order.placed_at or NEVER, reverse=True)
        return Said(tuple(newest_first), tuple(left_out))

    def _try_order(self, part: object) -> Translated[Order] | None:
        try:
            return self._translator.read_order(part)
        except AnswerUnusable:
            return None

    def _read_customer(self, part: object) -> Said[Customer]:
        translated = self._translator.read_customer(part)
        return Said(translated.record, translated.left_out)


def is_usable_id(value: str) -> bool:
    """Tell whether an id may go into an address: what could lead elsewhere there is no id."""
    if not value or len(value) > MAX_ID_CHARACTERS or not value.isprintable():
        return False
    return not any(step in {".", ".."} for step in value.replace("\\", "/").split("/"))


def _find_part(answer: object, rule: RequestRule) -> object:
    if rule.not_found is not None:
        code = find_value(answer, rule.not_found.path)
        if isinstance(code, str | int) and str(code) in map(str, rule.not_found.values):
            return MISSING
    part = find_value(answer, rule.at)
    if part is ABSENT:
        raise AnswerUnusable(f"there is nothing at `{'.'.join(rule.at)}`")
    return MISSING if part is None else part


def _is_of(order: Order, customer_id: str) -> bool:
    named = order.customer.id if order.customer else None
    return named is None or named == customer_id


def _know_nothing(fault: SourceFault, detail: str) -> Fetched[Any]:
    return Fetched(None, SourceReport(SourceState.UNAVAILABLE, reason=fault), detail)


def _fall_back(kept: Kept[Said[Value]] | None, fault: SourceFault, detail: str) -> Fetched[Value]:
    return _know_nothing(fault, detail) if kept is None else _repeat(kept, SourceState.STALE, fault, detail)


def _repeat(kept: Kept[Said[Value]], state: SourceState, fault: SourceFault | None, detail: str) -> Fetched[Value]:
    left_out = kept.value.left_out
    reason = fault or (SourceFault.FIELDS_LEFT_OUT if left_out else None)
    said = detail or (f"could not be read: {', '.join(left_out)}" if left_out else "")
    return Fetched(kept.value.value, SourceReport(state, round(kept.age_seconds, 1), reason), said)


def _log_failure(request: Request, fault: SourceFault, detail: str) -> None:
    log.warning("order_source_failed", extra={"request": request.value, "fault": fault.value, "detail": detail})
