"""A draft beside what was admitted: its good rows by what they mean, and who waits elsewhere."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from registry.members.match import Match
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.row_views import ROW_COLUMNS, RowView, row_view
from registry.submissions.states import REVIEWABLE, Kind, RowState, State

# First what differs from the register; what is the same needs no look.
ORDER: tuple[Match, ...] = (
    Match.CONFLICT,
    Match.TRANSFER,
    Match.CHANGED,
    Match.NEW,
    Match.LEAVE,
    Match.RETAIN,
    Match.UNCHANGED,
)


class Waiting(NamedTuple):
    """Another submission of the union in which persons of the draft wait for review already."""

    id: int
    file_name: str
    persons: int


def rows(
    session: Session, draft: SubmissionView, match: Match, *, after: int = 0, limit: int = 50
) -> list[RowView]:
    """Return the good rows of a match in the order of the file, after row `after`."""
    query = select(*ROW_COLUMNS).where(
        SubmissionRow.county == draft.county,
        SubmissionRow.submission_id == draft.id,
        SubmissionRow.state == RowState.DRAFT,
        SubmissionRow.worst != "error",
        SubmissionRow.match == match,
        SubmissionRow.row > after,
    )
    found = session.execute(query.order_by(SubmissionRow.row).limit(limit))
    return [row_view(one) for one in found]


def waiting_elsewhere(session: Session, draft: SubmissionView) -> list[Waiting]:
    """Return the union's undecided submissions that name persons of this draft.

    A full roster takes the place of undecided full ones: these are left out for it.
    """
    mine, theirs = aliased(SubmissionRow), aliased(SubmissionRow)
    query = (
        select(Submission.id, Submission.file_name, func.count())
        .join(
            theirs, (theirs.county == Submission.county) & (theirs.submission_id == Submission.id)
        )
        .join(
            mine,
            (mine.county == draft.county)
            & (mine.submission_id == draft.id)
            & (mine.person_key == theirs.person_key),
        )
        .where(
            Submission.county == draft.county,
            Submission.union_code == draft.union_code,
            Submission.state.in_(tuple(REVIEWABLE)),
            theirs.state == RowState.PENDING,
            mine.state == RowState.DRAFT,
            mine.worst != "error",
        )
        .group_by(Submission.id, Submission.file_name)
        .order_by(Submission.id)
    )
    if draft.kind is Kind.FULL:
        query = query.where((Submission.kind != Kind.FULL) | (Submission.state != State.SUBMITTED))
    return [Waiting(*one) for one in session.execute(query)]
