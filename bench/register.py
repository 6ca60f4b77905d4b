"""A register of many members over the seeded unions, written by set-based SQL from number series.

What is told of a member follows from the running number; keys and what is sealed are noise of the
right length, except in the union `OPENED`: its members open, have sound numbers, and can be looked
up.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, func, insert, select, text

import config
from bench import made_members, made_queue, roster
from bench.ground import Ground, Place
from bench.series import (
    BYTES_PER_MEMBER,
    COUNTY,
    DAY,
    DAY_STEP,
    DAYS,
    ENTRY,
    NOISE,
    OPENED,
    OPENED_FROM,
    SCRATCH,
    SHARE,
    set_sequences,
)
from registry.accounts.models import Account
from registry.app import import_models
from registry.clock import today
from registry.db import IdSequence, table_of
from registry.identity.documents import key_form
from registry.identity.forms import RESIDENT
from registry.members.models import Member, Membership, MembershipEvent
from registry.submissions.models import Submission, SubmissionRow
from registry.unions.models import Headcount, Level, TradeUnion
from registry.vault import keyfile
from registry.vault.vault import MOBILE, PERSON, Vault, of_person


def million(ground: Ground) -> str:
    """Return the template with the seeded unions and 1,000,000 members (10 × `rows`)."""
    return ground.template("million", ground.seeded(), lambda place: grow(place, 10 * ground.rows))


def grow(place: Place, members: int) -> None:
    """Add members to a seeded place, in a process of its own."""
    place.python("bench.register", str(members))


def disk_use(members: int) -> str:
    """Return what a register of this size may need of the disk, in words."""
    return f"{members * BYTES_PER_MEMBER / 1e9:.0f} GB"


def main() -> None:
    """Fill the installation that the environment names."""
    settings = config.load(os.environ)
    import_models()
    engine = create_engine(settings["DATABASE_URL"])
    fill(engine, int(sys.argv[1]), Vault(keyfile.load(settings["DATA"])))
    engine.dispose()


def fill(engine: Engine, members: int, keeper: Vault) -> None:
    """Add `members` members, their history, tallies and a review queue to a seeded installation.

    Nobody else may use the database meanwhile.
    """
    with engine.connect() as connection, _in_bulk(connection):
        first = _numbers_from(connection, members)
        SCRATCH.create_all(connection)
        _lay_shares(connection, first, members)
        connection.commit()
        for step in (*made_members.STEPS, made_queue.queue):
            step(connection)
            connection.commit()
        _open(connection, keeper)
        SCRATCH.drop_all(connection)
        connection.commit()


# For filling: no journal, sorting on disk, and no look at foreign keys, which hold by making.
_PRAGMAS = (
    "journal_mode=OFF",
    "synchronous=OFF",
    "temp_store=FILE",
    "foreign_keys=OFF",
)
_SETTINGS = (
    "synchronous_commit = off",
    "session_replication_role = replica",
    "maintenance_work_mem = '512MB'",
)


@contextmanager
def _in_bulk(connection: Connection) -> Iterator[None]:
    """Build indexes last and provide `randomblob`; the connection is of no other use after it."""
    tables = [table_of(one) for one in (Member, Membership, MembershipEvent, SubmissionRow)]
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        driver: Any = connection.connection.dbapi_connection
        for pragma in _PRAGMAS:
            driver.execute(f"PRAGMA {pragma}").close()
    else:
        for setting in _SETTINGS:
            connection.execute(text(f"SET {setting}"))
        connection.execute(text(NOISE))
    indexes = [index for table in tables for index in table.indexes]
    for index in indexes:
        index.drop(connection)
    connection.commit()
    yield
    for index in indexes:
        index.create(connection)
        connection.commit()
    if is_sqlite:
        driver.execute("PRAGMA journal_mode=WAL").close()
        return
    connection.execute(text("DROP FUNCTION randomblob(integer)"))
    connection.commit()
    # What the server's own housekeeping does with a register that has grown.
    connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def _numbers_from(connection: Connection, members: int) -> int:
    """Reserve the numbers of members, memberships and events: the same for all three."""
    names = [f"{kind}:{COUNTY}" for kind in ("member", "membership", "event")]
    taken = select(func.max(IdSequence.next)).where(IdSequence.name.in_(names))
    first = connection.scalar(taken) or 1
    set_sequences(connection, names, first + members)
    return first


def _lay_shares(connection: Connection, first: int, members: int) -> None:
    """Share the members among the unions by the employees that they declared.

    Unions that have sent something keep to what they sent: all of it opens.
    """
    employees = (
        select(Headcount.union_code, func.max(Headcount.employees).label("number"))
        .group_by(Headcount.union_code)
        .subquery()
    )
    clerk = select(func.min(Account.id)).where(Account.place == TradeUnion.code).scalar_subquery()
    query = (
        select(TradeUnion.code, TradeUnion.path, clerk, employees.c.number)
        .join(employees, employees.c.union_code == TradeUnion.code)
        .where(
            TradeUnion.level == Level.GRASSROOTS,
            ~select(Submission.id).where(Submission.union_code == TradeUnion.code).exists(),
        )
        .order_by(TradeUnion.code)
    )
    unions = connection.execute(query).all()
    total, upto, ends = sum(union.number for union in unions), 0, [0]
    for union in unions:
        upto += union.number
        ends.append(members * upto // total)
    rows = [
        {
            "position": position,
            "code": code,
            "path": path,
            "account": account,
            "first": first + begin,
            "last": first + end - 1,
        }
        for position, ((code, path, account, _), (begin, end)) in enumerate(
            zip(unions, pairwise(ends), strict=True)
        )
    ]
    connection.execute(insert(SHARE), rows)
    connection.execute(insert(DAY), list(_days()))


def _days() -> Iterator[dict[str, Any]]:
    for k in range(DAYS):
        day = today() - timedelta(days=(DAYS - k) * DAY_STEP)
        yield {"k": k, "day": day, "at": _morning(day)}


def _morning(day: date) -> datetime:
    # Ten o'clock in Zhejiang.
    return datetime.combine(day, time(2), UTC)


def _open(connection: Connection, keeper: Vault) -> None:
    """Give the members of one union numbers and mobiles that open."""
    query = select(ENTRY.c.n, ENTRY.c.key).where(ENTRY.c.union_code == OPENED)
    entries = connection.execute(query.order_by(ENTRY.c.n)).all()
    rows = []
    for (number, was), cells in zip(entries, _opened_rows(len(entries)), strict=True):
        document, mobile = cells[6], cells[9]
        key = keeper.keyed_hash(PERSON, key_form(RESIDENT, document))
        rows.append(
            {
                "id": number,
                "county": COUNTY,
                "was": was,
                "key": key,
                "document": keeper.seal(document.encode(), of_person("document_number", key)),
                "mobile": keeper.seal(mobile.encode(), of_person("mobile", key)),
                "mobile_key": keeper.keyed_hash(MOBILE, mobile),
            }
        )
    for statement in (
        "UPDATE person SET key = :key WHERE key = :was",
        "UPDATE membership SET person_key = :key WHERE county = :county AND id = :id",
        "UPDATE member SET person_key = :key, document_sealed = :document,"
        " mobile_sealed = :mobile, mobile_key = :mobile_key WHERE county = :county AND id = :id",
    ):
        connection.execute(text(statement), rows)


def opened_number() -> str:
    """Return the document number of the first member of `OPENED`."""
    return next(_opened_rows(1))[6]


def _opened_rows(count: int) -> Iterator[list[str]]:
    return islice(roster.rows(OPENED_FROM + count), OPENED_FROM, None)


if __name__ == "__main__":
    main()
