"""The review desk: approvals taken back, samples called back, who works on what, and the risk.

A row whose approval was taken back stands under the decision that did so, like every decided row.
SQLite cannot change a CHECK; its text is exchanged in the schema, which is what its documentation
advises where no stored row can break the new rule. Rebuilding the table would copy every roster.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BEFORE = "(state IN ('APPROVED', 'SENT_BACK', 'REJECTED')) = (decision_id IS NOT NULL)"
_AFTER = "(state IN ('APPROVED', 'SENT_BACK', 'REJECTED', 'REVOKED')) = (decision_id IS NOT NULL)"


def upgrade() -> None:
    """Allow the state, and let a decision name the one that it takes back."""
    _exchange(_BEFORE, _AFTER)
    op.add_column("decision", sa.Column("revokes_id", sa.BigInteger(), nullable=True))
    _create_samples()
    op.add_column(
        "submission", sa.Column("risk", sa.SmallInteger(), nullable=False, server_default="1")
    )
    op.add_column("submission", sa.Column("assigned_to", sa.BigInteger(), nullable=True))
    op.add_column("submission", sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True))
    _weigh_what_waits()


def downgrade() -> None:
    """Take both away; what was taken back counts as sent back."""
    for name in ("assigned_at", "assigned_to", "risk"):
        op.drop_column("submission", name)
    op.drop_table("sampled_row")
    op.drop_table("sample")
    op.drop_column("decision", "revokes_id")
    op.execute("UPDATE submission_row SET state = 'SENT_BACK' WHERE state = 'REVOKED'")
    _exchange(_AFTER, _BEFORE)


def _weigh_what_waits() -> None:
    """Say of what waits now how much thought it asks, as it is said of what is sent from now on."""
    waits = "submission.state IN ('SUBMITTED', 'IN_REVIEW')"
    rows = (
        "EXISTS (SELECT 1 FROM submission_row r WHERE r.county = submission.county"
        " AND r.submission_id = submission.id AND r.state = 'PENDING' AND ({}))"
    )
    first = (
        "NOT EXISTS (SELECT 1 FROM membership m WHERE m.county = submission.county"
        " AND m.union_code = submission.union_code)"
    )
    whole = "submission.state = 'SUBMITTED' AND"
    unsure = """r."match" = 'TRANSFER' OR r."match" IS NULL"""
    doubtful = """r.worst = 'warning' AND r."match" IN ('NEW', 'CHANGED', 'LEAVE', 'RETAIN')"""
    big = "submission.file_findings LIKE '%roster.big_change%'"
    for risk, which in (
        (2, f"{rows.format(f'{unsure} OR {doubtful}')} OR ({whole} {first})"),
        (3, rows.format("r.\"match\" = 'CONFLICT'") + f" OR ({whole} {big})"),
    ):
        statement = f"UPDATE submission SET risk = {risk} WHERE {waits} AND ({which})"  # noqa: S608
        op.execute(sa.text(statement))


def _create_samples() -> None:
    op.create_table(
        "sample",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("drawn_from", sa.Integer(), nullable=False),
        sa.Column("drawn_by", sa.BigInteger(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "submission_id"],
            ["submission.county", "submission.id"],
            name="fk_sample_county_submission_id",
        ),
        sa.PrimaryKeyConstraint("county", "submission_id", name="pk_sample"),
    )
    op.create_table(
        "sampled_row",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("result", sa.String(length=12), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("called_by", sa.BigInteger(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(result IS NULL) = (called_by IS NULL)", name="ck_sampled_row_called"),
        sa.CheckConstraint(
            "(result IS NULL) = (called_at IS NULL)", name="ck_sampled_row_called_at"
        ),
        sa.CheckConstraint(
            "result IN ('TRUE', 'FALSE', 'UNREACHED')", name="ck_sampled_row_result"
        ),
        sa.ForeignKeyConstraint(
            ["county", "submission_id"],
            ["sample.county", "sample.submission_id"],
            name="fk_sampled_row_county_submission_id",
        ),
        sa.PrimaryKeyConstraint("county", "submission_id", "row", name="pk_sampled_row"),
    )


def _exchange(old: str, new: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("ck_submission_row_decided", "submission_row", type_="check")
        op.create_check_constraint("ck_submission_row_decided", "submission_row", new)
        return
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?)"
        " WHERE type = 'table' AND name = 'submission_row'",
        (old, new),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
