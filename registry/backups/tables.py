"""Tables as parts of an archive, the same from both engines, and parts back into tables.

The database itself is asked what tables and columns it has, so that nothing is left out that the
program does not know. A part is some thousand rows, column-wise, in MessagePack, packed.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from registry.db import bulk_insert, db

# What must not come back: a session that was ended since would be alive again. Signs of life of
# workers that are gone help nobody.
LEFT_OUT = {"sign_in_session", "worker_beat"}
VERSION = "alembic_version"  # laid by the migrations
_ROWS = 2000
_encode = msgspec.msgpack.encode


class Part(NamedTuple):
    """Some rows of a table."""

    table: str
    rows: int
    content: bytes


class _Columns(msgspec.Struct, frozen=True):
    names: list[str]
    values: list[list[Any]]


@contextmanager
def snapshot() -> Iterator[sa.Connection]:
    """A connection of its own that sees one state of the database, whatever is written meanwhile;
    nobody waits for it.
    """
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        # SQLite fixes what is seen with the first reading.
        connection.execute(sa.select(sa.literal(1)).select_from(sa.table(VERSION))).all()
        yield connection


def described(connection: sa.Connection) -> list[sa.Table]:
    """Return the tables of a database, those that others refer to first."""
    found = sa.MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in LEFT_OUT | {VERSION}]


def parts(connection: sa.Connection, table: sa.Table) -> Iterator[Part]:
    """Yield the rows of a table; instants are in UTC."""
    names = [str(column.name) for column in table.columns]
    # Plain columns: SQLAlchemy's own row objects would double the time.
    query = sa.select(*table.columns)
    given = connection.execution_options(stream_results=True, yield_per=_ROWS).execute(query)
    instants = [isinstance(column.type, sa.DateTime) for column in table.columns]
    for rows in given.partitions():
        values = [
            [_in_utc(value) for value in column] if is_instant else list(column)
            for column, is_instant in zip(zip(*rows, strict=True), instants, strict=True)
        ]
        content = zlib.compress(_encode(_Columns(names, values)), 1)
        yield Part(table.name, len(rows), content)


def lay(session: Session, table: sa.Table, content: bytes) -> int:
    """Insert a part into its table; returns the number of rows.

    Raises `KeyError` for a column that the table has not.
    """
    part = msgspec.msgpack.decode(zlib.decompress(content), type=_Columns)
    values = [
        _converted(table.c[name].type, column)
        for name, column in zip(part.names, part.values, strict=True)
    ]
    return bulk_insert(session, table, part.names, values)


@contextmanager
def references_later(session: Session, tables: list[sa.Table]) -> Iterator[None]:
    """Check references at the end: a row may refer to a later one of its own table."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
        yield
        return
    own = [
        f"ALTER TABLE {table.name} ALTER CONSTRAINT {key.name}"
        for table in tables
        for key in table.foreign_key_constraints
        if key.referred_table is table
    ]
    for change in own:
        session.execute(sa.text(f"{change} DEFERRABLE INITIALLY DEFERRED"))
    yield
    session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    for change in own:
        session.execute(sa.text(f"{change} NOT DEFERRABLE"))


def counted(connection: sa.Connection, tables: list[sa.Table]) -> dict[str, int]:
    """Return how many rows each table has."""
    count = sa.func.count()
    return {
        table.name: connection.execute(sa.select(count).select_from(table)).scalar_one()
        for table in tables
    }


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _converted(kind: sa.types.TypeEngine[Any], values: list[Any]) -> list[Any]:
    convert: Callable[[Any], Any] | None = None
    if isinstance(kind, sa.DateTime):
        convert = _in_utc
    elif isinstance(kind, sa.Date):
        convert = date.fromisoformat
    if convert is None:
        return values
    return [None if value is None else convert(value) for value in values]
