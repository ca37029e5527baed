"""Fixtures that every test may use: a fixed present, the shop's zone, and empty databases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from kb.database import Database
from kb.tables import Base
from tests.fakes import Desk, find_faults
from tests.postgres import NoPostgres, start_postgres

# Threads that wait for each other are many times slower than one where other work keeps the cores busy.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHOP_ZONE = ZoneInfo("Asia/Shanghai")

# A busy machine must not fail a property: no test depends on how long anything takes.
settings.register_profile("any-speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-speed")


@pytest.fixture
def zone() -> ZoneInfo:
    """The shop's time zone."""
    return SHOP_ZONE


@pytest.fixture
def now() -> datetime:
    """The present moment of every test."""
    return datetime(2026, 11, 15, 10, 0, tzinfo=SHOP_ZONE)


@pytest.fixture(scope="session")
def empty_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    # The journal goes into the file, so that copying one file copies all.
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def make_database(empty_sqlite_file: Path, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """What makes as many empty SQLite databases as a test needs."""
    made: list[Database] = []

    def make() -> Database:
        path = tmp_path / f"{len(made)}.db"
        shutil.copyfile(empty_sqlite_file, path)
        made.append(Database(f"sqlite:///{path}"))
        return made[-1]

    yield make
    for database in made:
        database.close()


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[Database]:
    """A migrated database on a PostgreSQL server, shared by the whole run."""
    server = start_postgres()
    try:
        url = server.__enter__()
    except NoPostgres as reason:
        pytest.skip(f"PostgreSQL cannot be started: {reason}")
    try:
        database = Database(url)
        database.migrate()
        yield database
        database.close()
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database, of each kind we support."""
    if request.param == "sqlite":
        make: Callable[[], Database] = request.getfixturevalue("make_database")
        return make()
    database: Database = request.getfixturevalue("postgres_database")
    _empty(database)
    return database


def _empty(database: Database) -> None:
    tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with database.write() as session:
        # The trail refuses to be emptied: a test's own database owner may say otherwise for a moment.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))


@pytest.fixture
def make_desk(tmp_path: Path, now: datetime, request: pytest.FixtureRequest) -> Iterator[Callable[[Database], Desk]]:
    """What opens as many indexes and matchers on a database as a test needs, all over the same generations.

    Whatever a test did, the doctor finds nothing afterwards, unless the test is marked `leaves_damage`.
    """
    made: list[Desk] = []

    def make(database: Database) -> Desk:
        made.append(Desk(database, tmp_path / "generations", now=now))
        return made[-1]

    yield make
    for desk in made:
        desk.live.close()
        if request.node.get_closest_marker("leaves_damage") is None:
            assert find_faults(desk) == []


@pytest.fixture
def desk(make_database: Callable[[], Database], make_desk: Callable[[Database], Desk]) -> Desk:
    """An empty knowledge base with its index and matcher."""
    return make_desk(make_database())
