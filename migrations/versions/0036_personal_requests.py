"""What members ask about their own particulars, and members whose particulars may only be kept.

A request has a day by which it must be answered and two people who deal with it, so it is a record
of its own; that a member is restricted stands with the member, where every list reads it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_WAITS = sa.text("state = 'ASKED'")
_RESTRICTED = sa.text("restricted_at IS NOT NULL")


def upgrade() -> None:
    """Add the table and the mark."""
    op.add_column("member", sa.Column("restricted_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_member_restricted",
        "member",
        ["county", "id"],
        sqlite_where=_RESTRICTED,
        postgresql_where=_RESTRICTED,
    )
    op.create_table(
        "personal_request",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("identity", sa.String(length=12), nullable=False),
        sa.Column("grounds", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('ACCESS', 'RESTRICT', 'LIFT', 'ERASE')", name="ck_personal_request_kind"
        ),
        sa.CheckConstraint(
            "state IN ('ASKED', 'GRANTED', 'REFUSED', 'WITHDRAWN')",
            name="ck_personal_request_state",
        ),
        sa.CheckConstraint(
            "(state = 'ASKED') = (ended_at IS NULL) AND (ended_by IS NULL) = (ended_at IS NULL)",
            name="ck_personal_request_ended",
        ),
        sa.CheckConstraint(
            "state NOT IN ('GRANTED', 'REFUSED') OR ended_by <> asked_by",
            name="ck_personal_request_four_eyes",
        ),
        sa.CheckConstraint(
            "state <> 'REFUSED' OR answer IS NOT NULL", name="ck_personal_request_answer"
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_personal_request"),
    )
    of_member = ["county", "member_id"]
    op.create_index("ix_personal_request_union", "personal_request", ["county", "union_code", "id"])
    op.create_index("ix_personal_request_member", "personal_request", [*of_member, "id"])
    op.create_index(
        "ix_personal_request_open",
        "personal_request",
        [*of_member, "kind"],
        unique=True,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )


def downgrade() -> None:
    """Take both away."""
    op.drop_table("personal_request")
    op.drop_index("ix_member_restricted", "member")
    op.drop_column("member", "restricted_at")
