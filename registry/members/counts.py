"""Counting members: added up from the tallies, and counted anew from the members themselves."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.members.models import LIVE, Member, Membership, MembershipState, Tally
from registry.unions.models import TradeUnion


class UnionCounts(NamedTuple):
    """A union's counts at the end of a day, added up from the tallies."""

    active: int = 0
    retained: int = 0
    filled: int = 0
    rows: int = 0
    rows_elsewhere: int = 0
    submitted: int = 0
    first_pass: int = 0
    admissions: int = 0
    reverified: int = 0
    pending: int = 0


# Asked on many pages: of the plain table, and put together once.
_tally = table_of(Tally).c
_TALLIED = (
    select(_tally.union_code, *(func.sum(_tally[name]) for name in UnionCounts._fields))
    .where(_tally.county == bindparam("county"), _tally.day <= bindparam("day"))
    .group_by(_tally.union_code)
)
_TALLIED_OF = _TALLIED.where(_tally.union_code.in_(bindparam("codes", expanding=True)))


def tallied(
    session: Session, county: str, on: date, codes: Collection[str] | None = None
) -> dict[str, UnionCounts]:
    """Return the counts of every union of a county with any tally, at the end of a day; with
    `codes` those of these unions alone.
    """
    asked = {"county": county, "day": on}
    if codes is None:
        found = session.execute(_TALLIED, asked)
    else:
        found = session.execute(_TALLIED_OF, {**asked, "codes": list(codes)})
    return {code: UnionCounts(*map(int, values)) for code, *values in found}


def live_below(session: Session, county: str, path: str, on: date) -> tuple[int, int]:
    """Return the active and the retained members of all unions at or below a path, at the end of a
    day.
    """
    query = (
        select(func.sum(Tally.active), func.sum(Tally.retained))
        .join(TradeUnion, TradeUnion.code == Tally.union_code)
        .where(
            Tally.county == county,
            Tally.day <= on,
            TradeUnion.path.startswith(path, autoescape=True),
        )
    )
    active, retained = session.execute(query).one()
    return int(active or 0), int(retained or 0)


def recounted(session: Session, county: str) -> dict[str, tuple[int, int, int, int]]:
    """Count active, retained, filled cells and the verified among the active of every union from
    the members themselves.
    """
    is_active = Membership.state == MembershipState.ACTIVE
    query = (
        select(
            Membership.union_code,
            func.count().filter(is_active),
            func.count().filter(Membership.state == MembershipState.RETAINED),
            func.sum(Member.filled),
            func.count().filter(is_active, Membership.verified_at.is_not(None)),
        )
        .join(Member, (Member.county == county) & (Member.id == Membership.member_id))
        .where(Membership.county == county, Membership.state.in_(LIVE))
        .group_by(Membership.union_code)
    )
    return {
        code: (active, retained, int(filled or 0), verified)
        for code, active, retained, filled, verified in session.execute(query)
    }
