"""The database: the SQLAlchemy object, the typed base of models, transactions, bulk insertion.

PostgreSQL runs as it comes; for SQLite see `registry.sqlite`.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import msgspec
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    Text,
    bindparam,
    event,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.engine import Dialect, Engine, ExceptionContext
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, Session, mapped_column
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from registry.sqlite import begin, prepare_connection
from registry.storage import fault_kind, report_fault, trusted

# Names of constraints are stable, so that migrations can speak of them on both engines.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The plain declarative base, so that leaving Flask-SQLAlchemy stays free."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:

    class Model(Base):
        """The base of all models, typed."""

        __abstract__ = True
else:
    Model = db.Model

# A key number: 64 bits on PostgreSQL, SQLite's own integer there.
KeyNumber = BigInteger()


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC on both engines (SQLite itself would forget the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("instants are aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_ROWS_IN_A_PART = 10_000


class IdSequence(Model):
    """Hands out numbers. A plain table: composite keys have no auto-increment on SQLite."""

    __tablename__ = "id_sequence"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    next: Mapped[int] = mapped_column(KeyNumber)


# Which settings go with which installation: below the shell nothing knows the web application.
_settings: WeakKeyDictionary[Engine, Mapping[str, Any]] = WeakKeyDictionary()


def configure(settings: Mapping[str, Any]) -> None:
    """Join the settings of an installation to its database; called once when it is put together."""
    _settings[db.engine] = settings


def setting(name: str) -> Any:
    """Return a setting of the running installation."""
    return _settings[db.engine][name]


def with_next(session: Session, write: Callable[[Session], None] | None) -> bool:
    """Have something written as the first thing of the session's next transaction (None: nothing),
    in place of what was to be written so. Returns whether that was still to come.
    """
    was_to_come = session.info.pop("first", None) is not None
    if write is not None:
        session.info["first"] = write
    return was_to_come


@contextmanager
def transaction() -> Iterator[Session]:
    """One writing transaction: commits at the end, rolls back on any exception.

    What was read before is forgotten, so that an operation judges the state it changes. Operations
    do not nest: one act, one transaction. Raises `Unavailable` while the storage is at fault.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("a transaction is open already: operations do not nest")
    session.rollback()
    session.info["writing"] = True
    try:
        with trusted(setting("DATA")):
            session.connection(execution_options={"writing": True})
            if first := session.info.pop("first", None):
                first(session)
            yield session
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


def allocate(session: Session, name: str, count: int = 1) -> int:
    """Reserve `count` consecutive numbers of a sequence and return the first.

    Runs in the caller's transaction; the sequence's row stays locked until its end.
    """
    taken = session.execute(
        update(IdSequence)
        .where(IdSequence.name == name)
        .values(next=IdSequence.next + count)
        .returning(IdSequence.next)
    ).scalar_one_or_none()
    if taken is None:
        # The first use. Two firsts at once: the loser's insert fails and its act is tried again.
        session.execute(insert(IdSequence).values(name=name, next=count + 1))
        return 1
    return taken - count


class _Elements(FunctionElement[str]):
    """The elements of a list in JSON, as rows of one column `value`."""

    name = "elements"
    inherit_cache = True


@compiles(_Elements, "sqlite")
def _elements_on_sqlite(element: _Elements, compiler: Any, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(_Elements, "postgresql")
def _elements_on_postgresql(element: _Elements, compiler: Any, **kw: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **kw)} AS json))"


class json_text(FunctionElement[str]):  # noqa: N801 - used as a function of SQL
    """The text that a column of JSON has under a name, NULL where it has none."""

    inherit_cache = True
    type = Text()


@compiles(json_text)
def _json_text(element: json_text, compiler: Any, **kw: Any) -> str:
    column, name = (compiler.process(one, **kw) for one in element.clauses)
    if compiler.dialect.name == "postgresql":
        return f"(CAST({column} AS json) ->> {name})"
    return f"json_extract({column}, '$.' || {name})"


def one_of(
    column: InstrumentedAttribute[Any],
    values: Collection[bytes] | Collection[int] | Collection[str],
) -> ColumnElement[bool]:
    """Return the condition that a column of bytes, numbers or text holds one of many values, bytes
    all of one length.

    The values go as one parameter, a list in JSON (bytes as one run, and the list says where each
    begins). SQLAlchemy expands `in_` value by value, which for thousands of keys takes longer than
    to find them, and both engines bound the parameters.
    """
    if isinstance(column.type, LargeBinary):
        return column.in_(_pieces([bytes(value) for value in values]))  # type: ignore[arg-type]
    value = _elements(values)
    if isinstance(column.type, Integer):
        return column.in_(select(sql_cast(value, BigInteger)))
    return column.in_(select(value))


def _elements(values: Collection[Any]) -> ColumnElement[str]:
    listed = literal(msgspec.json.encode(list(values)).decode(), Text())
    value: ColumnElement[str] = _Elements(listed).table_valued("value").c.value
    return value


def _pieces(values: Sequence[bytes]) -> Select[Any]:
    width = len(values[0]) if values else 1
    run = b"".join(values)
    if len(run) != width * len(values):
        raise ValueError("keys of different lengths")
    begins = sql_cast(_elements(range(1, len(run) + 1, width)), Integer)
    return select(func.substr(literal(run, LargeBinary()), begins, width, type_=LargeBinary()))


class _Beginning(TypeDecorator[str]):
    """The beginning of a text as a pattern; what LIKE would take for a sign of its own is a letter
    here.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the pattern."""
        return None if value is None else re.sub(r"([!%_])", r"!\1", value) + "%"


def begins_with(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Return the condition that a text begins with the value of a parameter, as `startswith` does
    with a value: for statements that are put together once.
    """
    return column.like(bindparam(parameter, type_=_Beginning()), escape="!")


def bulk_insert(
    session: Session, table: Table, names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> int:
    """Insert rows given column-wise; returns their number.

    `columns[i]` holds the values of column `names[i]`, all of one length. COPY on PostgreSQL, the
    driver's own executemany on SQLite: three to four times as fast as the ORM's bulk insert, in
    half the memory.
    """
    if not columns or not columns[0]:
        return 0
    connection = session.connection()
    ready = [
        _processed(table.c[name].type, connection.dialect, values)
        for name, values in zip(names, columns, strict=True)
    ]
    rows = zip(*ready, strict=True)
    # The driver's own cursor: COPY and executemany lie outside what SQLAlchemy types.
    cursor: Any = connection.connection.cursor()
    listed = ", ".join(f'"{name}"' for name in names)
    try:
        if connection.dialect.name == "postgresql":
            # Binary: sealed values would go as hexadecimal text otherwise.
            form = "(FORMAT BINARY)"
            with cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN {form}') as copy:
                types = (table.c[name].type.compile(connection.dialect) for name in names)
                # Without lengths: VARCHAR(8) is sent as any text.
                copy.set_types([name.partition("(")[0].lower() for name in types])
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(names))
            statement = f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})'  # noqa: S608
            cursor.executemany(statement, rows)
    finally:
        cursor.close()
    return len(columns[0])


def in_parts(
    session: Session, number: InstrumentedAttribute[int], *whose: ColumnElement[bool]
) -> Iterator[ColumnElement[bool]]:
    """Yield conditions on a number that part the rows of `whose`, to change them part by part.

    SQLite keeps in memory what a statement changes, as it was, until its end. PostgreSQL does not,
    and may look through all the rows for each part: there all is one part.
    """
    if session.connection().dialect.name != "sqlite":
        yield true()
        return
    last = session.scalar(select(func.max(number)).where(*whose))
    for first in range(0, (last or 0) + 1, _ROWS_IN_A_PART):
        yield number.between(first, first + _ROWS_IN_A_PART - 1)


def insert_select(
    session: Session,
    model: type[Model],
    columns: Mapping[str, Any],
    source: Select[Any] | None = None,
) -> int:
    """Insert what a select gives, set-based; returns the number of rows.

    `columns` maps the table's columns to expressions; `source` narrows or joins what they are
    taken from (`select(*columns.values())` where None).
    """
    query = select(*columns.values()) if source is None else source
    result = session.execute(
        insert(table_of(model)).from_select(list(columns), query, include_defaults=False),
        execution_options={"preserve_rowcount": True},
    )
    return cast(CursorResult[Any], result).rowcount


def update_many(
    session: Session, model: type[Model], keys: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Update rows by their keys with one prepared statement for all.

    Each of `rows` maps the key columns and the changed columns to values; all have the same
    columns.
    """
    if not rows:
        return
    table = table_of(model)
    changed = [name for name in rows[0] if name not in keys]
    statement = (
        update(table)
        .where(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
        .values({name: bindparam(f"new_{name}") for name in changed})
    )
    session.connection().execute(
        statement,
        [
            {
                (f"key_{name}" if name in keys else f"new_{name}"): value
                for name, value in row.items()
            }
            for row in rows
        ],
    )


def _processed(kind: Any, dialect: Dialect, values: Sequence[Any]) -> Sequence[Any]:
    # Both drivers take bytes as they are; wrapping each value costs more than storing it.
    if isinstance(kind, LargeBinary):
        return values
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    return [None if value is None else process(value) for value in values]


def table_of(model: type[Model]) -> Table:
    """Return a model's table, typed as such."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model} has no plain table")
    return table


def reachable() -> bool:
    """Tell whether the database answers."""
    return bool(db.session.execute(select(1)).scalar_one())


@event.listens_for(Engine, "handle_error")
def _notice_fault(context: ExceptionContext) -> None:
    """Also what only reads finds out that the storage is at fault."""
    kind = fault_kind(context.original_exception)
    if kind is not None and context.engine in _settings:
        report_fault(setting("DATA"), kind)


event.listen(Engine, "connect", prepare_connection)
event.listen(Engine, "begin", begin)
