"""What a language model took for an answer; empty where none was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; answers that are there had no model."""
    op.add_column("entries", sa.Column("model", sa.Text()))
    op.add_column("entries", sa.Column("prompt_tokens", sa.Integer()))
    op.add_column("entries", sa.Column("completion_tokens", sa.Integer()))
    op.add_column("entries", sa.Column("model_seconds", sa.Float()))
    op.add_column("entries", sa.Column("withheld", sa.Integer()))


def downgrade() -> None:
    """Remove them."""
    for column in ("withheld", "model_seconds", "completion_tokens", "prompt_tokens", "model"):
        op.drop_column("entries", column)
