"""The ring finds keys of both kinds, follows what other processes do, and notes uses and refusals sparingly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from kb.access import Role, list_keys
from kb.audit.models import AuditRow, Caller
from kb.database import Database
from kb.keys.models import IssuedKey, KeyRow, KeyState, NewKey
from kb.keys.ring import TRUSTED_SECONDS, FoundKey, KeyRing, KeysUnreadable, follow_keys
from kb.keys.service import ENDED_KEPT, create_key, revoke_key
from kb.keys.written import write_key
from tests.fakes import FixedClock

NOW = datetime(2026, 11, 15, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ADMIN = Caller("admin", None, "r1")


class Timer:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return how many have passed."""
        return self.seconds


def make(database: Database, name: str = "wang", life: timedelta | None = DAY) -> IssuedKey:
    with database.write() as session:
        return create_key(session, NewKey(name, Role.AGENT, life), ADMIN, now=NOW)


def revoke(database: Database, key_id: str) -> None:
    with database.write() as session:
        revoke_key(session, key_id, ADMIN, now=NOW)


def state_of(found: FoundKey | None) -> KeyState | None:
    return None if found is None else found.state


def test_a_key_is_found_with_its_state_and_nothing_else_is(database: Database) -> None:
    clock = FixedClock(NOW)
    ring = KeyRing(clock=clock)
    issued = make(database)
    ring.read(database)
    found = ring.find(issued.key.encode())
    assert found is not None
    assert (found.key.name, found.key.role, found.state) == ("wang", Role.AGENT, KeyState.IN_FORCE)
    other = write_key()
    for offered in (b"", b"wang", other.text.encode(), issued.key.encode()[:-1], b"\xff" * 70):
        assert ring.find(offered) is None
    clock.now = NOW + DAY
    assert state_of(ring.find(issued.key.encode())) is KeyState.EXPIRED
    revoke(database, issued.record.key_id)
    ring.read(database)
    assert state_of(ring.find(issued.key.encode())) is KeyState.REVOKED


def test_another_key_with_the_same_id_is_none(database: Database) -> None:
    ring = KeyRing(clock=FixedClock(NOW))
    issued = make(database)
    ring.read(database)
    with database.write() as session:
        row = session.get(KeyRow, issued.record.key_id)
        assert row is not None
        row.digest, row.revision = "0" * 64, 99
    ring.read(database)
    assert ring.find(issued.key.encode()) is None


def test_a_role_of_a_newer_version_opens_nothing_and_the_other_keys_go_on(database: Database) -> None:
    ring = KeyRing(clock=FixedClock(NOW))
    newer, known = make(database, "newer"), make(database, "known")
    with database.write() as session:
        session.get_one(KeyRow, newer.record.key_id).role = "auditor"
    ring.read(database)
    assert ring.find(newer.key.encode()) is None
    assert ring.is_guarded
    assert ring.find(known.key.encode()) is not None


def test_keys_of_the_settings_stand_beside_stored_ones(database: Database) -> None:
    ring = KeyRing(list_keys(SecretStr("one"), SecretStr("lin:editor:0123456789abcdef")))
    issued = make(database, life=None)
    ring.read(database)
    found = [ring.find(offered) for offered in (b"one", b"0123456789abcdef", issued.key.encode())]
    assert [one.key.role for one in found if one] == [Role.ADMIN, Role.EDITOR, Role.AGENT]
    assert ring.fixed_names == {"lin"}


def test_once_a_key_is_asked_for_it_always_is(database: Database) -> None:
    ring = KeyRing()
    ring.read(database)
    assert not ring.is_guarded
    issued = make(database)
    revoke(database, issued.record.key_id)
    ring.read(database)
    assert ring.is_guarded
    with database.write() as session:
        session.delete(session.get_one(KeyRow, issued.record.key_id))
    ring.read(database)
    assert ring.is_guarded
    assert KeyRing(list_keys(SecretStr("one"), None)).is_guarded


def test_a_database_that_is_away_for_a_minute_leaves_stored_keys_unknown_and_the_settings_ones_well(
    make_database: Callable[[], Database],
) -> None:
    database, timer = make_database(), Timer()
    ring = KeyRing(list_keys(SecretStr("one"), None), timer=timer, clock=FixedClock(NOW))
    issued = make(database)
    ring.read(database)
    timer.seconds = TRUSTED_SECONDS
    assert ring.find(issued.key.encode()) is not None
    timer.seconds += 1
    with pytest.raises(KeysUnreadable, match="Try again"):
        ring.find(issued.key.encode())
    assert ring.find(b"one") is not None
    ring.read(database)
    assert ring.find(issued.key.encode()) is not None


def test_a_running_ring_follows_what_another_process_does(make_database: Callable[[], Database]) -> None:
    database, ring = make_database(), KeyRing(clock=FixedClock(NOW))
    issued = make(database)
    with follow_keys(ring, database, seconds=0.01):
        assert state_of(ring.find(issued.key.encode())) is KeyState.IN_FORCE
        revoke(database, issued.record.key_id)
        assert wait_until(lambda: state_of(ring.find(issued.key.encode())) is KeyState.REVOKED)


@contextmanager
def act_once_keys_were_read(database: Database, act: Callable[[], object]) -> Iterator[threading.Thread]:
    """Have somebody act in another thread between the reading of the keys and whatever is done with them."""
    acting = threading.Thread(target=act)
    has_begun = threading.Event()

    def begin(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "digest" in statement and not has_begun.is_set():
            has_begun.set()
            acting.start()
            acting.join(0.5)  # Whoever has to wait for this reading goes on after it.

    event.listen(database.engine, "after_cursor_execute", begin)
    yield acting
    event.remove(database.engine, "after_cursor_execute", begin)
    acting.join()


@pytest.mark.parametrize("read_keys", [KeyRing.read, KeyRing.write_notes])
def test_a_revocation_while_keys_are_read_stays_in_force(
    make_database: Callable[[], Database], read_keys: Callable[[KeyRing, Database], None]
) -> None:
    database, ring = make_database(), KeyRing(clock=FixedClock(NOW))
    issued = make(database)
    ring.read(database)
    found = ring.find(issued.key.encode())
    assert found is not None
    ring.note_use(found)
    make(database, "other")  # So that there is something to read.

    def revoke_and_read() -> None:
        revoke(database, issued.record.key_id)
        ring.read(database)

    with act_once_keys_were_read(database, revoke_and_read):
        read_keys(ring, database)
    assert state_of(ring.find(issued.key.encode())) is KeyState.REVOKED


def test_a_key_that_is_made_as_ended_ones_are_forgotten_is_found(database: Database) -> None:
    ring, later = KeyRing(clock=FixedClock(NOW)), NOW + DAY + ENDED_KEPT + DAY
    make(database, "lasting", life=None)
    make(database, "ended")
    ring.read(database)
    with database.write() as session:
        issued = create_key(session, NewKey("new", Role.AGENT), ADMIN, now=later)
    ring.read(database)
    assert ring.find(issued.key.encode()) is not None


def test_where_keys_are_required_one_is_asked_for_before_there_is_any(database: Database) -> None:
    ring = KeyRing(is_required=True)
    assert ring.is_guarded
    ring.read(database)
    assert ring.is_guarded


def test_a_ring_goes_on_after_the_database_was_away(make_database: Callable[[], Database]) -> None:
    database, ring = make_database(), KeyRing(clock=FixedClock(NOW))
    with follow_keys(ring, database, seconds=0.01):
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE api_keys RENAME TO away")
        with pytest.raises(OperationalError):
            ring.read(database)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO api_keys")
        issued = make(database)
        assert wait_until(lambda: ring.find(issued.key.encode()) is not None)


def wait_until(is_so: Callable[[], bool]) -> bool:
    """Tell whether something becomes so in the end."""
    for _ in range(1_000):
        if is_so():
            return True
        time.sleep(0.01)
    return False


def test_uses_are_written_every_ten_minutes_at_most(database: Database) -> None:
    clock = FixedClock(NOW)
    ring, issued = KeyRing(clock=clock), make(database)
    ring.read(database)

    def use_and_write() -> datetime | None:
        found = ring.find(issued.key.encode())
        assert found is not None
        ring.note_use(found)
        ring.write_notes(database)
        with database.read() as session:
            return session.get_one(KeyRow, issued.record.key_id).used_at

    assert use_and_write() == NOW
    clock.now = NOW + timedelta(minutes=9, seconds=59)
    assert use_and_write() == NOW
    clock.now = NOW + timedelta(minutes=10)
    assert use_and_write() == clock.now


def test_a_refused_use_is_in_the_trail_once_an_hour_whatever_the_number_of_processes(database: Database) -> None:
    clock = FixedClock(NOW + 2 * DAY)
    issued = make(database)
    rings = [KeyRing(clock=clock), KeyRing(clock=clock)]

    def refuse() -> list[tuple[str, str, str | None, str, str]]:
        for ring in rings:
            ring.read(database)
            found = ring.find(issued.key.encode())
            assert found is not None
            for number in range(3):
                ring.note_refusal(found, f"q{number}")
            ring.write_notes(database)
        with database.read() as session:
            rows = session.scalars(select(AuditRow).where(AuditRow.action == "key_refused"))
            return [(row.actor, row.what, row.why, row.outcome, row.request_id) for row in rows]

    row = ("wang", issued.record.key_id, "the key is expired", "refused", "q2")
    assert refuse() == [row]
    clock.now += timedelta(minutes=59)
    assert refuse() == [row]
    clock.now += timedelta(minutes=1)
    assert refuse() == [row, row]
