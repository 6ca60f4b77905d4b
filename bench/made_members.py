"""Members, persons, memberships, history and tallies of a made register, from who came when."""

from typing import Any

from sqlalchemy import BigInteger, Connection, case, func, insert, literal, select

from bench.made_standings import compositions, standings
from bench.series import (
    COUNTY,
    DAY,
    DAYS,
    DOCUMENT_BYTES,
    ENTRY,
    MOBILE_BYTES,
    SHARE,
    counts,
    insert_from,
    name,
    noise,
    particulars,
    series,
)
from registry.db import table_of
from registry.identity.forms import RESIDENT
from registry.members.models import (
    CheckedTally,
    EventType,
    Member,
    Membership,
    MembershipEvent,
    MembershipState,
    Person,
    Tally,
)


def entries(connection: Connection) -> None:
    """Who came when to which union; a statement for each union."""
    for share in connection.execute(select(SHARE).where(SHARE.c.last >= SHARE.c.first)).all():
        numbers = series(literal(share.first, BigInteger), literal(share.last, BigInteger))
        n = numbers.c.n
        turn = (n - share.first) * DAYS // (share.last - share.first + 1)
        columns = {
            "n": n,
            "union_code": literal(share.code),
            "day": DAY.c.day,
            "at": DAY.c.at,
            "key": noise(32),
            "state": case(
                (n % 40 == 0, MembershipState.RETAINED.value), else_=MembershipState.ACTIVE.value
            ),
            "filled": 12 + n % 5,
        }
        insert_from(connection, ENTRY, columns, numbers.outerjoin(DAY, DAY.c.k == turn))


def members(connection: Connection) -> None:
    """The members themselves."""
    n = ENTRY.c.n
    columns = {
        "county": literal(COUNTY),
        "id": n,
        "person_key": ENTRY.c.key,
        "full_name": name(n),
        "document_kind": literal(RESIDENT),
        "document_sealed": noise(DOCUMENT_BYTES),
        "mobile_sealed": noise(MOBILE_BYTES),
        "mobile_key": noise(32),
        "particulars": particulars(n),
        "filled": ENTRY.c.filled,
        "created_at": ENTRY.c.at,
        "changed_at": ENTRY.c.at,
    }
    insert_from(connection, table_of(Member), columns, ENTRY)


def persons(connection: Connection) -> None:
    """Who holds which live membership, in the order of the key: else each row would touch a page
    of its own."""
    columns: dict[str, Any] = {
        "key": ENTRY.c.key,
        "live_county": literal(COUNTY),
        "live_union": ENTRY.c.union_code,
        "live_membership": ENTRY.c.n,
    }
    query = select(*columns.values()).order_by(ENTRY.c.key)
    connection.execute(insert(table_of(Person)).from_select(list(columns), query))


def memberships(connection: Connection) -> None:
    """One stay of each."""
    columns = {
        "county": literal(COUNTY),
        "id": ENTRY.c.n,
        "member_id": ENTRY.c.n,
        "person_key": ENTRY.c.key,
        "union_code": ENTRY.c.union_code,
        "state": ENTRY.c.state,
        "began_on": literal("2017-05-04"),
        "admitted_at": ENTRY.c.at,
    }
    insert_from(connection, table_of(Membership), columns, ENTRY)


def events(connection: Connection) -> None:
    """Each one's entry."""
    columns = {
        "county": literal(COUNTY),
        "id": ENTRY.c.n,
        "member_id": ENTRY.c.n,
        "membership_id": ENTRY.c.n,
        "type": literal(EventType.ENTER.value),
        "happened_on": literal("2017-05-04"),
        "recorded_at": ENTRY.c.at,
        "to_union": ENTRY.c.union_code,
    }
    insert_from(connection, table_of(MembershipEvent), columns, ENTRY)


def tallies(connection: Connection) -> None:
    """Each union's counts at the end of each day, counted from who came: they agree by making."""
    active = func.count().filter(ENTRY.c.state == MembershipState.ACTIVE)
    changed = counts(
        active=active,
        retained=func.count() - active,
        filled=func.sum(ENTRY.c.filled),
        rows=func.count(),
        submitted=literal(1),
        first_pass=literal(1),
        admissions=literal(1),
    )
    of_day = (
        select(
            ENTRY.c.union_code,
            ENTRY.c.day,
            *(count.label(name) for name, count in changed.items()),
        )
        .group_by(ENTRY.c.union_code, ENTRY.c.day)
        .subquery()
    ).c
    columns = {
        "county": literal(COUNTY),
        "union_code": of_day.union_code,
        "day": of_day.day,
        **{
            name: func.sum(of_day[name]).over(partition_by=of_day.union_code, order_by=of_day.day)
            for name in changed
        },
    }
    insert_from(connection, table_of(Tally), columns)


def checks(connection: Connection) -> None:
    """Each union's active members by the day that checked them, which is that of their entry."""
    columns = {
        "county": literal(COUNTY),
        "union_code": ENTRY.c.union_code,
        "day": ENTRY.c.day,
        "checked_on": ENTRY.c.day,
        "entered": func.count(),
        "verified": literal(0),
    }
    query = select(*columns.values()).where(ENTRY.c.state == MembershipState.ACTIVE)
    query = query.group_by(ENTRY.c.union_code, ENTRY.c.day)
    into = insert(table_of(CheckedTally))
    connection.execute(into.from_select(list(columns), query, include_defaults=False))


STEPS = (
    entries,
    members,
    persons,
    memberships,
    events,
    tallies,
    checks,
    standings,
    compositions,
)
