"""Deputies: who reviews for whom, at which unit, from which day to which; addresses for mail.

A reviewer who is away lends the desk to another one of the county; nobody did before, so that
the table begins empty. Rows stay when their days are over: who might review then is to be told.
Nobody has an address, so nobody gets mail, until they give one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "deputy",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("principal_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("named_by", sa.BigInteger(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name="ck_deputy_days"),
        sa.CheckConstraint("principal_id <> deputy_id", name="ck_deputy_other"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_deputy_ended"),
        sa.PrimaryKeyConstraint("county", "id", name="pk_deputy"),
    )
    op.create_index("ix_deputy_account", "deputy", ["county", "deputy_id", "last_day"])
    op.create_index("ix_deputy_place", "deputy", ["county", "place", "id"])
    op.add_column("account", sa.Column("mail", sa.String(length=254), nullable=True))
    op.add_column("account", sa.Column("mailed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("account", "mailed_on")
    op.drop_column("account", "mail")
    op.drop_table("deputy")
