"""Find whom a query can mean: a handful of indexed queries, each of which reads a bounded number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, String, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb.customers.query import CustomerQuery, QueryKind
from kb.orders.tables import CustomerRow, OrderRow, Reversed, ShipmentRow

MAX_CANDIDATES = 20
MOST_READ = 500  # Of each kind: an end that more share tells nobody apart.
_NEVER = datetime.min.replace(tzinfo=UTC)


class MatchedBy(StrEnum):
    """What of a customer or an order the query is, or ends."""

    CUSTOMER_ID = "customer_id"
    PHONE = "phone"
    ORDER_NUMBER = "order_number"
    TRACKING_NUMBER = "tracking_number"


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


def _prepare_reads(
    statement: Select[*tuple[Any, ...]], column: InstrumentedAttribute[str | None]
) -> Mapping[bool, Select[*tuple[Any, ...]]]:
    """Return the statement for numbers that are the bound one, and, at True, for those that end so."""
    starts, beyond = bindparam("start", type_=Reversed), bindparam("beyond", type_=Reversed)
    ends = statement.where((column >= starts) & (column < beyond)).limit(MOST_READ)
    return {False: statement.where(column == starts).limit(MOST_READ), True: ends}


# Prepared once: putting a statement together takes longer than the database needs to answer it.
_NEWEST_ORDER_AT = (
    select(func.max(OrderRow.placed_at)).where(OrderRow.customer_id == CustomerRow.id).correlate(CustomerRow)
).scalar_subquery()
_SPELLINGS = bindparam("spellings", type_=String(), expanding=True)
_KNOWN: Select[*tuple[Any, ...]] = select(CustomerRow.id, _NEWEST_ORDER_AT).where(CustomerRow.id.in_(_SPELLINGS))
_OF_ORDERS: Select[*tuple[Any, ...]] = (
    select(OrderRow.customer_id, func.max(OrderRow.placed_at))
    .where(OrderRow.customer_id.in_(_SPELLINGS))
    .group_by(OrderRow.customer_id)
)
_BY_PHONE = _prepare_reads(select(CustomerRow.id, _NEWEST_ORDER_AT), CustomerRow.phone_reversed)
_BY_ORDER = _prepare_reads(
    select(OrderRow.id_reversed, OrderRow.customer_id, OrderRow.id, OrderRow.placed_at).order_by(OrderRow.id_reversed),
    OrderRow.id_reversed,
)
_BY_PARCEL = _prepare_reads(
    select(ShipmentRow.tracking_reversed, OrderRow.customer_id, OrderRow.id, OrderRow.placed_at)
    .join(OrderRow, OrderRow.id == ShipmentRow.order_id)
    .order_by(ShipmentRow.tracking_reversed),
    ShipmentRow.tracking_reversed,
)


def find_candidates(session: Session, query: CustomerQuery) -> Candidates:
    """Return everybody whom the query can mean."""
    finders = (_find_by_id, _find_by_phone, _find_by_order, _find_by_parcel)
    found = [find(session, query) for find in (finders[:1] if query.kind is QueryKind.CUSTOMER_ID else finders)]
    candidates = _merge(hit for hits in found for hit in hits)
    is_cut = any(len(hits) >= MOST_READ for hits in found) or len(candidates) > MAX_CANDIDATES
    return Candidates(tuple(candidates[:MAX_CANDIDATES]), is_cut)


def _find_by_id(session: Session, query: CustomerQuery) -> list[_Hit]:
    """Find customers, and orders of customers who were never imported themselves."""
    spellings = {"spellings": list(query.id_spellings)}
    rows = [row for statement in (_KNOWN, _OF_ORDERS) for row in _ask(session, statement, spellings)]
    return [_Hit(MatchedBy.CUSTOMER_ID, customer_id, None, at) for customer_id, at in rows]


def _find_by_phone(session: Session, query: CustomerQuery) -> list[_Hit]:
    if query.phone is None:
        return []
    statement = _BY_PHONE[query.kind is QueryKind.TAIL]
    rows = _ask(session, statement, _bound(query.phone))
    return [_Hit(MatchedBy.PHONE, customer_id, None, at) for customer_id, at in rows]


def _find_by_order(session: Session, query: CustomerQuery) -> list[_Hit]:
    rows = _ask(session, _BY_ORDER[_may_be_an_end(query)], _bound(query.number))
    return _make_hits(MatchedBy.ORDER_NUMBER, query, rows)


def _find_by_parcel(session: Session, query: CustomerQuery) -> list[_Hit]:
    rows = _ask(session, _BY_PARCEL[_may_be_an_end(query)], _bound(query.number))
    return _make_hits(MatchedBy.TRACKING_NUMBER, query, rows)


def _ask(session: Session, statement: Select[*tuple[Any, ...]], values: Mapping[str, object]) -> Sequence[Any]:
    # By the connection: a session looks into every statement for what it would have to keep track of.
    return session.connection().execute(statement, values).all()


def _may_be_an_end(query: CustomerQuery) -> bool:
    """Tell whether the query can be the end of an order's number: people leave out the letters it begins with."""
    return query.kind is not QueryKind.PHONE and query.number.isdecimal()


def _bound(value: str) -> dict[str, object]:
    """Return what a number that is this one starts with in the index, and the first that no longer ends so."""
    start = value[::-1]
    return {"start": start, "beyond": start[:-1] + chr(ord(start[-1]) + 1)}


def _make_hits(by: MatchedBy, query: CustomerQuery, rows: Iterable[Any]) -> list[_Hit]:
    """Return the hits; where the query is a whole number, what only ends so is not meant."""
    rows = list(rows)
    whole = [row for row in rows if row[0] == query.number[::-1]]
    return [_Hit(by, customer_id, order_id, at) for _, customer_id, order_id, at in whole or rows]


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
    moments = [hit.at for hit in hits if hit.at is not None]
    orders = sorted((hit for hit in hits if hit.order_id), key=lambda hit: hit.at or _NEVER, reverse=True)
    return Candidate(
        customer_id=customer_id,
        order_ids=tuple(dict.fromkeys(_order_ids(orders)))[:MAX_CANDIDATES],
        newest_at=max(moments, default=None),
        matched_by=tuple(by for by in MatchedBy if any(hit.by is by for hit in hits)),
    )


def _order_ids(hits: Iterable[_Hit]) -> Iterator[str]:
    return (hit.order_id for hit in hits if hit.order_id is not None)
