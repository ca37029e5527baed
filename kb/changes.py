"""The change log: every change of an indexed item gets the next revision, which the index follows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.database import Base, UtcDateTime

# Asked before every match, and therefore as plain as it can be.
NEWEST_REVISION = "SELECT COALESCE(MAX(revision), 0) FROM changes"


class ItemKind(StrEnum):
    """What a change, a passage or a solution is about."""

    ARTICLE = "article"
    CASE = "case"
    NOTICE = "notice"
    SYNONYM = "synonym"
    REASON = "reason"


# What passages are made of. Changes of the other kinds move the revision and leave the index as it is.
INDEXED_KINDS = frozenset({ItemKind.ARTICLE, ItemKind.CASE})


class SaveResult(StrEnum):
    """What saving did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class ChangeRow(Base):
    """One change; `revision` rises with every commit."""

    __tablename__ = "changes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    revision: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[ItemKind] = mapped_column(String(16))
    item_id: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


def record_change(session: Session, kind: ItemKind, item_id: str, *, now: datetime) -> None:
    """Note that an item changed, in the transaction that changes it."""
    session.add(ChangeRow(kind=kind, item_id=item_id, changed_at=now))


def get_revision(session: Session) -> int:
    """Return the newest revision; 0 for an empty database."""
    return session.scalar(select(func.max(ChangeRow.revision))) or 0


def list_changed(session: Session, *, after: int, up_to: int) -> list[tuple[ItemKind, str]]:
    """Return each item changed in the revisions `after < r <= up_to`, once, in order of its last change."""
    last = func.max(ChangeRow.revision)
    rows = session.execute(
        select(ChangeRow.kind, ChangeRow.item_id)
        .where(ChangeRow.revision > after, ChangeRow.revision <= up_to)
        .group_by(ChangeRow.kind, ChangeRow.item_id)
        .order_by(last)
    )
    return [(ItemKind(kind), item_id) for kind, item_id in rows]
