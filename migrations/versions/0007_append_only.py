"""What was recorded can be neither changed nor removed: trail, decisions, membership events.

A mistake in the program, or a hand in the database, would otherwise rewrite history unseen. On
PostgreSQL the site's role may lack the rights as well; the trigger also stops the owner's slip. On
SQLite, INSERT OR REPLACE deletes without asking the delete trigger: the trail and the decisions
refuse that too. Events come by the hundred thousand and are spared the look-up.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("trail_entry", "decision", "membership_event")
REPLACED = {"trail_entry": "number", "decision": "id"}


def upgrade() -> None:
    """Add the triggers."""
    if op.get_context().dialect.name == "postgresql":
        _refuse_on_postgresql()
    else:
        _refuse_on_sqlite()


def downgrade() -> None:
    """Take the triggers away."""
    if op.get_context().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
        return
    for table in TABLES:
        op.execute(f"DROP TRIGGER {table}_no_update")
        op.execute(f"DROP TRIGGER {table}_no_delete")
    for table in REPLACED:
        op.execute(f"DROP TRIGGER {table}_no_replace")


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';"
        " END $$"
    )
    for table in TABLES:
        # For the statement, not for each row: TRUNCATE has no rows, and one refusal is enough.
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _refuse_on_sqlite() -> None:
    for table in TABLES:
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for table, key in REPLACED.items():
        there_already = (
            f"EXISTS (SELECT 1 FROM {table} WHERE (county, {key}) = (NEW.county, NEW.{key}))"  # noqa: S608
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there_already}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
