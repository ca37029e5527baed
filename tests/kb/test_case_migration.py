"""Cases stored before there were remedies."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from alembic import command
from sqlalchemy import text

from kb.cases.repository import find_cases
from kb.database import Database

OLD_CASE = text(
    "INSERT INTO cases (id, question, turns, solution, outcome, language, content_hash, created_at) "
    "VALUES ('c', '怎么还没到', '[]', '已催', 'solved', 'zh', '', :now)"
)


def test_migration_keeps_the_cases_and_gives_them_no_remedy(tmp_path: Path, now: datetime) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = database._alembic_config()
    command.upgrade(config, "0002")
    with database.engine.begin() as connection:
        connection.execute(OLD_CASE, {"now": now.replace(tzinfo=None)})
    database.migrate()
    with database.read() as session:
        row = find_cases(session, ["c"])["c"]
    assert (row.solution, row.remedy) == ("已催", None)
    database.close()


def test_migration_can_be_undone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    database.migrate()
    command.downgrade(database._alembic_config(), "0002")
    with database.engine.connect() as connection:
        columns = [row.name for row in connection.execute(text("PRAGMA table_info(cases)"))]
    assert "remedy" not in columns
    assert "solution" in columns
    database.close()
