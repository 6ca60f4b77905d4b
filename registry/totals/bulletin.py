"""The monthly bulletin: a county's figures and ranking at a month's end beside the month before."""

import re
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.clock import today
from registry.errors import NotFound
from registry.totals.queries import Figures, Totals, totals
from registry.totals.standings import Absence, Entrant, Place, Standings, standings

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
RISERS = 10
COMMENDED = 3


class Month(NamedTuple):
    """A calendar month. `on` is the day that its figures are of: the last, or today."""

    begin: date
    on: date
    is_running: bool

    @property
    def before(self) -> date:
        """The last day of the month before."""
        return self.begin - timedelta(days=1)

    @property
    def previous(self) -> str:
        """The month before, as in its address: 2018-06."""
        return f"{self.before:%Y-%m}"

    @property
    def following(self) -> str:
        """The month after, "" for the running one."""
        return "" if self.is_running else f"{self.on + timedelta(days=1):%Y-%m}"


class Moved(NamedTuple):
    """Where somebody stands and stood; `before` is None for who took no part then."""

    place: Place
    before: Place | None

    @property
    def gain(self) -> int:
        """The points won or lost, in hundredths."""
        return self.place.points - self.before.points if self.before else 0

    @property
    def has_acted(self) -> bool:
        """Whether anything that counts is other than it was."""
        return self.before is None or self.place.entrant.shares != self.before.entrant.shares

    @property
    def climbed(self) -> int:
        """The ranks won, negative for lost."""
        return self.before.rank - self.place.rank if self.before else 0


class Bulletin(NamedTuple):
    """What the page says; `newly` are the unions with their first roster admitted in the month,
    `commended` the best of each band by number.
    """

    month: Month
    now: Totals
    then: Totals
    standing: Standings
    units: list[Moved]
    newly: list[Entrant]
    risers: list[Moved]
    commended: list[tuple[str, list[Place]]]
    absent: dict[Absence, int]

    @property
    def first_units(self) -> list[Place]:
        """The units that share the first rank."""
        return [one.place for one in self.units if one.place.rank == 1]

    @property
    def parts(self) -> dict[str, tuple[Figures, Figures]]:
        """The units' figures now and a month ago, by code."""
        then = {one.code: one for one in self.then.parts}
        return {one.code: (one, then[one.code]) for one in self.now.parts if one.code in then}


def month_of(text: str) -> Month:
    """Return the month that a text names. Raises `NotFound` for no month or one to come."""
    found = _MONTH.fullmatch(text)
    begin = date(int(found[1]), int(found[2]), 1) if found else None
    if begin is None or begin > today():
        raise NotFound(
            "bulletin.no_month",
            f"没有“{text[:10]}”的通报。月份要写成 2018-07 的样子，并且不能晚于本月。",
        )
    last = (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Month(begin, min(last, today()), last >= today())


def bulletin(session: Session, county: str, month: Month) -> Bulletin:
    """Return the bulletin of a county, as everything stood at the end of the month."""
    present = standings(session, county, month.on)
    past = standings(session, county, month.before)
    had_roster = {one.entrant.code for one in past.unions} | {
        one.code for one in past.absent if one.absence is not Absence.NO_ROSTER
    }
    entrants = [one.entrant for one in present.unions] + present.absent
    has_roster = (one for one in entrants if one.absence is not Absence.NO_ROSTER)
    return Bulletin(
        month,
        totals(session, county, month.on),
        totals(session, county, month.before),
        present,
        _moved(present.units, past.units),
        sorted((one for one in has_roster if one.code not in had_roster), key=lambda one: one.code),
        _risers(_moved(present.unions, past.unions)),
        _commended(present),
        {reason: sum(one.absence is reason for one in present.absent) for reason in Absence},
    )


def _moved(present: list[Place], past: list[Place]) -> list[Moved]:
    before = {one.entrant.code: one for one in past}
    return [Moved(one, before.get(one.entrant.code)) for one in present]


def _risers(moved: list[Moved]) -> list[Moved]:
    """Return those who won most points by what they did themselves: all rise with the county's
    mean. Nobody who has to explain a number is an example.
    """
    risen = [one for one in moved if one.gain > 0 and one.has_acted]
    examples = [one for one in risen if not one.place.entrant.is_over]
    return sorted(examples, key=lambda one: (-one.gain, one.place.entrant.code))[:RISERS]


def _commended(found: Standings) -> list[tuple[str, list[Place]]]:
    """Return the best of each band: three, but no more than a third of it, and the first in any
    case.
    """
    best: list[tuple[str, list[Place]]] = []
    for band, label in enumerate(found.rules.band_labels()):
        places = [
            one
            for one in found.unions
            if one.band == band
            and not one.entrant.is_over
            and one.band_rank <= max(1, min(COMMENDED, one.band_of // 3))
        ]
        if places:
            best.append((label, places))
    return best
