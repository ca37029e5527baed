"""The database: engine, transactions, the change log's revision, and migrations.

SQLite by default (WAL, synchronous=FULL, foreign keys on, one writer at a time); PostgreSQL by URL.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, Dialect, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.types import TypeDecorator

from kb.number_reader import NumberReader
from kb.settings import Settings
from kb.writer_lock import WriterLock

BUSY_TIMEOUT_SECONDS = 30
# One arbitrary key: writers on PostgreSQL queue on it, so that revisions commit in the order they are numbered.
WRITER_LOCK_KEY = 8_614_220_411
MIGRATIONS = Path(__file__).parent / "migrations"
# As UTF-8: escaped, every Chinese character would take six bytes for three.
_JSON = {"json_serializer": partial(json.dumps, ensure_ascii=False), "json_deserializer": orjson.loads}


class Base(DeclarativeBase):
    """Base of every table."""


def _read_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC; SQLite keeps no zone of its own."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC without a zone."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Return what reads a stored moment: SQLite's text with its zone in one step, a sixth of the time."""
        return _read_moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


class Database:
    """Opens transactions on one database: `read`, `read_rows` and `write` are the only ways in."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._create_engine()
        self._writer_lock = self._make_writer_lock()
        # In memory no connection can be spared: it is the database.
        is_in_file = self.is_sqlite and isinstance(self.engine.pool, QueuePool)
        self._numbers = NumberReader(self.engine) if is_in_file else None

    def _create_engine(self) -> Engine:
        if not self.is_sqlite:
            return create_engine(self.url, **_JSON, pool_pre_ping=True, pool_timeout=BUSY_TIMEOUT_SECONDS)
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url, **_JSON, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine

    def _make_writer_lock(self) -> WriterLock | None:
        if not self.is_sqlite or not self.url.database:
            return None
        return WriterLock(Path(f"{self.url.database}-writer"), timeout_seconds=BUSY_TIMEOUT_SECONDS)

    def _hold_writer_lock(self) -> AbstractContextManager[None]:
        return nullcontext() if self._writer_lock is None else self._writer_lock.hold()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one moment of the database; nothing is committed."""
        with Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN")
            yield session

    @contextmanager
    def read_rows(self) -> Iterator[Connection]:
        """Yield a connection that sees one moment of the database: `read`, without the mapper and what it costs."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.connection.cursor().execute("BEGIN")
            yield connection

    def read_number(self, query: str) -> int:
        """Return the one number that a constant query yields, with as little ceremony as the driver allows."""
        number = None if self._numbers is None else self._numbers.read(query)
        if number is not None:
            return number
        with self.engine.connect() as connection:
            return int(connection.exec_driver_sql(query).scalar_one())

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session in one write transaction: committed on success, rolled back on any error.

        Takes the writer's lock at once, so that a transaction never fails half-way for want of it.
        """
        with self._hold_writer_lock(), Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            else:
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK_KEY})
            yield session
            session.commit()

    def migrate(self) -> None:
        """Bring the schema to the newest revision, creating it where there is none."""
        with self._hold_writer_lock():
            command.upgrade(self._alembic_config(), "head")

    def is_migrated(self) -> bool:
        """Tell whether the schema is the newest one."""
        head = ScriptDirectory.from_config(self._alembic_config()).get_current_head()
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() == head

    def _alembic_config(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["engine"] = self.engine
        return config

    def close(self) -> None:
        """Close every connection that nobody uses."""
        if self._numbers is not None:
            self._numbers.close()
        self.engine.dispose()


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Yield the configured database with the newest schema; closed afterwards."""
    database = Database(settings.resolved_database_url)
    try:
        database.migrate()
        yield database
    finally:
        database.close()


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN is deferred and would lose the race for the writer's lock: we begin ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
