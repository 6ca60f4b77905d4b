"""Corrections of drafts, step by step, so that each can be undone.

A clerk who is afraid of doing something wrong needs a way back, also tomorrow and also when another
clerk of the union goes on with the draft. What stood there before may be a full number: sealed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "correction",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "submission_id"],
            ["submission.county", "submission.id"],
            name="fk_correction_county_submission_id",
        ),
        sa.PrimaryKeyConstraint("county", "submission_id", "number", name="pk_correction"),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("correction")
