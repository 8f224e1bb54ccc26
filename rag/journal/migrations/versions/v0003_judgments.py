"""What judges say of answers, and of two versions' answers beside each other."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "judgments",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("doc_id", sa.Text()),
        sa.Column("gold_start", sa.Integer()),
        sa.Column("gold_end", sa.Integer()),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(
        "ix_judgments_answer_id_judge", "judgments", ["answer_id", "judge"], unique=True
    )
    op.create_index("ix_judgments_judge", "judgments", ["judge"])
    op.create_table(
        "preferences",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("judge", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("first_version", sa.Text(), nullable=False),
        sa.Column("second_version", sa.Text(), nullable=False),
        sa.Column("better", sa.Text(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_preferences_time", "preferences", ["time"])


def downgrade() -> None:
    """Remove the tables."""
    for table in ("preferences", "judgments"):
        op.drop_table(table)
