"""Members who go over to another union together, because the unions are put together or parted.

Nobody asks for them and nobody answers: what is live in the one union ends, and goes on in the
other as it stood. Nobody is checked by that, so that the day of the last check goes along.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.db import allocate, bulk_insert, one_of, table_of, update_many
from registry.members import standing
from registry.members.closing import Gone, count_come, count_gone, live_where, write_events
from registry.members.models import (
    LIVE,
    EventType,
    Membership,
    MembershipState,
    Person,
)


class GoneOver(NamedTuple):
    """A member who went over: the membership that ended, and the one that goes on for it."""

    member_id: int
    ended: int
    begun: int
    state: str


class Way(NamedTuple):
    """From which union of a county to which, on what day as it was told, and when it is written."""

    county: str
    origin: str
    target: str
    on: date
    at: datetime


def go_over(session: Session, way: Way, chosen: Collection[int] | None = None) -> list[GoneOver]:
    """Take the live members of a union, or of these those `chosen` by their numbers, to another
    one; the counts of both follow. Returns who went.
    """
    which = _live_in(way, chosen)
    found = live_where(session, way.county, *which)
    if not found:
        return []
    first = allocate(session, f"membership:{way.county}", len(found))
    begun = range(first, first + len(found))
    session.execute(
        update(Membership)
        .where(*which)
        .values(state=MembershipState.ENDED, ended_on=way.on.isoformat(), ended_at=way.at),
        execution_options={"synchronize_session": False},
    )
    _begin(session, way, found, begun)
    events = [event for one, to in zip(found, begun, strict=True) for event in _told(way, one, to)]
    write_events(session, way.county, events)
    count_gone(session, way.county, way.origin, way.at, found)
    come = [Gone(one.state, one.filled, _last_check(one), way.at) for one in found]
    count_come(session, way.county, way.target, way.at, come)
    standing.follow(session, way.county, [one.member_id for one in found], way.at)
    return [
        GoneOver(one.member_id, one.id, to, one.state) for one, to in zip(found, begun, strict=True)
    ]


def _live_in(way: Way, chosen: Collection[int] | None) -> list[Any]:
    which = [
        Membership.county == way.county,
        Membership.union_code == way.origin,
        Membership.state.in_(LIVE),
    ]
    return which if chosen is None else [*which, one_of(Membership.member_id, chosen)]


def _begin(session: Session, way: Way, found: list[Any], begun: Collection[int]) -> None:
    """Write the memberships that go on, and that they are their persons' live ones."""
    alike = {
        "county": way.county,
        "union_code": way.target,
        "began_on": way.on.isoformat(),
        "admitted_at": way.at,
    }
    columns: dict[str, list[Any]] = {
        **{name: [value] * len(found) for name, value in alike.items()},
        "id": list(begun),
        "member_id": [one.member_id for one in found],
        "person_key": [one.person_key for one in found],
        "state": [one.state for one in found],
        "verified_at": [_last_check(one) for one in found],
    }
    bulk_insert(session, table_of(Membership), list(columns), list(columns.values()))
    live = [
        {"key": one.person_key, "live_union": way.target, "live_membership": to}
        for one, to in zip(found, begun, strict=True)
    ]
    update_many(session, Person, ("key",), live)


def _last_check(one: Any) -> datetime:
    """Return when a member was checked last: who was checked by entry alone stays due as before."""
    checked: datetime = one.verified_at or one.admitted_at
    return checked


def _told(way: Way, one: Any, begun: int) -> list[dict[str, Any]]:
    """Return what happened to a member; of who rests, that this goes on is told too."""
    day = way.on.isoformat()
    told: list[tuple[int, EventType, str | None]] = [
        (one.id, EventType.TRANSFER_OUT, day),
        (begun, EventType.TRANSFER_IN, day),
    ]
    if one.state == MembershipState.RETAINED:
        told.append((begun, EventType.RETAIN, None))
    return [
        {
            "member_id": one.member_id,
            "membership_id": number,
            "type": kind,
            "happened_on": on,
            "recorded_at": way.at,
            "from_union": way.origin,
            "to_union": way.target,
        }
        for number, kind, on in told
    ]
