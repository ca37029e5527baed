"""Orders, parcels and customers stored before they could be found by their last digits."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import text

from kb.customers.desk import CustomerDesk
from kb.database import Database
from tests.kb.customers.makers import CALLER, open_desk

OLD_ROWS = (
    "INSERT INTO customers (id, phone, region, content_hash) VALUES ('C1', '+86 138-0000-1037', '[]', '')",
    "INSERT INTO customers (id, region, content_hash) VALUES ('C2', '[]', '')",
    "INSERT INTO orders (id, customer_id, status, content_hash) VALUES ('SO-20261115-00017', 'C1', 'shipped', '')",
    "INSERT INTO shipments (order_id, position, tracking_no) VALUES ('SO-20261115-00017', 0, 'QY7306518138')",
    "INSERT INTO shipments (order_id, position) VALUES ('SO-20261115-00017', 1)",
)


def find(desk: CustomerDesk, query: str) -> str | None:
    """Return whom a query means."""
    profile = desk.look_up(query, CALLER).profile
    return profile.customer.id if profile and profile.customer else None


def test_migration_lets_what_is_stored_be_found_by_its_end(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    command.upgrade(database._alembic_config(), "0004")
    with database.engine.begin() as connection:
        for statement in OLD_ROWS:
            connection.execute(text(statement))
    database.migrate()
    desk = open_desk(database)
    for query in ("13800001037", "1037", "SO2026111500017", "0017", "QY7306518138", "8138"):
        assert find(desk, query) == "C1"
    database.close()


def test_migration_can_be_undone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    database.migrate()
    command.downgrade(database._alembic_config(), "0004")
    with database.engine.connect() as connection:
        names = {row.name for row in connection.execute(text("SELECT name FROM sqlite_master"))}
    assert "ix_orders_customer_id" in names
    assert not {"audit", "audit_head", "audit_refuses_update", "ix_orders_id_reversed"} & names
    database.close()
