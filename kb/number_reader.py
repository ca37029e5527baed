"""One number, asked for before every match: by a connection that nobody else has, and by the driver alone.

To take a connection from the pool, look at what it returns and give it back, takes longer than SQLite needs to find the
number; and each step lets the other threads go first.
"""

from __future__ import annotations

import threading
from contextlib import closing

from sqlalchemy import Engine, PoolProxiedConnection

from kb.driver_errors import as_sqlalchemy_error

PATIENCE_SECONDS = 1.0  # A database that hangs is waited for by each thread on a connection of its own.


class NumberReader:
    """Asks an SQLite database for single numbers; safe to use from several threads."""

    def __init__(self, engine: Engine, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._engine = engine
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._connection: PoolProxiedConnection | None = None

    def read(self, query: str) -> int | None:
        """Return the number that a constant query yields, or None where another thread has waited for one for a second.

        Raises what SQLAlchemy makes of the driver's errors.
        """
        if not self._lock.acquire(timeout=self._patience_seconds):
            return None
        dialect = self._engine.dialect
        try:
            return self._ask(query)
        except dialect.loaded_dbapi.Error as error:
            self._close()
            raise as_sqlalchemy_error(error, query, dialect) from error
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection, unless a thread hangs with it; the next number opens another."""
        if self._lock.acquire(timeout=self._patience_seconds):
            try:
                self._close()
            finally:
                self._lock.release()

    def _ask(self, query: str) -> int:
        if self._connection is None:
            self._connection = self._engine.raw_connection()
            self._connection.detach()
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(query)
            # All rows: one that is left would keep the moment that was read, and the log from being cut.
            [(number,)] = cursor.fetchall()
        return int(number)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
