"""Figures by unit and union, added up from the tallies; and the recount that must agree."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.members.counts import UnionCounts, recounted, tallied
from registry.roster.columns import COLUMNS
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import REVIEWABLE, RowState
from registry.totals.metrics import METRIC_LABELS, Ratio
from registry.unions.models import Level, TradeUnion
from registry.unions.queries import Union, children, find, headcounts

CELLS = sum(column.requirement in {"required", "recommended"} for column in COLUMNS)
# Statuses of codes/union_status.csv that are formed unions, and those that should be but are not
# yet.
FORMED = frozenset({"active", "locked"})
NOT_YET = frozenset({"unformed", "preparing"})


@dataclass(slots=True)
class Figures:
    """The figures of one unit or union (or their total)."""

    code: str
    name: str
    level: Level
    unions: int = 0
    unions_covered: int = 0
    members: int = 0
    retained: int = 0
    employees: int = 0
    pending_rows: int = 0
    unions_over: int = 0  # with more members than employees
    unions_undeclared: int = 0  # with members, but without a number of employees
    metrics: dict[str, Ratio] = field(
        default_factory=lambda: dict.fromkeys(METRIC_LABELS, Ratio(0, 0))
    )

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


class _Counted(NamedTuple):
    """What a union adds to the figures: flags as 0 and 1, then its counts."""

    formed: int = 0
    should: int = 0  # is formed or should be
    covered: int = 0
    over: int = 0
    undeclared: int = 0
    employees: int = 0
    active: int = 0
    retained: int = 0
    filled: int = 0
    rows: int = 0
    rows_elsewhere: int = 0
    submitted: int = 0
    first_pass: int = 0
    admissions: int = 0
    reverified: int = 0
    pending: int = 0


class Totals(NamedTuple):
    """Figures of the parts of a place, at the end of a day, and their total."""

    on: date
    under: Union
    parts: list[Figures]
    total: Figures


class Difference(NamedTuple):
    """Where a tally and the recount disagree."""

    union: str
    what: str
    tallied: int
    counted: int


def totals(session: Session, under: str, on: date) -> Totals:
    """Return the figures of the unions directly below a place.

    A past day means what had been admitted by its end in Asia/Shanghai. Raises `NotFound`.
    """
    place = find(session, under)
    parts = children(session, under) or [place]
    employees = headcounts(session, place.county, place.path, on)
    query = select(TradeUnion.code, TradeUnion.path, TradeUnion.status, TradeUnion.formed_on).where(
        TradeUnion.path.startswith(place.path, autoescape=True),
        TradeUnion.level == Level.GRASSROOTS,
    )
    below = session.execute(query).all()
    # The whole county is added up in one go, a part of it by its codes.
    codes = None if place.parent_code is None else [union.code for union in below]
    counts = tallied(session, place.county, on, codes)
    by_part: dict[str, list[_Counted]] = {part.code: [] for part in parts}
    for code, path, status, formed_on in below:
        part = next((one for one in path.split("/") if one in by_part), None)
        if part is not None:
            status_then = _status_on(status, formed_on, on)
            by_part[part].append(
                _counted(status_then, counts.get(code, UnionCounts()), employees.get(code, 0))
            )
    figures = [_figures(part, by_part[part.code]) for part in parts]
    total = _figures(place, [one for lines in by_part.values() for one in lines])
    return Totals(on, place, figures, total)


def reconcile(session: Session, county: str) -> tuple[int, list[Difference]]:
    """Recount every union from members and rows; return the members counted and all differences."""
    counts = tallied(session, county, date.max)
    real = recounted(session, county)
    pending = _pending(session, county)
    differences = []
    for code in sorted(set(counts) | set(real) | set(pending)):
        kept = counts.get(code, UnionCounts())
        active, retained, filled, verified = real.get(code, (0, 0, 0, 0))
        pairs = (
            ("active", kept.active, active),
            ("retained", kept.retained, retained),
            ("filled", kept.filled, filled),
            ("reverified", kept.reverified, verified),
            ("pending", kept.pending, pending.get(code, 0)),
        )
        differences += [Difference(code, what, a, b) for what, a, b in pairs if a != b]
    return sum(active + retained for active, retained, *_ in real.values()), differences


def _pending(session: Session, county: str) -> dict[str, int]:
    query = (
        select(Submission.union_code, func.count())
        .join(
            SubmissionRow,
            (SubmissionRow.county == county) & (SubmissionRow.submission_id == Submission.id),
        )
        .where(
            Submission.county == county,
            Submission.state.in_(tuple(REVIEWABLE)),
            SubmissionRow.state == RowState.PENDING,
        )
        .group_by(Submission.union_code)
    )
    return dict(session.execute(query).tuples().all())


def _status_on(status: str, formed_on: date | None, on: date) -> str:
    return "unformed" if status in FORMED and formed_on and formed_on > on else status


def _counted(status: str, counts: UnionCounts, employees: int) -> _Counted:
    """Return what one union adds: everything that a figure or a share is a sum of."""
    formed = status in FORMED
    return _Counted(
        formed,
        formed or status in NOT_YET,
        counts.admissions > 0,
        counts.active > employees > 0,
        counts.active > 0 and not employees,
        employees,
        *counts,
    )


def _figures(place: Union, unions: list[_Counted]) -> Figures:
    """Return the figures of disjoint unions together."""
    # Column by column: a page adds up hundreds of unions.
    sums = _Counted(*map(sum, zip(*unions, strict=True))) if unions else _Counted()
    live = sums.active + sums.retained
    return Figures(
        place.code,
        place.name,
        place.level,
        unions=sums.formed,
        unions_covered=sums.covered,
        members=sums.active,
        retained=sums.retained,
        employees=sums.employees,
        pending_rows=sums.pending,
        unions_over=sums.over,
        unions_undeclared=sums.undeclared,
        metrics={
            **dict.fromkeys(METRIC_LABELS, Ratio(0, 0)),
            "membership_rate": Ratio(sums.active, sums.employees),
            "founding_rate": Ratio(sums.formed, sums.should),
            "coverage_rate": Ratio(sums.covered, sums.formed),
            "completeness_rate": Ratio(sums.filled, live * CELLS),
            "duplicate_rate": Ratio(sums.rows_elsewhere, sums.rows),
            "first_pass_rate": Ratio(sums.first_pass, sums.submitted),
            "reverified_rate": Ratio(sums.reverified, sums.active),
        },
    )
