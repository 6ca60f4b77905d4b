"""What changed among a place's unions within a period: new, elected anew, changed, dissolved.

New and dissolved ones follow from the days of their lives, so that a period's end has as many as
its beginning, more by the new ones and fewer by the dissolved ones. A union is listed once in each
list, whatever happened how often.
"""

from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select, Subquery, func, literal, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.unions.models import TradeUnion, UnionEvent
from registry.unions.queries import is_grassroots
from registry.unions.states import FORMED, UnionAct, UnionState


class ChangeList(StrEnum):
    """The lists of a period."""

    NEW = "NEW"
    ELECTED = "ELECTED"
    CHANGED = "CHANGED"
    DISSOLVED = "DISSOLVED"

    @property
    def label(self) -> str:
        """The list's name on the screen."""
        return {"NEW": "新建", "ELECTED": "换届", "CHANGED": "变更", "DISSOLVED": "撤销"}[self]


class Period(NamedTuple):
    """From the first day to the last, both within."""

    first: date
    last: date


class ChangedUnion(NamedTuple):
    """A union in a list: the last day on which such a thing happened, and how often it did."""

    code: str
    name: str
    path: str
    parent_code: str
    status: str
    on: date
    times: int


_ACTS = {
    ChangeList.ELECTED: (UnionAct.ELECT,),
    ChangeList.CHANGED: (
        UnionAct.RENAME,
        UnionAct.CHANGE,
        UnionAct.COVER,
        UnionAct.UNCOVER,
        UnionAct.MOVE,
    ),
}
_union, _event = table_of(TradeUnion).c, table_of(UnionEvent).c
_SHOWN = tuple(_union[name] for name in ("code", "name", "path", "parent_code", "status"))
# As `Life.was_formed` has it: one given up before it was formed is none that was dissolved.
_ENDED_AS_ONE = _union.formed_on.is_not(None) | (
    _union.listed_on.is_(None) & _union.prepared_on.is_(None)
)


def counts(
    session: Session, county: str, path: str, period: Period
) -> dict[str, dict[ChangeList, int]]:
    """Return how many unions below a path are in each list, by the code of the unit above them."""
    found: dict[str, dict[ChangeList, int]] = {}
    for which in ChangeList:
        listed = _listed(county, path, which, period).subquery()
        query = select(listed.c.parent_code, func.count()).group_by(listed.c.parent_code)
        for unit, count in session.execute(query):
            found.setdefault(unit, dict.fromkeys(ChangeList, 0))[which] = count
    return found


def changed_unions(
    session: Session,
    county: str,
    path: str,
    which: ChangeList,
    period: Period,
    *,
    after: str = "",
    limit: int = 50,
) -> list[ChangedUnion]:
    """Return a list of a period, unit by unit, after the path `after`."""
    listed = _listed(county, path, which, period).subquery()
    query = select(*(listed.c[name] for name in ChangedUnion._fields))
    if after:
        query = query.where(listed.c.path > after)
    return [
        ChangedUnion(*row) for row in session.execute(query.order_by(listed.c.path).limit(limit))
    ]


def _listed(county: str, path: str, which: ChangeList, period: Period) -> Select[Any]:
    """Return the query for a list, with the columns of `ChangedUnion`."""
    if which in _ACTS:
        happened = _happened(county, which, period)
        query = select(*_SHOWN, happened.c.on, happened.c.times)
        return query.join(happened, happened.c.union_code == _union.code).where(
            *is_grassroots(path)
        )
    dissolved = which is ChangeList.DISSOLVED
    states = (UnionState.DISSOLVED,) if dissolved else (*FORMED, UnionState.DISSOLVED)
    day = _union.dissolved_on if dissolved else _union.formed_on
    return select(*_SHOWN, day.label("on"), literal(1).label("times")).where(
        *is_grassroots(path), _union.status.in_(states), day.between(*period), _ENDED_AS_ONE
    )


def _happened(county: str, which: ChangeList, period: Period) -> Subquery:
    """Return the unions to which a list's acts happened, the last day of each and how often."""
    last, times = func.max(_event.counts_on).label("on"), func.count().label("times")
    query = select(_event.union_code, last, times).where(
        _event.county == county,
        _event.act.in_(_ACTS[which]),
        _event.counts_on.between(*period),
    )
    return query.group_by(_event.union_code).subquery()
