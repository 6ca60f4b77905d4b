"""The migrated schema is the one that the models describe, down to CHECKs and partial indexes."""

import re

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from seeds.installation import upgrade_schema
from tests.factories.schema import whole_metadata

# What PostgreSQL itself says of every column, constraint and index of the public schema.
POSTGRESQL = (
    "SELECT 'column', attrelid::regclass::text, attname, format_type(atttypid, atttypmod),"
    " attnotnull::text, coalesce(pg_get_expr(adbin, adrelid), '') FROM pg_attribute"
    " JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid"
    " AND adnum = attnum WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    " AND attnum > 0 AND NOT attisdropped",
    "SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
)


def _described(connection: sa.Connection) -> set[tuple[str, ...]]:
    if connection.dialect.name == "postgresql":
        return {tuple(row) for query in POSTGRESQL for row in connection.exec_driver_sql(query)}
    # SQLite keeps each statement as it was written; both sides were written by SQLAlchemy.
    query = "SELECT type, tbl_name, name, sql FROM sqlite_master WHERE type IN ('table', 'index')"
    return {
        (kind, table, name, _one_form(sql or ""))
        for kind, table, name, sql in connection.exec_driver_sql(query)
    }


def _one_form(sql: str) -> str:
    """Sort what stands in the outer brackets: the order of constraints means nothing."""
    head, _, body = re.sub(r"\s+", " ", sql).partition(" (")
    parts = re.split(r", (?=CONSTRAINT)", body.removesuffix(")").strip())
    return head + str([parts[0], *sorted(part.strip() for part in parts[1:])])


def _without_version(described: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {entry for entry in described if entry[1] != "alembic_version"}


def test_migrations_and_models_describe_one_schema(new_engine):
    migrated, made = new_engine(), new_engine()
    upgrade_schema(migrated)
    whole_metadata().create_all(made)
    with migrated.connect() as one, made.connect() as other:
        assert _without_version(_described(one)) == _described(other)


def test_alembic_sees_nothing_left_to_migrate(new_engine):
    engine = new_engine()
    upgrade_schema(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, whole_metadata()) == []


def test_a_difference_would_be_noticed(new_engine):
    changed, made = new_engine(), new_engine()
    for engine in (changed, made):
        upgrade_schema(engine)
    with changed.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_membership_live")
        connection.exec_driver_sql(
            "CREATE UNIQUE INDEX ix_membership_live ON membership (county, person_key)"
        )
    with changed.connect() as one, made.connect() as other:
        assert _described(one) != _described(other)
