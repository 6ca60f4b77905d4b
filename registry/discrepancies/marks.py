"""What does not agree, and how far it is explained: each flag beside the explanation that holds."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from registry.clock import end_of_day, local_day
from registry.db import begins_with, setting, table_of
from registry.discrepancies.flags import GRAVE, OF_A_TIME, Flag, Sides, sides_of
from registry.discrepancies.models import Explanation
from registry.discrepancies.queries import MAYBE_GRAVE, Line, lines, of_union
from registry.discrepancies.states import ExplanationState, Stage
from registry.errors import NotFound
from registry.unions.models import TradeUnion
from registry.unions.queries import Union


class ExplanationView(NamedTuple):
    """An explanation as plain values."""

    id: int
    union_code: str
    flag: Flag
    sides: Sides
    state: ExplanationState
    is_from_city: bool
    note: str | None
    asked_by: int
    asked_at: datetime
    due_on: date
    answer: str | None
    answered_by: int | None
    answered_at: datetime | None
    decided_by: int | None
    decided_at: datetime | None


class Mark(NamedTuple):
    """A flag, the two numbers it compares, and the explanation that holds for them."""

    flag: Flag
    sides: Sides
    explanation: ExplanationView | None = None

    @property
    def stage(self) -> Stage:
        """How far the flag is explained."""
        return Stage(self.explanation.state.value) if self.explanation else Stage.NONE


class MarkedLine(NamedTuple):
    """A union's figures and its flags."""

    line: Line
    marks: tuple[Mark, ...]


_one, _union = table_of(Explanation).c, table_of(TradeUnion).c
_VIEWS = (
    select(
        _one.id,
        _one.union_code,
        _one.flag,
        _one.expected,
        _one.found,
        *(_one[name] for name in ExplanationView._fields[4:]),
    )
    .join(table_of(TradeUnion), _union.code == _one.union_code)
    .where(_one.county == bindparam("county"), begins_with(_union.path, "path"))
)
_LAST = _VIEWS.where(
    _one.id.in_(
        select(func.max(_one.id))
        .where(_one.county == bindparam("county"), _one.asked_at < bindparam("end"))
        .group_by(_one.union_code, _one.flag)
    )
)


def marked(
    session: Session, place: Union, on: date, *narrowed: ColumnElement[bool]
) -> list[MarkedLine]:
    """Return the unions at or below a place as `lines` does, each flag with the last explanation
    that had been asked for by the end of the day, where it holds.
    """
    asked = {"county": place.county, "path": place.path, "end": end_of_day(on)}
    last = {(one.union_code, one.flag): one for one in map(_view, session.execute(_LAST, asked))}
    since = on - timedelta(days=setting("DISCREPANCY_DROP_DAYS"))
    found = []
    for line in lines(session, place, on, *narrowed):
        marks = []
        for flag in line.flags:
            sides, one = sides_of(flag, line.figures), last.get((line.code, flag))
            marks.append(Mark(flag, sides, one if one and _holds(one, sides, since) else None))
        found.append(MarkedLine(line, tuple(marks)))
    return found


def unasked(session: Session, place: Union, on: date) -> int:
    """Count the unions at or below a place with a grave flag that nobody asked about."""
    found = marked(session, place, on, MAYBE_GRAVE)
    return sum(
        any(mark.flag in GRAVE and mark.stage is Stage.NONE for mark in marks) for _, marks in found
    )


def waiting(
    session: Session, place: Union, on: date, state: ExplanationState
) -> dict[str, list[ExplanationView]]:
    """Return the explanations in a state that hold, by the unions at or below a place, those first
    that are due first.
    """
    named = select(_one.union_code).where(_one.county == place.county, _one.state == state)
    waits = {}
    for line, marks in marked(session, place, on, of_union(named)):
        told = [one for mark in marks if (one := mark.explanation) and one.state is state]
        if told:
            waits[line.code] = sorted(told, key=lambda one: (one.due_on, one.id))
    return waits


def find(session: Session, place: Union, number: int) -> ExplanationView:
    """Return an explanation of a union at or below a place; raises `NotFound`."""
    asked = {"county": place.county, "path": place.path}
    row = session.execute(_VIEWS.where(_one.id == number), asked).one_or_none()
    if row is None:
        raise NotFound("explanation.unknown", f"没有第 {number} 号说明，或者它不在您的管理范围内。")
    return _view(row)


def history(
    session: Session, place: Union, before: int | None = None, limit: int = 50
) -> list[ExplanationView]:
    """Return the explanations of the unions at or below a place, the newest first, older than
    number `before`.
    """
    query = _VIEWS.order_by(_one.id.desc()).limit(limit)
    if before is not None:
        query = query.where(_one.id < before)
    found = session.execute(query, {"county": place.county, "path": place.path})
    return [_view(row) for row in found]


def _holds(one: ExplanationView, sides: Sides, since: date) -> bool:
    """Tell whether an explanation is one of these numbers: while it is waited for; then as long as
    they lie no farther apart, and a drop as long as it was asked about within the drop's days. What
    was returned is none.
    """
    if one.state in (ExplanationState.ASKED, ExplanationState.RETURNED):
        return one.state is ExplanationState.ASKED
    is_past = one.flag in OF_A_TIME and local_day(one.asked_at) <= since
    return sides.within(one.sides) and not is_past


def _view(row: Any) -> ExplanationView:
    number, union, flag, expected, found, state, *rest = row
    sides = Sides(expected, found)
    return ExplanationView(number, union, Flag(flag), sides, ExplanationState(state), *rest)
