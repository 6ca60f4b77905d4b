"""Second factors, recovery codes, and what a person is shown of their own sessions.

Nobody has a second factor yet: whose role demands one sets it up at the next sign-in. Sessions that
are open stay so, without a browser's name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and the columns."""
    op.create_table(
        "second_factor",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("label", sa.String(length=50), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "(kind = 'PASSKEY') = (credential IS NOT NULL)", name="ck_second_factor_kind"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_second_factor_account_id"),
        sa.PrimaryKeyConstraint("county", "id", name="pk_second_factor"),
    )
    op.create_index("ix_second_factor_account", "second_factor", ["county", "account_id", "id"])
    op.create_index(
        "ix_second_factor_totp",
        "second_factor",
        ["county", "account_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'TOTP'"),
        postgresql_where=sa.text("kind = 'TOTP'"),
    )
    op.create_index(
        "ix_second_factor_credential", "second_factor", ["county", "credential"], unique=True
    )
    op.create_table(
        "recovery_code",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_recovery_code_account_id"),
        sa.PrimaryKeyConstraint("county", "account_id", "number", name="pk_recovery_code"),
    )
    half = sa.Column("is_half", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("sign_in_session", half)
    op.add_column("sign_in_session", sa.Column("challenge", sa.LargeBinary(64), nullable=True))
    op.add_column("sign_in_session", sa.Column("browser", sa.String(length=50), nullable=True))
    op.add_column("sign_in_session", sa.Column("address", sa.String(length=45), nullable=True))


def downgrade() -> None:
    """Take them away; half sign-ins end, they must not become whole ones."""
    op.execute("DELETE FROM sign_in_session WHERE is_half")
    for column in ("address", "browser", "challenge", "is_half"):
        op.drop_column("sign_in_session", column)
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
