"""The trail: who did and who saw what, one hash chain for each county.

One chain per county, so that counties do not wait for each other. The head is the row that acts of
one county lock in turn, and what a removed end of the chain is noticed by.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "trail_entry",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=48), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "number", name="pk_trail_entry"),
    )
    op.create_index("ix_trail_entry_actor", "trail_entry", ["county", "actor_name", "number"])
    op.create_index("ix_trail_entry_place", "trail_entry", ["county", "place", "number"])
    op.create_table(
        "trail_head",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", name="pk_trail_head"),
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("trail_head")
    op.drop_table("trail_entry")
