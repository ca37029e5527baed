"""The database: is it whole, is its schema the newest, does its log tell of every item, is the trail unbroken?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from index.doctor.observation import Level, Observation, Part
from kb.articles.models import ArticleRow
from kb.audit.chain import verify_chain
from kb.cases.models import CaseRow
from kb.changes import ChangeRow, ItemKind
from kb.database import Database

MOST_SHOWN = 3
RESTORE = "Stop every process and restore the newest backup: `xianzhi restore`."
KINDS = {ItemKind.ARTICLE: ArticleRow.id, ItemKind.CASE: CaseRow.id}


def examine_database(database: Database) -> Iterator[Observation]:
    """Yield how the database is; nothing in it is changed."""
    try:
        if database.is_sqlite:
            yield from _examine_file(database)
        if not database.is_migrated():
            what = "Its schema is not this version's."
            yield Observation(Part.DATABASE, Level.WRONG, what, "Back it up, then start this version once.")
            return
        with database.read() as session:
            yield _examine_log(session)
            yield _examine_trail(session)
    except SQLAlchemyError as error:
        what = f"It cannot be read ({type(error).__name__})."
        yield Observation(Part.DATABASE, Level.WRONG, what, f"Check that it is reachable. {RESTORE}")


def _examine_file(database: Database) -> Iterator[Observation]:
    with database.engine.connect() as connection:
        told = connection.exec_driver_sql(f"PRAGMA integrity_check({MOST_SHOWN})").scalars().all()
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if told != ["ok"]:
        yield Observation(Part.DATABASE, Level.WRONG, f"Its file is damaged: {'; '.join(told)}", RESTORE)
    if orphans:
        tables = ", ".join(sorted({str(row[0]) for row in orphans}))
        what = f"{len(orphans):,} rows belong to nothing, in {tables}."
        yield Observation(Part.DATABASE, Level.WRONG, what, f"Somebody wrote past the program. {RESTORE}")
    if told == ["ok"] and not orphans:
        yield Observation(Part.DATABASE, Level.WELL, f"Its file is whole (SQLite {sqlite3.sqlite_version}).")


def _examine_log(session: Session) -> Observation:
    untold = [
        f"{kind.value} {item_id}"
        for kind, column in KINDS.items()
        for item_id in session.scalars(
            select(column).where(
                column.not_in(select(ChangeRow.item_id).where(ChangeRow.kind == kind)),
            )
        )
    ]
    if not untold:
        return Observation(
            Part.DATABASE, Level.WELL, "Its schema is the newest, and its change log tells of every item."
        )
    what = f"The change log does not tell of {len(untold):,} items: {', '.join(untold[:MOST_SHOWN])}."
    return Observation(Part.DATABASE, Level.WRONG, what, "They were written past the program: import them again.")


def _examine_trail(session: Session) -> Observation:
    report = verify_chain(session)
    if report.is_whole:
        return Observation(Part.AUDIT, Level.WELL, f"Its chain is whole: {report.rows:,} rows.")
    what = f"It was changed: {' '.join(report.breaks[:MOST_SHOWN])}"
    return Observation(Part.AUDIT, Level.WRONG, what, "Find out who wrote to the database; `xianzhi audit verify`.")
