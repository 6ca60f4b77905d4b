"""What a day moved, part by part: from the tallies of two days, and from what was decided.

Decisions are told by what their rows meant (`Match`): that is the work of the day, in so many
people. What the tallies changed beyond it was not decided on a roster: corrections of the register,
approvals taken back, unions that were moved.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import Session

from registry.clock import end_of_day
from registry.dashboard.parts import part_of
from registry.db import Instant, begins_with, table_of
from registry.members.counts import UnionCounts, tallied
from registry.members.match import Match
from registry.members.models import Tally, Transfer
from registry.members.transfers import TransferState
from registry.review.models import Decision, Verdict
from registry.submissions.models import Submission, SubmissionRow
from registry.unions.models import TradeUnion
from registry.unions.queries import Union

_DAY = timedelta(days=1)
_CAME = {Match.NEW: "entered", Match.TRANSFER: "moved_in"}
_WENT = {Match.LEAVE: "left", Match.RETAIN: "retained"}


class Moves(NamedTuple):
    """What a day moved in a place, in people: `entered`, `moved_in`, `moved_out`, `left`,
    `retained` as decided on rosters; rows `approved` in all, `sent_back` and `rejected`; `sent`
    rosters; `growth` of the active members as the tallies have it.
    """

    entered: int = 0
    moved_in: int = 0
    moved_out: int = 0
    left: int = 0
    retained: int = 0
    approved: int = 0
    sent_back: int = 0
    rejected: int = 0
    sent: int = 0
    growth: int = 0

    @property
    def admitted(self) -> int:
        """People who came, by entry or from another union."""
        return self.entered + self.moved_in

    @property
    def otherwise(self) -> int:
        """What changed the active members beside the decisions of the day."""
        return self.growth - self.admitted + self.moved_out + self.left + self.retained


NOTHING = Moves()


def _within(at: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    return at >= bindparam("begin", type_=Instant()), at < bindparam("end", type_=Instant())


_decision, _row = table_of(Decision).c, table_of(SubmissionRow).c
_submission, _transfer = table_of(Submission).c, table_of(Transfer).c
_union, _tally = table_of(TradeUnion).c, table_of(Tally).c
_DECIDED = (
    select(_submission.path, _decision.verdict, _row.match, func.count())
    .join_from(
        table_of(Decision),
        table_of(Submission),
        and_(_submission.county == _decision.county, _submission.id == _decision.submission_id),
    )
    .join(
        table_of(SubmissionRow),
        and_(
            _row.county == _decision.county,
            _row.submission_id == _decision.submission_id,
            _row.decision_id == _decision.id,
        ),
    )
    .where(
        _decision.county == bindparam("county"),
        *_within(_decision.decided_at),
        begins_with(_submission.path, "path"),
    )
    .group_by(_submission.path, _decision.verdict, _row.match)
)
_MOVED_OUT = (
    select(_transfer.from_path, func.count())
    .where(
        _transfer.county == bindparam("county"),
        *_within(_transfer.ended_at),
        begins_with(_transfer.from_path, "path"),
        _transfer.state.in_([TransferState.RELEASED, TransferState.GRANTED]),
    )
    .group_by(_transfer.from_path)
)
# From the unions: the tallies of one day alone lie far apart.
_TALLIED = (
    select(_union.code, _union.path, _tally.active, _tally.submitted)
    .join_from(
        table_of(TradeUnion),
        table_of(Tally),
        and_(
            _tally.county == _union.county,
            _tally.union_code == _union.code,
            _tally.day == bindparam("day"),
        ),
    )
    .where(_union.county == bindparam("county"), begins_with(_union.path, "path"))
)


def moves(session: Session, place: Union, on: date) -> dict[str, Moves]:
    """Return what a day moved, by the code of the part of a place; parts where nothing moved are
    left out.
    """
    found: dict[str, dict[str, int]] = {}

    def add(path: str, **changes: int) -> None:
        part = found.setdefault(part_of(place, path), {})
        for name, change in changes.items():
            part[name] = part.get(name, 0) + change

    begin, end = end_of_day(on - _DAY), end_of_day(on)
    asked = {"county": place.county, "path": place.path, "begin": begin, "end": end}
    for path, verdict, match, count in session.execute(_DECIDED, asked):
        add(path, **_decided(verdict, match, count))
    for path, count in session.execute(_MOVED_OUT, asked):
        add(path, moved_out=count)
    for path, growth, sent in _tallied(session, place, on):
        add(path, growth=growth, sent=sent)
    every = {code: Moves(**changes) for code, changes in found.items()}
    return {code: one for code, one in every.items() if one != NOTHING}


def total(found: Mapping[str, Moves]) -> Moves:
    """Add up, figure by figure."""
    return Moves(*map(sum, zip(*found.values(), strict=True))) if found else NOTHING


def _decided(verdict: str, match: str | None, count: int) -> dict[str, int]:
    if verdict == Verdict.SEND_BACK:
        return {"sent_back": count}
    if verdict == Verdict.REJECT:
        return {"rejected": count}
    if verdict != Verdict.APPROVE:
        return {}
    kind = (_CAME | _WENT).get(Match(match)) if match else None
    return {"approved": count, kind: count} if kind else {"approved": count}


def _tallied(session: Session, place: Union, on: date) -> Iterator[tuple[str, int, int]]:
    """Yield the path of each union whose tally the day changed, how its active members grew and how
    many rosters it sent.
    """
    asked = {"county": place.county, "path": place.path, "day": on}
    changed = session.execute(_TALLIED, asked).all()
    before = tallied(session, place.county, on - _DAY, [one.code for one in changed])
    for code, path, active, submitted in changed:
        was = before.get(code, UnionCounts())
        yield path, active - was.active, submitted - was.submitted
