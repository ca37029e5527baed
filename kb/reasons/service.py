"""Saving and listing contact reasons."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.changes import ItemKind, SaveResult, record_change
from kb.errors import InvalidInput
from kb.reasons.models import ContactReason, ContactReasonRow, hash_reason


class IntentTaken(InvalidInput):
    """An intent stands in two reasons: its cases could not be counted."""

    code = "intent_taken"

    def __init__(self, intent: str, reason_id: str) -> None:
        super().__init__(f"The intent {intent!r} already belongs to the reason {reason_id!r}. Leave it in one of them.")


def save_reason(session: Session, reason: ContactReason, *, now: datetime) -> SaveResult:
    """Store a reason; a known one is left alone, a changed one replaced; raises `IntentTaken`."""
    content_hash = hash_reason(reason)
    row = session.get(ContactReasonRow, reason.id)
    if row is not None and row.content_hash == content_hash:
        return SaveResult.UNCHANGED
    _refuse_taken(session, reason)
    result = SaveResult.CHANGED if row is not None else SaveResult.ADDED
    if row is None:
        row = ContactReasonRow(id=reason.id)
        session.add(row)
    for name, value in reason:
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    row.content_hash = content_hash
    row.updated_at = now
    session.flush()
    record_change(session, ItemKind.REASON, reason.id, now=now)
    return result


def list_reasons(session: Session) -> list[ContactReason]:
    """Return every reason, in order of id."""
    rows = session.scalars(select(ContactReasonRow).order_by(ContactReasonRow.id))
    fields = ContactReason.model_fields
    return [ContactReason.model_validate({name: getattr(row, name) for name in fields}) for row in rows]


def _refuse_taken(session: Session, reason: ContactReason) -> None:
    taken = {intent: other.id for other in list_reasons(session) if other.id != reason.id for intent in other.intents}
    for intent in reason.intents:
        if intent in taken:
            raise IntentTaken(intent, taken[intent])
