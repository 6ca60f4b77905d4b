"""What every ending of memberships has in common, what goes on elsewhere, and the writing of what
happened.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from registry.clock import local_day
from registry.db import allocate, update_many
from registry.members import checked, tallies
from registry.members.models import (
    LIVE,
    Member,
    Membership,
    MembershipEvent,
    MembershipState,
    Person,
)

_FREE = {"live_county": None, "live_union": None, "live_membership": None}


class Gone(NamedTuple):
    """A membership that has ended, as its union's counts know it: what it was before."""

    state: str
    filled: int
    verified_at: datetime | None
    admitted_at: datetime


def live_where(session: Session, county: str, *which: ColumnElement[bool]) -> list[Any]:
    """Return the live memberships of a county for which conditions hold, by number, with what is
    asked of each that ends: its member, person, state, checks and cells filled.
    """
    query = (
        select(
            Membership.id,
            Membership.member_id,
            Membership.person_key,
            Membership.state,
            Membership.verified_at,
            Membership.admitted_at,
            Member.filled,
        )
        .join(Member, (Member.county == county) & (Member.id == Membership.member_id))
        .where(Membership.county == county, Membership.state.in_(LIVE), *which)
        .order_by(Membership.id)
    )
    return list(session.execute(query))


def write_events(session: Session, county: str, events: Sequence[Mapping[str, Any]]) -> None:
    """Write events of a county, numbered in the order given; all name the same columns."""
    if not events:
        return
    base = allocate(session, f"event:{county}", len(events))
    numbered = [{"county": county, "id": base + at, **one} for at, one in enumerate(events)]
    session.execute(insert(MembershipEvent), numbered)


def free(session: Session, keys: Iterable[bytes]) -> None:
    """Free persons whose live membership has ended, by their keys."""
    update_many(session, Person, ("key",), [{"key": key, **_FREE} for key in keys])


def count_gone(
    session: Session, county: str, union_code: str, at: datetime, gone: Sequence[Any]
) -> None:
    """Take memberships that have ended off their union's counts, each as `Gone` describes it."""
    active = _active(gone)
    checked.count(session, county, union_code, at, gone=checked.checks_of(active))
    _tally(session, county, union_code, at, gone, -1)


def count_come(
    session: Session, county: str, union_code: str, at: datetime, come: Sequence[Any]
) -> None:
    """Count memberships that ended elsewhere and go on in a union, each as `Gone` describes it."""
    checked.count(session, county, union_code, at, come=checked.checks_of(_active(come)))
    _tally(session, county, union_code, at, come, 1)


def _active(some: Sequence[Any]) -> list[Any]:
    return [one for one in some if one.state == MembershipState.ACTIVE]


def _tally(
    session: Session, county: str, union_code: str, at: datetime, some: Sequence[Any], sign: int
) -> None:
    tallies.add(
        session,
        county,
        union_code,
        local_day(at),
        active=sign * len(_active(some)),
        retained=sign * sum(one.state == MembershipState.RETAINED for one in some),
        filled=sign * sum(one.filled for one in some),
    )
