"""Anomalies: what a search found, and what became of it.

The same facts are the same anomaly, so that what was closed is not told again, and of one subject
no more than one is open: the database holds both. Nothing is found by the migration itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_IS_OPEN = sa.text("state = 'OPEN'")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "anomaly",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.CheckConstraint("state IN ('OPEN', 'CLOSED', 'GONE')", name="ck_anomaly_state"),
        sa.CheckConstraint(
            "(state = 'CLOSED') = (closed_at IS NOT NULL)"
            " AND (closed_by IS NULL) = (closed_at IS NULL)"
            " AND (note IS NULL) = (closed_at IS NULL)",
            name="ck_anomaly_closed",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_anomaly"),
    )
    facts = ["county", "kind", "subject", "fingerprint"]
    op.create_index("ix_anomaly_facts", "anomaly", facts, unique=True)
    op.create_index(
        "ix_anomaly_open",
        "anomaly",
        ["county", "kind", "subject"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )
    op.create_index("ix_anomaly_list", "anomaly", ["county", "state", "id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("anomaly")
