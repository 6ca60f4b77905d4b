"""What clerks say of the columns of their files.

A column that no label explains is asked once: the answer stands with the draft, so that reading it
again understands the same, and with the union, so that its next roster is not asked again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the draft's layout and the union's memory."""
    op.create_table(
        "draft_layout",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("county", "submission_id", name="pk_draft_layout"),
    )
    op.create_table(
        "remembered_column",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "union_code", "label", name="pk_remembered_column"),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("remembered_column")
    op.drop_table("draft_layout")
