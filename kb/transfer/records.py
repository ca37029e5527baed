"""From stored records to the plain values that are exported, times in the shop's zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from enum import Enum

from pydantic import BaseModel
from sqlalchemy.orm import Session

from kb.articles.repository import list_versions, to_article
from kb.cases.models import Case
from kb.cases.repository import list_cases, to_case
from kb.notices.service import list_notices
from kb.orders.order import Order
from kb.orders.repository import list_customers, list_orders
from kb.reasons.service import list_reasons
from kb.synonyms.service import list_synonyms
from kb.transfer.kinds import RecordKind

PlainRecord = Mapping[str, object]


def _list_articles(session: Session) -> Iterator[BaseModel]:
    return map(to_article, list_versions(session))


def _list_cases(session: Session) -> Iterator[BaseModel]:
    return (_type_order(to_case(row)) for row in list_cases(session))


def _list_notices(session: Session) -> Iterator[BaseModel]:
    return iter(sorted(list_notices(session), key=lambda notice: notice.id))


def _list_synonyms(session: Session) -> Iterator[BaseModel]:
    return iter(list_synonyms(session))


def _list_reasons(session: Session) -> Iterator[BaseModel]:
    return iter(list_reasons(session))


_LISTS: Mapping[RecordKind, Callable[[Session], Iterator[BaseModel]]] = {
    RecordKind.CUSTOMER: list_customers,
    RecordKind.ORDER: list_orders,
    RecordKind.ARTICLE: _list_articles,
    RecordKind.CASE: _list_cases,
    RecordKind.NOTICE: _list_notices,
    RecordKind.SYNONYM: _list_synonyms,
    RecordKind.REASON: _list_reasons,
}


def list_records(session: Session, kind: RecordKind, *, zone: tzinfo) -> Iterator[PlainRecord]:
    """Yield every record of a kind in order of id, as plain values with every field, absent ones None."""
    for record in _LISTS[kind](session):
        yield {name: to_plain(value, zone) for name, value in record}


def _type_order(case: Case) -> Case:
    # Typed again, so that its times are written in the shop's zone like all others.
    return case.model_copy(update={"order": Order.model_validate(case.order)}) if case.order else case


def to_plain(value: object, zone: tzinfo) -> object:
    """Return a value as JSON would carry it; what is not known inside a part is left out."""
    if isinstance(value, datetime):
        return _write_moment(value, zone)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, BaseModel):
        return {name: to_plain(part, zone) for name, part in value if part is not None}
    if isinstance(value, Mapping):
        return {name: to_plain(part, zone) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(part, zone) for part in value]
    return value


def _write_moment(moment: datetime, zone: tzinfo) -> str:
    try:
        return moment.astimezone(zone).isoformat()
    except OverflowError:
        # "For ever", written as the last second of the year 9999, is no time in zones east of it.
        return moment.isoformat()
