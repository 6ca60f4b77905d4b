"""Lists of submissions: of a place, newest first; the last one of each union; their rows by
state.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session

from registry.db import begins_with, table_of
from registry.members.match import Match
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import (
    OF_SUBMISSION,
    SUBMISSIONS,
    SubmissionView,
    named_by,
    stands_alone,
    view_of,
)
from registry.submissions.row_views import ROW_COLUMNS, RowView, row_view
from registry.submissions.states import Kind, RowState, State
from registry.unions.models import TradeUnion
from registry.unions.queries import Union

# Of the plain tables, and put together once where the shape is the same each time.
_submission, _row = table_of(Submission).c, table_of(SubmissionRow).c


@dataclass(frozen=True, slots=True)
class RowCounts:
    """The rows of a file by what became of them; the parts add up to the whole.

    `pending` are rows without a decision, also those of a roster that was withdrawn. `draft` are
    rows that were never sent. Rows that the clerk excluded count as skipped.
    """

    total: int = 0
    approved: int = 0
    sent_back: int = 0
    rejected: int = 0
    revoked: int = 0
    pending: int = 0
    held: int = 0
    draft: int = 0
    skipped: int = 0

    @property
    def sent(self) -> int:
        """Rows that went to review."""
        return self.approved + self.sent_back + self.rejected + self.revoked + self.pending

    @property
    def reconciles(self) -> bool:
        """Whether every row of the file is accounted for."""
        return self.sent + self.held + self.draft + self.skipped == self.total


class FollowUp(NamedTuple):
    """A draft that took up rows of a submission: those held, or those one decision sent back."""

    id: int
    row_state: RowState
    decision_id: int | None
    rows: int
    state: State


def below(
    session: Session,
    place: Union,
    *,
    search: str = "",
    states: Sequence[State] = (),
    kind: Kind | None = None,
    with_drafts: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[SubmissionView]:
    """Return the submissions at or below a place, newest first, older than number `before`.

    `search` is a part of the union's name or the start of its code. Drafts are the clerk's own:
    they are left out unless `with_drafts`; drafts that were given up always are.
    """
    query = _newest(of_one=place.is_grassroots, with_drafts=with_drafts)
    if search:
        like = unions_like(place.county, place.path, search)
        query = query.where(_submission.union_code.in_(like))
    if states:
        query = query.where(_submission.state.in_(states))
    if kind is not None:
        query = query.where(_submission.kind == kind)
    if before is not None:
        query = query.where(_submission.id < before)
    found = session.execute(query, {**place._asdict(), "limit": limit}).all()
    return [view_of(one) for one in found]


@cache
def _newest(*, of_one: bool, with_drafts: bool) -> Select[Any]:
    query = _at(SUBMISSIONS, of_one=of_one, with_drafts=with_drafts)
    return query.order_by(_submission.id.desc()).limit(bindparam("limit", type_=Integer))


def counts_by_state(
    session: Session, place: Union, *, with_drafts: bool = False
) -> dict[State, int]:
    """Return how many submissions at or below a place stand in each state."""
    query = _states(of_one=place.is_grassroots, with_drafts=with_drafts)
    return {State(state): count for state, count in session.execute(query, place._asdict())}


@cache
def _states(*, of_one: bool, with_drafts: bool) -> Select[Any]:
    counted = select(_submission.state, func.count()).group_by(_submission.state)
    return _at(counted, of_one=of_one, with_drafts=with_drafts)


_ROW_COUNTS = (
    select(_row.submission_id, _row.state, func.count())
    .where(
        _row.county == bindparam("county"),
        _row.submission_id.in_(bindparam("ids", expanding=True)),
    )
    .group_by(_row.submission_id, _row.state)
)


def row_counts(session: Session, submissions: Iterable[SubmissionView]) -> dict[int, RowCounts]:
    """Return, by submission, what became of its rows; all of one county."""
    listed = list(submissions)
    if not listed:
        return {}
    asked = {"county": listed[0].county, "ids": [one.id for one in listed]}
    found: dict[int, dict[str, int]] = {one.id: {} for one in listed}
    for number, state, count in session.execute(_ROW_COUNTS, asked):
        found[number][state] = count
    return {one.id: _counted(one, found[one.id]) for one in listed}


_LAST_BY_UNION = SUBMISSIONS.where(
    _submission.county == bindparam("county"),
    _submission.id.in_(
        select(func.max(_submission.id))
        .where(
            _submission.county == bindparam("county"),
            _submission.union_code.in_(bindparam("codes", expanding=True)),
            _submission.submitted_at.is_not(None),
            _submission.state != State.STAGED,
        )
        .group_by(_submission.union_code)
    ),
)


def last_by_union(session: Session, county: str, codes: Iterable[str]) -> dict[str, SubmissionView]:
    """Return the newest submission (no drafts) of each of these unions, by union."""
    found = session.execute(_LAST_BY_UNION, {"county": county, "codes": list(codes)})
    return {one.union_code: view_of(one) for one in found}


_FOLLOW_UPS = (
    select(
        _row.follow_up_id,
        _row.state,
        _row.decision_id,
        func.count(),
        _submission.state.label("draft_state"),
    )
    .join(
        table_of(Submission),
        (_submission.county == _row.county) & (_submission.id == _row.follow_up_id),
    )
    .where(*OF_SUBMISSION, _row.follow_up_id.is_not(None))
    .group_by(
        _row.follow_up_id,
        _row.state,
        _row.decision_id,
        _submission.state,
    )
    .order_by(_row.follow_up_id)
)


def follow_ups(session: Session, submission: SubmissionView) -> list[FollowUp]:
    """Return the drafts that took up rows of a submission, oldest first."""
    return [
        FollowUp(number, RowState(state), decision, count, State(draft))
        for number, state, decision, count, draft in session.execute(
            _FOLLOW_UPS, named_by(submission)
        )
    ]


_PENDING_TRANSFERS = select(func.count()).where(
    *OF_SUBMISSION,
    _row.state == RowState.PENDING,
    _row.match == Match.TRANSFER,
)


def pending_transfers(session: Session, submission: SubmissionView) -> int:
    """Return how many undecided rows belong to persons who are active in another union."""
    return session.scalar(_PENDING_TRANSFERS, named_by(submission)) or 0


_ROWS_IN = (
    select(*ROW_COLUMNS)
    .where(
        *OF_SUBMISSION,
        _row.state.in_(bindparam("states", expanding=True)),
        _row.row > bindparam("after"),
    )
    .order_by(_row.row)
    .limit(bindparam("limit", type_=Integer))
)


def rows_in(
    session: Session,
    submission: SubmissionView,
    states: Sequence[RowState],
    *,
    after: int = 0,
    limit: int = 50,
) -> list[RowView]:
    """Return the rows in any of these states in the order of the file, after row `after`."""
    asked = {**named_by(submission), "states": list(states), "after": after, "limit": limit}
    return [row_view(one) for one in session.execute(_ROWS_IN, asked).all()]


def unions_like(county: str, path: str, search: str) -> Any:
    """Return a select of the codes of unions below a path with this in the name, or this code's
    start.
    """
    return select(TradeUnion.code).where(
        TradeUnion.county == county,
        TradeUnion.path.startswith(path, autoescape=True),
        TradeUnion.name.contains(search, autoescape=True)
        | TradeUnion.code.startswith(search, autoescape=True),
    )


def _at(query: Select[Any], *, of_one: bool, with_drafts: bool) -> Select[Any]:
    """Narrow a query to what lies at or below a place; the parameters are the place's own values.

    `of_one` union: found by its code, without a look at everybody else's.
    """
    sent = _submission.submitted_at.is_not(None)
    return query.where(
        _submission.county == bindparam("county"),
        _submission.state != State.STAGED,
        _submission.union_code == bindparam("code")
        if of_one
        else begins_with(_submission.path, "path"),
        sent | (_submission.state == State.DRAFT) if with_drafts else sent,
        stands_alone(),
    )


def _counted(submission: SubmissionView, by_state: dict[str, int]) -> RowCounts:
    return RowCounts(
        total=submission.total_count,
        approved=by_state.get(RowState.APPROVED, 0),
        sent_back=by_state.get(RowState.SENT_BACK, 0),
        rejected=by_state.get(RowState.REJECTED, 0),
        revoked=by_state.get(RowState.REVOKED, 0),
        pending=by_state.get(RowState.PENDING, 0),
        held=by_state.get(RowState.HELD, 0),
        draft=by_state.get(RowState.DRAFT, 0),
        skipped=submission.skipped_count,
    )
