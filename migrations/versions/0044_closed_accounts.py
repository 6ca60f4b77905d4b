"""A closed account is locked, has no password, and says why: the database holds it so.

The site asks only whether an account is locked before it lets anybody in; a row that says closed
and not locked would be let in all the same. Rows that should contradict the rule, by a change from
outside, are closed in full: that somebody left is what is known of them.

SQLite cannot add a CHECK; its text is added in the schema, as its documentation advises where no
stored row can break the new rule.
"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_NAME = "ck_account_closed"
_RULE = (
    "(closed_at IS NULL) = (closed_why IS NULL)"
    " AND (closed_at IS NULL OR (is_locked AND password_hash = ''))"
)
_KEY = "CONSTRAINT pk_account PRIMARY KEY"
_CLAUSE = f"CONSTRAINT {_NAME} CHECK ({_RULE}), "


def upgrade() -> None:
    """Close in full what is closed in part, and add the check."""
    op.execute(
        "UPDATE account SET is_locked = TRUE, password_hash = '',"
        " closed_why = COALESCE(closed_why, '未写明') WHERE closed_at IS NOT NULL"
    )
    op.execute("UPDATE account SET closed_why = NULL WHERE closed_at IS NULL")
    if op.get_context().dialect.name == "postgresql":
        op.create_check_constraint(_NAME, "account", _RULE)
    else:
        _rewrite(_KEY, f"{_CLAUSE}{_KEY}")


def downgrade() -> None:
    """Take the check away."""
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint(_NAME, "account", type_="check")
    else:
        _rewrite(_CLAUSE, "")


def _rewrite(old: str, new: str) -> None:
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?)"
        " WHERE type = 'table' AND name = 'account'",
        (old, new),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
