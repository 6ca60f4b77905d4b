"""The figures of every union below a place, side by side, at the end of a day: some statements for
a whole county, from tallies and counts that are kept, never from members or rows.
"""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.clock import end_of_day
from registry.db import begins_with, setting, table_of
from registry.discrepancies.flags import Figures, Flag, Limits, flags_of
from registry.members.counts import UnionCounts, tallied
from registry.submissions.models import Submission
from registry.submissions.states import Kind
from registry.unions.models import Headcount, Level, TradeUnion
from registry.unions.queries import Union, headcounts
from registry.unions.states import FORMED, Life


class Line(NamedTuple):
    """One union's figures, and what does not agree."""

    code: str
    name: str
    unit_code: str
    figures: Figures
    flags: tuple[Flag, ...]


_union, _headcount, _submission = (
    table_of(model).c for model in (TradeUnion, Headcount, Submission)
)
_BELOW = (
    select(_union.code, _union.name, _union.parent_code, *(_union[name] for name in Life._fields))
    .where(begins_with(_union.path, "path"), _union.level == Level.GRASSROOTS)
    .order_by(_union.code)
)
_NOTHING = UnionCounts()


def limits() -> Limits:
    """Return from when on a difference counts, by the settings."""
    return Limits(
        setting("DISCREPANCY_ROSTER_PERCENT"),
        setting("DISCREPANCY_DROP_PERCENT"),
        setting("DISCREPANCY_BASE_PERCENT"),
        setting("DISCREPANCY_LEAST"),
    )


def lines(session: Session, place: Union, on: date) -> list[Line]:
    """Return the unions at or below a place that existed at the end of a day, by code."""
    county, path = place.county, place.path
    earlier = on - timedelta(days=setting("DISCREPANCY_DROP_DAYS"))
    now, before = tallied(session, county, on), tallied(session, county, earlier)
    employees, employees_before = (headcounts(session, county, path, day) for day in (on, earlier))
    declared = _declared(session, county, on)
    rosters = _rosters(session, county, on)
    known = limits()
    found = []
    for code, name, unit, *life in session.execute(_BELOW, {"path": path}):
        if Life(*life).on(on) not in FORMED:
            continue
        counts = now.get(code, _NOTHING)
        figures = Figures(
            employees.get(code),
            declared.get(code),
            rosters.get(code),
            counts.active,
            counts.retained,
            counts.reference_people,
            employees_before.get(code),
            before.get(code, _NOTHING).active,
        )
        found.append(Line(code, name, unit, figures, tuple(flags_of(figures, known))))
    return found


def _declared(session: Session, county: str, on: date) -> dict[str, date]:
    """Return when each union declared its employees last."""
    query = (
        select(_headcount.union_code, func.max(_headcount.declared_on))
        .where(_headcount.county == county, _headcount.declared_on <= on)
        .group_by(_headcount.union_code)
    )
    return dict(session.execute(query).tuples().all())


def _rosters(session: Session, county: str, on: date) -> dict[str, int]:
    """Return the sound rows of each union's last full roster that had been decided on."""
    decided = (
        _submission.county == county,
        _submission.kind == Kind.FULL,
        _submission.closed_at < end_of_day(on),
    )
    last = select(func.max(_submission.id)).where(*decided).group_by(_submission.union_code)
    query = select(_submission.union_code, _submission.ok_count + _submission.warning_count).where(
        *decided, _submission.id.in_(last)
    )
    return dict(session.execute(query).tuples().all())
