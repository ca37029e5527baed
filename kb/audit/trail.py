"""Writing the audit trail: nothing is answered before its row is committed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kb.audit.chain import FIRST_HASH, hash_row
from kb.audit.models import HEAD, Act, AuditHeadRow, AuditOutcome, AuditRow
from kb.database import Database
from kb.errors import InvalidInput, NotFound, XianzhiError
from kb.text.mask import mask_personal_data

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class AuditUnavailable(XianzhiError):
    """What was asked cannot be noted, and is therefore not answered."""

    code = "audit_unavailable"

    def __init__(self) -> None:
        super().__init__("The audit trail cannot be written at the moment, so nothing is shown. Try again.")


def read_clock() -> datetime:
    """Return the present moment; a pretended present, as demonstrations have it, is not for a trail."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """The trail of one database."""

    database: Database
    clock: Callable[[], datetime] = read_clock

    def run(self, act: Act, work: Callable[[], Result], judge: Callable[[Result], AuditOutcome]) -> Result:
        """Do the work, note how it ended, and only then return its result or raise its error.

        Raises `AuditUnavailable` where it cannot be noted.
        """
        try:
            result = work()
            outcome = judge(result)
        except InvalidInput:
            self.note(act, AuditOutcome.REFUSED)
            raise
        except NotFound:
            self.note(act, AuditOutcome.NONE)
            raise
        except Exception:  # Whatever it was, somebody tried.
            self.note(act, AuditOutcome.FAILED)
            raise
        self.note(act, outcome)
        return result

    def note(self, act: Act, outcome: AuditOutcome) -> None:
        """Append and commit one row; raises `AuditUnavailable`."""
        try:
            with self.database.write() as session:
                append_row(session, act, outcome, at=self.clock())
        except SQLAlchemyError as error:
            log.error("audit_unavailable", extra={"error": type(error).__name__, "request_id": act.caller.request_id})
            raise AuditUnavailable from error


def append_row(session: Session, act: Act, outcome: AuditOutcome, *, at: datetime) -> AuditRow:
    """Add the next row; the session must hold the writer's lock, so that no other comes between."""
    head = session.get(AuditHeadRow, HEAD)
    if head is None:
        head = AuditHeadRow(id=HEAD, row_id=0, hash=FIRST_HASH)
        session.add(head)
    row = AuditRow(
        row_id=head.row_id + 1,
        at=at.astimezone(UTC),
        actor=act.caller.actor,
        action=act.action.value,
        what=act.what,
        why=mask_personal_data(act.caller.why).text if act.caller.why else None,
        outcome=outcome.value,
        request_id=act.caller.request_id,
        previous_hash=head.hash,
    )
    row.hash = hash_row(row)
    session.add(row)
    head.row_id, head.hash = row.row_id, row.hash
    session.flush()
    return row


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which rows to list; `about` are a look-up's digest and a customer's id, either of which is meant."""

    since: datetime | None = None
    actor: str | None = None
    about: tuple[str, str] | None = None


def list_rows(session: Session, wanted: TrailFilter, *, limit: int) -> list[AuditRow]:
    """Return the newest rows that are wanted, oldest first."""
    query = select(AuditRow).order_by(AuditRow.row_id.desc()).limit(limit)
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.actor is not None:
        query = query.where(AuditRow.actor == wanted.actor)
    if wanted.about is not None:
        reveals = [AuditRow.what.startswith(f"{name} ", autoescape=True) for name in wanted.about]
        query = query.where(or_(AuditRow.what.in_(wanted.about), *reveals))
    return list(session.scalars(query))[::-1]
