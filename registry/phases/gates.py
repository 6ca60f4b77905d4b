"""What each phase asks of a unit's unions, as data, and how far the units are with it."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.campaigns.models import CampaignPhase
from registry.campaigns.queries import CampaignView
from registry.campaigns.states import Phase
from registry.db import begins_with, table_of
from registry.members.counts import UnionCounts, tallied
from registry.phases.models import CampaignPassing
from registry.review.models import Sample, SampledRow
from registry.submissions.models import Submission
from registry.unions.models import Level, TradeUnion
from registry.unions.queries import headcounts
from registry.unions.states import FORMED


class Gate(StrEnum):
    """One thing that a phase asks. All but `SAMPLED` are asked of each union."""

    DECLARED = "DECLARED"
    COVERED = "COVERED"
    SETTLED = "SETTLED"
    SAMPLED = "SAMPLED"

    @property
    def label(self) -> str:
        """What must be, in words."""
        return {
            "DECLARED": "已申报职工人数的工会",
            "COVERED": "已有名册入库的工会",
            "SETTLED": "没有待审行的工会",
            "SAMPLED": "抽样回访并记下结果的名册",
        }[self]


GATES: Mapping[Phase, tuple[Gate, ...]] = {
    Phase.SURVEY: (Gate.DECLARED,),
    Phase.COUNT: (Gate.COVERED,),
    Phase.VERIFY: (Gate.SETTLED, Gate.SAMPLED),
}


class Measured(NamedTuple):
    """How far a unit is with a gate: `reached` of `total`, of which `needed` are asked for, and the
    unions that lack it, code and name.
    """

    gate: Gate
    reached: int
    total: int
    needed: int
    lacking: tuple[tuple[str, str], ...] = ()

    @property
    def short(self) -> int:
        """How many are still wanting."""
        return max(self.needed - self.reached, 0)


class Passing(NamedTuple):
    """That a unit passed a phase."""

    union_code: str
    phase: str
    passed_on: date
    is_override: bool
    note: str | None
    recorded_by: int


class PhaseStanding(NamedTuple):
    """A phase of one unit: planned from one day to another, what it asks, how it was passed.
    `is_next`: it is the one to be passed.
    """

    phase: Phase
    begins_on: date
    ends_on: date
    gates: tuple[Measured, ...]
    passing: Passing | None
    is_next: bool

    @property
    def holds(self) -> bool:
        """Whether every gate holds."""
        return not any(gate.short for gate in self.gates)


class _Union(NamedTuple):
    code: str
    name: str
    unit: str


_union, _phase = table_of(TradeUnion).c, table_of(CampaignPhase).c
_passing, _submission = table_of(CampaignPassing).c, table_of(Submission).c
_sample, _sampled = table_of(Sample).c, table_of(SampledRow).c


def standings(
    session: Session, one: CampaignView, path: str, on: date
) -> dict[str, list[PhaseStanding]]:
    """Return the phases of each unit at, above or below a path, by its code, at the end of a day.

    Below a unit's path the gates ask only of the unions there. Units without unions are left out.
    """
    by_unit: dict[str, list[_Union]] = {}
    for union in _unions(session, one, path):
        by_unit.setdefault(union.unit, []).append(union)
    declared = headcounts(session, one.county, path, on)
    counts = tallied(session, one.county, on)
    sampled = _sampled_units(session, one)
    planned = _planned(session, one)
    passed = {(each.union_code, each.phase): each for each in passings(session, one, on)}
    found = {}
    for unit, unions in by_unit.items():
        has = {
            Gate.DECLARED: {each.code for each in unions if each.code in declared},
            Gate.COVERED: {each.code for each in unions if _of(counts, each).admissions},
            Gate.SETTLED: {each.code for each in unions if not _of(counts, each).pending},
        }
        lines: list[PhaseStanding] = []
        begins_on = one.opens_on
        for phase, ends_on, share in planned:
            gates = tuple(
                Measured(gate, int(unit in sampled), 1, 1)
                if gate is Gate.SAMPLED
                else _measured(gate, unions, has[gate], share)
                for gate in GATES[phase]
            )
            passing = passed.get((unit, phase))
            is_next = passing is None and all(line.passing for line in lines)
            lines.append(PhaseStanding(phase, begins_on, ends_on, gates, passing, is_next))
            begins_on = ends_on + timedelta(days=1)
        found[unit] = lines
    return found


def passings(session: Session, one: CampaignView, on: date) -> list[Passing]:
    """Return which units had passed which phases at the end of a day."""
    query = select(*(_passing[name] for name in Passing._fields)).where(
        _passing.county == one.county, _passing.campaign_id == one.id, _passing.passed_on <= on
    )
    return [Passing(*row) for row in session.execute(query)]


def _of(counts: Mapping[str, UnionCounts], union: _Union) -> UnionCounts:
    return counts.get(union.code, UnionCounts())


def _measured(gate: Gate, unions: list[_Union], has: set[str], share: int) -> Measured:
    total = len(unions)
    lacking = tuple((one.code, one.name) for one in unions if one.code not in has)
    return Measured(gate, len(has), total, -(-total * share // 100), lacking)


def _unions(session: Session, one: CampaignView, path: str) -> list[_Union]:
    """Return the unions in scope that exist, by their codes."""
    query = select(_union.code, _union.name, _union.parent_code, _union.path, _union.kind).where(
        begins_with(_union.path, "path"),
        _union.level == Level.GRASSROOTS,
        _union.status.in_(FORMED),
    )
    kinds = one.kinds
    rows = session.execute(query.order_by(_union.code), {"path": path})
    return [
        _Union(code, name, str(unit))
        for code, name, unit, place, kind in rows
        if one.covers(place) and (not kinds or kind in kinds)
    ]


def _planned(session: Session, one: CampaignView) -> list[tuple[Phase, date, int]]:
    query = select(_phase.phase, _phase.ends_on, _phase.share).where(
        _phase.county == one.county, _phase.campaign_id == one.id
    )
    known = {phase: (ends_on, share) for phase, ends_on, share in session.execute(query)}
    return [(phase, *known[phase]) for phase in Phase if phase in known]


def _sampled_units(session: Session, one: CampaignView) -> set[str]:
    """Return the units with a sample drawn since the opening in which each call has its result."""
    open_call = (
        select(_sampled.row)
        .where(
            _sampled.county == _sample.county,
            _sampled.submission_id == _sample.submission_id,
            _sampled.result.is_(None),
        )
        .exists()
    )
    query = (
        select(_union.parent_code)
        .join_from(
            table_of(Sample),
            table_of(Submission),
            (_submission.county == _sample.county) & (_submission.id == _sample.submission_id),
        )
        .join(table_of(TradeUnion), _union.code == _submission.union_code)
        .where(_sample.county == one.county, _sample.drawn_at >= one.opens_at, ~open_call)
        .distinct()
    )
    return {str(unit) for unit in session.scalars(query)}
