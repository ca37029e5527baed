"""Recorded matches and what people said about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "matches",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("answered_for", sa.DateTime(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("turns", sa.JSON(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=50), nullable=True),
        sa.Column("order_id", sa.String(length=500), nullable=True),
        sa.Column("order_facts", sa.JSON(), nullable=True),
        sa.Column("generation", sa.String(length=200), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("is_filtered", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("row_id"),
    )
    op.create_index(op.f("ix_matches_at"), "matches", ["at"], unique=False)
    op.create_index(op.f("ix_matches_order_id"), "matches", ["order_id"], unique=False)
    op.create_index(op.f("ix_matches_request_id"), "matches", ["request_id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("solution_kind", sa.String(length=16), nullable=False),
        sa.Column("solution_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("generation", sa.String(length=200), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("agent", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["match_id"],
            ["matches.row_id"],
        ),
        sa.PrimaryKeyConstraint("row_id"),
    )
    op.create_index(op.f("ix_feedback_match_id"), "feedback", ["match_id"], unique=False)


def downgrade() -> None:
    """Drop both tables."""
    op.drop_index(op.f("ix_feedback_match_id"), table_name="feedback")
    op.drop_table("feedback")
    op.drop_index(op.f("ix_matches_request_id"), table_name="matches")
    op.drop_index(op.f("ix_matches_order_id"), table_name="matches")
    op.drop_index(op.f("ix_matches_at"), table_name="matches")
    op.drop_table("matches")
