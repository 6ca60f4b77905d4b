"""The three lists that must be clear 三清: 组织清, 会员清, 干部清, and what is still open of each.

From stored data: the unions' rows, declared employees, tallies and checks by day; a handful of
queries whatever the number of unions.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.members.checked import Checked, checked, period_of
from registry.members.counts import UnionCounts, tallied
from registry.unions.directory import DUE_WITHIN
from registry.unions.models import TradeUnion
from registry.unions.queries import Union, headcounts, is_grassroots
from registry.unions.states import FORMED, UnionState

# So long may a union be in preparation.
PREPARED_WITHIN = timedelta(days=180)


class Clear(StrEnum):
    """The three lists."""

    UNIONS = "UNIONS"
    MEMBERS = "MEMBERS"
    OFFICERS = "OFFICERS"

    @property
    def label(self) -> str:
        """The list's name on the screen."""
        return {"UNIONS": "组织清", "MEMBERS": "会员清", "OFFICERS": "干部清"}[self]


class Point(StrEnum):
    """What may be open of a union; in the order in which it is shown."""

    UNFORMED = "UNFORMED"
    PREPARING_LONG = "PREPARING_LONG"
    NO_KIND = "NO_KIND"
    NO_INDUSTRY = "NO_INDUSTRY"
    NO_CATEGORY = "NO_CATEGORY"
    NO_CREDIT_CODE = "NO_CREDIT_CODE"
    UNDECLARED = "UNDECLARED"
    NO_ROSTER = "NO_ROSTER"
    WAITING = "WAITING"
    OVER = "OVER"
    UNVERIFIED = "UNVERIFIED"
    NO_CHAIR = "NO_CHAIR"
    NO_TERM = "NO_TERM"
    TERM_OVER = "TERM_OVER"
    TERM_DUE = "TERM_DUE"

    @property
    def label(self) -> str:
        """What is open, on the screen."""
        return POINTS[self][1]

    @property
    def of(self) -> Clear:
        """The list to which it belongs."""
        return POINTS[self][0]


_C, _P = Clear, Point
POINTS: Mapping[Point, tuple[Clear, str]] = {
    _P.UNFORMED: (_C.UNIONS, "应建未建"),
    _P.PREPARING_LONG: (_C.UNIONS, f"筹备超过 {PREPARED_WITHIN.days} 天"),
    _P.NO_KIND: (_C.UNIONS, "没有工会类型"),
    _P.NO_INDUSTRY: (_C.UNIONS, "没有行业"),
    _P.NO_CATEGORY: (_C.UNIONS, "没有单位性质"),
    _P.NO_CREDIT_CODE: (_C.UNIONS, "没有信用代码"),
    _P.UNDECLARED: (_C.MEMBERS, "没有申报职工人数"),
    _P.NO_ROSTER: (_C.MEMBERS, "没有名册入库"),
    _P.WAITING: (_C.MEMBERS, "有待审的人"),
    _P.OVER: (_C.MEMBERS, "会员多于职工"),
    _P.UNVERIFIED: (_C.MEMBERS, "有会员到期没有复核"),
    _P.NO_CHAIR: (_C.OFFICERS, "没有主席"),
    _P.NO_TERM: (_C.OFFICERS, "没有任期"),
    _P.TERM_OVER: (_C.OFFICERS, "任期已届满"),
    _P.TERM_DUE: (_C.OFFICERS, f"{DUE_WITHIN.days} 天内届满"),
}


class Seen(NamedTuple):
    """A union, and what is open of it."""

    code: str
    name: str
    unit: str
    status: str
    points: frozenset[Point]

    def is_clear(self, which: Clear) -> bool:
        """Whether nothing of a list is open."""
        return not any(point.of is which for point in self.points)


class _Row(NamedTuple):
    code: str
    name: str
    parent_code: str
    status: str
    prepared_on: date | None
    term_ends_on: date | None
    chair: str | None
    kind: str | None
    industry: str | None
    employer_category: str | None
    credit_code: str | None


class _Members(NamedTuple):
    counts: UnionCounts
    employees: int | None
    checked: Checked


_union = table_of(TradeUnion).c
_ROWS = select(*(_union[name] for name in _Row._fields))


def seen(session: Session, place: Union, on: date) -> list[Seen]:
    """Return the grassroots unions at or below a place that are not dissolved, by code, with what
    is open of each.
    """
    query = _ROWS.where(*is_grassroots(place.path), _union.status != UnionState.DISSOLVED)
    rows = [_Row(*row) for row in session.execute(query.order_by(_union.code))]
    counts = tallied(session, place.county, on)
    employees = headcounts(session, place.county, place.path, on)
    since = period_of(on)
    checks = checked(session, place.county, [since], on)
    found = []
    for row in rows:
        points = _of_union(row, on)
        if row.status in FORMED:
            verified = checks.get(row.code, {}).get(since, Checked())
            here = _Members(counts.get(row.code, UnionCounts()), employees.get(row.code), verified)
            points |= _of_members(here) | _of_officers(row, on)
        found.append(Seen(row.code, row.name, row.parent_code, row.status, frozenset(points)))
    return found


def _of_union(row: _Row, on: date) -> set[Point]:
    is_late = (
        row.status == UnionState.PREPARING
        and row.prepared_on is not None
        and row.prepared_on + PREPARED_WITHIN < on
    )
    told = {
        Point.UNFORMED: row.status == UnionState.UNFORMED,
        Point.PREPARING_LONG: is_late,
        Point.NO_KIND: not row.kind,
        Point.NO_INDUSTRY: not row.industry,
        Point.NO_CATEGORY: not row.employer_category,
        # Who is not formed has none yet.
        Point.NO_CREDIT_CODE: not row.credit_code and row.status in FORMED,
    }
    return {point for point, is_open in told.items() if is_open}


def _of_members(here: _Members) -> set[Point]:
    counts, employees = here.counts, here.employees
    told = {
        Point.UNDECLARED: employees is None,
        Point.NO_ROSTER: not counts.admissions,
        Point.WAITING: counts.pending > 0,
        Point.OVER: employees is not None and counts.active > employees,
        Point.UNVERIFIED: counts.active > here.checked.verified + here.checked.entered,
    }
    return {point for point, is_open in told.items() if is_open}


def _of_officers(row: _Row, on: date) -> set[Point]:
    ends = row.term_ends_on
    told = {
        Point.NO_CHAIR: not row.chair,
        Point.NO_TERM: ends is None,
        Point.TERM_OVER: ends is not None and ends < on,
        Point.TERM_DUE: ends is not None and on <= ends <= on + DUE_WITHIN,
    }
    return {point for point, is_open in told.items() if is_open}
