"""Numbers and phones reversed, to be found by their last digits; the audit trail."""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FILLED_AT_ONCE = 5_000
# As the fold was when this migration was written: later changes of it come with migrations of their own.
WIDE = {0x3000: " "} | {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
MOBILE = re.compile(r"(?:0086|86|0)?(1[3-9][0-9]{9})")
LANDLINE_ABROAD = re.compile(r"(?:00)?86((?:10|2[0-9]|[3-9][0-9]{2})[1-9][0-9]{6,7})")
APPEND_ONLY = "the audit trail is append-only"

# Code points, not a language's order: only so is what begins alike a range of the index.
REVERSED = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")


def upgrade() -> None:
    """Add and fill the reversed columns, then create the audit trail, which refuses to be changed."""
    for table, column in (
        ("orders", "id_reversed"),
        ("shipments", "tracking_reversed"),
        ("customers", "phone_reversed"),
    ):
        op.add_column(table, sa.Column(column, REVERSED, nullable=True))
    _fill("orders", "id", "id", "id_reversed", reverse_number)
    _fill("shipments", "row_id", "tracking_no", "tracking_reversed", reverse_number)
    _fill("customers", "id", "phone", "phone_reversed", reverse_phone)
    op.create_index("ix_orders_id_reversed", "orders", ["id_reversed"], unique=False)
    op.create_index("ix_shipments_tracking_reversed", "shipments", ["tracking_reversed"], unique=False)
    op.create_index("ix_customers_phone_reversed", "customers", ["phone_reversed"], unique=False)
    op.create_index("ix_orders_customer_placed", "orders", ["customer_id", "placed_at"], unique=False)
    op.drop_index("ix_orders_customer_id", table_name="orders")
    _create_audit()


def downgrade() -> None:
    """Drop all of it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change CASCADE")
    op.drop_table("audit_head")
    op.drop_table("audit")
    op.create_index("ix_orders_customer_id", "orders", ["customer_id"], unique=False)
    op.drop_index("ix_orders_customer_placed", table_name="orders")
    for table, column in (
        ("orders", "id_reversed"),
        ("shipments", "tracking_reversed"),
        ("customers", "phone_reversed"),
    ):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
        op.drop_column(table, column)


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("row_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("row_id"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_actor", "audit", ["actor"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{verb.lower()} BEFORE {verb} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
            )
        # REPLACE deletes without a word to the trigger above.
        op.execute(
            "CREATE TRIGGER audit_refuses_replace BEFORE INSERT ON audit "
            "WHEN EXISTS (SELECT 1 FROM audit WHERE row_id = NEW.row_id) "
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_refuses_truncate BEFORE TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )


def _fill(table_name: str, key: str, source: str, target: str, reverse: Callable[[str], str | None]) -> None:
    """Fill a column from another, batch by batch in order of the key."""
    table = sa.table(table_name, *(sa.column(name) for name in dict.fromkeys((key, source, target))))
    connection = op.get_bind()
    page = sa.select(table.c[key], table.c[source]).order_by(table.c[key]).limit(FILLED_AT_ONCE)
    update = table.update().where(table.c[key] == sa.bindparam("of_key")).values({target: sa.bindparam("reversed")})
    rows = connection.execute(page).all()
    while rows:
        filled = [{"of_key": row[0], "reversed": reverse(row[1])} for row in rows if row[1]]
        if filled:
            connection.execute(update, filled)
        rows = connection.execute(page.where(table.c[key] > rows[-1][0])).all()


def reverse_number(number: str) -> str | None:
    """Return letters and digits in capitals, last one first."""
    return re.sub(r"[\W_]+", "", number.translate(WIDE)).upper()[-200:][::-1] or None


def reverse_phone(phone: str) -> str | None:
    """Return the digits as they are dialled within the country, last one first."""
    digits = re.sub(r"[^0-9]+", "", phone.translate(WIDE))
    if mobile := MOBILE.fullmatch(digits):
        return mobile[1][::-1]
    if landline := LANDLINE_ABROAD.fullmatch(digits):
        return f"0{landline[1]}"[::-1]
    return digits[-200:][::-1] or None
