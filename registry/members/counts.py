"""Counting members: read from the tallies, and counted anew from the members themselves."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from registry.db import begins_with, table_of
from registry.members.models import LIVE, Member, Membership, MembershipState, Tally
from registry.unions.models import TradeUnion


class UnionCounts(NamedTuple):
    """A union's counts at the end of a day."""

    active: int = 0
    retained: int = 0
    filled: int = 0
    rows: int = 0
    rows_elsewhere: int = 0
    submitted: int = 0
    first_pass: int = 0
    admissions: int = 0
    pending: int = 0
    reference_people: int = 0
    reference_matched: int = 0
    reference_known: int = 0


_union, _tally, _earlier = table_of(TradeUnion), table_of(Tally), table_of(Tally).alias()
# From the unions to the last tally of each. An outer join: SQLite would begin with the tallies.
_last_day = (
    select(func.max(_earlier.c.day))
    .where(
        _earlier.c.county == _union.c.county,
        _earlier.c.union_code == _union.c.code,
        _earlier.c.day <= bindparam("day"),
    )
    .correlate(_union)
    .scalar_subquery()
)
_counted = _union.outerjoin(
    _tally,
    (_tally.c.county == _union.c.county)
    & (_tally.c.union_code == _union.c.code)
    & (_tally.c.day == _last_day),
)
# Asked on many pages: put together once.
_TALLIED = (
    select(_union.c.code, *(_tally.c[name] for name in UnionCounts._fields))
    .select_from(_counted)
    .where(_union.c.county == bindparam("county"))
)
_ADMISSIONS = (
    select(_union.c.code, _tally.c.admissions)
    .select_from(_counted)
    .where(_union.c.county == bindparam("county"), _tally.c.admissions > 0)
)
_TALLIED_OF = _TALLIED.where(_union.c.code.in_(bindparam("codes", expanding=True)))
_LIVE_BELOW = (
    select(func.sum(_tally.c.active), func.sum(_tally.c.retained))
    .select_from(_counted)
    .where(
        _union.c.county == bindparam("county"),
        begins_with(_union.c.path, "path"),
    )
)

_CHANGED = select(
    _tally.c.union_code,
    _tally.c.day,
    (
        _tally.c.active
        - func.lag(_tally.c.active, 1, 0).over(
            partition_by=_tally.c.union_code, order_by=_tally.c.day
        )
    ).label("change"),
).where(_tally.c.county == bindparam("county"), _tally.c.day <= bindparam("day"))


def tallied(
    session: Session, county: str, on: date, codes: Collection[str] | None = None
) -> dict[str, UnionCounts]:
    """Return the counts of every union of a county with any tally, at the end of a day; with
    `codes` those of these unions alone.
    """
    asked = {"county": county, "day": on}
    if codes is None:
        found = session.execute(_TALLIED, asked).all()
    else:
        found = session.execute(_TALLIED_OF, {**asked, "codes": list(codes)}).all()
    return {code: UnionCounts(*counts) for code, *counts in found if counts[0] is not None}


def admissions(session: Session, county: str, on: date) -> dict[str, int]:
    """Return how often a roster had been admitted by the end of a day, by union; those with none
    are left out.
    """
    asked = {"county": county, "day": on}
    return dict(session.execute(_ADMISSIONS, asked).tuples().all())


def live_below(session: Session, county: str, path: str, on: date) -> tuple[int, int]:
    """Return the active and the retained members of all unions at or below a path, at the end of a
    day.
    """
    asked = {"county": county, "path": path, "day": on}
    active, retained = session.execute(_LIVE_BELOW, asked).one()
    return int(active or 0), int(retained or 0)


def active_by_parent(
    session: Session, county: str, on: date, kinds: Collection[str] = ()
) -> dict[str, int]:
    """Return the active members at the end of a day by the unit of their unions; with `kinds` those
    of unions of these kinds alone.
    """
    query = (
        select(_union.c.parent_code, func.sum(_tally.c.active))
        .select_from(_counted)
        .where(_union.c.county == county, _tally.c.active > 0, *_of_kinds(kinds))
        .group_by(_union.c.parent_code)
    )
    return {unit: int(active) for unit, active in session.execute(query, {"day": on})}


def active_changes(
    session: Session, county: str, path: str, until: date, kinds: Collection[str] = ()
) -> list[tuple[str, date, int]]:
    """Return what each day changed in the active members of each unit at or below a path, until the
    end of a day: unit, day and change, by their days.
    """
    changed = _CHANGED.subquery()
    query = (
        select(_union.c.parent_code, changed.c.day, func.sum(changed.c.change))
        .join_from(changed, _union, _union.c.code == changed.c.union_code)
        .where(begins_with(_union.c.path, "path"), *_of_kinds(kinds))
        .group_by(_union.c.parent_code, changed.c.day)
        .order_by(changed.c.day)
    )
    asked = {"county": county, "path": path, "day": until}
    return [(unit, day, int(change)) for unit, day, change in session.execute(query, asked)]


def _of_kinds(kinds: Collection[str]) -> list[ColumnElement[bool]]:
    return [_union.c.kind.in_(sorted(kinds))] if kinds else []


def recounted(
    session: Session, county: str, since: datetime
) -> dict[str, tuple[int, int, int, int]]:
    """Count active, retained, filled cells and those verified since an instant among the active of
    every union from the members themselves.
    """
    is_active = Membership.state == MembershipState.ACTIVE
    query = (
        select(
            Membership.union_code,
            func.count().filter(is_active),
            func.count().filter(Membership.state == MembershipState.RETAINED),
            func.sum(Member.filled),
            func.count().filter(is_active, Membership.verified_at >= since),
        )
        .join(Member, (Member.county == county) & (Member.id == Membership.member_id))
        .where(Membership.county == county, Membership.state.in_(LIVE))
        .group_by(Membership.union_code)
    )
    return {
        code: (active, retained, int(filled or 0), verified)
        for code, active, retained, filled, verified in session.execute(query)
    }
