"""Invitations instead of passwords on paper, passwords that grow old, accounts that are closed.

Accounts that hold a one-time password keep it until it is used: it must be changed, as before. No
account is closed; who was locked may be let in again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and the columns."""
    op.create_table(
        "former_password",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_former_password_account_id"
        ),
        sa.PrimaryKeyConstraint("county", "account_id", "number", name="pk_former_password"),
    )
    op.create_table(
        "invitation",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.CheckConstraint("created_at < expires_at", name="ck_invitation_life"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_invitation_account_id"),
        sa.PrimaryKeyConstraint("county", "account_id", name="pk_invitation"),
    )
    op.create_index("ix_invitation_hash", "invitation", ["code_hash"])
    op.add_column("account", sa.Column("password_set_at", _INSTANT, nullable=True))
    op.add_column("account", sa.Column("closed_at", _INSTANT, nullable=True))
    op.add_column("account", sa.Column("closed_why", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Take them away; closed accounts stay locked."""
    for column in ("closed_why", "closed_at", "password_set_at"):
        op.drop_column("account", column)
    op.drop_table("invitation")
    op.drop_table("former_password")
