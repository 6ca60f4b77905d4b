"""One workbook for many unions; long work names its subject, whatever it is.

A bundle is split into submissions that nobody sees until the last row is stored. What its names
mean, which rows were left out and what each union got is kept here, so that the rows of the common
file can be accounted for. A batch no longer always works on a submission, so its column is
renamed; `kind` tells what the number means.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CURRENT = sa.text("is_current")


def upgrade() -> None:
    """Rename the column of the subject and add the tables."""
    op.drop_index("ix_batch_submission", table_name="batch")
    _rename("submission_id", "subject_id")
    op.create_index("ix_batch_subject", "batch", ["county", "kind", "subject_id", "id"])
    op.create_table(
        "bundle",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("original", sa.String(length=40), nullable=True),
        sa.Column("format", sa.String(length=8), nullable=True),
        sa.Column("sheet", sa.String(length=255), nullable=True),
        sa.Column("header_row", sa.Integer(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("file_findings", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("skipped_count", sa.Integer(), nullable=False),
        sa.Column("left_out_count", sa.Integer(), nullable=False),
        sa.Column("good_count", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="ck_bundle_confirmed"
        ),
        sa.CheckConstraint(
            "state <> 'DONE' OR (confirmed_by IS NOT NULL AND ended_at IS NOT NULL)",
            name="ck_bundle_done",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_bundle"),
    )
    op.create_index(
        "ix_bundle_current",
        "bundle",
        ["county", "place", "file_sha256"],
        unique=True,
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )
    op.create_index("ix_bundle_place", "bundle", ["county", "place", "id"])
    op.create_index("ix_bundle_id", "bundle", ["id"])
    op.create_table(
        "bundle_name",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("written", sa.String(length=200), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=True),
        sa.Column("suggestions", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(union_code IS NULL) = (how IN ('OPEN', 'LEFT_OUT'))", name="ck_bundle_name_union"
        ),
        _of_bundle("bundle_name"),
        sa.PrimaryKeyConstraint("county", "bundle_id", "number", name="pk_bundle_name"),
    )
    op.create_table(
        "bundle_part",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("ok_count", sa.Integer(), nullable=False),
        sa.Column("warning_count", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("transfer_count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        _of_bundle("bundle_part"),
        sa.PrimaryKeyConstraint("county", "bundle_id", "union_code", name="pk_bundle_part"),
    )
    op.create_table(
        "bundle_gap",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("bundle_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("name", sa.Integer(), nullable=False),
        _of_bundle("bundle_gap"),
        sa.PrimaryKeyConstraint("county", "bundle_id", "row", name="pk_bundle_gap"),
    )


def downgrade() -> None:
    """Take the tables away; work on bundles ends with them."""
    for table in ("bundle_gap", "bundle_part", "bundle_name", "bundle"):
        op.drop_table(table)
    op.execute("DELETE FROM batch WHERE kind = 'bundle'")
    op.drop_index("ix_batch_subject", table_name="batch")
    _rename("subject_id", "submission_id")
    op.create_index("ix_batch_submission", "batch", ["county", "submission_id", "id"])


def _rename(old: str, new: str) -> None:
    """Rename the column in place, which SQLite can do, too. PostgreSQL 18 names the rule NOT NULL
    after its column: it is made anew.
    """
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(f"ALTER TABLE batch ALTER COLUMN {old} DROP NOT NULL")
    op.execute(f"ALTER TABLE batch RENAME COLUMN {old} TO {new}")
    if is_postgresql:
        op.execute(f"ALTER TABLE batch ALTER COLUMN {new} SET NOT NULL")


def _of_bundle(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["county", "bundle_id"], ["bundle.county", "bundle.id"], name=f"fk_{table}_county_bundle_id"
    )
