"""One number, asked for before every match: by a connection that nobody else has, and by the driver alone.

To take a connection from the pool, look at what it returns and give it back, takes longer than SQLite needs to find the
number; and each step lets the other threads go first.
"""

from __future__ import annotations

import threading
from contextlib import closing

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

PATIENCE_SECONDS = 1.0  # A database that hangs is waited for by each thread on a connection of its own.


class NumberReader:
    """Asks an SQLite database for single numbers; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: PoolProxiedConnection | None = None

    def read(self, query: str) -> int | None:
        """Return the number that a constant query yields, or None where another thread has waited for one for a second.

        Raises what SQLAlchemy makes of the driver's errors.
        """
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            return None
        try:
            return self._ask(query)
        finally:
            self._lock.release()

    def _ask(self, query: str) -> int:
        connection, failure = self._connection or self._open(), self._engine.dialect.loaded_dbapi.Error
        try:
            with closing(connection.cursor()) as cursor:
                cursor.execute(query)
                # All rows: one that is left would keep the moment that was read, and the log from being cut.
                [(number,)] = cursor.fetchall()
        except failure as error:
            self._close()
            raise DBAPIError.instance(query, None, error, failure, dialect=self._engine.dialect) from error
        return int(number)

    def close(self) -> None:
        """Close the connection; the next number opens another."""
        with self._lock:
            self._close()

    def _open(self) -> PoolProxiedConnection:
        self._connection = self._engine.raw_connection()
        self._connection.detach()
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
