"""Writing down when keys were used, and which were used after their end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from kb.audit.models import Act, AuditAction, AuditOutcome, Caller
from kb.audit.trail import append_row
from kb.keys.models import KeyRow, KeyState


@dataclass(frozen=True, slots=True)
class Refusal:
    """A use of a key that had ended."""

    at: datetime
    state: KeyState
    request_id: str


def write_uses(session: Session, used_at: Mapping[str, datetime]) -> None:
    """Store when keys were used last."""
    for key_id, at in used_at.items():
        session.execute(update(KeyRow).where(KeyRow.key_id == key_id).values(used_at=at))


def write_refusals(session: Session, refused: Mapping[str, Refusal], *, not_since: timedelta) -> None:
    """Put each refusal in the audit trail, unless some process did so lately for the same key."""
    for key_id, refusal in refused.items():
        row = session.get(KeyRow, key_id)
        if row is None or (row.refused_at is not None and refusal.at - row.refused_at < not_since):
            continue
        row.refused_at = refusal.at
        caller = Caller(row.name, f"the key is {refusal.state}", refusal.request_id)
        append_row(session, Act(caller, AuditAction.KEY_REFUSED, key_id), AuditOutcome.REFUSED, at=refusal.at)
