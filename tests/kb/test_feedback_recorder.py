"""The recorder: batches beside the answering, drops what does not fit, outlives a database that is away."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kb.database import Database
from kb.feedback.models import AnsweredMatch, AskedThrough, FeedbackVerdict
from kb.feedback.recorder import (
    BATCH,
    PRUNED_AT_ONCE,
    MatchRecorder,
    RecordingRules,
    RecordOutcome,
    open_recorder,
)
from kb.feedback.repository import insert_matches, list_matches
from kb.feedback.service import NewJudgement, save_judgement
from kb.handovers.models import HandoverRow, NewHandover
from kb.handovers.service import make_handover, save_handover
from tests.kb.feedback_makers import AT, A, make_answered

DROPPED, WRITTEN = RecordOutcome.DROPPED, RecordOutcome.WRITTEN


class Counts(Counter[RecordOutcome]):
    """Counts what the recorder reports."""

    def __call__(self, outcome: RecordOutcome, matches: int) -> None:
        """Add to an outcome."""
        self[outcome] += matches


class FlakyDatabase(Database):
    """A database that can be taken away and brought back."""

    is_away = False

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session, unless the database is away."""
        if self.is_away:
            raise OperationalError("INSERT", {}, Exception("away"))
        with super().write() as session:
            yield session


@pytest.fixture
def flaky(make_database: Callable[[], Database]) -> Iterator[FlakyDatabase]:
    """An empty database that can be taken away."""
    database = FlakyDatabase(make_database().url.render_as_string())
    yield database
    database.close()


def make_recorder(database: Database, counts: Counts, **rules: object) -> MatchRecorder:
    """Return a recorder that has not started."""
    return MatchRecorder(database, RecordingRules(**rules), clock=lambda: AT, count=counts)  # type: ignore[arg-type]


def read_ids(database: Database) -> list[str]:
    """Return the request ids of what is stored, in order."""
    with database.read() as session:
        return [match.request_id for match in list_matches(session)]


def number(count: int) -> list[AnsweredMatch]:
    """Return so many matches."""
    return [make_answered(f"r{n}") for n in range(count)]


def test_matches_are_written_in_the_order_they_came(database: Database) -> None:
    counts = Counts()
    with open_recorder(database, RecordingRules(), clock=lambda: AT, count=counts) as recorder:
        for match in number(150):
            recorder.record(match)
        assert recorder.flush()
        assert read_ids(database) == [f"r{n}" for n in range(150)]
    assert counts == {WRITTEN: 150}


def test_a_question_that_was_typed_on_leaves_its_last_state_only(database: Database) -> None:
    typed = [("r1", "怎么还", None), ("r2", "怎么还没到", "r1"), ("r3", "怎么还没到啊", "r2")]
    matches = [
        make_answered(request_id, question=question, at=AT + timedelta(seconds=n), replaces=replaced)
        for n, (request_id, question, replaced) in enumerate(typed)
    ]
    with open_recorder(database, RecordingRules(), clock=lambda: AT, count=Counts()) as recorder:
        recorder.record(matches[0])
        assert recorder.flush()
        for match in matches[1:]:
            recorder.record(match)
    assert read_ids(database) == ["r3"]


def test_what_something_was_said_of_is_not_replaced(database: Database) -> None:
    with database.write() as session:
        insert_matches(session, [make_answered("r1")])
        save_judgement(session, NewJudgement("r1", FeedbackVerdict.WRONG, A), now=AT)
    with open_recorder(database, RecordingRules(), clock=lambda: AT, count=Counts()) as recorder:
        recorder.record(make_answered("r2", at=AT + timedelta(seconds=1), replaces="r1"))
    assert read_ids(database) == ["r1", "r2"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"at": AT - timedelta(minutes=11)}, {}),
        ({"through": AskedThrough.WIDGET}, {}),
        ({"question": "怎么还没到啊"}, {}),
        ({"question": "发票"}, {}),
        ({}, {"through": AskedThrough.WIDGET}),
    ],
    ids=["long ago", "what a visitor asked", "what was longer", "another question", "by a visitor"],
)
def test_nothing_else_is_replaced(database: Database, earlier: dict[str, Any], later: dict[str, Any]) -> None:
    with database.write() as session:
        insert_matches(session, [make_answered("r1", **earlier)])
    with open_recorder(database, RecordingRules(), clock=lambda: AT, count=Counts()) as recorder:
        recorder.record(make_answered("r2", at=AT + timedelta(seconds=1), replaces="r1", **later))
    assert read_ids(database) == ["r1", "r2"]


def test_a_full_batch_waits_for_no_more_company(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.feedback.recorder.GATHER_SECONDS", 600.0)
    written = Event()
    with open_recorder(database, RecordingRules(), clock=lambda: AT, count=lambda *_: written.set()) as recorder:
        for match in number(BATCH - 1):
            recorder.record(match)
        assert not written.wait(0.2)
        recorder.record(make_answered("last"))
        assert written.wait(30.0)
    assert len(read_ids(database)) == BATCH


def test_a_match_that_comes_alone_is_written_by_itself(database: Database) -> None:
    written = Event()
    with open_recorder(database, RecordingRules(), clock=lambda: AT, count=lambda *_: written.set()) as recorder:
        recorder.record(make_answered("first"))
        assert written.wait(30.0)
        time.sleep(0.2)  # By then the thread waits for the next.
        written.clear()
        recorder.record(make_answered("second"))
        assert written.wait(30.0)
    assert read_ids(database) == ["first", "second"]


def test_closing_writes_what_still_waits(make_database: Callable[[], Database]) -> None:
    database, counts = make_database(), Counts()
    with open_recorder(database, RecordingRules(), clock=lambda: AT, count=counts) as recorder:
        for match in number(200):
            recorder.record(match)
    assert len(read_ids(database)) == 200
    recorder.record(make_answered("late"))
    assert counts == {WRITTEN: 200, DROPPED: 1}


def test_full_queue_drops_and_counts(make_database: Callable[[], Database]) -> None:
    database, counts = make_database(), Counts()
    recorder = make_recorder(database, counts, capacity=3)
    for match in number(5):
        recorder.record(match)
    assert counts == {DROPPED: 2}
    recorder.start()
    assert recorder.flush()
    recorder.close()
    assert read_ids(database) == ["r0", "r1", "r2"]


def test_recording_waits_for_nobody_while_another_writes(make_database: Callable[[], Database]) -> None:
    database, counts = make_database(), Counts()
    with open_recorder(database, RecordingRules(), clock=lambda: AT, count=counts) as recorder:
        with database.write():
            recorder.record(make_answered())
            assert not recorder.flush(timeout_seconds=0.05)
        assert recorder.flush()
    assert read_ids(database) == ["r1"]


def test_database_that_is_away_takes_nothing_down_and_nothing_along(flaky: FlakyDatabase) -> None:
    counts = Counts()
    with open_recorder(flaky, RecordingRules(), clock=lambda: AT, count=counts) as recorder:
        flaky.is_away = True
        recorder.record(make_answered())
        assert not recorder.flush()
        flaky.is_away = False
        recorder.record(make_answered("r2"))
        assert recorder.flush()
    assert read_ids(flaky) == ["r1", "r2"]
    assert counts == {WRITTEN: 2}


def test_what_a_closing_recorder_cannot_write_is_counted(flaky: FlakyDatabase) -> None:
    counts = Counts()
    with open_recorder(flaky, RecordingRules(), clock=lambda: AT, count=counts) as recorder:
        flaky.is_away = True
        recorder.record(make_answered())
    assert counts == {DROPPED: 1}


def test_match_that_the_database_refuses_does_not_take_the_others_along(make_database: Callable[[], Database]) -> None:
    database, counts = make_database(), Counts()
    recorder = make_recorder(database, counts)
    # SQLite stores NaN as NULL, which the column refuses.
    for match in (make_answered("r1"), make_answered("bad", confidence=float("nan")), make_answered("r2")):
        recorder.record(match)
    recorder.start()
    assert recorder.flush()
    recorder.close()
    assert read_ids(database) == ["r1", "r2"]
    assert counts == {WRITTEN: 2, DROPPED: 1}


def test_recording_that_is_off_records_nothing_and_counts_nothing(make_database: Callable[[], Database]) -> None:
    database, counts = make_database(), Counts()
    with open_recorder(database, RecordingRules(records=False), clock=lambda: AT, count=counts) as recorder:
        recorder.record(make_answered())
        assert recorder.flush()
    assert (read_ids(database), counts) == ([], {})


def test_old_matches_are_pruned_by_the_thread(make_database: Callable[[], Database]) -> None:
    database, counts = make_database(), Counts()
    with database.write() as session:
        insert_matches(session, [make_answered("old", at=AT - timedelta(days=8)) for _ in range(700)])
    recorder = make_recorder(database, counts, kept=timedelta(days=7))
    recorder.start()
    # One thread does both in turn: once the third is written, the pruning before it is over.
    for match in number(3):
        recorder.record(match)
        assert recorder.flush()
    recorder.close()
    assert read_ids(database) == ["r0", "r1", "r2"]


def test_hand_overs_are_pruned_to_the_last_also_where_there_are_more_of_them_than_of_matches(
    make_database: Callable[[], Database],
) -> None:
    database = make_database()
    left = NewHandover("退货", (), ())
    with database.write() as session:
        for n in range(2 * PRUNED_AT_ONCE + 1):
            save_handover(session, make_handover(left, handover_id=f"{n:032x}", now=AT - timedelta(days=8)))
    recorder = make_recorder(database, Counts(), kept=timedelta(days=7))
    recorder.start()
    for match in number(3):
        recorder.record(match)
        assert recorder.flush()
    recorder.close()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(HandoverRow)) == 0
