"""Figures by unit and union, added up from the tallies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.campaigns.targets import Figure, Standing, standing_on
from registry.members.checked import checked, period_of
from registry.members.counts import UnionCounts, tallied
from registry.reference.counting import COUNTS, Known
from registry.totals.dimensions import PART, UNION
from registry.totals.metrics import CELLS, METRIC_LABELS, Ratio
from registry.totals.scope import Below, below, rows_by
from registry.unions.models import Level
from registry.unions.queries import Union, children, find, headcounts
from registry.unions.states import FORMED, UnionState

_NOBODY = Known()
_NO_SHARES = dict.fromkeys(METRIC_LABELS, Ratio(0, 0))


@dataclass(slots=True)
class Figures:
    """The figures of one unit or union (or their total)."""

    code: str
    name: str
    level: Level
    unions: int = 0  # that exist
    unions_preparing: int = 0
    unions_listed: int = 0  # on the list of those to be formed, not being prepared
    unions_covered: int = 0
    members: int = 0
    retained: int = 0
    employees: int = 0
    pending_rows: int = 0
    unions_over: int = 0  # with more members than employees
    unions_undeclared: int = 0  # with members, but without a number of employees
    reference: Known = _NOBODY  # the reference register beside the members
    metrics: dict[str, Ratio] = field(default_factory=_NO_SHARES.copy)

    @property
    def unions_not_yet(self) -> int:
        """Unions that should be and are not yet."""
        return self.unions_preparing + self.unions_listed

    @property
    def unions_should(self) -> int:
        """Unions that should be: existing and not yet."""
        return self.unions + self.unions_not_yet

    @property
    def over_headcount(self) -> bool:
        """More members than employees: flagged, never refused."""
        return self.members > self.employees > 0

    def to_json(self) -> dict[str, Any]:
        """Return the form that `registry totals --json` prints."""
        return {
            "code": self.code,
            "name": self.name,
            "unions": self.unions,
            "unions_covered": self.unions_covered,
            "members": self.members,
            "retained": self.retained,
            "employees": self.employees,
            "pending_rows": self.pending_rows,
            "metrics": {
                key: {
                    "numerator": ratio.numerator,
                    "denominator": ratio.denominator,
                    "percent": ratio.percent,
                }
                for key, ratio in self.metrics.items()
            },
        }


class Totals(NamedTuple):
    """Figures of the parts of a place, at the end of a day, and their total."""

    on: date
    under: Union
    parts: list[Figures]
    total: Figures

    def narrowed(self, keep: Callable[[Figures], bool]) -> "Totals":
        """Return those parts that are kept, and their sum as the total."""
        parts = [part for part in self.parts if keep(part)]
        return self._replace(parts=parts, total=_added(self.total, parts))

    def to_json(self) -> dict[str, Any]:
        """Return the form that `registry totals --json` prints."""
        return {
            "on": self.on,
            "under": self.under.code,
            "units": [part.to_json() for part in self.parts],
            "total": self.total.to_json(),
        }


def totals(
    session: Session,
    under: str,
    on: date,
    by: str = PART,
    chosen: Mapping[str, str] = {},
) -> Totals:
    """Return the figures of the unions of a place by its parts, or by a fact of theirs.

    `by` is a dimension of unions; `chosen` maps facts of unions to the values that are asked for,
    and then there is no target, which is that of places. A past day means what had been admitted by
    its end in Asia/Shanghai. Raises `NotFound`.
    """
    place = find(session, under)
    unions = below(session, place, chosen)
    rows = rows_by(session, place, by, unions)
    by_row: dict[str, list[_Sums]] = {key: [] for key in rows.labels}
    counted = _counted(session, place, on, unions)
    for one, sums_of_one in zip(unions, counted.of_unions, strict=True):
        if (row := rows.of(one)) in by_row:
            by_row[row].append(sums_of_one)
    sums = {key: _sum(some) for key, some in by_row.items() if some or by in (PART, UNION)}
    aimed = None if chosen else standing_on(session, place.county, on)
    levels = {one.code: one.level for one in children(session, under)} if by == PART else {}
    figures = [
        _figures(Place(key, rows.labels[key], levels.get(key, Level.GRASSROOTS)), some, aimed)
        for key, some in sums.items()
    ]
    total = _sum(list(sums.values()))
    if place.parent_code is None and not chosen:
        total = _with_unplaced(total, counted.unplaced)
    return Totals(on, place, figures, _figures(_place(place), total, aimed))


_NUMBERS = [one.name for one in fields(Figures) if one.type is int]


def _added(like: Figures, parts: Sequence[Figures]) -> Figures:
    numbers = {name: sum(getattr(part, name) for part in parts) for name in _NUMBERS}
    metrics = {
        key: Ratio(
            sum(part.metrics[key].numerator for part in parts),
            sum(part.metrics[key].denominator for part in parts),
        )
        for key in METRIC_LABELS
    }
    references = zip(*(part.reference for part in parts), strict=True)
    return Figures(
        like.code,
        like.name,
        like.level,
        **numbers,
        reference=Known(*map(sum, references)),
        metrics=metrics,
    )


class Place(NamedTuple):
    """What figures are of: a unit or a union, or a value of a fact of unions."""

    code: str
    name: str
    level: Level


def _place(union: Union) -> Place:
    return Place(union.code, union.name, union.level)


class _Counted(NamedTuple):
    """The sums of unions, in their order, and what is counted under no union."""

    of_unions: list["_Sums"]
    unplaced: UnionCounts


def _counted(session: Session, place: Union, on: date, unions: Sequence[Below]) -> _Counted:
    employees = headcounts(session, place.county, place.path, on)
    # The whole county is added up in one go, a part of it by its codes.
    codes = None if place.parent_code is None else [one.code for one in unions]
    counts = tallied(session, place.county, on, codes)
    since = period_of(on)
    checks = checked(session, place.county, [since], on, codes=codes)
    return _Counted(
        [
            _of_union(
                one.life.on(on),
                counts.get(one.code, _UNCOUNTED),
                employees.get(one.code, 0),
                checks[one.code][since].verified if one.code in checks else 0,
            )
            for one in unions
        ],
        counts.get(place.code, _UNCOUNTED),
    )


class _Sums(NamedTuple):
    """What is added up over unions; every figure and share follows from the sums."""

    counts: UnionCounts = UnionCounts()
    formed: int = 0
    preparing: int = 0
    listed: int = 0
    covered: int = 0
    employees: int = 0
    over: int = 0
    undeclared: int = 0
    verified: int = 0


_UNCOUNTED = UnionCounts()


def _of_union(
    state: UnionState | None, counts: UnionCounts, employees: int, verified: int
) -> _Sums:
    is_formed = state in FORMED
    return _Sums(
        counts,
        formed=int(is_formed),
        preparing=int(state is UnionState.PREPARING),
        listed=int(state is UnionState.UNFORMED),
        covered=int(is_formed and counts.admissions > 0),
        employees=employees,
        over=int(counts.active > employees > 0),
        undeclared=int(counts.active > 0 and not employees),
        verified=verified,
    )


def _sum(parts: Sequence[_Sums]) -> _Sums:
    """Add up, column by column."""
    if not parts:
        return _Sums()
    counts, *others = zip(*parts, strict=True)
    return _Sums(UnionCounts(*map(sum, zip(*counts, strict=True))), *map(sum, others))


def _with_unplaced(total: _Sums, unplaced: UnionCounts) -> _Sums:
    """Add the people of the reference register who are under no known union: they belong to the
    county and to none of its parts.
    """
    added = zip(total.counts, unplaced, strict=True)
    return total._replace(counts=UnionCounts(*(one + other for one, other in added)))


def _figures(place: Place, sums: _Sums, aimed: Standing | None) -> Figures:
    counts = sums.counts
    aim = Figure() if aimed is None else aimed.of(place.code)
    live = counts.active + counts.retained
    return Figures(
        place.code,
        place.name,
        place.level,
        unions=sums.formed,
        unions_preparing=sums.preparing,
        unions_listed=sums.listed,
        unions_covered=sums.covered,
        members=counts.active,
        retained=counts.retained,
        employees=sums.employees,
        pending_rows=counts.pending,
        unions_over=sums.over,
        unions_undeclared=sums.undeclared,
        reference=Known(*(getattr(counts, name) for name in COUNTS)),
        metrics=_NO_SHARES
        | {
            "membership_rate": Ratio(counts.active, sums.employees),
            "founding_rate": Ratio(sums.formed, sums.formed + sums.preparing + sums.listed),
            "coverage_rate": Ratio(sums.covered, sums.formed),
            "completeness_rate": Ratio(counts.filled, live * CELLS),
            "duplicate_rate": Ratio(counts.rows_elsewhere, counts.rows),
            "first_pass_rate": Ratio(counts.first_pass, counts.submitted),
            "reverified_rate": Ratio(sums.verified, counts.active),
            "reference_match_rate": Ratio(counts.reference_matched, counts.reference_people),
            # What has no target has nothing to be done of it.
            "target_rate": Ratio(aim.done, aim.target) if aim.target else Ratio(0, 0),
        },
    )
