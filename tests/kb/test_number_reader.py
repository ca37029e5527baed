"""The number that every match asks for first: never older than the last commit, and no place of the pool taken."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy.exc import OperationalError

from kb import number_reader
from kb.articles.service import save_article
from kb.changes import NEWEST_REVISION
from kb.database import Database
from tests.fakes import make_article


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Database]:
    """Yield a migrated SQLite database in a file."""
    database = Database(f"sqlite:///{tmp_path / 'shop.db'}")
    database.migrate()
    yield database
    database.close()


def save(database: Database, article: str, now: datetime) -> None:
    """Commit one article."""
    with database.write() as session:
        save_article(session, make_article(id=article), now=now)


def test_number_is_of_the_last_commit_whoever_made_it(stored: Database, now: datetime) -> None:
    other = Database(str(stored.url))
    for written in (1, 2, 3):
        save(other if written % 2 else stored, f"a{written}", now)
        assert stored.read_number(NEWEST_REVISION) == other.read_number(NEWEST_REVISION) == written
    other.close()


def test_threads_that_ask_at_once_get_the_number_and_take_no_place_of_the_pool(stored: Database, now: datetime) -> None:
    save(stored, "a", now)
    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(lambda _: stored.read_number(NEWEST_REVISION), range(400)))
    assert set(numbers) == {1}
    assert stored.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # Of a pool with places.


def test_what_was_read_does_not_keep_the_log_from_being_cut(stored: Database, now: datetime) -> None:
    stored.read_number(NEWEST_REVISION)
    save(stored, "a", now)
    stored.read_number(NEWEST_REVISION)
    with stored.engine.connect() as connection:
        busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    assert busy == 0


def test_failure_is_told_as_the_database_tells_its_others_and_the_next_number_is_read(stored: Database) -> None:
    with pytest.raises(OperationalError, match="no such table"):
        stored.read_number("SELECT MAX(revision) FROM nowhere")
    assert stored.read_number(NEWEST_REVISION) == 0


def test_nobody_waits_for_long_behind_a_thread_that_waits_for_the_database(
    stored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number_reader, "PATIENCE_SECONDS", 0.01)
    began, goes_on = Event(), Event()

    def hang(_: object) -> int:
        began.set()
        goes_on.wait(10)
        return 1

    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(number_reader.NumberReader, "_ask", lambda self, query: hang(query))
        waiting = threads.submit(stored.read_number, NEWEST_REVISION)
        assert began.wait(10)
        assert stored.read_number(NEWEST_REVISION) == 0
        goes_on.set()
        assert waiting.result(10) == 1


def test_after_closing_a_number_can_be_read_again(stored: Database) -> None:
    stored.read_number(NEWEST_REVISION)
    stored.close()
    assert stored.read_number(NEWEST_REVISION) == 0
