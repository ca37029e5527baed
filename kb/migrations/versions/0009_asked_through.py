"""Matches say which way they were asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was recorded before came through the API."""
    op.add_column("matches", sa.Column("asked_through", sa.String(length=16), nullable=False, server_default="api"))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("matches") as batch:
        batch.drop_column("asked_through")
