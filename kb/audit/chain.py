"""The chain of hashes through the audit trail, and where it is broken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.audit.models import HEAD, AuditHeadRow, AuditRow

FIRST_HASH = "0" * 64  # What stands before the first row.
MAX_BREAKS = 20
READ_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the trail found: how many rows, the newest hash, and what is wrong with it."""

    rows: int
    newest_hash: str
    breaks: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed or removed."""
        return not self.breaks


def hash_row(row: AuditRow) -> str:
    """Return the SHA-256 of everything a row says, the hash of the row before it included."""
    content = [
        row.row_id,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor,
        row.action,
        row.what,
        row.why,
        row.outcome,
        row.request_id,
        row.previous_hash,
    ]
    return hashlib.sha256(orjson.dumps(content)).hexdigest()


def verify_chain(session: Session, *, noted_hash: str | None = None) -> ChainReport:
    """Walk along the whole trail; with a hash noted earlier, also tell whether the trail still holds its row."""
    head = session.get(AuditHeadRow, HEAD)
    query = select(AuditRow).order_by(AuditRow.row_id).execution_options(yield_per=READ_AT_ONCE)
    walk = _Walk(noted_hash)
    walk.go(session.scalars(query))
    breaks = [*walk.breaks, *walk.find_missing_end(head)]
    return ChainReport(walk.rows, walk.last_hash, tuple(breaks[:MAX_BREAKS]))


class _Walk:
    """Goes from row to row, and keeps what is wrong."""

    def __init__(self, noted_hash: str | None) -> None:
        self.rows = 0
        self.last_id = 0
        self.last_hash = FIRST_HASH
        self.breaks: list[str] = []
        self._noted_hash = noted_hash
        self._found_noted = noted_hash is None

    def go(self, rows: Iterable[AuditRow]) -> None:
        """Look at each row; a broken one does not hide the next."""
        for row in rows:
            self.breaks += list(self._find_breaks(row))[: MAX_BREAKS - len(self.breaks)]
            self._found_noted = self._found_noted or row.hash == self._noted_hash
            self.rows += 1
            self.last_id, self.last_hash = row.row_id, row.hash

    def _find_breaks(self, row: AuditRow) -> Iterator[str]:
        if row.row_id > self.last_id + 1:
            yield f"Before row {row.row_id}, {row.row_id - self.last_id - 1} are missing."
        elif row.previous_hash != self.last_hash:
            yield f"Row {row.row_id} does not follow the one before it: one of the two was changed."
        if row.hash != hash_row(row):
            yield f"Row {row.row_id} was changed."

    def find_missing_end(self, head: AuditHeadRow | None) -> Iterator[str]:
        """Yield what is wrong with the newest rows."""
        if head is None and self.rows:
            yield "Which row is the newest is no longer noted."
        elif head is not None and head.row_id > self.last_id:
            yield f"After row {self.last_id}, {head.row_id - self.last_id} are missing."
        elif head is not None and head.row_id == self.last_id and head.hash != self.last_hash:
            yield f"Row {self.last_id} is not the one that was written last."
        if not self._found_noted:
            yield "No row has the hash that was noted earlier."
