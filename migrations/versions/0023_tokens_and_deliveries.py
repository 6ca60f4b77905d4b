"""Tokens by which programs act for an account, and the rosters that programs hand in.

Nobody has a token until they make one, so that the tables begin empty. Tokens stay when they have
ended: the trail names them. What a program handed in stays too: the same request, sent once more
after a lost answer, is answered alike.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "api_token",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("asked_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("created_at < expires_at", name="ck_api_token_life"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_api_token_account_id"),
        sa.PrimaryKeyConstraint("county", "id", name="pk_api_token"),
    )
    op.create_index("ix_api_token_account", "api_token", ["county", "account_id", "id"])
    op.create_index("ix_api_token_hash", "api_token", ["county", "token_hash"], unique=True)
    op.create_table(
        "delivery",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("request_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.String(length=12), nullable=False),
        sa.Column("already", sa.Boolean(), nullable=False),
        sa.Column("hold_errors", sa.Boolean(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("error_code", sa.String(length=48), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('WAITING', 'SENT', 'REFUSED')", name="ck_delivery_state"),
        sa.CheckConstraint(
            "(state = 'REFUSED') = (error_code IS NOT NULL)", name="ck_delivery_refused"
        ),
        sa.ForeignKeyConstraint(
            ["county", "submission_id"],
            ["submission.county", "submission.id"],
            name="fk_delivery_county_submission_id",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_delivery"),
    )
    op.create_index(
        "ix_delivery_request", "delivery", ["county", "account_id", "request_key"], unique=True
    )
    op.create_index("ix_delivery_submission", "delivery", ["county", "submission_id", "id"])
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["county", "id"],
        sqlite_where=sa.text("state = 'WAITING'"),
        postgresql_where=sa.text("state = 'WAITING'"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("delivery")
    op.drop_table("api_token")
