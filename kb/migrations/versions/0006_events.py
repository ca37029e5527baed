"""Events of a shop's own system: which were seen, which wait for their order, and how new what is known is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "events_seen",
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("occurred_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("held_for", sa.String(length=200), nullable=True),
        sa.Column("held_data", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("ix_events_seen_seen_at", "events_seen", ["seen_at"], unique=False)
    op.create_index("ix_events_seen_held_for", "events_seen", ["held_for"], unique=False)
    op.create_table(
        "newest_events",
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("occurred_at", sa.DateTime(), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("subject", "subject_id"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("newest_events")
    op.drop_table("events_seen")
