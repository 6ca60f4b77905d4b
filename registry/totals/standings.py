"""Where every union and unit of a county stands in the ranking at the end of a day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import begins_with, setting, table_of
from registry.members.checked import checked, period_of
from registry.members.counts import UnionCounts, admissions, tallied
from registry.totals import ranking
from registry.totals.metrics import CELLS, Ratio
from registry.totals.ranking import OF_UNION, OF_UNIT, Measure, Part, Rules, Shares
from registry.unions.models import Level, TradeUnion
from registry.unions.queries import children, find, headcounts
from registry.unions.states import FORMED, Life

QUARTER = timedelta(days=91)
QUARTERS = 4


class Absence(StrEnum):
    """Why a union does not take part."""

    NO_ROSTER = "NO_ROSTER"
    UNDECLARED = "UNDECLARED"
    NO_MEMBERS = "NO_MEMBERS"

    @property
    def label(self) -> str:
        """The reason on the screen."""
        return {
            "NO_ROSTER": "还没有名册审核入库",
            "UNDECLARED": "没有申报职工人数",
            "NO_MEMBERS": "没有在会会员",
        }[self]


class Entrant(NamedTuple):
    """A union, or a unit, that exists on the day. `unit` is the code of the unit it lies in, or is;
    `size` the employees, or the members where a union has more of these (`is_over`); `absence` why
    it takes no part, None where it does.
    """

    code: str
    name: str
    unit: str
    kind: str | None
    size: int
    shares: Shares
    is_over: bool = False
    absence: Absence | None = None


class Place(NamedTuple):
    """Where an entrant stands: points in hundredths, the rank among all `of`, and among those of
    its band.
    """

    entrant: Entrant
    points: int
    rank: int
    of: int
    band: int
    band_rank: int
    band_of: int


class Standings(NamedTuple):
    """A county's ranking: unions and units by rank, those who take no part by code."""

    on: date
    rules: Rules
    mean: Mapping[Measure, float]
    unions: list[Place]
    units: list[Place]
    absent: list[Entrant]
    absent_units: list[Entrant]

    def of_union(self, code: str) -> Place | None:
        """Return where a union stands, None where it takes no part."""
        return next((one for one in self.unions if one.entrant.code == code), None)

    def of_unit(self, code: str) -> Place | None:
        """Return where a unit stands, None where none of its unions takes part."""
        return next((one for one in self.units if one.entrant.code == code), None)


_union = table_of(TradeUnion).c
_GRASSROOTS = (
    select(
        _union.code, _union.name, _union.path, _union.kind, *(_union[name] for name in Life._fields)
    )
    .where(begins_with(_union.path, "path"), _union.level == Level.GRASSROOTS)
    .order_by(_union.code)
)


def rules() -> Rules:
    """Return the formula's settings."""
    return Rules(
        dict(zip(Part, setting("RANKING_WEIGHTS"), strict=True)),
        setting("RANKING_PRIOR_PEOPLE"),
        setting("RANKING_PRIOR_EVENTS"),
        setting("RANKING_BANDS"),
    )


def standings(session: Session, county: str, on: date) -> Standings:
    """Return the ranking of a county from its tallies, as it stood at the end of a day."""
    entrants = _entrants(session, county, on)
    present = [one for one in entrants if one.absence is None]
    units = [
        _unit(unit.code, unit.name, [one for one in entrants if one.unit == unit.code])
        for unit in children(session, county)
        if not unit.is_grassroots
    ]
    present_units = [one for one in units if one.absence is None]
    mean = ranking.means(one.shares for one in present)
    mean[Measure.ROSTERS] = ranking.means(one.shares for one in units)[Measure.ROSTERS]
    by = rules()
    return Standings(
        on,
        by,
        mean,
        _places(present, mean, by, OF_UNION),
        _places(present_units, mean, by, OF_UNIT),
        [one for one in entrants if one.absence is not None],
        [one for one in units if one.absence is not None],
    )


def _entrants(session: Session, county: str, on: date) -> list[Entrant]:
    path = find(session, county).path
    counts = tallied(session, county, on)
    employees = headcounts(session, county, path, on)
    since = period_of(on)
    checks = checked(session, county, [since], on)
    quarters = _quarters(session, county, on, counts)
    entrants = []
    for code, name, place, kind, *life in session.execute(_GRASSROOTS, {"path": path}):
        if Life(*life).on(on) not in FORMED:
            continue
        kept, staff = counts.get(code, _UNCOUNTED), employees.get(code, 0)
        is_checked = sum(checks[code][since]) if code in checks else 0
        entrants.append(
            Entrant(
                code,
                name,
                place.split("/")[2],
                kind,
                max(staff, kept.active),
                _shares(kept, staff, is_checked, quarters.get(code, _NOTHING)),
                is_over=kept.active > staff > 0,
                absence=_absence(kept, staff),
            )
        )
    return entrants


_UNCOUNTED = UnionCounts()
_NOTHING = Ratio(0, 0)


def _absence(kept: UnionCounts, staff: int) -> Absence | None:
    if not kept.admissions:
        return Absence.NO_ROSTER
    if not kept.active:
        return Absence.NO_MEMBERS
    return None if staff else Absence.UNDECLARED


def _shares(kept: UnionCounts, staff: int, is_checked: int, quarters: Ratio) -> Shares:
    return {
        Measure.MEMBERSHIP: _at_most_all(kept.active, staff),
        Measure.COMPLETENESS: _at_most_all(kept.filled, (kept.active + kept.retained) * CELLS),
        Measure.FIRST_PASS: _at_most_all(kept.first_pass, kept.submitted),
        Measure.UNIQUE: _at_most_all(kept.rows - kept.rows_elsewhere, kept.rows),
        Measure.CHECKED: _at_most_all(is_checked, kept.active),
        Measure.QUARTERS: quarters,
    }


def _at_most_all(reached: int, of: int) -> Ratio:
    """Nobody is better than whole, whatever was declared."""
    return Ratio(min(reached, of), of)


def _quarters(
    session: Session, county: str, on: date, counts: Mapping[str, UnionCounts]
) -> dict[str, Ratio]:
    """Return in how many of the last quarters a roster was admitted, of those since the first."""
    ends = [{code: kept.admissions for code, kept in counts.items() if kept.admissions}]
    ends += [admissions(session, county, on - QUARTER * back) for back in range(1, QUARTERS + 1)]
    return {
        code: Ratio(
            sum(end.get(code, 0) > begin.get(code, 0) for end, begin in pairwise(ends)),
            sum(code in end for end in ends[:-1]),
        )
        for code in ends[0]
    }


def _unit(code: str, name: str, unions: Sequence[Entrant]) -> Entrant:
    """Add a unit's unions up. More members than employees in one make up for none in another."""
    present = [one for one in unions if one.absence is None]
    shares: dict[Measure, Ratio] = {
        measure: Ratio(*map(sum, zip(*(one.shares[measure] for one in present), strict=True)))
        if present
        else _NOTHING
        for measure in OF_UNION
    }
    shares[Measure.ROSTERS] = Ratio(len(present), len(unions))
    return Entrant(
        code,
        name,
        code,
        None,
        sum(one.size for one in present),
        shares,
        absence=None if present else Absence.NO_ROSTER,
    )


def _places(
    entrants: Sequence[Entrant],
    mean: Mapping[Measure, float],
    by: Rules,
    measures: Sequence[Measure],
) -> list[Place]:
    points = ranking.scores((one.shares for one in entrants), mean, by, measures)
    bands = [by.band(one.size) for one in entrants]
    overall = ranking.ranks(points)
    within = _ranks_within(bands, points)
    found = [
        Place(one, value, rank, len(entrants), band, *in_band)
        for one, value, rank, band, in_band in zip(
            entrants, points, overall, bands, within, strict=True
        )
    ]
    return sorted(found, key=lambda one: (one.rank, one.entrant.code))


def _ranks_within(bands: Sequence[int], points: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Return, for each, the rank within its band and how many are in that."""
    result = [(0, 0)] * len(bands)
    for band in set(bands):
        inside = [at for at, one in enumerate(bands) if one == band]
        for at, rank in zip(inside, ranking.ranks([points[at] for at in inside]), strict=True):
            result[at] = (rank, len(inside))
    return result
