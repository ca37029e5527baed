"""The writers' lock: one writer at a time among threads and processes, until its checkpoint is over."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as WaitedTooLong

from kb.articles.service import save_article
from kb.changes import get_revision
from kb.database import Database
from kb.writer_lock import WriterLock
from tests.fakes import make_article

HOLDER = """
import sys, fcntl
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
THREADS, WRITES = 4, 10


def test_nobody_else_holds_it_meanwhile_and_waiting_has_an_end(tmp_path: Path) -> None:
    first, second = (WriterLock(tmp_path / "lock", timeout_seconds=0.05) for _ in range(2))
    with first.hold():
        for lock in (first, second):
            with pytest.raises(WaitedTooLong, match=r"0\.05 seconds"), lock.hold():
                pass
    with second.hold():
        pass


def test_it_is_free_as_soon_as_the_process_that_holds_it_was_killed(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path / "lock", timeout_seconds=0.05)
    command = [sys.executable, "-c", HOLDER, str(lock.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(WaitedTooLong), lock.hold():
            pass
        holder.kill()
        holder.wait()
        with lock.hold():
            pass


def test_a_lock_file_that_cannot_be_opened_is_a_database_that_does_not_answer(tmp_path: Path) -> None:
    with pytest.raises(OperationalError), WriterLock(tmp_path / "gone" / "lock", timeout_seconds=1).hold():
        pass


def test_every_write_and_the_checkpoint_behind_it_hold_the_lock(
    make_database: Callable[[], Database], now: datetime
) -> None:
    database = make_database()
    path = Path(f"{database.url.database}-writer")
    rival = WriterLock(path, timeout_seconds=0.01)
    with database.write() as session:
        save_article(session, make_article(), now=now)
        with pytest.raises(WaitedTooLong), rival.hold():
            pass
    with rival.hold():
        pass


def test_writers_of_several_openings_all_get_their_turn(make_database: Callable[[], Database], now: datetime) -> None:
    databases = [make_database()]
    databases += [Database(databases[0].url.render_as_string()) for _ in range(THREADS - 1)]

    def write(number: int) -> None:
        for count in range(WRITES):
            with databases[number].write() as session:
                save_article(session, make_article(id=f"{number}-{count}"), now=now)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with databases[0].read() as session:
        assert get_revision(session) == THREADS * WRITES
    for database in databases[1:]:
        database.close()
