"""Contact reasons: which intents of cases belong together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and bring the intents of cases to the length that they now have."""
    op.execute("UPDATE cases SET intent = NULL WHERE TRIM(intent) = ''")
    op.execute("UPDATE cases SET intent = TRIM(SUBSTR(TRIM(intent), 1, 100)) WHERE intent IS NOT NULL")
    op.create_table(
        "contact_reasons",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=True),
        sa.Column("intents", sa.JSON(), nullable=False),
        sa.Column("ask_zh", sa.Text(), nullable=True),
        sa.Column("ask_en", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("contact_reasons")
