"""The figures of every union below a place, side by side, at the end of a day: two statements for a
whole county, from tallies and counts that are kept, never from members or rows.
"""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import NamedFromClause

from registry.clock import end_of_day
from registry.db import Model, begins_with, setting, table_of
from registry.discrepancies.flags import Figures, Flag, Limits, flags_of
from registry.members.models import Tally
from registry.submissions.models import Submission
from registry.submissions.states import Kind
from registry.unions.models import Headcount, Level, TradeUnion
from registry.unions.queries import Union
from registry.unions.states import FORMED, Life


class Line(NamedTuple):
    """One union's figures, and what does not agree."""

    code: str
    name: str
    unit_code: str
    figures: Figures
    flags: tuple[Flag, ...]


def _last(model: type[Model], name: str, day: str) -> tuple[NamedFromClause, ColumnElement[bool]]:
    """Return a table of what unions have from day to day, and the condition that joins to each
    union its last row by the day that is the parameter `day`.
    """
    one, earlier = table_of(model).alias(), table_of(model).alias().c
    last = (
        select(func.max(earlier[name]))
        .where(earlier.county == _union.county, earlier.union_code == _union.code)
        .where(earlier[name] <= bindparam(day))
        .correlate(table_of(TradeUnion))
        .scalar_subquery()
    )
    of_union = (one.c.county == _union.county) & (one.c.union_code == _union.code)
    return one, of_union & (one.c[name] == last)


_union, _submission = table_of(TradeUnion).c, table_of(Submission).c
_now, _now_joined = _last(Tally, "day", "on")
_before, _before_joined = _last(Tally, "day", "earlier")
_staff, _staff_joined = _last(Headcount, "declared_on", "on")
_staff_before, _staff_before_joined = _last(Headcount, "declared_on", "earlier")
# One statement for all: a county is six hundred unions, and this is asked on the home page.
_FIGURES = (
    select(
        _union.code,
        _union.name,
        _union.parent_code,
        _staff.c.employees,
        _staff.c.declared_on,
        func.coalesce(_now.c.active, 0),
        func.coalesce(_now.c.retained, 0),
        func.coalesce(_now.c.reference_people, 0),
        _staff_before.c.employees,
        func.coalesce(_before.c.active, 0),
        *(_union[name] for name in Life._fields),
    )
    .select_from(
        table_of(TradeUnion)
        .outerjoin(_now, _now_joined)
        .outerjoin(_before, _before_joined)
        .outerjoin(_staff, _staff_joined)
        .outerjoin(_staff_before, _staff_before_joined)
    )
    .where(begins_with(_union.path, "path"), _union.level == Level.GRASSROOTS)
    .order_by(_union.code)
)
# Without one of these no union has a grave flag.
MAYBE_GRAVE = or_(
    _now.c.active > _staff.c.employees,
    _now.c.active < _before.c.active,
    _staff.c.employees < _staff_before.c.employees,
)


def limits() -> Limits:
    """Return from when on a difference counts, by the settings."""
    return Limits(
        setting("DISCREPANCY_ROSTER_PERCENT"),
        setting("DISCREPANCY_DROP_PERCENT"),
        setting("DISCREPANCY_BASE_PERCENT"),
        setting("DISCREPANCY_LEAST"),
    )


def lines(session: Session, place: Union, on: date, *narrowed: ColumnElement[bool]) -> list[Line]:
    """Return the unions at or below a place that existed at the end of a day, by code, or those of
    them that meet some conditions.
    """
    earlier = on - timedelta(days=setting("DISCREPANCY_DROP_DAYS"))
    asked = {"path": place.path, "on": on, "earlier": earlier}
    rosters, known = _rosters(session, place.county, on), limits()
    found = []
    for row in session.execute(_FIGURES.where(*narrowed), asked):
        code, name, unit, employees, declared_on, *counts = row[:10]
        if Life(*row[10:]).on(on) in FORMED:
            figures = Figures(employees, declared_on, rosters.get(code), *counts)
            found.append(Line(code, name, unit, figures, tuple(flags_of(figures, known))))
    return found


def of_union(codes: Select[tuple[str]]) -> ColumnElement[bool]:
    """Return the condition that a union is one of those that a statement names."""
    return _union.code.in_(codes)


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
