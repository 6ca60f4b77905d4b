"""LEAVE and RETAIN rows: memberships that end, or rest while the person is out of work."""

from typing import Any

from sqlalchemy import ColumnElement, Subquery, select
from sqlalchemy.orm import Session

from registry.db import update_many
from registry.members import checked
from registry.members.closing import free, write_events
from registry.members.lifecycle import event_of
from registry.members.match import Match
from registry.members.models import (
    Member,
    Membership,
    MembershipState,
    Person,
)
from registry.members.place import Counts, Place


def end(session: Session, place: Place, rows: Subquery) -> Counts:
    """End or retain the memberships that the rows ask for, and free the persons who left."""
    found = _asked(session, place, rows)
    if not found:
        return Counts()
    update_many(session, Membership, ("county", "id"), [_membership(place, row) for row in found])
    leaving = [row for row in found if row.match == Match.LEAVE]
    free(session, [row.key for row in leaving])
    write_events(session, place.county, [_event(place, row) for row in found])
    active = [row for row in found if row.state == MembershipState.ACTIVE]
    checked.count(session, place.county, place.union_code, place.at, gone=checked.checks_of(active))
    was_retained = sum(row.state == MembershipState.RETAINED for row in found)
    return Counts(
        active=-len(active),
        retained=len(found) - len(leaving) - was_retained,
        filled=-sum(row.filled for row in leaving),
    )


def _asked(session: Session, place: Place, rows: Subquery) -> list[Any]:
    query = (
        select(
            rows.c.row,
            rows.c.match,
            rows.c.change,
            rows.c.changed_on,
            rows.c.change_reason,
            Membership.id,
            Membership.state,
            Membership.verified_at,
            Membership.admitted_at,
            Membership.member_id,
            Member.filled,
            Person.key,
        )
        .join(Person, Person.key == rows.c.person_key)
        .join(
            Membership,
            (Membership.county == place.county) & (Membership.id == Person.live_membership),
        )
        .join(Member, (Member.county == place.county) & (Member.id == Membership.member_id))
        .where(rows.c.match.in_([Match.LEAVE, Match.RETAIN]), ~_is_said_already(rows))
    )
    return list(session.execute(query))


def _is_said_already(rows: Subquery) -> ColumnElement[bool]:
    """A retained member of whom only that is said: nothing happened that could be written."""
    return (
        (rows.c.match == Match.RETAIN)
        & (Membership.state == MembershipState.RETAINED)
        & rows.c.changed_on.is_(None)
        & rows.c.change_reason.is_(None)
    )


def _membership(place: Place, row: Any) -> dict[str, Any]:
    ends = row.match == Match.LEAVE
    return {
        "county": place.county,
        "id": row.id,
        "state": (MembershipState.ENDED if ends else MembershipState.RETAINED).value,
        "ended_on": row.changed_on if ends else None,
        "ended_at": place.at if ends else None,
    }


def _event(place: Place, row: Any) -> dict[str, Any]:
    ends = row.match == Match.LEAVE
    return {
        "member_id": row.member_id,
        "membership_id": row.id,
        "type": event_of(row.change, row.change_reason),
        "happened_on": row.changed_on,
        "reason": row.change_reason,
        "recorded_at": place.at,
        "from_union": place.union_code,
        "to_union": None if ends else place.union_code,
        "submission_id": place.submission_id,
        "row": row.row,
    }
