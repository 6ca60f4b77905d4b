"""The review desk: approvals taken back.

A row whose approval was taken back stands under the decision that did so, like every decided row.
SQLite cannot change a CHECK; its text is exchanged in the schema, which is what its documentation
advises where no stored row can break the new rule. Rebuilding the table would copy every roster.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_BEFORE = "(state IN ('APPROVED', 'SENT_BACK', 'REJECTED')) = (decision_id IS NOT NULL)"
_AFTER = "(state IN ('APPROVED', 'SENT_BACK', 'REJECTED', 'REVOKED')) = (decision_id IS NOT NULL)"


def upgrade() -> None:
    """Allow the state, and let a decision name the one that it takes back."""
    _exchange(_BEFORE, _AFTER)
    op.add_column("decision", sa.Column("revokes_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take both away; what was taken back counts as sent back."""
    op.drop_column("decision", "revokes_id")
    op.execute("UPDATE submission_row SET state = 'SENT_BACK' WHERE state = 'REVOKED'")
    _exchange(_AFTER, _BEFORE)


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
