"""Memberships that go on although they ended: each as a new one, like the one that ended.

No membership that has ended is ever revived, so that histories replay and past days stay as they
were.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.db import allocate, one_of, update_many
from registry.members import standing
from registry.members.closing import Gone, count_come, write_events
from registry.members.models import (
    EventType,
    Membership,
    MembershipEvent,
    MembershipState,
    Person,
)


class Ended(NamedTuple):
    """A membership that ended, whose it was, and the row that has it go on, if one does.

    `person_key` is that of the person who goes on, and `member_id` that person's member; `filled`
    are the member's cells filled.
    """

    id: int
    member_id: int
    person_key: bytes
    union_code: str
    began_on: str | None
    verified_at: datetime | None
    filled: int
    submission_id: int | None = None
    row: int | None = None


def reopen(session: Session, county: str, ended: Sequence[Ended], at: datetime) -> list[int]:
    """Open a membership like each of these and return their numbers; the persons are free. The
    counts of the unions follow.
    """
    if not ended:
        return []
    retained = _retained(session, county, [one.id for one in ended])
    first = allocate(session, f"membership:{county}", len(ended))
    numbers = range(first, first + len(ended))
    said = [(number, one, one.id in retained) for number, one in zip(numbers, ended, strict=True)]
    session.execute(insert(Membership), [_membership(county, *each, at) for each in said])
    persons = [
        {
            "key": one.person_key,
            "live_county": county,
            "live_union": one.union_code,
            "live_membership": number,
        }
        for number, one, _ in said
    ]
    update_many(session, Person, ("key",), persons)
    write_events(session, county, [_event(*each, at) for each in said])
    _count(session, county, ended, retained, at)
    standing.follow(session, county, [one.member_id for one in ended], at)
    session.expire_all()
    return list(numbers)


def _retained(session: Session, county: str, numbers: Collection[int]) -> set[int]:
    """Return those of these memberships that rested when they ended, by their history."""
    members = select(Membership.member_id).where(
        Membership.county == county, one_of(Membership.id, numbers)
    )
    query = select(MembershipEvent.membership_id, MembershipEvent.type).where(
        MembershipEvent.county == county,
        MembershipEvent.member_id.in_(members),
        one_of(MembershipEvent.membership_id, numbers),
        MembershipEvent.type.in_([EventType.RETAIN, EventType.RESUME]),
    )
    last = dict(session.execute(query.order_by(MembershipEvent.id)).tuples().all())
    return {number for number, kind in last.items() if kind == EventType.RETAIN}


def _membership(
    county: str, number: int, one: Ended, retained: bool, at: datetime
) -> dict[str, Any]:
    state = MembershipState.RETAINED if retained else MembershipState.ACTIVE
    return {
        "county": county,
        "id": number,
        "member_id": one.member_id,
        "person_key": one.person_key,
        "union_code": one.union_code,
        "state": state.value,
        "began_on": one.began_on,
        "admitted_at": at,
        "verified_at": one.verified_at,
    }


def _event(membership_id: int, one: Ended, retained: bool, at: datetime) -> dict[str, Any]:
    return {
        "member_id": one.member_id,
        "membership_id": membership_id,
        "type": EventType.RETAIN if retained else EventType.RESUME,
        "recorded_at": at,
        "to_union": one.union_code,
        "submission_id": one.submission_id,
        "row": one.row,
    }


def _count(
    session: Session, county: str, ended: Sequence[Ended], retained: Collection[int], at: datetime
) -> None:
    by_union: dict[str, list[Ended]] = defaultdict(list)
    for one in ended:
        by_union[one.union_code].append(one)
    for code, some in sorted(by_union.items()):
        come = [Gone(_state(one, retained), one.filled, one.verified_at, at) for one in some]
        count_come(session, county, code, at, come)


def _state(one: Ended, retained: Collection[int]) -> MembershipState:
    return MembershipState.RETAINED if one.id in retained else MembershipState.ACTIVE
