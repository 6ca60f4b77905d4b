"""What a made register's rows are told from: number series, shares of unions, days, and noise."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
)

from bench import roster
from registry.db import IdSequence, Instant

COUNTY = "331083"
OPENED = "3310830010002"
DAYS, DAY_STEP = 120, 9  # each union's members came on so many days, three years in all
WAITING, WAITING_ROWS = 2_000, 100  # the review queue: rosters and rows of each
WAITING_MEMBERS = 500  # for so many members one roster waits, up to WAITING
OPENED_FROM = 150_000  # of the bench's persons: none of them is in the bench's rosters
CLOSED_ROWS = 165  # the median roster; only the head of a closed one is kept here
BYTES_PER_MEMBER = 2_200  # of disk, the larger engine, while it is being filled
DOCUMENT_BYTES, MOBILE_BYTES, ROW_BYTES = 49, 42, 420

SCRATCH = MetaData()
# The unions with their shares: members from..to of the running number.
SHARE = Table(
    "bench_share",
    SCRATCH,
    Column("position", Integer, primary_key=True),
    Column("code", String(16)),
    Column("path", String(64)),
    Column("account", BigInteger),
    Column("first", BigInteger),
    Column("last", BigInteger),
)
DAY = Table(
    "bench_day",
    SCRATCH,
    Column("k", Integer, primary_key=True),
    Column("day", Date),
    Column("at", Instant),
)
ENTRY = Table(
    "bench_entry",
    SCRATCH,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("union_code", String(16)),
    Column("day", Date),
    Column("at", Instant),
    Column("key", LargeBinary),
    Column("state", String(12)),
    Column("filled", Integer),
)

# SQLite's own function of this name, for PostgreSQL.
NOISE = """
CREATE FUNCTION randomblob(integer) RETURNS bytea LANGUAGE sql AS $$
SELECT substring(decode(repeat(encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
                                      'hex'), ($1 + 31) / 32), 'hex') FROM 1 FOR $1) $$"""


# Outer joins with a series go by the series: SQLite would else read it anew for each day.
def series(first: ColumnElement[int], last: ColumnElement[int]) -> Any:
    """Return a table of the numbers from `first` to `last`, column `n`."""
    numbers = select(first.label("n")).cte("numbers", recursive=True)
    return numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < last))


def told(prefix: str, number: ColumnElement[int]) -> ColumnElement[str]:
    """Return a text that ends with a number."""
    return literal(prefix, String()).concat(cast(number, String(20)))


def noise(length: int) -> ColumnElement[bytes]:
    """Return so many random bytes, others for each row."""
    return func.randomblob(length, type_=LargeBinary())


def _letter(letters: str, number: ColumnElement[int]) -> ColumnElement[str]:
    return func.substr(letters, cast(number % len(letters) + 1, Integer), 1, type_=String())


def name(number: ColumnElement[int]) -> ColumnElement[str]:
    """Return an invented name."""
    given = _letter(roster.GIVEN, number * 7).concat(_letter(roster.GIVEN, number // 31))
    return _letter(roster.SURNAMES, number).concat(given)


def particulars(number: ColumnElement[int]) -> ColumnElement[str]:
    """Return the JSON of a member's other fields."""
    born_on = told('{"sex":"1","born_on":"', 1965 + number % 35).concat(told("-03-1", number % 9))
    return born_on.concat(
        '","ethnicity":"01","work_status":"1","education":"70","household_kind":"1",'
        '"household_region":"331083","political_status":"13","employer_name":"玉环市虚构阀门有限公司",'
        '"is_migrant_worker":"0","is_dispatched":"0","post":"装配工","in_mutual_aid":"1"}'
    )


def insert_from(
    connection: Connection, table: Table, columns: dict[str, Any], *source: Any
) -> None:
    """Insert what a source gives, by column."""
    query = select(*columns.values()).select_from(*source)
    connection.execute(insert(table).from_select(list(columns), query, include_defaults=False))


def set_sequences(connection: Connection, names: list[str], value: int) -> None:
    """Let sequences go on from a number."""
    connection.execute(delete(IdSequence).where(IdSequence.name.in_(names)))
    connection.execute(insert(IdSequence), [{"name": name, "next": value} for name in names])


def counts(**known: Any) -> dict[str, Any]:
    """Return all counts of a tally: those known, and 0."""
    names = (
        *("active", "retained", "filled", "rows", "rows_elsewhere", "submitted"),
        *("first_pass", "admissions", "pending"),
    )
    return {name: known.get(name, literal(0)) for name in names}
