"""Which contacts a notice touched, once for each order and day, and how many contacts it probably spared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import String, delete, func, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.articles.models import Audience
from kb.database import Base, Database, UtcDateTime
from kb.feedback.models import MAX_ORDER_ID, AnsweredMatch, MatchRow

KEPT = timedelta(days=180)
MOST_TOLD = 10_000  # Of one notice; the newest are counted.
LOOKED_UP_AT_ONCE = 100  # Databases bound how many values one statement may name.
SAME_TALK = timedelta(minutes=30)  # What is asked so soon after belongs to the same contact.
NO_LATER_CONTACT = timedelta(days=3)


class Touch(StrEnum):
    """How a notice reached somebody: shown to an agent in a look-up or a match, or to the customer."""

    LOOKUP = "lookup"
    AGENT = "agent"
    CUSTOMER = "customer"


class NoticeTouchRow(Base):
    """A notice shown for an order, the first time of a day (in UTC)."""

    __tablename__ = "notice_touches"

    notice_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    order_id: Mapped[str] = mapped_column(String(MAX_ORDER_ID), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    touch: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice that was shown for an order."""

    notice_id: str
    order_id: str
    touch: Touch
    at: datetime

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What is counted once."""
        return (self.notice_id, self.order_id, self.at.astimezone(UTC).date().isoformat(), self.touch.value)


@dataclass(frozen=True, slots=True)
class NoticeReach:
    """What a notice did, in counts: `touched` are orders and days, by how; of `told` orders the customer read it.

    `avoided` are told orders about which nobody asked again within `NO_LATER_CONTACT`, `returned` those about which
    somebody did; of `open` ones the days are not over. It is an estimate: that all who kept silent would have asked.
    """

    touched: int
    by_touch: dict[Touch, int]
    told: int
    avoided: int
    returned: int
    open: int


def list_shown(matches: Iterable[AnsweredMatch]) -> list[Shown]:
    """Return the notices that matches showed for orders that are known by their number."""
    return [
        Shown(notice_id, match.order_id, Touch.CUSTOMER if match.audience == Audience.PUBLIC else Touch.AGENT, match.at)
        for match in matches
        if match.order_id
        for notice_id in match.notice_ids
    ]


def note_shown(session: Session, shown: Iterable[Shown]) -> int:
    """Count what was not counted before today; return how much. The session must hold the writer's lock."""
    fresh = list_fresh(session, shown)
    for one in fresh:
        notice_id, order_id, day, touch = one.key
        session.add(NoticeTouchRow(notice_id=notice_id, order_id=order_id, day=day, touch=touch, at=one.at))
    if fresh:
        _prune(session, before=max(one.at for one in fresh) - KEPT)
    session.flush()
    return len(fresh)


def list_fresh(session: Session, shown: Iterable[Shown]) -> Sequence[Shown]:
    """Return what was not counted yet, each once."""
    by_key = {one.key: one for one in reversed(list(shown))}
    keys = list(by_key)
    columns = (NoticeTouchRow.notice_id, NoticeTouchRow.order_id, NoticeTouchRow.day, NoticeTouchRow.touch)
    for start in range(0, len(keys), LOOKED_UP_AT_ONCE):
        known = select(*columns).where(tuple_(*columns).in_(keys[start : start + LOOKED_UP_AT_ONCE]))
        for row in session.execute(known):
            by_key.pop((row[0], row[1], row[2], row[3]), None)
    return list(by_key.values())


def note_if_fresh(database: Database, shown: Sequence[Shown]) -> int:
    """Count what was shown, and take the writer's lock only where there is something new."""
    with database.read() as session:
        fresh = list_fresh(session, shown)
    if not fresh:
        return 0
    with database.write() as session:
        return note_shown(session, fresh)


def measure_reach(
    session: Session, notice_id: str, *, now: datetime, matches_kept: timedelta | None = None
) -> NoticeReach:
    """Return what a notice did so far.

    Whether somebody asked again is read from the recorded matches: orders told before the oldest that is kept are not
    looked at. `matches_kept` is None where all are.
    """
    own = NoticeTouchRow.notice_id == notice_id
    by_touch = dict.fromkeys(Touch, 0)
    counts = select(NoticeTouchRow.touch, func.count()).where(own).group_by(NoticeTouchRow.touch)
    for touch, count in session.execute(counts):
        by_touch[Touch(touch)] = count
    days = select(NoticeTouchRow.order_id, NoticeTouchRow.day).where(own).distinct().subquery()
    told = _list_told(session, notice_id, since=None if matches_kept is None else now - matches_kept)
    over = {order_id: at for order_id, at in told.items() if at <= now - NO_LATER_CONTACT}
    returned = _count_returned(session, over)
    return NoticeReach(
        touched=session.scalar(select(func.count()).select_from(days)) or 0,
        by_touch=by_touch,
        told=len(told),
        avoided=len(over) - returned,
        returned=returned,
        open=len(told) - len(over),
    )


def _list_told(session: Session, notice_id: str, *, since: datetime | None) -> dict[str, datetime]:
    """Return the newest orders whose customers read the notice, and when each did first."""
    first = func.min(NoticeTouchRow.at)
    query = (
        select(NoticeTouchRow.order_id, first)
        .where(NoticeTouchRow.notice_id == notice_id, NoticeTouchRow.touch == Touch.CUSTOMER.value)
        .group_by(NoticeTouchRow.order_id)
        .order_by(first.desc())
        .limit(MOST_TOLD)
    )
    if since is not None:
        query = query.having(first >= since)
    return {row[0]: row[1] for row in session.execute(query)}


def _count_returned(session: Session, told: dict[str, datetime]) -> int:
    """Count the orders about which somebody asked again, after that talk and before the days were over."""
    returned: set[str] = set()
    orders = list(told)
    for start in range(0, len(orders), LOOKED_UP_AT_ONCE):
        chunk = orders[start : start + LOOKED_UP_AT_ONCE]
        contacts = select(MatchRow.order_id, MatchRow.at).where(MatchRow.order_id.in_(chunk))
        for order_id, at in session.execute(contacts):
            if order_id is not None and SAME_TALK < at - told[order_id] <= NO_LATER_CONTACT:
                returned.add(order_id)
    return len(returned)


def _prune(session: Session, *, before: datetime) -> None:
    old = select(NoticeTouchRow.notice_id, NoticeTouchRow.order_id, NoticeTouchRow.day, NoticeTouchRow.touch)
    keys = [tuple(row) for row in session.execute(old.where(NoticeTouchRow.at < before).limit(LOOKED_UP_AT_ONCE))]
    if keys:
        columns = (NoticeTouchRow.notice_id, NoticeTouchRow.order_id, NoticeTouchRow.day, NoticeTouchRow.touch)
        session.execute(delete(NoticeTouchRow).where(tuple_(*columns).in_(keys)))
