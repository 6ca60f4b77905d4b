"""How members grew day by day in a registration, beside the straight line to its targets."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.campaigns.queries import CampaignView
from registry.campaigns.states import UnitState
from registry.campaigns.targets import aims, place_of
from registry.campaigns.turns import Turn, states_of, turns
from registry.members.counts import active_changes


class Reached(NamedTuple):
    """A day's members, None for a day to come, and what the straight line to the targets asks."""

    day: date
    done: int | None
    planned: int | None


def progress_series(
    session: Session, county: str, path: str, one: CampaignView, first: date, last: date, on: date
) -> list[Reached]:
    """Return, for each day from `first` to `last`, the members of the county or unit at a path, and
    what the straight line from the opening to the targets asks.

    `on` is the day that the figures are of: later ones have no members, and the targets are those
    of that day.
    """
    changes = active_changes(session, county, path, min(last, on), one.kinds)
    in_scope = [change for change in changes if one.covers(place_of(one, change[0]))]
    members = _members_by_day(in_scope, turns(session, county, one.id, on), one.opens_on, on)
    place = path.strip("/").rpartition("/")[2]
    line = [
        (one.opens_on, members.get(one.opens_on, 0)),
        *aims(session, one, on).milestones(place),
    ]
    days = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return [Reached(day, members.get(day), _on_line(line, day)) for day in days]


def _members_by_day(
    changes: Sequence[tuple[str, date, int]], turned: Collection[Turn], first: date, last: date
) -> dict[date, int]:
    """Return the members of the units that had not stopped at the end of each day."""
    waiting = list(reversed(changes))
    members: dict[str, int] = {}
    found = {}
    for at in range((last - first).days + 1):
        day = first + timedelta(days=at)
        while waiting and waiting[-1][1] <= day:
            unit, _, change = waiting.pop()
            members[unit] = members.get(unit, 0) + change
        states = states_of([one for one in turned if one.counts_on <= day])
        found[day] = sum(
            count for unit, count in members.items() if states.get(unit) is not UnitState.STOPPED
        )
    return found


def _on_line(line: list[tuple[date, int]], day: date) -> int | None:
    """Return what a line through points asks on a day, None before and after it."""
    for (start, low), (end, high) in pairwise(line):
        if start <= day <= end and start < end:
            return low + (high - low) * (day - start).days // (end - start).days
    return None
