"""Explanations: why a union's numbers do not agree, in its own words.

Of a union's flag no more than one is waited for at a time: the database holds that. Each asking is
a row of its own, so that an answer that was not enough is kept beside the next.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_IS_ASKED = sa.text("state = 'ASKED'")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "explanation",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("flag", sa.String(length=16), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("is_from_city", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('ASKED', 'ANSWERED', 'ACCEPTED', 'RETURNED')", name="ck_explanation_state"
        ),
        sa.CheckConstraint(
            "(state = 'ASKED') = (answered_at IS NULL)"
            " AND (answered_by IS NULL) = (answered_at IS NULL)"
            " AND (answer IS NULL) = (answered_at IS NULL)",
            name="ck_explanation_answered",
        ),
        sa.CheckConstraint(
            "(state IN ('ACCEPTED', 'RETURNED')) = (decided_at IS NOT NULL)"
            " AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="ck_explanation_decided",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_explanation"),
    )
    of_union = ["county", "union_code", "flag"]
    op.create_index("ix_explanation_union", "explanation", [*of_union, "id"])
    op.create_index(
        "ix_explanation_asked",
        "explanation",
        of_union,
        unique=True,
        sqlite_where=_IS_ASKED,
        postgresql_where=_IS_ASKED,
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("explanation")
