"""Lists of submissions: of a place, newest first; the last one of each union; their rows by
state.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.members.match import Match
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import (
    ROW_COLUMNS,
    RowView,
    SubmissionView,
    row_view,
    stands_alone,
    view_of,
)
from registry.submissions.states import Kind, RowState, State
from registry.unions.models import TradeUnion


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
    pending: int = 0
    held: int = 0
    draft: int = 0
    skipped: int = 0

    @property
    def sent(self) -> int:
        """Rows that went to review."""
        return self.approved + self.sent_back + self.rejected + self.pending

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
    county: str,
    path: str,
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
    query = select(Submission).where(*_at(county, path, with_drafts=with_drafts))
    if search:
        query = query.where(Submission.union_code.in_(unions_like(county, path, search)))
    if states:
        query = query.where(Submission.state.in_(states))
    if kind is not None:
        query = query.where(Submission.kind == kind)
    if before is not None:
        query = query.where(Submission.id < before)
    return [
        view_of(one) for one in session.scalars(query.order_by(Submission.id.desc()).limit(limit))
    ]


def counts_by_state(
    session: Session, county: str, path: str, *, with_drafts: bool = False
) -> dict[State, int]:
    """Return how many submissions at or below a place stand in each state."""
    query = (
        select(Submission.state, func.count())
        .where(*_at(county, path, with_drafts=with_drafts))
        .group_by(Submission.state)
    )
    return {State(state): count for state, count in session.execute(query)}


def row_counts(session: Session, submissions: Iterable[SubmissionView]) -> dict[int, RowCounts]:
    """Return, by submission, what became of its rows; all of one county."""
    listed = list(submissions)
    if not listed:
        return {}
    query = (
        select(SubmissionRow.submission_id, SubmissionRow.state, func.count())
        .where(
            SubmissionRow.county == listed[0].county,
            SubmissionRow.submission_id.in_([one.id for one in listed]),
        )
        .group_by(SubmissionRow.submission_id, SubmissionRow.state)
    )
    found: dict[int, dict[str, int]] = {one.id: {} for one in listed}
    for number, state, count in session.execute(query):
        found[number][state] = count
    return {one.id: _counted(one, found[one.id]) for one in listed}


def last_by_union(session: Session, county: str, codes: Iterable[str]) -> dict[str, SubmissionView]:
    """Return the newest submission (no drafts) of each of these unions, by union."""
    newest = (
        select(func.max(Submission.id))
        .where(
            Submission.county == county,
            Submission.union_code.in_(list(codes)),
            Submission.submitted_at.is_not(None),
            Submission.state != State.STAGED,
        )
        .group_by(Submission.union_code)
    )
    query = select(Submission).where(Submission.county == county, Submission.id.in_(newest))
    return {one.union_code: view_of(one) for one in session.scalars(query)}


def follow_ups(session: Session, submission: SubmissionView) -> list[FollowUp]:
    """Return the drafts that took up rows of a submission, oldest first."""
    query = (
        select(
            SubmissionRow.follow_up_id,
            SubmissionRow.state,
            SubmissionRow.decision_id,
            func.count(),
            Submission.state.label("draft_state"),
        )
        .join(
            Submission,
            (Submission.county == submission.county)
            & (Submission.id == SubmissionRow.follow_up_id),
        )
        .where(
            SubmissionRow.county == submission.county,
            SubmissionRow.submission_id == submission.id,
            SubmissionRow.follow_up_id.is_not(None),
        )
        .group_by(
            SubmissionRow.follow_up_id,
            SubmissionRow.state,
            SubmissionRow.decision_id,
            Submission.state,
        )
        .order_by(SubmissionRow.follow_up_id)
    )
    return [
        FollowUp(number, RowState(state), decision, count, State(draft))
        for number, state, decision, count, draft in session.execute(query)
    ]


def pending_transfers(session: Session, submission: SubmissionView) -> int:
    """Return how many undecided rows belong to persons who are active in another union."""
    query = select(func.count()).where(
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
        SubmissionRow.state == RowState.PENDING,
        SubmissionRow.match == Match.TRANSFER,
    )
    return session.scalar(query) or 0


def rows_in(
    session: Session,
    submission: SubmissionView,
    states: Sequence[RowState],
    *,
    after: int = 0,
    limit: int = 50,
) -> list[RowView]:
    """Return the rows in any of these states in the order of the file, after row `after`."""
    query = select(*ROW_COLUMNS).where(
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
        SubmissionRow.state.in_(states),
        SubmissionRow.row > after,
    )
    found = session.execute(query.order_by(SubmissionRow.row).limit(limit))
    return [row_view(one) for one in found]


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


def _at(county: str, path: str, *, with_drafts: bool) -> tuple[ColumnElement[bool], ...]:
    sent = Submission.submitted_at.is_not(None)
    return (
        Submission.county == county,
        Submission.state != State.STAGED,
        Submission.path.startswith(path, autoescape=True),
        sent | (Submission.state == State.DRAFT) if with_drafts else sent,
        stands_alone(),
    )


def _counted(submission: SubmissionView, by_state: dict[str, int]) -> RowCounts:
    return RowCounts(
        total=submission.total_count,
        approved=by_state.get(RowState.APPROVED, 0),
        sent_back=by_state.get(RowState.SENT_BACK, 0),
        rejected=by_state.get(RowState.REJECTED, 0),
        pending=by_state.get(RowState.PENDING, 0),
        held=by_state.get(RowState.HELD, 0),
        draft=by_state.get(RowState.DRAFT, 0),
        skipped=submission.skipped_count,
    )
