"""Entries with their answers and centers, and ratings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "entries",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("answer_id", sa.Text(), nullable=False, unique=True),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("index_version", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("helpful", sa.Boolean()),
        sa.Column("reason", sa.Text()),
        sa.Column("rated", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_entries_time", "entries", ["time"])
    op.create_index("ix_entries_conversation", "entries", ["conversation"])
    op.create_index("ix_entries_status_time", "entries", ["status", "time"])
    op.create_index("ix_entries_helpful_time", "entries", ["helpful", "time"])
    op.create_index("ix_entries_reason_time", "entries", ["reason", "time"])
    op.create_index("ix_entries_confidence", "entries", ["confidence"])
    op.create_table(
        "answers",
        sa.Column(
            "entry",
            sa.Integer(),
            sa.ForeignKey("entries.number", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("answer", sa.Text(), nullable=False),
    )
    op.create_table(
        "entry_centers",
        sa.Column(
            "entry",
            sa.Integer(),
            sa.ForeignKey("entries.number", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("center", sa.Text(), primary_key=True),
    )
    op.create_index("ix_entry_centers_center", "entry_centers", ["center", "entry"])
    op.create_table(
        "ratings",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("rating_id", sa.Text(), nullable=False, unique=True),
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_ratings_answer_id", "ratings", ["answer_id"])
    op.create_index("ix_ratings_time", "ratings", ["time"])


def downgrade() -> None:
    """Remove the tables."""
    for table in ("ratings", "entry_centers", "answers", "entries"):
        op.drop_table(table)
