"""The tree of trade unions, and how many people each employs.

Everything else stands at a place of this tree. Numbers of employees are dated, because a rate at
a past date needs the denominator of that date. `id_sequence` hands out the numbers of all tables:
their keys begin with the county, and such keys have no auto-increment on SQLite.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "id_sequence",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_id_sequence"),
    )
    op.create_table(
        "trade_union",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("parent_code", sa.String(length=16), nullable=True),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("industry", sa.String(length=4), nullable=True),
        sa.Column("employer_category", sa.String(length=4), nullable=True),
        sa.Column("formed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(parent_code IS NULL) = (level = 'COUNTY')", name="ck_trade_union_parent"
        ),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["trade_union.code"], name="fk_trade_union_parent_code"
        ),
        sa.PrimaryKeyConstraint("code", name="pk_trade_union"),
    )
    op.create_index("ix_trade_union_parent", "trade_union", ["parent_code", "code"])
    op.create_index(
        "ix_trade_union_path",
        "trade_union",
        ["path"],
        unique=True,
        postgresql_ops={"path": "text_pattern_ops"},
    )
    op.create_table(
        "headcount",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=False),
        sa.Column("declared_by", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("employees >= 0", name="ck_headcount_employees"),
        sa.ForeignKeyConstraint(
            ["union_code"], ["trade_union.code"], name="fk_headcount_union_code"
        ),
        sa.PrimaryKeyConstraint("county", "union_code", "declared_on", name="pk_headcount"),
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("headcount")
    op.drop_table("trade_union")
    op.drop_table("id_sequence")
