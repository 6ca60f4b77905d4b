"""Transfers: one union asks for a member of another, which releases or objects.

A release admits the row that asked, so that a decision may be one that no reviewer made.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_WAITS = sa.text("state IN ('ASKED', 'OBJECTED', 'APPEALED')")


def upgrade() -> None:
    """Add the table, and the mark of a decision."""
    op.create_table(
        "transfer",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("membership_id", sa.BigInteger(), nullable=False),
        sa.Column("from_union", sa.String(length=16), nullable=False),
        sa.Column("from_path", sa.String(length=64), nullable=False),
        sa.Column("to_union", sa.String(length=16), nullable=False),
        sa.Column("to_path", sa.String(length=64), nullable=False),
        sa.Column("arbiter", sa.String(length=64), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_note", sa.String(length=500), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('ASKED', 'OBJECTED', 'APPEALED', 'RELEASED', 'GRANTED', 'REFUSED',"
            " 'WITHDRAWN', 'LAPSED')",
            name="ck_transfer_state",
        ),
        sa.CheckConstraint(
            "(state IN ('ASKED', 'OBJECTED', 'APPEALED')) = (ended_at IS NULL)",
            name="ck_transfer_ended",
        ),
        sa.ForeignKeyConstraint(
            ["county", "membership_id"],
            ["membership.county", "membership.id"],
            name="fk_transfer_county_membership_id",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_transfer"),
    )
    op.create_index(
        "ix_transfer_open",
        "transfer",
        ["county", "submission_id", "row"],
        unique=True,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )
    op.create_index(
        "ix_transfer_row",
        "transfer",
        ["county", "submission_id", "row", "membership_id"],
        unique=True,
    )
    for name, column in (("from", "from_union"), ("to", "to_union"), ("arbiter", "arbiter")):
        op.create_index(f"ix_transfer_{name}", "transfer", ["county", column, "state", "id"])
    op.add_column(
        "decision",
        sa.Column("by_transfer", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Take both away."""
    op.drop_column("decision", "by_transfer")
    op.drop_table("transfer")
