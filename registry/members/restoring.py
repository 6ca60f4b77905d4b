"""Changes and leavings taken back, because the approval they came from was wrong.

Only where nothing has happened to the member since. What was changed is what it was before, but
for the mobile, which is not kept; who left or rested is a member again as before.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Subquery, select
from sqlalchemy.orm import Session, aliased

from registry.clock import local_day
from registry.db import update_many
from registry.members import checked, standing, tallies
from registry.members.changing import Former
from registry.members.closing import write_events
from registry.members.lifecycle import AFTER
from registry.members.match import Match
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
from registry.members.reopening import Ended, reopen

# What a row asks for, beside entering.
RESTORED = (Match.CHANGED, Match.LEAVE, Match.RETAIN)
_ENDINGS = tuple(kind for kind, state in AFTER.items() if state is MembershipState.ENDED)


def restore(session: Session, place: Place, rows: Subquery) -> Sequence[int]:
    """Take back what these rows (row, person_key, match) did to members; returns those rows."""
    found = _untouched(session, place, rows)
    left = [one for one in found if one.type in _ENDINGS]
    # Who rested already was only said to rest again.
    rested = [
        one for one in found if one.type == EventType.RETAIN and one.before != EventType.RETAIN
    ]
    changed = [one for one in found if one.former is not None and _says_more(one)]
    _come_back(session, place, left)
    _wake(session, place, rested)
    _unchange(session, place, changed)
    touched = {one.member_id for one in (*rested, *changed)}
    standing.follow(session, place.county, touched, place.at)
    return sorted(one.row for one in (*left, *rested, *changed))


def _untouched(session: Session, place: Place, rows: Subquery) -> list[Any]:
    """Return the events of these rows that are the last of their members."""
    event, later, earlier = (aliased(MembershipEvent) for _ in range(3))
    since = select(later.id).where(
        later.county == place.county, later.member_id == event.member_id, later.id > event.id
    )
    before = (
        select(earlier.type)
        .where(
            earlier.county == place.county,
            earlier.member_id == event.member_id,
            earlier.membership_id == event.membership_id,
            earlier.id < event.id,
            earlier.type.in_([EventType.RETAIN, EventType.RESUME]),
        )
        .order_by(earlier.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            rows.c.row,
            before.label("before"),
            event.id,
            event.type,
            event.changed,
            event.former,
            Member.id.label("member_id"),
            Member.person_key,
            Member.particulars,
            Member.filled,
            Membership.id.label("membership_id"),
            Membership.state,
            Membership.began_on,
            Membership.verified_at,
            Membership.admitted_at,
        )
        .join(Member, (Member.county == place.county) & (Member.person_key == rows.c.person_key))
        .join(event, (event.county == place.county) & (event.member_id == Member.id))
        .join(
            Membership,
            (Membership.county == place.county) & (Membership.id == event.membership_id),
        )
        .join(Person, Person.key == Member.person_key)
        .where(
            rows.c.match.in_(RESTORED),
            event.submission_id == place.submission_id,
            event.row == rows.c.row,
            Membership.union_code == place.union_code,
            Person.same_as.is_(None),
            ~since.exists(),
        )
        .order_by(rows.c.row)
    )
    return list(session.execute(query))


def _says_more(one: Any) -> bool:
    """Tell whether something can be put back: a mobile alone cannot."""
    former = msgspec.json.decode(one.former, type=Former)
    return bool(former.fields) or one.type == EventType.RESUME


def _come_back(session: Session, place: Place, left: Sequence[Any]) -> None:
    ended = [
        Ended(
            one.membership_id,
            one.member_id,
            one.person_key,
            place.union_code,
            one.began_on,
            one.verified_at,
            one.filled,
            place.submission_id,
            one.row,
        )
        for one in left
    ]
    reopen(session, place.county, ended, place.at)


def _wake(session: Session, place: Place, rested: Sequence[Any]) -> None:
    _set_state(session, place, rested, MembershipState.ACTIVE)
    _write(session, place, [(one, EventType.RESUME, None) for one in rested])
    _count(session, place, active=len(rested), retained=-len(rested))
    come = checked.checks_of(rested)
    checked.count(session, place.county, place.union_code, place.at, come=come)


def _unchange(session: Session, place: Place, changed: Sequence[Any]) -> None:
    members, events, filled = [], [], 0
    for one in changed:
        former = msgspec.json.decode(one.former, type=Former)
        known = msgspec.json.decode(one.particulars, type=dict[str, str]) | former.fields
        kept = {field: value for field, value in known.items() if value is not None}
        members.append(
            {
                "county": place.county,
                "id": one.member_id,
                "particulars": msgspec.json.encode(kept).decode(),
                "filled": former.filled,
                "changed_at": place.at,
            }
        )
        filled += former.filled - one.filled
        kind = EventType.RETAIN if one.type == EventType.RESUME else EventType.CORRECT
        events.append((one, kind, list(former.fields)))
    update_many(session, Member, ("county", "id"), members)
    rest = [one for one in changed if one.type == EventType.RESUME]
    _set_state(session, place, rest, MembershipState.RETAINED)
    _write(session, place, events)
    _count(session, place, filled=filled, active=-len(rest), retained=len(rest))
    gone = checked.checks_of(rest)
    checked.count(session, place.county, place.union_code, place.at, gone=gone)


def _set_state(session: Session, place: Place, some: Sequence[Any], state: MembershipState) -> None:
    update_many(
        session,
        Membership,
        ("county", "id"),
        [
            {"county": place.county, "id": one.membership_id, "state": state.value}
            for one in some
            if one.state in LIVE
        ],
    )


def _write(
    session: Session, place: Place, said: Sequence[tuple[Any, EventType, list[str] | None]]
) -> None:
    events = [
        {
            "member_id": one.member_id,
            "membership_id": one.membership_id,
            "type": kind,
            "recorded_at": place.at,
            "to_union": place.union_code,
            "submission_id": place.submission_id,
            "row": one.row,
            "changed": msgspec.json.encode(fields).decode() if fields is not None else None,
        }
        for one, kind, fields in said
    ]
    write_events(session, place.county, events)


def _count(session: Session, place: Place, **changes: int) -> None:
    tallies.add(session, place.county, place.union_code, local_day(place.at), **changes)
