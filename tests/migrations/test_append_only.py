"""Trail, decisions, events and what was signed: the database itself refuses to change the past."""

import pytest
import sqlalchemy as sa

from seeds.installation import upgrade_schema
from tests.factories.schema import rows, whole_metadata

TABLES = (
    "trail_entry",
    "trail_person",
    "decision",
    "membership_event",
    "question_entry",
    "union_event",
)
SIGNED = (
    "period_closing",
    "period_reopening",
    "period_roll",
    "notice",
    "notice_confirmation",
)
SQLITE = ("UPDATE {0} SET county = '331084'", "DELETE FROM {0}")
POSTGRESQL = (*SQLITE, "TRUNCATE {0}", "TRUNCATE {0} CASCADE", "UPDATE {0} SET county = county")


@pytest.fixture
def filled(new_engine):
    """An engine on a database with one row in every table."""
    engine = new_engine()
    upgrade_schema(engine)
    with engine.begin() as connection:
        for name, row in rows().items():
            connection.execute(sa.insert(whole_metadata().tables[name]).values(row))
    return engine


def _content(engine: sa.Engine, table: str) -> list[tuple]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]


def _refused(engine: sa.Engine, table: str, *statements: str) -> None:
    before = _content(engine, table)
    for statement in statements:
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert _content(engine, table) == before, table


def test_changes_are_refused(filled):
    statements = POSTGRESQL if filled.dialect.name == "postgresql" else SQLITE
    for table in TABLES:
        _refused(filled, table, *(statement.format(table) for statement in statements))


def test_a_row_cannot_be_replaced(filled):
    keys = {
        "trail_entry": "number",
        "decision": "id",
        "question_entry": "question_id, number",
        "union_event": "id",
    }
    for table, key in keys.items():
        columns = ", ".join(rows()[table])
        insert = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"
        if filled.dialect.name == "postgresql":
            insert = (
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}"
                f" ON CONFLICT (county, {key}) DO UPDATE SET county = '331084'"
            )
        _refused(filled, table, insert)


def test_more_rows_are_taken(filled):
    numbered = {"trail_entry": "number", "trail_person": "number", "question_entry": "number"}
    for table in TABLES:
        more = rows()[table] | {numbered.get(table, "id"): 2}
        with filled.begin() as connection:
            connection.execute(sa.insert(whole_metadata().tables[table]).values(more))
        assert len(_content(filled, table)) == 2, table


def test_what_was_signed_is_kept(filled):
    for table in SIGNED:
        columns = ", ".join(rows()[table])
        statements = (*SQLITE, _REPLACED[filled.dialect.name])
        _refused(filled, table, *(one.format(table, columns=columns) for one in statements))


_REPLACED = {
    "sqlite": "INSERT OR REPLACE INTO {0} ({columns}) SELECT {columns} FROM {0}",
    "postgresql": "TRUNCATE {0} CASCADE",
}
