"""What was done in a case, in a few words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty for the cases there are."""
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("remedy", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("cases") as table:
        table.drop_column("remedy")
