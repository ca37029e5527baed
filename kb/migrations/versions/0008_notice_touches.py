"""For which orders a notice was shown, once a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "notice_touches",
        sa.Column("notice_id", sa.String(length=200), nullable=False),
        sa.Column("order_id", sa.String(length=500), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("touch", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "order_id", "day", "touch"),
    )
    op.create_index("ix_notice_touches_at", "notice_touches", ["at"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("notice_touches")
