"""The database's identity: an index built from another database is never used with this one."""

from __future__ import annotations

import uuid

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.database import Base, Database


class IdentityRow(Base):
    """One row, written when the database is first used."""

    __tablename__ = "identity"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)


def find_identity(session: Session) -> str | None:
    """Return the database's id, or None where it has not been given one."""
    return session.scalar(select(IdentityRow.id))


def ensure_identity(database: Database) -> str:
    """Return the database's id, giving it one at first use."""
    with database.read() as session:
        known = find_identity(session)
    if known is not None:
        return known
    with database.write() as session:
        known = find_identity(session) or str(uuid.uuid4())
        session.merge(IdentityRow(id=known))
    return known
