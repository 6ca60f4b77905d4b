"""The losing half of a transfer: memberships that end because another union takes the person."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.db import one_of, update_many
from registry.members import standing
from registry.members.closing import count_gone, free, live_where, write_events
from registry.members.models import (
    EventType,
    Membership,
    MembershipState,
)
from registry.members.place import Place


class Leaving(NamedTuple):
    """What the row that asks says of the change: its number, the date and the reason."""

    row: int
    on: str | None
    reason: str | None


def move_out(session: Session, place: Place, leaving: Mapping[int, Leaving]) -> Collection[int]:
    """End these memberships of `place.origin` and free their persons for `place`; returns those
    that were live, by number. The counts of the losing union follow.
    """
    found = live_where(
        session,
        place.county,
        one_of(Membership.id, list(leaving)),
        Membership.union_code == place.origin,
    )
    ended = [
        {
            "county": place.county,
            "id": one.id,
            "state": MembershipState.ENDED.value,
            "ended_on": leaving[one.id].on,
            "ended_at": place.at,
        }
        for one in found
    ]
    update_many(session, Membership, ("county", "id"), ended)
    free(session, [one.person_key for one in found])
    write_events(session, place.county, [_event(place, one, leaving[one.id]) for one in found])
    if found:
        assert place.origin is not None  # noqa: S101 - a transfer comes from somewhere
        count_gone(session, place.county, place.origin, place.at, found)
        standing.follow(session, place.county, [one.member_id for one in found], place.at)
    return {one.id for one in found}


def _event(place: Place, one: Any, said: Leaving) -> dict[str, Any]:
    return {
        "member_id": one.member_id,
        "membership_id": one.id,
        "type": EventType.TRANSFER_OUT,
        "happened_on": said.on,
        "reason": said.reason,
        "recorded_at": place.at,
        "from_union": place.origin,
        "to_union": place.union_code,
        "submission_id": place.submission_id,
        "row": said.row,
    }
