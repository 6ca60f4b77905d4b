"""Batches for the higher federation with their receipts.

What was sent is kept as digests, so that the next batch holds only what the higher federation does
not know; two unique indexes see to it that nobody is in two open batches and nothing goes twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_TELLS = sa.text("standing IN ('OPEN', 'CURRENT')")


def upgrade() -> None:
    """Add the tables."""
    _add_exchange_batch()
    _add_exchange_scope()
    _add_exchange_file()
    _add_exchange_item()
    _add_exchange_receipt()


def downgrade() -> None:
    """Take them away."""
    for name in (
        "exchange_receipt",
        "exchange_item",
        "exchange_file",
        "exchange_scope",
        "exchange_batch",
    ):
        op.drop_table(name)


def _add_exchange_batch() -> None:
    op.create_table(
        "exchange_batch",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("is_written", sa.Boolean(), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("open_count", sa.Integer(), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('ANSWERED', 'CANCELLED')) = (ended_at IS NOT NULL)",
            name="ck_exchange_batch_ended",
        ),
        sa.CheckConstraint(
            "(state IN ('SENT', 'ANSWERED')) = (sent_at IS NOT NULL)",
            name="ck_exchange_batch_sent",
        ),
        sa.CheckConstraint(
            "state IN ('PREPARED', 'SENT', 'ANSWERED', 'CANCELLED')",
            name="ck_exchange_batch_state",
        ),
        sa.CheckConstraint(
            "state NOT IN ('SENT', 'ANSWERED') OR is_written", name="ck_exchange_batch_written"
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_exchange_batch"),
    )


def _add_exchange_scope() -> None:
    op.create_table(
        "exchange_scope",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "batch_id"],
            ["exchange_batch.county", "exchange_batch.id"],
            name="fk_exchange_scope_county_batch_id",
        ),
        sa.PrimaryKeyConstraint("county", "batch_id", "union_code", name="pk_exchange_scope"),
    )


def _add_exchange_file() -> None:
    op.create_table(
        "exchange_file",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=8), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("original", sa.String(length=32), nullable=True),
        sa.CheckConstraint("part IN ('LIVE', 'ENDED')", name="ck_exchange_file_part"),
        sa.ForeignKeyConstraint(
            ["county", "batch_id"],
            ["exchange_batch.county", "exchange_batch.id"],
            name="fk_exchange_file_county_batch_id",
        ),
        sa.PrimaryKeyConstraint("county", "batch_id", "number", name="pk_exchange_file"),
    )


def _add_exchange_item() -> None:
    op.create_table(
        "exchange_item",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("standing", sa.String(length=8), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("action IN ('NEW', 'CHANGED', 'ENDED')", name="ck_exchange_item_action"),
        sa.CheckConstraint(
            "coalesce(standing = 'OPEN', false) = (outcome IS NULL)"
            " AND (standing IS NULL OR standing <> 'CURRENT' OR outcome = 'ACCEPTED')"
            " AND (standing IS NULL OR standing <> 'REFUSED' OR outcome = 'REFUSED')",
            name="ck_exchange_item_stands",
        ),
        sa.CheckConstraint(
            "outcome IN ('ACCEPTED', 'REFUSED', 'LOST', 'CANCELLED')",
            name="ck_exchange_item_outcome",
        ),
        sa.CheckConstraint(
            "standing IN ('OPEN', 'CURRENT', 'REFUSED')", name="ck_exchange_item_standing"
        ),
        sa.ForeignKeyConstraint(
            ["county", "batch_id"],
            ["exchange_batch.county", "exchange_batch.id"],
            name="fk_exchange_item_county_batch_id",
        ),
        sa.PrimaryKeyConstraint("county", "batch_id", "number", name="pk_exchange_item"),
    )
    op.create_index(
        "ix_exchange_item_digest",
        "exchange_item",
        ["county", "member_id", "digest"],
        unique=True,
        sqlite_where=_TELLS,
        postgresql_where=_TELLS,
    )
    op.create_index(
        "ix_exchange_item_outcome", "exchange_item", ["county", "batch_id", "outcome", "number"]
    )
    op.create_index(
        "ix_exchange_item_standing",
        "exchange_item",
        ["county", "standing", "member_id"],
        unique=True,
    )


def _add_exchange_receipt() -> None:
    op.create_table(
        "exchange_receipt",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("read_by", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.Column("same_count", sa.Integer(), nullable=False),
        sa.Column("unknown_count", sa.Integer(), nullable=False),
        sa.Column("skipped_count", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "row_count = accepted_count + refused_count + same_count + unknown_count"
            " + skipped_count",
            name="ck_exchange_receipt_rows",
        ),
        sa.ForeignKeyConstraint(
            ["county", "batch_id"],
            ["exchange_batch.county", "exchange_batch.id"],
            name="fk_exchange_receipt_county_batch_id",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_exchange_receipt"),
    )
    op.create_index(
        "ix_exchange_receipt_file",
        "exchange_receipt",
        ["county", "batch_id", "sha256"],
        unique=True,
    )
