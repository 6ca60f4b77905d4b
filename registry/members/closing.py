"""What every ending of memberships has in common, and the writing of what happened."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlalchemy.orm import Session

from registry.clock import local_day
from registry.db import allocate, update_many
from registry.members import checked, tallies
from registry.members.models import MembershipEvent, MembershipState, Person

_FREE = {"live_county": None, "live_union": None, "live_membership": None}


class Gone(NamedTuple):
    """A membership that has ended, as its union's counts know it: what it was before."""

    state: str
    filled: int
    verified_at: datetime | None
    admitted_at: datetime


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
    active = [one for one in gone if one.state == MembershipState.ACTIVE]
    checked.count(session, county, union_code, at, gone=checked.checks_of(active))
    tallies.add(
        session,
        county,
        union_code,
        local_day(at),
        active=-len(active),
        retained=-sum(one.state == MembershipState.RETAINED for one in gone),
        filled=-sum(one.filled for one in gone),
    )
