"""Rosters on their way: what was sent, row by row, and what was decided.

The database itself refuses what may not be: a decided row without its decision, an error row that
waits for approval, a closed submission with open rows, the same file twice for one union and kind.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "submission",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("file_bytes", sa.BigInteger(), nullable=True),
        sa.Column("original", sa.String(length=40), nullable=True),
        sa.Column("format", sa.String(length=8), nullable=True),
        sa.Column("sheet", sa.String(length=255), nullable=True),
        sa.Column("header_row", sa.Integer(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("file_findings", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("ok_count", sa.Integer(), nullable=False),
        sa.Column("warning_count", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("skipped_count", sa.Integer(), nullable=False),
        sa.Column("missing_count", sa.Integer(), nullable=False),
        sa.Column("pending_count", sa.Integer(), nullable=False),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("was_sent_back", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'CLOSED') = (closed_at IS NOT NULL)", name="ck_submission_closed"
        ),
        sa.CheckConstraint("state <> 'CLOSED' OR pending_count = 0", name="ck_submission_pending"),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'WITHDRAWN') OR submitted_by IS NOT NULL",
            name="ck_submission_submitted_by",
        ),
        sa.CheckConstraint(
            "(submitted_by IS NULL) = (submitted_at IS NULL)", name="ck_submission_submitted"
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_submission"),
    )
    op.create_index(
        "ix_submission_current",
        "submission",
        ["county", "union_code", "kind", "file_sha256"],
        unique=True,
        sqlite_where=sa.text("is_current AND file_sha256 IS NOT NULL"),
        postgresql_where=sa.text("is_current AND file_sha256 IS NOT NULL"),
    )
    op.create_index("ix_submission_id", "submission", ["id"])
    op.create_index("ix_submission_queue", "submission", ["county", "state", "submitted_at", "id"])
    op.create_index("ix_submission_union", "submission", ["county", "union_code", "id"])
    op.create_table(
        "submission_row",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("worst", sa.String(length=8), nullable=False),
        sa.Column("match", sa.String(length=12), nullable=True),
        sa.Column("change", sa.String(length=2), nullable=False),
        sa.Column("changed_on", sa.String(length=10), nullable=True),
        sa.Column("change_reason", sa.String(length=4), nullable=True),
        sa.Column("person_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("full_name", sa.String(length=200), nullable=True),
        sa.Column("document_kind", sa.String(length=2), nullable=True),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("clean", sa.Text(), nullable=False),
        sa.Column("filled", sa.SmallInteger(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_fields", sa.Text(), nullable=True),
        sa.Column("decision_id", sa.BigInteger(), nullable=True),
        sa.Column("follow_up_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('APPROVED', 'SENT_BACK', 'REJECTED')) = (decision_id IS NOT NULL)",
            name="ck_submission_row_decided",
        ),
        sa.CheckConstraint(
            "state NOT IN ('PENDING', 'APPROVED') OR (worst <> 'error' AND person_key IS NOT NULL)",
            name="ck_submission_row_good",
        ),
        sa.ForeignKeyConstraint(
            ["county", "submission_id"],
            ["submission.county", "submission.id"],
            name="fk_submission_row_county_submission_id",
        ),
        sa.PrimaryKeyConstraint("county", "submission_id", "row", name="pk_submission_row"),
    )
    op.create_index(
        "ix_submission_row_person", "submission_row", ["county", "submission_id", "person_key"]
    )
    op.create_index(
        "ix_submission_row_worst", "submission_row", ["county", "submission_id", "worst", "row"]
    )
    op.create_table(
        "decision",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(verdict = 'APPROVE') = (reason IS NULL)", name="ck_decision_reason"),
        sa.ForeignKeyConstraint(
            ["county", "submission_id"],
            ["submission.county", "submission.id"],
            name="fk_decision_county_submission_id",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_decision"),
    )
    op.create_index("ix_decision_submission", "decision", ["county", "submission_id", "id"])


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("decision")
    op.drop_table("submission_row")
    op.drop_table("submission")
