"""Entries taken back: memberships that end because the approval they came from was wrong.

Nothing is deleted: the membership is ended, the event says why, the person is free. What a later
event has changed stays as it is. What a row changed of members is taken back by `restoring`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Subquery, select
from sqlalchemy.orm import Session, aliased

from registry.db import update_many
from registry.members import standing
from registry.members.closing import count_gone, free, write_events
from registry.members.models import (
    LIVE,
    EventType,
    Member,
    Membership,
    MembershipEvent,
    MembershipState,
    Person,
)
from registry.members.place import Place

_ENTRIES = (EventType.ENTER, EventType.TRANSFER_IN)


def take_out(session: Session, place: Place, rows: Subquery) -> Sequence[int]:
    """End the memberships that these rows (row, person_key) began, where nothing has happened to
    them since; returns those rows. The counts of the union follow.
    """
    found = _untouched(session, place, rows)
    if not found:
        return []
    ended = {"state": MembershipState.ENDED.value, "ended_on": None, "ended_at": place.at}
    update_many(
        session,
        Membership,
        ("county", "id"),
        [{"county": place.county, "id": one.id, **ended} for one in found],
    )
    free(session, [one.person_key for one in found])
    write_events(session, place.county, [_event(place, one) for one in found])
    count_gone(session, place.county, place.union_code, place.at, found)
    standing.follow(session, place.county, [one.member_id for one in found], place.at)
    return [one.row for one in found]


def _untouched(session: Session, place: Place, rows: Subquery) -> list[Any]:
    """Return the memberships that live as these rows began them. From the rows by their persons:
    events are found by member.
    """
    entry, later = aliased(MembershipEvent), aliased(MembershipEvent)
    since = select(later.id).where(
        later.county == place.county,
        later.member_id == Membership.member_id,
        later.membership_id == Membership.id,
        later.id > entry.id,
    )
    query = (
        select(
            rows.c.row,
            Membership.id,
            Membership.member_id,
            Membership.person_key,
            Membership.state,
            Membership.verified_at,
            Membership.admitted_at,
            Member.filled,
        )
        .join(Person, Person.key == rows.c.person_key)
        .join(
            Membership,
            (Membership.county == place.county) & (Membership.id == Person.live_membership),
        )
        .join(Member, (Member.county == place.county) & (Member.id == Membership.member_id))
        .join(
            entry,
            (entry.county == place.county)
            & (entry.member_id == Membership.member_id)
            & (entry.membership_id == Membership.id),
        )
        .where(
            Person.live_county == place.county,
            Membership.union_code == place.union_code,
            Membership.state.in_(LIVE),
            entry.submission_id == place.submission_id,
            entry.row == rows.c.row,
            entry.type.in_(_ENTRIES),
            ~since.exists(),
        )
        .order_by(rows.c.row)
    )
    return list(session.execute(query))


def _event(place: Place, one: Any) -> dict[str, Any]:
    return {
        "member_id": one.member_id,
        "membership_id": one.id,
        "type": EventType.REVOKE,
        "recorded_at": place.at,
        "from_union": place.union_code,
        "submission_id": place.submission_id,
        "row": one.row,
    }
