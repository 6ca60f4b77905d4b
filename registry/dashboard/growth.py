"""How the members of a place grew: from its tallies, and in a registration towards its targets."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.campaigns.queries import CampaignView
from registry.campaigns.series import progress_series
from registry.campaigns.targets import aims
from registry.members.counts import active_changes
from registry.unions.queries import Union

# Points of a line: more say nothing more, and nobody reads so long a table.
_MOST = 60
_STEPS = (1, 7, 14, 28)


class Point(NamedTuple):
    """The members at the end of a day, None for a day to come; what even progress asks by then, and
    the target for that very day, None where there is none.
    """

    day: date
    members: int | None
    planned: int | None = None
    target: int | None = None


def growth(session: Session, place: Union, on: date, running: CampaignView | None) -> list[Point]:
    """Return how a place grew until the end of a day: since its first members, or where a
    registration is `running` and the place has targets, from its opening until the last of them.

    Each day, or each so many days, the first, the last and those of targets always; empty without
    members and targets.
    """
    targets = dict(aims(session, running, on).milestones(place.code)) if running else {}
    if running and targets:
        return _towards(session, place, on, running, targets)
    return _since_the_first(session, place, on)


def days_between(first: date, last: date, also: Iterable[date] = ()) -> Sequence[date]:
    """Return days from the first to the last at even steps back from the last, at most about sixty;
    the first and those of `also` stand there in any case.
    """
    length = (last - first).days
    step = next((one for one in _STEPS if length <= one * _MOST), -(-length // _MOST))
    found = [last - timedelta(days=back) for back in range(0, length + 1, step)]
    return sorted({*found, first, *also})


def _since_the_first(session: Session, place: Union, on: date) -> list[Point]:
    changes: Counter[date] = Counter()
    for _, day, change in active_changes(session, place.county, place.path, on):
        changes[day] += change
    if not changes:
        return []
    days = sorted(changes)
    sums = [0, *accumulate(changes[day] for day in days)]
    shown = days_between(days[0] - timedelta(days=1), on)
    return [Point(day, sums[bisect_right(days, day)]) for day in shown]


def _towards(
    session: Session, place: Union, on: date, running: CampaignView, targets: Mapping[date, int]
) -> list[Point]:
    # Of days to come those of targets are enough: what even progress asks lies between on a line.
    shown = set(days_between(running.opens_on, on, targets))
    last = max(shown)
    series = progress_series(session, place.county, place.path, running, running.opens_on, last, on)
    return [Point(*one, targets.get(one.day)) for one in series if one.day in shown]
