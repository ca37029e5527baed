"""Find whom a query can mean: one statement of a handful of indexed searches, each of which reads bounded rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from kb.customers.query import CustomerQuery, QueryKind
from kb.orders.tables import CustomerRow, OrderRow, Reversed, ShipmentRow
from kb.prepared_query import PreparedQuery, Values

MAX_CANDIDATES = 20
MOST_SPELLINGS = 3  # Of an id: as written, in capitals, in small letters.
MOST_READ = 500  # Of each kind: an end that more share tells nobody apart.
_NEVER = datetime.min.replace(tzinfo=UTC)


class MatchedBy(StrEnum):
    """What of a customer or an order the query is, or ends."""

    CUSTOMER_ID = "customer_id"
    PHONE = "phone"
    ORDER_NUMBER = "order_number"
    TRACKING_NUMBER = "tracking_number"


_RANKS = tuple(MatchedBy)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom the query can mean, with the orders it names; without a `customer_id` it is one such order."""

    customer_id: str | None
    order_ids: tuple[str, ...]
    newest_at: datetime | None
    matched_by: tuple[MatchedBy, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Whom the query can mean, newest first; `truncated` where there are more."""

    items: tuple[Candidate, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    """One row that the query names."""

    by: MatchedBy
    customer_id: str | None
    order_id: str | None
    at: datetime | None


def _equals(column: InstrumentedAttribute[str | None], name: str) -> ColumnElement[bool]:
    return column == bindparam(name, type_=Reversed)


def _ends(column: InstrumentedAttribute[str | None], name: str) -> ColumnElement[bool]:
    """Tell what ends with the bound number: of what is stored reversed, all from it to the first beyond."""
    return (column >= bindparam(name, type_=Reversed)) & (column < bindparam(f"{name}_beyond", type_=Reversed))


def _select_hits(
    by: MatchedBy, customer_id: Any, at: Any, *, order_id: Any = None, number: Any = None
) -> Select[*tuple[Any, ...]]:
    """Return a finder; all have the columns of a hit, and the number as it is stored, to compare it."""
    # PostgreSQL has to be told of which type a NULL is.
    order_id, number = (cast(null(), String()) if one is None else one for one in (order_id, number))
    named = {"matched_by": literal_column(f"'{by}'", String()), "customer_id": customer_id, "order_id": order_id}
    return select(*(column.label(name) for name, column in (named | {"at": at, "number": number}).items()))


def _unite(*finders: Select[*tuple[Any, ...]]) -> PreparedQuery:
    # Each within brackets, so that it has a limit and an index of its own.
    return PreparedQuery(union_all(*(select(finder.limit(MOST_READ).subquery()) for finder in finders)))


_SPELLINGS = tuple(bindparam(f"spelling_{n}", type_=String()) for n in range(MOST_SPELLINGS))
_NEWEST_ORDER_AT = (
    select(func.max(OrderRow.placed_at)).where(OrderRow.customer_id == CustomerRow.id).correlate(CustomerRow)
).scalar_subquery()
_BY_ID = (
    _select_hits(MatchedBy.CUSTOMER_ID, CustomerRow.id, _NEWEST_ORDER_AT).where(CustomerRow.id.in_(_SPELLINGS)),
    # Customers who were never imported themselves.
    _select_hits(MatchedBy.CUSTOMER_ID, OrderRow.customer_id, func.max(OrderRow.placed_at))
    .where(OrderRow.customer_id.in_(_SPELLINGS))
    .group_by(OrderRow.customer_id),
)
_BY_PHONE = _select_hits(MatchedBy.PHONE, CustomerRow.id, _NEWEST_ORDER_AT)
_OF_ORDER = (OrderRow.customer_id, OrderRow.placed_at)
_BY_ORDER = _select_hits(
    MatchedBy.ORDER_NUMBER, *_OF_ORDER, order_id=OrderRow.id, number=OrderRow.id_reversed
).order_by(OrderRow.id_reversed)
_BY_PARCEL = (
    _select_hits(MatchedBy.TRACKING_NUMBER, *_OF_ORDER, order_id=OrderRow.id, number=ShipmentRow.tracking_reversed)
    .join_from(ShipmentRow, OrderRow, OrderRow.id == ShipmentRow.order_id)
    .order_by(ShipmentRow.tracking_reversed)
)
_IDS_ALONE = _unite(*_BY_ID)
# By whether the phone is an end, and whether the number may be one.
_EVERYTHING = {
    (is_tail, may_be_an_end): _unite(
        *_BY_ID,
        _BY_PHONE.where((_ends if is_tail else _equals)(CustomerRow.phone_reversed, "phone")),
        _BY_ORDER.where((_ends if may_be_an_end else _equals)(OrderRow.id_reversed, "number")),
        _BY_PARCEL.where((_ends if may_be_an_end else _equals)(ShipmentRow.tracking_reversed, "number")),
    )
    for is_tail, may_be_an_end in product((False, True), repeat=2)
}


def find_candidates(connection: Connection, query: CustomerQuery) -> Candidates:
    """Return everybody whom the query can mean."""
    found = _ask(connection, query)
    candidates = _merge(hit for hits in found.values() for hit in hits)
    is_cut = any(len(hits) >= MOST_READ for hits in found.values()) or len(candidates) > MAX_CANDIDATES
    return Candidates(tuple(candidates[:MAX_CANDIDATES]), is_cut)


def _ask(connection: Connection, query: CustomerQuery) -> Mapping[MatchedBy, Sequence[_Hit]]:
    """Return what each finder found; where the query is a whole number, what only ends so is not meant."""
    found: dict[MatchedBy, list[_Hit]] = {}
    whole: dict[MatchedBy, list[_Hit]] = {}
    number = query.number[::-1]
    prepared, values = _prepare(query)
    for matched_by, customer_id, order_id, at, stored in prepared.ask(connection, values):
        hit = _Hit(MatchedBy(matched_by), customer_id, order_id, at)
        found.setdefault(hit.by, []).append(hit)
        if stored == number:
            whole.setdefault(hit.by, []).append(hit)
    return found | whole


def _prepare(query: CustomerQuery) -> tuple[PreparedQuery, Values]:
    """Return the one statement that asks every finder that the query is for, and what is bound in it."""
    spellings = (*query.id_spellings, *query.id_spellings[:1] * MOST_SPELLINGS)
    values: dict[str, str | None] = {one.key: written for one, written in zip(_SPELLINGS, spellings, strict=False)}
    if query.kind is QueryKind.CUSTOMER_ID:
        return _IDS_ALONE, values
    values["phone"], values["phone_beyond"] = _bound(query.phone)
    values["number"], values["number_beyond"] = _bound(query.number)
    return _EVERYTHING[query.kind is QueryKind.TAIL, _may_be_an_end(query)], values


def _may_be_an_end(query: CustomerQuery) -> bool:
    """Tell whether the query can be the end of an order's number: people leave out the letters it begins with."""
    return query.kind is not QueryKind.PHONE and query.number.isdecimal()


def _bound(value: str | None) -> tuple[str | None, str | None]:
    """Return what a number that is this one starts with in the index, and the first that no longer ends so."""
    if value is None:
        return None, None
    start = value[::-1]
    return start, start[:-1] + chr(ord(start[-1]) + 1)


def _merge(hits: Iterable[_Hit]) -> list[Candidate]:
    """Return each person, or order of nobody known, once: newest first."""
    by_person: dict[tuple[str | None, str | None], list[_Hit]] = {}
    for hit in hits:
        person = (hit.customer_id, None) if hit.customer_id is not None else (None, hit.order_id)
        by_person.setdefault(person, []).append(hit)
    candidates = [_make_candidate(customer_id, own) for (customer_id, _), own in by_person.items()]
    return sorted(candidates, key=_newest_first)


def _newest_first(candidate: Candidate) -> tuple[float, str, tuple[str, ...]]:
    at = candidate.newest_at
    return (-at.timestamp() if at else float("inf"), candidate.customer_id or "", candidate.order_ids)


def _make_candidate(customer_id: str | None, hits: list[_Hit]) -> Candidate:
    newest_first = sorted(hits, key=lambda hit: hit.at or _NEVER, reverse=True)
    order_ids = dict.fromkeys(hit.order_id for hit in newest_first if hit.order_id)
    return Candidate(
        customer_id=customer_id,
        order_ids=tuple(order_ids)[:MAX_CANDIDATES],
        newest_at=newest_first[0].at,
        matched_by=tuple(sorted({hit.by for hit in hits}, key=_RANKS.index)),
    )
