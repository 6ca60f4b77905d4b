"""Four eyes and separate powers in the database: who sent something in decides nothing of it.

The operations refuse it already. From here on no statement of the site's own role can store it
either: a decision by who sent the roster, a correction granted by who asked for it, an explanation
accepted by who gave it, two powers in one account. Who sent a roster stands fast once it is sent,
for else the rule could be stepped around.

SQLite cannot add a CHECK; its text is added in the schema, as its documentation advises where no
stored row can break the new rule.
"""

from typing import NamedTuple

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


class _Check(NamedTuple):
    table: str
    rule: str

    @property
    def name(self) -> str:
        return f"ck_{self.table}_four_eyes"


_CHECKS = (
    _Check(
        "identity_case",
        "doubt <> 'ASKED' OR ruling IS NULL"
        " OR (opened_by IS NOT NULL AND decided_by IS NOT NULL AND opened_by <> decided_by)",
    ),
    _Check("explanation", "decided_by <> answered_by"),
)
_POWERS = "ix_account_role_power"
_OWN = "four eyes: who sent a roster decides nothing of it"
_SENT = "four eyes: who sent a roster stands fast"
_IS_SENDER = (
    "EXISTS (SELECT 1 FROM submission s WHERE s.county = NEW.county AND s.id = NEW.submission_id"
    " AND NEW.decided_by IN (s.created_by, s.submitted_by))"
)
# A part of a bundle that goes down to its union as a draft is sent by nobody any more; nothing is
# staged again.
_IS_CHANGED = (
    "NEW.state = 'STAGED' AND OLD.state <> 'STAGED'"
    " OR OLD.submitted_by IS NOT NULL AND (NEW.created_by <> OLD.created_by"
    " OR OLD.state <> 'STAGED' AND NEW.submitted_by {differs} OLD.submitted_by)"
)


def upgrade() -> None:
    """Add index, checks and triggers."""
    op.execute(
        f"CREATE UNIQUE INDEX {_POWERS} ON account_role (account_id)"
        " WHERE role IN ('AUDITOR', 'ADMINISTRATOR', 'LOG_KEEPER')"
    )
    on_postgresql = op.get_context().dialect.name == "postgresql"
    for check in _CHECKS:
        if on_postgresql:
            op.create_check_constraint(check.name, check.table, check.rule)
        else:
            _rewrite(check, _key(check), f"{_clause(check)}{_key(check)}")
    if on_postgresql:
        _refuse_on_postgresql("decision", "INSERT", _IS_SENDER, _OWN)
        changed = _IS_CHANGED.format(differs="IS DISTINCT FROM")
        _refuse_on_postgresql("submission", "UPDATE", changed, _SENT)
    else:
        _refuse_on_sqlite("decision", "INSERT", _IS_SENDER, _OWN)
        _refuse_on_sqlite("submission", "UPDATE", _IS_CHANGED.format(differs="IS NOT"), _SENT)


def downgrade() -> None:
    """Take them away."""
    on_postgresql = op.get_context().dialect.name == "postgresql"
    for table in ("decision", "submission"):
        on = f" ON {table}" if on_postgresql else ""
        op.execute(f"DROP TRIGGER {table}_four_eyes{on}")
        if on_postgresql:
            op.execute(f"DROP FUNCTION {table}_four_eyes()")
    for check in _CHECKS:
        if on_postgresql:
            op.drop_constraint(check.name, check.table, type_="check")
        else:
            _rewrite(check, _clause(check), "")
    op.execute(f"DROP INDEX {_POWERS}")


def _refuse_on_sqlite(table: str, act: str, which: str, why: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_four_eyes BEFORE {act} ON {table} WHEN {which}"
        f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _refuse_on_postgresql(table: str, act: str, which: str, why: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF {which} THEN RAISE EXCEPTION '{why}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_four_eyes BEFORE {act} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_four_eyes()"
    )


def _key(check: _Check) -> str:
    return f"CONSTRAINT pk_{check.table} PRIMARY KEY"


def _clause(check: _Check) -> str:
    return f"CONSTRAINT {check.name} CHECK ({check.rule}), "


def _rewrite(check: _Check, old: str, new: str) -> None:
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
        (old, new, check.table),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
