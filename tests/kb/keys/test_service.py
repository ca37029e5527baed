"""Keys are made, replaced and revoked together with their row in the audit trail, on each kind of database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.access import KeyScope, Role
from kb.audit.chain import verify_chain
from kb.audit.models import AuditRow, Caller
from kb.database import Database
from kb.errors import InvalidInput
from kb.keys.models import IssuedKey, KeyNotFound, KeyNotInForce, KeyRow, KeyState, NewKey
from kb.keys.repository import count_keys, get_key_revision, list_records
from kb.keys.service import ENDED_KEPT, MOST_KEYS, create_key, revoke_key, rotate_key
from kb.keys.written import hash_key

NOW = datetime(2026, 11, 15, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ADMIN = Caller("admin", None, "r1")
ERP = NewKey("erp", Role.SERVICE, 90 * DAY, KeyScope(("/v1/match",), True, ("10.1.0.0/16",)))


def make(session: Session, new: NewKey = ERP, now: datetime = NOW) -> IssuedKey:
    return create_key(session, new, ADMIN, now=now)


def make_twice(session: Session) -> None:
    make(session)
    make(session)


def list_trail(session: Session) -> list[tuple[str, str, str, str]]:
    rows = session.scalars(select(AuditRow).order_by(AuditRow.row_id))
    return [(row.actor, row.action, row.what, row.outcome) for row in rows]


def test_a_key_is_stored_as_a_hash_and_its_making_is_in_the_trail(database: Database) -> None:
    with database.write() as session:
        issued = make(session)
    with database.read() as session:
        (row,) = session.scalars(select(KeyRow))
        assert row.digest == hash_key(issued.key)
        assert issued.key not in str(vars(row)) + repr(issued)
        assert list_records(session, now=NOW) == [issued.record]
        assert list_trail(session) == [("admin", "key_create", f"{row.key_id} erp service", "done")]
        assert verify_chain(session).is_whole
    assert (issued.record.scope, issued.record.expires_at) == (ERP.scope, NOW + 90 * DAY)


def test_what_fails_leaves_neither_a_key_nor_a_row_of_the_trail(database: Database) -> None:
    with pytest.raises(InvalidInput), database.write() as session:
        make_twice(session)
    with database.read() as session:
        assert (count_keys(session), list_trail(session)) == (0, [])


def test_a_name_belongs_to_one_key_in_force(database: Database) -> None:
    with database.write() as session:
        first = make(session)
        with pytest.raises(InvalidInput, match="this name"):
            make(session)
        with pytest.raises(InvalidInput, match="this name"):
            create_key(session, NewKey("lin", Role.EDITOR), ADMIN, now=NOW, names_taken={"lin"})
        revoke_key(session, first.record.key_id, ADMIN, now=NOW)
        second = make(session)
        assert make(session, now=NOW + 90 * DAY).record.name == second.record.name


def test_a_rotated_key_and_its_successor_overlap_and_then_the_new_one_holds_alone(database: Database) -> None:
    with database.write() as session:
        old = make(session).record
        new = rotate_key(session, old.key_id, ADMIN, now=NOW + DAY, overlap=timedelta(hours=6)).record
        assert (new.name, new.role, new.scope, new.replaces) == (old.name, old.role, old.scope, old.key_id)
        assert new.expires_at == NOW + 91 * DAY

        def states(at: datetime) -> dict[str, KeyState]:
            return {record.key_id: record.state for record in list_records(session, now=at)}

        assert set(states(NOW + DAY + timedelta(hours=5, minutes=59)).values()) == {KeyState.IN_FORCE}
        after = states(NOW + DAY + timedelta(hours=6))
        assert (after[old.key_id], after[new.key_id]) == (KeyState.EXPIRED, KeyState.IN_FORCE)
        assert list_trail(session)[-1][1:3] == ("key_rotate", f"{new.key_id} erp service {old.key_id}")


def test_a_rotation_never_lengthens_a_life_and_keeps_one_without_end(database: Database) -> None:
    with database.write() as session:
        short = make(session, NewKey("short", Role.AGENT, DAY)).record
        rotate_key(session, short.key_id, ADMIN, now=NOW, overlap=30 * DAY)
        lasting = make(session, NewKey("lasting", Role.AGENT, None)).record
        assert rotate_key(session, lasting.key_id, ADMIN, now=NOW).record.expires_at is None
        ends = {record.key_id: record.expires_at for record in list_records(session, now=NOW)}
        assert (ends[short.key_id], ends[lasting.key_id]) == (NOW + DAY, NOW + DAY)


def test_only_a_key_in_force_that_nothing_replaced_is_rotated(database: Database) -> None:
    with database.write() as session:
        first = make(session).record.key_id
        second = rotate_key(session, first, ADMIN, now=NOW).record.key_id
        with pytest.raises(KeyNotInForce, match="replaced already"):
            rotate_key(session, first, ADMIN, now=NOW)
        with pytest.raises(KeyNotInForce, match="has ended"):
            rotate_key(session, first, ADMIN, now=NOW + 2 * DAY)
        revoke_key(session, second, ADMIN, now=NOW)
        with pytest.raises(KeyNotInForce, match="has ended"):
            rotate_key(session, second, ADMIN, now=NOW)
        with pytest.raises(KeyNotFound, match="keys list"):
            rotate_key(session, "nothing", ADMIN, now=NOW)
        with pytest.raises(InvalidInput, match="720 hours"):
            rotate_key(session, first, ADMIN, now=NOW, overlap=timedelta(hours=721))


def test_a_key_whose_successor_was_revoked_is_replaced_again_by_one_that_lives_as_long(database: Database) -> None:
    with database.write() as session:
        first = make(session).record.key_id
        leaked = rotate_key(session, first, ADMIN, now=NOW).record.key_id
        revoke_key(session, leaked, ADMIN, now=NOW)
        again = rotate_key(session, first, ADMIN, now=NOW + timedelta(hours=1)).record
        assert again.expires_at == NOW + timedelta(hours=1) + 90 * DAY
        assert session.get_one(KeyRow, first).expires_at == NOW + DAY
        third = rotate_key(session, again.key_id, ADMIN, now=NOW + timedelta(hours=2)).record.key_id
        revoke_key(session, again.key_id, ADMIN, now=NOW + timedelta(hours=2))
        with pytest.raises(KeyNotInForce, match=f"replaced already by {third}"):
            rotate_key(session, first, ADMIN, now=NOW + timedelta(hours=2))
        revoke_key(session, third, ADMIN, now=NOW + timedelta(hours=2))
        last = rotate_key(session, first, ADMIN, now=NOW + timedelta(hours=3)).record
        assert last.expires_at == NOW + timedelta(hours=3) + 90 * DAY
        lasting = make(session, NewKey("lasting", Role.AGENT, None)).record.key_id
        revoke_key(session, rotate_key(session, lasting, ADMIN, now=NOW).record.key_id, ADMIN, now=NOW)
        assert rotate_key(session, lasting, ADMIN, now=NOW).record.expires_at is None


def test_a_role_of_a_newer_version_is_shown_and_its_key_can_be_revoked(database: Database) -> None:
    with database.write() as session:
        key_id = make(session).record.key_id
        session.get_one(KeyRow, key_id).role = "auditor"
        session.flush()
        assert [record.role for record in list_records(session, now=NOW)] == ["auditor"]
        with pytest.raises(KeyNotInForce, match="newer version"):
            rotate_key(session, key_id, ADMIN, now=NOW)
        assert revoke_key(session, key_id, ADMIN, now=NOW).state is KeyState.REVOKED


@pytest.mark.parametrize(
    "path", ["/v1/MATCH", "/v1/nothing", "/v1/matches", "/v1/match/one", "/v1/events", "/v1/replies/check"]
)
def test_a_key_that_would_open_nothing_is_not_made(database: Database, path: str) -> None:
    with database.write() as session, pytest.raises(InvalidInput, match=f"begins with {path}"):
        make(session, NewKey("a", Role.AGENT, DAY, KeyScope(paths=("/v1/match", path))))


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/widget", "/v1/orders/SO1", "/v1/customers/C1", "/v1/customers:lookup", "/v1/keys/k:revoke"]
)
def test_a_key_may_be_narrowed_to_any_beginning_that_routes_lie_under(database: Database, path: str) -> None:
    with database.write() as session:
        assert make(session, NewKey("a", Role.AGENT, DAY, KeyScope(paths=(path,)))).record.scope.paths == (path,)


def test_revoking_twice_is_revoking_once_and_every_change_has_a_revision(database: Database) -> None:
    with database.write() as session:
        key_id = make(session).record.key_id
        made = get_key_revision(session)
        first = revoke_key(session, key_id, ADMIN, now=NOW)
        session.flush()
        revoked = get_key_revision(session)
        assert revoke_key(session, key_id, ADMIN, now=NOW + DAY) == first
        assert (made < revoked, get_key_revision(session)) == (True, revoked)
        assert [action for _, action, _, _ in list_trail(session)] == ["key_create", "key_revoke"]
        with pytest.raises(KeyNotFound):
            revoke_key(session, "nothing", ADMIN, now=NOW)


def test_there_are_never_more_than_a_thousand_and_ended_ones_make_room(database: Database) -> None:
    with database.write() as session:
        template = {"role": "agent", "digest": "0" * 64, "paths": [], "reads_only": False, "addresses": []}
        for number in range(MOST_KEYS):
            more = {"key_id": f"{number:012}", "name": f"n{number}", "revision": number + 1}
            session.add(KeyRow(**template, **more, created_at=NOW, expires_at=NOW + DAY if number < 10 else None))
        session.flush()
        with pytest.raises(InvalidInput, match="1,000 keys"):
            make(session)
        make(session, now=NOW + DAY + ENDED_KEPT + timedelta(seconds=1))
        assert count_keys(session) == MOST_KEYS - 10 + 1


@pytest.mark.parametrize(
    ("name", "life", "scope", "problem"),
    [
        ("", DAY, KeyScope(), "1 to 32 letters"),
        ("王", DAY, KeyScope(), "1 to 32 letters"),
        ("a" * 33, DAY, KeyScope(), "1 to 32 letters"),
        ("a", timedelta(), KeyScope(), "lives 1 to"),
        ("a", 3_651 * DAY, KeyScope(), "lives 1 to"),
        ("a", DAY, KeyScope(paths=("/metrics",)), "under /v1"),
        ("a", DAY, KeyScope(paths=("v1/match",)), "under /v1"),
        ("a", DAY, KeyScope(paths=("/v1/" + "a" * 100,)), "under /v1"),
        ("a", DAY, KeyScope(paths=("/v1/match",) * 21), "at most 20"),
        ("a", DAY, KeyScope(addresses=("10.0.0.1/8",)), "bits behind the network"),
        ("a", DAY, KeyScope(addresses=("shop.example",)), "IP addresses"),
    ],
)
def test_what_cannot_be_a_key_is_refused_with_what_to_do(
    name: str, life: timedelta, scope: KeyScope, problem: str
) -> None:
    with pytest.raises(InvalidInput, match=problem):
        NewKey(name, Role.AGENT, life, scope)
