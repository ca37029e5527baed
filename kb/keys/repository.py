"""Reading stored keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from kb.access import ApiKey, Role
from kb.database import Database
from kb.keys.models import KeyNotFound, KeyRecord, KeyRow, KeyState, find_state, make_record, read_scope

# Asked every second by every process, and therefore as plain as it can be.
NEWEST_REVISION = "SELECT COALESCE(MAX(revision), 0) FROM api_keys"
# While versions change, a newer one may have stored a role that this one does not know: its key opens nothing here.
KNOWN = select(KeyRow).where(KeyRow.role.in_([role.value for role in Role]))


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as requests are compared with it."""

    key: ApiKey
    digest: str = field(repr=False)
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    refused_at: datetime | None

    def find_state(self, now: datetime) -> KeyState:
        """Return whether it opens anything."""
        return find_state(self.expires_at, self.revoked_at, now)


def get_row(session: Session, key_id: str) -> KeyRow:
    """Return the row of a key; raises `KeyNotFound`."""
    row = session.get(KeyRow, key_id)
    if row is None:
        raise KeyNotFound
    return row


def list_records(session: Session, *, now: datetime) -> list[KeyRecord]:
    """Return every key by name, the newest of a name first; there are never more than `MOST_KEYS`."""
    rows = session.scalars(select(KeyRow).order_by(KeyRow.name, KeyRow.created_at.desc(), KeyRow.key_id))
    return [make_record(row, now) for row in rows]


def list_stored(session: Session) -> dict[str, StoredKey]:
    """Return every key by its id, also those that open nothing any more."""
    return {row.key_id: _make_stored(row) for row in session.scalars(KNOWN)}


def count_keys(session: Session) -> int:
    """Return how many keys are stored, in force or not."""
    return session.scalar(select(func.count()).select_from(KeyRow)) or 0


def get_key_revision(session: Session) -> int:
    """Return the revision of the newest change of any key; 0 where there is none."""
    return session.scalar(select(func.max(KeyRow.revision))) or 0


def list_records_there(database: Database, *, now: datetime) -> Sequence[KeyRecord]:
    """Return every key of a database that may be older than keys are; nothing is migrated."""
    if not inspect(database.engine).has_table(KeyRow.__tablename__):
        return ()
    with database.read() as session:
        return list_records(session, now=now)


def _make_stored(row: KeyRow) -> StoredKey:
    return StoredKey(
        key=ApiKey(b"", Role(row.role), row.name, read_scope(row)),
        digest=row.digest,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
        refused_at=row.refused_at,
    )
