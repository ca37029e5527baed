"""Making, replacing and revoking keys: each together with its row in the audit trail, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from kb.access import Role
from kb.audit.models import Act, AuditAction, AuditOutcome, Caller
from kb.audit.trail import append_row
from kb.errors import InvalidInput
from kb.keys.models import (
    MOST_OVERLAP_HOURS,
    USUAL_OVERLAP,
    IssuedKey,
    KeyNotInForce,
    KeyRecord,
    KeyRow,
    KeyState,
    NewKey,
    find_state,
    make_record,
    read_scope,
)
from kb.keys.openings import opens_anything
from kb.keys.repository import count_keys, get_key_revision, get_row
from kb.keys.written import hash_key, write_key

MOST_KEYS = 1_000  # Every process holds them all.
ENDED_KEPT = timedelta(days=90)  # So long the list shows what a key was, and a late use of it is noted.


def create_key(
    session: Session, new: NewKey, caller: Caller, *, now: datetime, names_taken: Collection[str] = ()
) -> IssuedKey:
    """Store a new key's hash and return the key; raises `InvalidInput` where another in force has its name."""
    if new.name in names_taken or _find_in_force(session, new.name, now):
        raise InvalidInput("Another key in force has this name. Take another name, or rotate that key.")
    for path in new.scope.paths:
        if not opens_anything(path):
            raise InvalidInput(f"No address that asks for a key begins with {path}. Take one of docs/http-api.md.")
    return _issue(session, new, Act(caller, AuditAction.KEY_CREATE, ""), now)


def rotate_key(
    session: Session, key_id: str, caller: Caller, *, now: datetime, overlap: timedelta = USUAL_OVERLAP
) -> IssuedKey:
    """Return a new key for the same, which lives as long as the old one was to; the old one ends after the overlap."""
    if not timedelta() <= overlap <= timedelta(hours=MOST_OVERLAP_HOURS):
        raise InvalidInput(f"Both keys hold for 0 to {MOST_OVERLAP_HOURS} hours.")
    row = get_row(session, key_id)
    if not _is_in_force(row, now):
        raise KeyNotInForce("This key has ended. Create a new one.")
    if row.role not in set(Role):
        raise KeyNotInForce(f"Only a newer version knows the role {row.role}. Rotate this key there, or revoke it.")
    successors = _list_successors(session, row)
    if in_force := [each.key_id for each in successors if _is_in_force(each, now)]:
        raise KeyNotInForce(f"This key was replaced already by {in_force[-1]}. Rotate that one, or revoke it first.")
    new = NewKey(row.name, Role(row.role), _find_life([row, *successors]), read_scope(row))
    issued = _issue(session, new, Act(caller, AuditAction.KEY_ROTATE, key_id), now, replaces=key_id)
    row.expires_at = now + overlap if row.expires_at is None else min(row.expires_at, now + overlap)
    return issued


def revoke_key(session: Session, key_id: str, caller: Caller, *, now: datetime) -> KeyRecord:
    """End a key at once; one that was revoked before stays as it is."""
    row = get_row(session, key_id)
    if row.revoked_at is None:
        row.revoked_at, row.revision = now, get_key_revision(session) + 1
        _note(session, Act(caller, AuditAction.KEY_REVOKE, _describe(row)), now)
    return make_record(row, now)


def _issue(session: Session, new: NewKey, act: Act, now: datetime, *, replaces: str | None = None) -> IssuedKey:
    revision = get_key_revision(session) + 1  # Before any is forgotten: nobody looks for changes twice at one number.
    _forget_ended(session, now)
    if count_keys(session) >= MOST_KEYS:
        raise InvalidInput(f"There are {MOST_KEYS:,} keys. Revoke what nobody uses; it is forgotten after 90 days.")
    written = write_key()
    row = KeyRow(
        key_id=written.key_id,
        name=new.name,
        role=new.role.value,
        digest=hash_key(written.text),
        paths=list(new.scope.paths),
        reads_only=new.scope.reads_only,
        addresses=list(new.scope.addresses),
        created_at=now,
        expires_at=None if new.life is None else now + new.life,
        replaces=replaces,
        revision=revision,
    )
    session.add(row)
    session.flush()
    _note(session, replace(act, what=" ".join(filter(None, (_describe(row), act.what)))), now)
    return IssuedKey(make_record(row, now), written.text)


def _find_in_force(session: Session, name: str, now: datetime) -> bool:
    rows = session.scalars(select(KeyRow).where(KeyRow.name == name))
    return any(_is_in_force(row, now) for row in rows)


def _list_successors(session: Session, row: KeyRow) -> Sequence[KeyRow]:
    """Return what took the place of a key in force, ended or not: nothing else made since has its name."""
    since = (KeyRow.revision > row.revision, KeyRow.created_at >= row.created_at)
    return session.scalars(select(KeyRow).where(KeyRow.name == row.name, *since).order_by(KeyRow.revision)).all()


def _find_life(rows: Sequence[KeyRow]) -> timedelta | None:
    """Return how long keys that took each other's place were to live: being replaced has shortened some of them."""
    lives = [row.expires_at - row.created_at for row in rows if row.expires_at is not None]
    return max(lives) if len(lives) == len(rows) else None


def _is_in_force(row: KeyRow, now: datetime) -> bool:
    return find_state(row.expires_at, row.revoked_at, now) is KeyState.IN_FORCE


def _forget_ended(session: Session, now: datetime) -> None:
    before = now - ENDED_KEPT
    session.execute(delete(KeyRow).where(or_(KeyRow.expires_at < before, KeyRow.revoked_at < before)))


def _describe(row: KeyRow) -> str:
    return f"{row.key_id} {row.name} {row.role}"


def _note(session: Session, act: Act, now: datetime) -> None:
    append_row(session, act, AuditOutcome.DONE, at=now)
