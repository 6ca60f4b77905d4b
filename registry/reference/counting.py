"""The reference register beside the members: who is whom, and how many of a union are known.

Three counts stand in the union's tally, written in the transaction of whatever changes them:
`reference_people` (of the reference register, under this union), `reference_matched` (those of them
who are members of any union now) and `reference_known` (this union's members who are in the
reference register). People under no known union count at the county's own code.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    Subquery,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from registry.clock import local_day, now
from registry.db import update_many
from registry.members import tallies
from registry.members.counts import tallied
from registry.members.match import Match
from registry.members.models import LIVE, Member, Membership, Person
from registry.members.place import Place
from registry.reference.models import ReferencePerson

COUNTS = ("reference_people", "reference_matched", "reference_known")


class Known(NamedTuple):
    """What is counted of one union; the names are those of the tally without `reference_`."""

    people: int = 0
    matched: int = 0
    known: int = 0


def follow(session: Session, place: Place, rows: Subquery) -> None:
    """Count what an admission changed; called with its rows before they are marked as admitted.

    NEW rows are people who entered `place.union_code` (from `place.origin`, by a transfer), LEAVE
    rows such as left it.
    """
    county = place.county
    if not is_there(session, county):
        return
    linked = _link_newcomers(session, county, rows)
    if linked.again or (linked.first and place.origin is not None):
        settle(session, county)
        return
    day = local_day(place.at)
    came, left = (_meeting(session, county, rows, match) for match in (Match.NEW, Match.LEAVE))
    known = len({one.person_key for one in came}) - len({one.person_key for one in left})
    tallies.add(session, county, place.union_code, day, reference_known=known)
    if place.origin is not None:
        tallies.add(session, county, place.origin, day, reference_known=-known)
        return
    matched = Counter(one.union_code or county for one in came)
    matched.subtract(one.union_code or county for one in left)
    for code, change in sorted(matched.items()):
        tallies.add(session, county, code, day, reference_matched=change)


def move_person(session: Session, county: str, former: bytes, right: bytes) -> None:
    """Follow a person who is known by another key from now on, and count anew."""
    if not is_there(session, county):
        return
    _changed(
        session,
        update(ReferencePerson)
        .where(ReferencePerson.county == county, ReferencePerson.member_key == former)
        .values(member_key=right),
    )
    link(session, county)
    settle(session, county)


def settle(session: Session, county: str) -> None:
    """Count a county anew and write what differs: after a load, and where people of the reference
    register turned out to be others.
    """
    kept, real = tallied_of(session, county), recounted(session, county)
    day = local_day(now())
    for code in sorted(kept.keys() | real.keys()):
        before, after = kept.get(code, Known()), real.get(code, Known())
        changes = {name: new - old for name, new, old in zip(COUNTS, after, before, strict=True)}
        tallies.add(session, county, code, day, **changes)


def follow_union(session: Session, county: str, code: str, into: str) -> None:
    """Let people told under a union that went into another be told under that, and count anew."""
    session.execute(
        update(ReferencePerson)
        .where(ReferencePerson.county == county, ReferencePerson.union_code == code)
        .values(union_code=into),
        execution_options={"synchronize_session": False},
    )
    follow_members(session, county)


def follow_members(session: Session, county: str) -> None:
    """Count anew after members went from one union to another together."""
    if is_there(session, county):
        settle(session, county)


def tallied_of(session: Session, county: str) -> dict[str, Known]:
    """Return what the tallies say, by union."""
    last = tallied(session, county, local_day(now()))
    return {code: Known(*(getattr(one, name) for name in COUNTS)) for code, one in last.items()}


def recounted(session: Session, county: str) -> dict[str, Known]:
    """Count every union of a county from the reference register and the members themselves."""
    people = select(ReferencePerson.union_code, func.count()).where(
        ReferencePerson.county == county
    )
    live = select(Membership.person_key).where(
        Membership.county == county, Membership.state.in_(LIVE)
    )
    matched = people.where(ReferencePerson.member_key.in_(live))
    known = (
        select(Membership.union_code, func.count())
        .where(
            Membership.county == county,
            Membership.state.in_(LIVE),
            select(ReferencePerson.id)
            .where(
                ReferencePerson.county == county,
                ReferencePerson.member_key == Membership.person_key,
            )
            .exists(),
        )
        .group_by(Membership.union_code)
    )
    queries: tuple[Select[Any], ...] = (
        people.group_by(ReferencePerson.union_code),
        matched.group_by(ReferencePerson.union_code),
        known,
    )
    parts = [_by_code(session, county, query) for query in queries]
    codes = {code for part in parts for code in part}
    return {code: Known(*(part.get(code, 0) for part in parts)) for code in codes}


class Linked(NamedTuple):
    """How many people of the reference register were found in the register by name and mobile, and
    how many that had been found so have their own number there now.
    """

    first: int
    again: int


def link(session: Session, county: str) -> Linked:
    """Find people of the reference register who are members under another number, by name and
    mobile.

    Their own number goes first, whenever somebody of that number is in the register, and was not
    merged into another record there.
    """
    of_own = _of_own(county)
    twin = select(Member.person_key).where(
        Member.county == county,
        Member.mobile_key == ReferencePerson.mobile_key,
        Member.full_name == ReferencePerson.full_name,
        Member.restricted_at.is_(None),
    )
    key = twin.order_by(Member.person_key).limit(1).correlate(ReferencePerson).scalar_subquery()
    first = _changed(
        session,
        update(ReferencePerson)
        .where(
            ReferencePerson.county == county,
            ReferencePerson.member_key == ReferencePerson.person_key,
            ReferencePerson.mobile_key.is_not(None),
            ~of_own,
            key.is_not(None),
        )
        .values(member_key=key),
    )
    again = _changed(
        session,
        update(ReferencePerson)
        .where(
            ReferencePerson.county == county,
            ReferencePerson.member_key != ReferencePerson.person_key,
            of_own,
        )
        .values(member_key=ReferencePerson.person_key),
    )
    return Linked(first, again)


def _link_newcomers(session: Session, county: str, rows: Subquery) -> Linked:
    """Do as `link` does, among people who enter just now: their members are there already."""
    came = rows.c.match == Match.NEW
    entered = select(rows.c.person_key).where(came, rows.c.person_key == Member.person_key).exists()
    twins = (
        select(ReferencePerson.person_key, func.min(Member.person_key))
        .join(
            Member,
            (Member.county == county)
            & (Member.mobile_key == ReferencePerson.mobile_key)
            & (Member.full_name == ReferencePerson.full_name)
            & Member.restricted_at.is_(None),
        )
        .where(
            ReferencePerson.county == county,
            ReferencePerson.member_key == ReferencePerson.person_key,
            ReferencePerson.mobile_key.in_(select(rows.c.mobile_key).where(came)),
            ~_of_own(county),
            entered,
        )
        .group_by(ReferencePerson.person_key)
    )
    # From the few who are linked: of a large roster nearly nobody is.
    back = select(ReferencePerson.person_key, ReferencePerson.person_key).where(
        ReferencePerson.county == county,
        ReferencePerson.member_key != ReferencePerson.person_key,
        select(rows.c.person_key)
        .where(came, rows.c.person_key == ReferencePerson.person_key)
        .exists(),
    )
    return Linked(*(_lead(session, county, query) for query in (twins, back)))


def _lead(session: Session, county: str, query: Select[Any]) -> int:
    """Write which member each of these people is, and return how many there are."""
    found = [
        {"county": county, "person_key": key, "member_key": member}
        for key, member in session.execute(query)
    ]
    update_many(session, ReferencePerson, ("county", "person_key"), found)
    return len(found)


def _of_own(county: str) -> ColumnElement[bool]:
    """Return the condition that somebody is in the register under the number told."""
    own, person = aliased(Member), aliased(Person)
    is_own = (own.county == county) & (own.person_key == ReferencePerson.person_key)
    leads_on = select(person.key).where(person.key == own.person_key, person.same_as.is_not(None))
    return select(own.id).where(is_own, ~leads_on.exists()).exists()


def _meeting(session: Session, county: str, rows: Subquery, match: Match) -> Sequence[Any]:
    """Return whom of the reference register these rows are: person_key, and union_code as told."""
    query = (
        select(rows.c.person_key, ReferencePerson.union_code)
        .join(
            ReferencePerson,
            (ReferencePerson.county == county) & (ReferencePerson.member_key == rows.c.person_key),
        )
        .where(rows.c.match == match)
    )
    return session.execute(query).all()


def is_there(session: Session, county: str) -> bool:
    """Tell whether a county has a reference register at all."""
    query = select(ReferencePerson.id).where(ReferencePerson.county == county).limit(1)
    return session.scalar(query) is not None


def _changed(session: Session, statement: Any) -> int:
    options = {"synchronize_session": False}
    result = session.execute(statement, execution_options=options)
    return cast(CursorResult[Any], result).rowcount


def _by_code(session: Session, county: str, query: Select[Any]) -> dict[str, int]:
    """Return counts by union; who is under none counts at the county itself."""
    return {code or county: count for code, count in session.execute(query)}


def is_member(county: str) -> ColumnElement[bool]:
    """Return the condition that somebody of the reference register is a live member of the county.

    Asked of the person: one key to look up, while an engine that does not see the states in a
    statement cannot use the index of live memberships.
    """
    live = select(Person.key).where(
        Person.key == ReferencePerson.member_key, Person.live_county == county
    )
    return live.exists()
