"""A copy of a SQLite database at one moment, made while others go on writing, and proof that it is whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kb.backup.manifest import BackupDamaged
from kb.database import Database
from kb.errors import InvalidInput

PAGES_AT_ONCE = 2_048  # Eight megabytes between two reports of progress.
OnProgress = Callable[[str, int, int], None]


class BackupUnsupported(InvalidInput):
    """The database is not one that is copied as a file."""

    code = "backup_unsupported"


@dataclass(frozen=True, slots=True)
class DatabaseContents:
    """What a database holds: its schema's revision, and the rows of each table."""

    schema: str | None
    tables: dict[str, int]


def copy_database(database: Database, target: Path, *, on_progress: OnProgress) -> DatabaseContents:
    """Copy the database as it is now into a file and verify it; raises `BackupUnsupported` where it is no SQLite."""
    if not database.is_sqlite:
        raise BackupUnsupported(
            "A PostgreSQL database is backed up by its own tools: `pg_dump --format=custom`, and `pg_restore` to get "
            "it back. The index is built anew from it."
        )
    with database.engine.connect() as connection, closing(sqlite3.connect(target)) as copy:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        # One reading transaction around the whole copy: otherwise every write of others would start it afresh.
        source.execute("BEGIN")
        expected = read_contents(source)
        source.backup(
            copy,
            pages=PAGES_AT_ONCE,
            progress=lambda _status, remaining, total: on_progress("database", total - remaining, total),
        )
        source.execute("ROLLBACK")
        # One file, that can be opened where nothing may be written beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
    verify_database(target, expected)
    return expected


def verify_database(path: Path, expected: DatabaseContents) -> None:
    """Open a copied database and compare it with what it should hold; raises `BackupDamaged`."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            told = [row[0] for row in copy.execute("PRAGMA integrity_check(1)")]
            orphans = copy.execute("PRAGMA foreign_key_check").fetchall()
            contents = read_contents(copy)
    except sqlite3.Error as error:
        raise BackupDamaged(f"{path} cannot be opened ({type(error).__name__}). Use another backup.") from error
    if told != ["ok"] or orphans:
        raise BackupDamaged(f"{path} is damaged: {told[0] if told != ['ok'] else 'rows belong to nothing'}.")
    if contents != expected:
        raise BackupDamaged(f"{path} does not hold what its manifest says. Use another backup.")


def read_contents(connection: sqlite3.Connection) -> DatabaseContents:
    """Count the rows of every table."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    tables = [str(row[0]) for row in connection.execute(names)]
    counts = {name: int(connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]) for name in tables}
    schema = None
    if "alembic_version" in tables:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        schema = None if row is None else str(row[0])
    return DatabaseContents(schema, counts)
