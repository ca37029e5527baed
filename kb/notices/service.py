"""Saving notices, and finding those that touch an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from kb.articles.models import Audience
from kb.changes import ItemKind, SaveResult, record_change
from kb.conditions import Verdict, evaluate, parse_condition
from kb.errors import NotFound
from kb.notices.models import Notice, NoticeRow, hash_notice
from kb.orders.context import OrderContext


class NoticeNotFound(NotFound):
    """No notice has this id."""

    code = "notice_not_found"

    def __init__(self, notice_id: str) -> None:
        super().__init__(f"No notice has the id {notice_id!r}. Check it, or send the notice itself.")


def save_notice(session: Session, notice: Notice, *, now: datetime) -> SaveResult:
    """Store a notice; a known one is left alone, a changed one replaced."""
    content_hash = hash_notice(notice)
    row = session.get(NoticeRow, notice.id)
    if row is not None and row.content_hash == content_hash:
        return SaveResult.UNCHANGED
    result = SaveResult.CHANGED if row is not None else SaveResult.ADDED
    if row is None:
        row = NoticeRow(id=notice.id)
        session.add(row)
    for name, value in notice:
        setattr(row, name, value)
    row.content_hash = content_hash
    session.flush()
    record_change(session, ItemKind.NOTICE, notice.id, now=now)
    return result


def list_notices(session: Session) -> list[Notice]:
    """Return every notice, most urgent first."""
    return read_notices(session.connection())


def read_notices(connection: Connection) -> list[Notice]:
    """Return every notice, most urgent first, without the mapper."""
    columns = [getattr(NoticeRow, name) for name in Notice.model_fields]
    rows = connection.execute(select(*columns).order_by(NoticeRow.priority, NoticeRow.id))
    return [Notice.model_construct(**row._mapping) for row in rows]


def get_notice(session: Session, notice_id: str) -> Notice:
    """Return the notice with this id; raises `NoticeNotFound`."""
    row = session.get(NoticeRow, notice_id)
    if row is None:
        raise NoticeNotFound(notice_id)
    return _to_notice(row)


def select_notices(notices: Sequence[Notice], context: OrderContext, *, audience: Audience) -> list[Notice]:
    """Return the notices in force that this order meets; none where there is no order."""
    if context.order is None:
        return []
    return [
        notice
        for notice in notices
        if _is_visible(notice, audience)
        and is_in_force(notice, context.now)
        and evaluate(parse_condition(notice.applies_when), context) is Verdict.MET
    ]


def _to_notice(row: NoticeRow) -> Notice:
    return Notice.model_construct(**{name: getattr(row, name) for name in Notice.model_fields})


def _is_visible(notice: Notice, audience: Audience) -> bool:
    return audience == Audience.INTERNAL or notice.audience == Audience.PUBLIC


def is_in_force(notice: Notice, now: datetime) -> bool:
    """Tell whether a notice's period holds at a moment."""
    started = notice.effective_from is None or notice.effective_from <= now
    return started and (notice.effective_to is None or now < notice.effective_to)
