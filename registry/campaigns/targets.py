"""Targets by place and day, what is done of them, and how that stands beside the time.

Done are the active members of the unions in scope. A target counts from the day on which it was
set, a unit until the day on which it stops: what a past day's figures were they stay (decision
0036).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.campaigns.models import CampaignTarget
from registry.campaigns.queries import CampaignView, registration_on
from registry.campaigns.states import UnitState
from registry.campaigns.turns import states_of, turns
from registry.db import table_of
from registry.members.counts import active_by_parent

ByDay = Mapping[date, int]


class Pace(StrEnum):
    """How what is done stands beside the time."""

    AHEAD = "AHEAD"
    EVEN = "EVEN"
    BEHIND = "BEHIND"

    @property
    def label(self) -> str:
        """The words on the screen."""
        return {"AHEAD": "快于时间进度", "EVEN": "与时间同步", "BEHIND": "慢于时间进度"}[self]


class Figure(NamedTuple):
    """Members of a place, the target that counts and its day (0 and None without one), and the days
    gone of those from the opening until then.
    """

    done: int = 0
    target: int = 0
    due_on: date | None = None
    days_gone: int = 0
    days: int = 0

    @property
    def pace(self) -> Pace | None:
        """How it stands beside the time, None without a target."""
        if not self.target:
            return None
        ahead = self.done * self.days - self.days_gone * self.target
        return Pace.EVEN if not ahead else Pace.AHEAD if ahead > 0 else Pace.BEHIND


class Aims(NamedTuple):
    """The targets of a campaign as they stood on a day, by place and the day they are for, and the
    units that had stopped.
    """

    county: str
    set_for: Mapping[str, ByDay]
    stopped: frozenset[str]

    def at(self, place: str, day: date) -> tuple[date, int] | None:
        """Return the target of a place that counts on a day: the next at or after it, else the
        last; None without any, and for a unit that has stopped.

        The county's is its own, less those of units that have stopped, else the sum of the units'.
        """
        if place != self.county:
            return None if place in self.stopped else next_of(self.set_for.get(place, {}), day)
        units = {code: days for code, days in self.set_for.items() if code != self.county}
        own = next_of(self.set_for.get(self.county, {}), day)
        out = _sum((units[code] for code in units.keys() & self.stopped), day)
        if own is not None:
            return own[0], max(own[1] - out, 0)
        taking_part = [units[code] for code in units.keys() - self.stopped]
        due = next_of({due: 0 for days in taking_part for due in days}, day)
        return None if due is None else (due[0], _sum(taking_part, day))

    def milestones(self, place: str) -> list[tuple[date, int]]:
        """Return the targets of a place, one for each day that any of its is for."""
        days = self.set_for.get(place) or (
            {due for each in self.set_for.values() for due in each} if place == self.county else ()
        )
        found = {self.at(place, day) for day in days}
        return sorted(one for one in found if one is not None)


class Standing(NamedTuple):
    """How a registration stands at the end of a day: figures by code, of the county and its
    units.
    """

    campaign: CampaignView
    figures: Mapping[str, Figure]

    def of(self, code: str) -> Figure:
        """Return the figures of a place, zeros for one without a target and out of scope."""
        return self.figures.get(code, Figure())


class Change(NamedTuple):
    """A target that was set: for which place and day, what it was before (None: none) and after."""

    union_code: str
    due_on: date
    before: int | None
    members: int | None
    set_by: int
    set_at: datetime


_target = table_of(CampaignTarget).c


def standing_on(session: Session, county: str, on: date) -> Standing | None:
    """Return how the registration that ran on a day stood at its end, None where none ran."""
    one = registration_on(session, county, on)
    return None if one is None else standing(session, one, on)


def standing(session: Session, one: CampaignView, on: date) -> Standing:
    """Return how a registration stood at the end of a day."""
    found = aims(session, one, on)
    active = active_by_parent(session, one.county, on, one.kinds)
    done = {
        unit: members
        for unit, members in active.items()
        if one.covers(place_of(one, unit)) and unit not in found.stopped
    }
    units = {*done, *found.set_for} - {one.county} - found.stopped
    figures = {unit: figure_of(one, found, unit, done.get(unit, 0), on) for unit in units}
    figures[one.county] = figure_of(one, found, one.county, sum(done.values()), on)
    return Standing(one, figures)


def figure_of(one: CampaignView, found: Aims, place: str, done: int, on: date) -> Figure:
    """Return the figures of a place of which so many are done at the end of a day."""
    aim = found.at(place, on)
    if aim is None:
        return Figure(done)
    due, target = aim
    days = max((due - one.opens_on).days + 1, 1)
    gone = min(max((on - one.opens_on).days + 1, 0), days)
    return Figure(done, target, due, gone, days)


def aims(session: Session, one: CampaignView, on: date) -> Aims:
    """Return the targets of a campaign as they stood at the end of a day."""
    turned = states_of(turns(session, one.county, one.id, on))
    stopped = frozenset(code for code, state in turned.items() if state is UnitState.STOPPED)
    query = (
        select(_target.union_code, _target.due_on, _target.members)
        .where(_target.county == one.county, _target.campaign_id == one.id, _target.set_on <= on)
        .order_by(_target.number)
    )
    set_for: dict[str, dict[date, int]] = {}
    for code, due_on, members in session.execute(query):
        if members is None:
            set_for.get(code, {}).pop(due_on, None)
        else:
            set_for.setdefault(code, {})[due_on] = members
    return Aims(one.county, {code: days for code, days in set_for.items() if days}, stopped)


def history(session: Session, one: CampaignView, limit: int = 50) -> list[Change]:
    """Return which targets were set last, the newest first."""
    before = func.lag(_target.members).over(
        partition_by=(_target.union_code, _target.due_on), order_by=_target.number
    )
    query = (
        select(
            _target.union_code,
            _target.due_on,
            before,
            _target.members,
            _target.set_by,
            _target.set_at,
        )
        .where(_target.county == one.county, _target.campaign_id == one.id)
        .order_by(_target.number.desc())
    )
    return [Change(*row) for row in session.execute(query.limit(limit))]


def place_of(one: CampaignView, unit: str) -> str:
    """Return the path of a unit of the county that runs a campaign, or of that county."""
    return one.path if unit == one.county else f"{one.path}{unit}/"


def next_of(targets: ByDay, day: date) -> tuple[date, int] | None:
    """Return the next target at or after a day, else the last; None for none."""
    if not targets:
        return None
    due = min((due for due in targets if due >= day), default=max(targets))
    return due, targets[due]


def _sum(targets: Iterable[ByDay], day: date) -> int:
    return sum(found[1] for each in targets if (found := next_of(each, day)))
