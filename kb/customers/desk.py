"""The desk at which customers are looked up and their data is shown in plain: everything here is noted first."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kb.audit.models import Act, AuditAction, AuditOutcome, Caller
from kb.audit.trail import AuditTrail
from kb.customers.candidates import ListedCandidate, list_candidates
from kb.customers.lookup import Candidate, MatchedBy, find_candidates
from kb.customers.profile import CustomerProfile, View, build_profile
from kb.customers.query import QueryKind, hash_query, read_query
from kb.database import Database
from kb.errors import NotFound
from kb.identity import ensure_identity
from kb.notices.touches import Shown, Touch, note_if_fresh
from kb.orders.tables import CustomerRow
from kb.text.mask import mask_personal_data

log = logging.getLogger(__name__)


class RevealField(StrEnum):
    """What can be shown in plain."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    EMAIL = "email"


class CustomerUnknown(NotFound):
    """No customer has this id; the id is not repeated, for it may be a phone that was put in its place."""

    code = "customer_not_found"

    def __init__(self) -> None:
        super().__init__("No customer has this id. Look the customer up first: the answer holds the id.")


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a look-up found: one profile, or several candidates, or nothing."""

    read_as: QueryKind
    outcome: AuditOutcome
    matched_by: tuple[MatchedBy, ...]
    profile: CustomerProfile | None
    candidates: tuple[ListedCandidate, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Revealed:
    """A customer's data in plain; None where it is not known."""

    customer_id: str
    values: Mapping[RevealField, str | None]


@dataclass(frozen=True, slots=True)
class CustomerDesk:
    """Looks up and reveals, and notes both before it answers."""

    database: Database
    trail: AuditTrail
    view: View

    def look_up(self, query: str, caller: Caller) -> Lookup:
        """Find whom a query means; raises `QueryUnreadable`, or `AuditUnavailable` where it cannot be noted."""
        act = Act(caller, AuditAction.LOOKUP, digest_query(self.database, query))
        found = self.trail.run(act, lambda: self._look_up(query), lambda found: found.outcome)
        self._count_notices(found)
        return found

    def reveal(self, customer_id: str, fields: Iterable[RevealField], caller: Caller) -> Revealed:
        """Return data in plain; raises `CustomerUnknown`, or `AuditUnavailable` where it cannot be noted."""
        wanted = [field for field in RevealField if field in set(fields)]
        act = Act(caller, AuditAction.REVEAL, f"{self._name(customer_id)} {','.join(wanted)}")
        return self.trail.run(act, lambda: self._reveal(customer_id, wanted), lambda _: AuditOutcome.FOUND)

    def _count_notices(self, found: Lookup) -> None:
        """Count which notices were shown; that it cannot be counted is no reason to answer less."""
        notices = found.profile.notices if found.profile else ()
        shown = [
            Shown(notice.id, order_id, Touch.LOOKUP, self.view.now)
            for notice in notices
            for order_id in notice.order_ids
        ]
        try:
            note_if_fresh(self.database, [one for one in shown if one.order_id])
        except SQLAlchemyError as error:
            log.warning("notices_not_counted", extra={"error": type(error).__name__})

    def _name(self, customer_id: str) -> str:
        """Return how the trail names a customer: by the id, unless that looks like somebody's phone or name."""
        is_plain = mask_personal_data(customer_id).text == customer_id
        return customer_id if is_plain else digest_query(self.database, customer_id)

    def _look_up(self, text: str) -> Lookup:
        query = read_query(text)
        with self.database.read_rows() as connection:
            found = find_candidates(connection, query)
            if len(found.items) == 1 and not found.truncated:
                return self._show(connection, query.kind, found.items[0])
            return Lookup(
                read_as=query.kind,
                outcome=AuditOutcome.SEVERAL if found.items else AuditOutcome.NONE,
                matched_by=(),
                profile=None,
                candidates=list_candidates(connection, found.items),
                truncated=found.truncated,
            )

    def _show(self, connection: Connection, kind: QueryKind, found: Candidate) -> Lookup:
        profile = build_profile(connection, found.customer_id, found.order_ids, self.view)
        outcome = AuditOutcome.FOUND if profile else AuditOutcome.NONE
        return Lookup(kind, outcome, found.matched_by, profile, (), truncated=False)

    def _reveal(self, customer_id: str, fields: Sequence[RevealField]) -> Revealed:
        with self.database.read() as session:
            row = session.get(CustomerRow, customer_id)
            if row is None:
                raise CustomerUnknown
            return Revealed(customer_id, {field: getattr(row, field.value) for field in fields})


def digest_query(database: Database, text: str) -> str:
    """Return what the trail of this database keeps of a query."""
    return hash_query(text, ensure_identity(database))
