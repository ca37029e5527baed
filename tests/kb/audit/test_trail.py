"""The audit trail: written before anything is answered, in one chain, and found out when it was changed."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kb.audit.chain import FIRST_HASH, ChainReport, hash_row, verify_chain
from kb.audit.models import Act, AuditAction, AuditOutcome, AuditRow, Caller
from kb.audit.trail import AuditTrail, AuditUnavailable, TrailFilter, list_rows
from kb.customers.desk import RevealField, digest_query
from kb.database import Database
from kb.errors import InvalidInput, NotFound
from tests.fakes import FixedClock
from tests.kb.customers.makers import CALLER, ZHOU, open_desk, save_people

ACT = Act(CALLER, AuditAction.LOOKUP, "f" * 64)


def note(database: Database, now: datetime, times: int = 1, outcome: AuditOutcome = AuditOutcome.FOUND) -> None:
    """Append rows."""
    for _ in range(times):
        AuditTrail(database, FixedClock(now)).note(ACT, outcome)


def read(database: Database) -> list[AuditRow]:
    """Return the whole trail."""
    with database.read() as session:
        return list_rows(session, TrailFilter(), limit=1_000)


def verify(database: Database, noted: str | None = None) -> ChainReport:
    """Check the whole trail."""
    with database.read() as session:
        return verify_chain(session, noted_hash=noted)


def tamper(database: Database, *statements: str) -> None:
    """Change the trail as somebody would who has the database and first takes the lock off."""
    unlock = (
        ["DROP TRIGGER audit_refuses_update", "DROP TRIGGER audit_refuses_delete"]
        if database.is_sqlite
        else ["ALTER TABLE audit DISABLE TRIGGER audit_refuses_change"]
    )
    lock = [] if database.is_sqlite else ["ALTER TABLE audit ENABLE TRIGGER audit_refuses_change"]
    with database.engine.begin() as connection:
        for statement in [*unlock, *statements, *lock]:
            connection.execute(text(statement))


def test_rows_are_numbered_and_each_covers_the_one_before(database: Database, now: datetime) -> None:
    note(database, now, 3)
    rows = read(database)
    assert [row.row_id for row in rows] == [1, 2, 3]
    assert rows[0].previous_hash == FIRST_HASH
    assert all(after.previous_hash == before.hash for before, after in pairwise(rows))
    assert all(row.hash == hash_row(row) for row in rows)
    assert (rows[0].actor, rows[0].at, rows[0].action, rows[0].outcome) == ("a-17", now, "lookup", "found")


def test_an_empty_trail_is_whole(database: Database) -> None:
    assert verify(database) == ChainReport(0, FIRST_HASH, ())


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET actor = 'somebody' WHERE row_id = 2", "Row 2 was changed."),
        ("UPDATE audit SET why = 'because' WHERE row_id = 4", "Row 4 was changed."),
        ("DELETE FROM audit WHERE row_id = 2", "Before row 3, 1 are missing."),
        ("DELETE FROM audit WHERE row_id = 1", "Before row 2, 1 are missing."),
        ("DELETE FROM audit WHERE row_id >= 3", "After row 2, 2 are missing."),
        ("DELETE FROM audit", "After row 0, 4 are missing."),
        ("DELETE FROM audit_head", "Which row is the newest is no longer noted."),
        (f"UPDATE audit_head SET hash = '{FIRST_HASH}'", "Row 4 is not the one that was written last."),
    ],
)
def test_whatever_was_changed_or_removed_is_found(database: Database, now: datetime, statement: str, said: str) -> None:
    note(database, now, 4)
    assert verify(database).is_whole
    tamper(database, statement)
    assert verify(database).breaks == (said,)


def test_a_row_that_was_changed_with_its_hash_is_found_by_the_next_one(database: Database, now: datetime) -> None:
    note(database, now, 3)
    changed = read(database)[1]
    changed.actor = "somebody"
    tamper(database, f"UPDATE audit SET actor = 'somebody', hash = '{hash_row(changed)}' WHERE row_id = 2")
    assert verify(database).breaks == ("Row 3 does not follow the one before it: one of the two was changed.",)


def test_a_trail_that_was_written_anew_lacks_the_hash_that_was_noted(database: Database, now: datetime) -> None:
    note(database, now, 2)
    noted = verify(database).newest_hash
    tamper(database, "DELETE FROM audit", "DELETE FROM audit_head")
    note(database, now + timedelta(minutes=1), 2)
    assert verify(database).is_whole
    assert verify(database, noted).breaks == ("No row has the hash that was noted earlier.",)


def test_no_row_is_written_over_another(make_database: Callable[[], Database], now: datetime) -> None:
    database = make_database()
    note(database, now)
    with database.read() as session:
        columns = ", ".join(session.execute(text("SELECT * FROM audit")).keys())
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text(f"INSERT OR REPLACE INTO audit SELECT {columns} FROM audit"))
    assert verify(database).is_whole


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_trail(database: Database, now: datetime, statement: str) -> None:
    note(database, now)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.execute(text(statement))
    assert verify(database).is_whole


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (InvalidInput("no"), AuditOutcome.REFUSED),
        (NotFound("nobody"), AuditOutcome.NONE),
        (ZeroDivisionError(), AuditOutcome.FAILED),
    ],
)
def test_what_fails_is_noted_too_and_fails_all_the_same(
    database: Database, now: datetime, error: Exception, outcome: AuditOutcome
) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        AuditTrail(database, FixedClock(now)).run(ACT, work, lambda _: AuditOutcome.FOUND)
    assert [row.outcome for row in read(database)] == [outcome]


def test_what_cannot_be_noted_is_not_answered(make_database: Callable[[], Database]) -> None:
    database = make_database()
    save_people(database, ZHOU)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE audit"))
    desk = open_desk(database)
    with pytest.raises(AuditUnavailable):
        desk.look_up("13800001037", CALLER)
    with pytest.raises(AuditUnavailable):
        desk.look_up("周雨桐", CALLER)
    with pytest.raises(AuditUnavailable):
        desk.reveal("C0042", [RevealField.PHONE], CALLER)


def test_a_query_is_never_written_down_and_a_reason_is_masked(database: Database) -> None:
    save_people(database, ZHOU)
    desk = open_desk(database)
    caller = Caller("a-17", "客户 13800001037 要求回电", "r1")
    for query in ("13800001037", "+86 138 0000 1037", "周雨桐", "13800001037 周雨桐"):
        try:
            desk.look_up(query, caller)
        except InvalidInput:
            continue
    desk.reveal("C0042", [RevealField.PHONE, RevealField.NAME], caller)
    rows = read(database)
    assert [row.outcome for row in rows] == ["found", "found", "refused", "refused", "found"]
    assert rows[0].what == rows[1].what == digest_query(database, "13800001037")
    assert (rows[-1].action, rows[-1].what, rows[-1].why) == ("reveal", "C0042 name,phone", "客户 [手机号] 要求回电")
    written = "".join(f"{row.what}{row.why}" for row in rows)
    assert "13800001037" not in written
    assert "雨桐" not in written


def test_a_phone_in_the_place_of_an_id_is_not_written_down(database: Database) -> None:
    with pytest.raises(NotFound) as caught:
        open_desk(database).reveal("13800001037", [RevealField.NAME], CALLER)
    assert "13800001037" not in caught.value.message
    row = read(database)[0]
    assert (row.what, row.outcome) == (f"{digest_query(database, '13800001037')} name", "none")


def test_rows_are_listed_by_actor_time_and_whom_they_are_about(database: Database, now: datetime) -> None:
    save_people(database, ZHOU)
    desk = open_desk(database)
    desk.look_up("13800001037", CALLER)
    desk.look_up("8138", Caller("a-18", None, "r2"))
    desk.reveal("C0042", [RevealField.NAME], CALLER)
    AuditTrail(database, FixedClock(now - timedelta(days=400))).note(ACT, AuditOutcome.NONE)

    def ids(wanted: TrailFilter, limit: int = 10) -> list[int]:
        with database.read() as session:
            return [row.row_id for row in list_rows(session, wanted, limit=limit)]

    assert ids(TrailFilter(actor="a-18")) == [2]
    assert ids(TrailFilter(since=now - timedelta(days=1))) == [1, 2, 3]
    assert ids(TrailFilter(about=(digest_query(database, "138 0000 1037"), "138 0000 1037"))) == [1]
    assert ids(TrailFilter(about=(digest_query(database, "C0042"), "C0042"))) == [3]
    assert ids(TrailFilter(), limit=2) == [3, 4]


def append_some(url: str, times: int) -> None:
    """Append rows; runs in a process of its own."""
    database = Database(url)
    for _ in range(times):
        AuditTrail(database).note(ACT, AuditOutcome.FOUND)
    database.close()


def test_the_chain_holds_with_several_threads(database: Database, now: datetime) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(note, database, now, 5) for _ in range(4)]:
            done.result(timeout=60)
    report = verify(database)
    assert (report.rows, report.breaks) == (20, ())


def test_the_chain_holds_with_several_processes(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in [pool.submit(append_some, url, 5) for _ in range(2)]:
            done.result(timeout=120)
    report = verify(database)
    assert (report.rows, report.breaks) == (10, ())
