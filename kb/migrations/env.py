"""Alembic's entry: runs the migrations on the engine that `kb.database` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

import kb.tables  # noqa: F401  # Fills Base.metadata.
from kb.database import WRITER_LOCK_KEY, Base

engine = context.config.attributes["engine"]
with engine.begin() as connection:
    if connection.dialect.name == "sqlite":
        # The driver does not begin transactions for us; without one a killed migration would stay half done.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # Several processes may start at once: one upgrades, the others find it done.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK_KEY})
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
