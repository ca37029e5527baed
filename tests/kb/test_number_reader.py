"""The number that every match asks for first: never older than the last commit, and no place of the pool taken."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from kb.articles.service import save_article
from kb.changes import NEWEST_REVISION
from kb.database import Database
from kb.number_reader import NumberReader
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


def test_threads_that_ask_at_once_all_get_the_number(stored: Database, now: datetime) -> None:
    save(stored, "a", now)
    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(lambda _: stored.read_number(NEWEST_REVISION), range(400)))
    assert set(numbers) == {1}


def test_number_is_read_where_every_place_of_the_pool_is_taken(stored: Database) -> None:
    pool = stored.engine.pool
    assert isinstance(pool, QueuePool)
    stored.read_number(NEWEST_REVISION)
    with ExitStack() as stack:
        for _ in range(pool.size() + pool._max_overflow):
            stack.enter_context(stored.engine.connect())
        assert stored.read_number(NEWEST_REVISION) == 0


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


def test_each_failure_to_open_is_told_so_too(stored: Database, tmp_path: Path) -> None:
    stored.close()
    (tmp_path / "shop.db").rename(tmp_path / "elsewhere.db")
    (tmp_path / "shop.db").mkdir()
    for _ in range(2):
        with pytest.raises(OperationalError):
            stored.read_number(NEWEST_REVISION)
    (tmp_path / "shop.db").rmdir()
    (tmp_path / "elsewhere.db").rename(tmp_path / "shop.db")
    assert stored.read_number(NEWEST_REVISION) == 0


def test_nobody_waits_for_long_behind_a_thread_that_waits_for_the_database(stored: Database) -> None:
    reader = NumberReader(stored.engine, patience_seconds=0.01)
    began, goes_on = Event(), Event()
    stored.close()  # So that the first to read opens a connection.

    def hang(*_: object) -> None:
        began.set()
        goes_on.wait(10)

    event.listen(stored.engine, "connect", hang, once=True)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(reader.read, NEWEST_REVISION)
        assert began.wait(10)
        assert reader.read(NEWEST_REVISION) is None
        reader.close()
        goes_on.set()
        assert waiting.result(10) == 0
    reader.close()


def test_database_in_memory_is_asked_by_its_only_connection() -> None:
    database = Database("sqlite:///:memory:")
    assert database.read_number("SELECT 41 + 1") == 42
    assert database.read_number("SELECT 41 + 1") == 42
    database.close()


def test_after_closing_a_number_can_be_read_again(stored: Database) -> None:
    stored.read_number(NEWEST_REVISION)
    stored.close()
    assert stored.read_number(NEWEST_REVISION) == 0
