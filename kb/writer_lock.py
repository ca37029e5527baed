"""The one right to write to a SQLite file, among all threads and processes that open it.

SQLite 3.7.0 to 3.51.2 (without the fixes in 3.44.6 and 3.50.7) can lose a committed transaction when one connection
checkpoints at the very moment another one commits (https://sqlite.org/wal.html#walresetbug). A checkpoint follows a
commit in the same call; whoever holds this lock from before the transaction until after it is alone with both.
"""

from __future__ import annotations

import fcntl
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as WaitedTooLong

SUFFIX = "-writer"
SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.001, 0.05


class WriterLock:
    """A lock file beside the database; the system lets go of it when its holder dies."""

    def __init__(self, path: Path, *, timeout_seconds: float) -> None:
        self.path = path
        self.timeout_seconds = timeout_seconds
        self._threads = threading.Lock()  # First among ourselves, where waiting needs no asking again and again.

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the right to write; raises SQLAlchemy's `TimeoutError` where somebody else keeps it too long.

        Raises its `OperationalError` where the lock file cannot be opened.
        """
        deadline = time.monotonic() + self.timeout_seconds
        if not self._threads.acquire(timeout=self.timeout_seconds):
            raise self._give_up()
        try:
            with self._open() as file:
                self._wait_for_others(file, deadline)
                yield
        finally:
            self._threads.release()

    def _open(self) -> IO[str]:
        try:
            is_new = not self.path.exists()
            # Never the database's own file: closing it would drop SQLite's locks on it.
            file = self.path.open("a")
        except PermissionError:
            return self._open_to_read()  # As another user's command left it.
        except OSError as error:
            raise OperationalError(None, None, error) from error
        if is_new:
            self._give_to_owner(file)
        return file

    def _open_to_read(self) -> IO[str]:
        try:
            return self.path.open()
        except OSError as error:
            raise OperationalError(None, None, error) from error

    def _give_to_owner(self, file: IO[str]) -> None:
        """Let whoever may open the database open the lock as well, also where an administrator's command made it."""
        with suppress(OSError):  # Who may not give files away can lock it all the same.
            database = self.path.with_name(self.path.name.removesuffix(SUFFIX)).stat()
            os.fchmod(file.fileno(), stat.S_IMODE(database.st_mode))
            os.fchown(file.fileno(), database.st_uid, database.st_gid)

    def _wait_for_others(self, file: IO[str], deadline: float) -> None:
        wait = SHORTEST_WAIT_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise self._give_up() from None
                time.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)
            else:
                return

    def _give_up(self) -> WaitedTooLong:
        return WaitedTooLong(f"The database is being written to by another for {self.timeout_seconds:g} seconds.")
