"""Alembic's entry: runs the migrations on the engine that `kb.database` hands over."""

from __future__ import annotations

from alembic import context

import kb.tables  # noqa: F401  # Fills Base.metadata.
from kb.database import Base

engine = context.config.attributes["engine"]
with engine.begin() as connection:
    if connection.dialect.name == "sqlite":
        # The driver does not begin transactions for us; without one a killed migration would stay half done.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
