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


@pytest.mark.parametrize("table", TABLES)
def test_changes_are_refused(filled, table):
    before = _content(filled, table)
    for statement in POSTGRESQL if filled.dialect.name == "postgresql" else SQLITE:
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), filled.begin() as connection:
            connection.exec_driver_sql(statement.format(table))
    assert _content(filled, table) == before


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("trail_entry", "number"),
        ("decision", "id"),
        ("question_entry", "question_id, number"),
        ("union_event", "id"),
    ],
)
def test_a_row_cannot_be_replaced(filled, table, key):
    columns = ", ".join(rows()[table])
    changed = columns.replace("county,", "county,", 1)
    insert = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {changed} FROM {table}"
    if filled.dialect.name == "postgresql":
        insert = (
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}"
            f" ON CONFLICT (county, {key}) DO UPDATE SET county = '331084'"
        )
    before = _content(filled, table)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), filled.begin() as connection:
        connection.exec_driver_sql(insert)
    assert _content(filled, table) == before


@pytest.mark.parametrize("table", TABLES)
def test_more_rows_are_taken(filled, table):
    more = {
        "trail_entry": {"number": 2},
        "trail_person": {"number": 2},
        "decision": {"id": 2},
        "membership_event": {"id": 2},
        "question_entry": {"number": 2},
        "union_event": {"id": 2},
    }
    with filled.begin() as connection:
        connection.execute(
            sa.insert(whole_metadata().tables[table]).values(rows()[table] | more[table])
        )
    assert len(_content(filled, table)) == 2


def test_what_was_signed_is_kept(filled):
    for table in SIGNED:
        before = _content(filled, table)
        columns = ", ".join(rows()[table])
        for statement in (*SQLITE, _REPLACED[filled.dialect.name]):
            told = statement.format(table, columns=columns)
            with (
                pytest.raises(sa.exc.DBAPIError, match="append-only"),
                filled.begin() as connection,
            ):
                connection.exec_driver_sql(told)
        assert _content(filled, table) == before


_REPLACED = {
    "sqlite": "INSERT OR REPLACE INTO {0} ({columns}) SELECT {columns} FROM {0}",
    "postgresql": "TRUNCATE {0} CASCADE",
}
