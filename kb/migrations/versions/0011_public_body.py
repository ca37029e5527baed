"""What customers read in place of an article's body."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty for the versions there are: their customers go on reading the body."""
    with op.batch_alter_table("article_versions") as table:
        table.add_column(sa.Column("public_body", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("article_versions") as table:
        table.drop_column("public_body")
