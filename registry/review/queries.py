"""What is asked for reviewing: the queue, the rows of a submission in the order of risk,
decisions.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.members.match import Match
from registry.members.queries import Sight, masked_document, masked_mobile, particulars_by_key
from registry.review.models import Decision, Verdict
from registry.roster.columns import COLUMN
from registry.roster.report import labels_of
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import RowView, SubmissionView, view_of
from registry.submissions.states import REVIEWABLE, RowState, State
from registry.vault.vault import vault

# First what needs a decision, last what may pass in bulk.
RISK: tuple[Match, ...] = (
    Match.CONFLICT,
    Match.TRANSFER,
    Match.LEAVE,
    Match.RETAIN,
    Match.CHANGED,
    Match.NEW,
    Match.UNCHANGED,
)


class QueueLine(NamedTuple):
    """A submission that waits, with its pending rows by match and those with warnings."""

    submission: SubmissionView
    matches: dict[Match, int]
    warnings: int


class DecisionView(NamedTuple):
    """A decision as shown to clerk and reviewer."""

    id: int
    verdict: Verdict
    reason: str | None
    note: str | None
    row_count: int
    decided_by: int
    decided_at: datetime


class Difference(NamedTuple):
    """One field that a row would change, as labels."""

    label: str
    before: str
    after: str


def queue(
    session: Session,
    county: str,
    path: str,
    *,
    states: Sequence[State] = tuple(REVIEWABLE),
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[QueueLine]:
    """Return submissions below a path that wait for review, the longest waiting first."""
    query = select(Submission).where(
        Submission.county == county,
        Submission.state.in_(states),
        Submission.path.startswith(path, autoescape=True),
    )
    if after is not None:
        at, number = after
        query = query.where(
            (Submission.submitted_at > at)
            | ((Submission.submitted_at == at) & (Submission.id > number))
        )
    query = query.order_by(Submission.submitted_at, Submission.id).limit(limit)
    found = [view_of(one) for one in session.scalars(query)]
    matches, warnings = _pending_by(session, county, [one.id for one in found])
    return [QueueLine(one, matches.get(one.id, {}), warnings.get(one.id, 0)) for one in found]


def waiting(session: Session, county: str, path: str) -> tuple[int, int]:
    """Return how many submissions and rows wait below a path."""
    count, rows = session.execute(
        select(func.count(), func.coalesce(func.sum(Submission.pending_count), 0)).where(
            Submission.county == county,
            Submission.state.in_(tuple(REVIEWABLE)),
            Submission.path.startswith(path, autoescape=True),
        )
    ).one()
    return count, int(rows)


def decisions(session: Session, submission: SubmissionView) -> list[DecisionView]:
    """Return the decisions on a submission, oldest first."""
    query = select(Decision).where(
        Decision.county == submission.county, Decision.submission_id == submission.id
    )
    return [
        DecisionView(
            one.id,
            Verdict(one.verdict),
            one.reason,
            one.note,
            one.row_count,
            one.decided_by,
            one.decided_at,
        )
        for one in session.scalars(query.order_by(Decision.id))
    ]


def decisions_by_id(session: Session, county: str, ids: Sequence[int]) -> dict[int, DecisionView]:
    """Return decisions by number: what a row sent back stands under."""
    query = select(Decision).where(Decision.county == county, Decision.id.in_(ids))
    return {
        one.id: DecisionView(
            one.id,
            Verdict(one.verdict),
            one.reason,
            one.note,
            one.row_count,
            one.decided_by,
            one.decided_at,
        )
        for one in session.scalars(query)
    }


def differences(
    session: Session, submission: SubmissionView, rows: Sequence[RowView]
) -> dict[int, list[Difference]]:
    """Return, by row, what CHANGED and CONFLICT rows would change in the register."""
    changed = [
        row
        for row in rows
        if row.match in {Match.CHANGED, Match.CONFLICT} and row.person_key is not None
    ]
    keys = [row.person_key for row in changed if row.person_key is not None]
    known = particulars_by_key(session, submission.county, keys)
    result: dict[int, list[Difference]] = {}
    for row in changed:
        name, particulars = known.get(row.person_key or b"", ("", {}))
        result[row.row] = _differences(row, name, particulars)
    return result


def masked(row: RowView, sight: Sight) -> tuple[str, str]:
    """Return document number and mobile of a submitted row, masked."""
    keeper = vault()
    return (
        masked_document(keeper, row.document_sealed, row.person_key, sight),
        masked_mobile(keeper, row.mobile_sealed, row.person_key),
    )


def _differences(row: RowView, name: str, particulars: dict[str, str]) -> list[Difference]:
    found = []
    if name and row.full_name and name != row.full_name:
        found.append(Difference("姓名", name, row.full_name))
    before, after = labels_of(particulars), labels_of(row.clean)
    for field, value in after.items():
        if before.get(field) != value:
            found.append(Difference(COLUMN[field].label, before.get(field, "（空）"), value))
    if "mobile" in row.changed_fields:
        found.append(Difference("移动电话", "（原号码）", "（新号码）"))
    if "membership_state" in row.changed_fields:
        found.append(Difference("会籍状态", "保留会籍", "在会"))
    return found


def _pending_by(
    session: Session, county: str, ids: Sequence[int]
) -> tuple[dict[int, dict[Match, int]], dict[int, int]]:
    query = (
        select(
            SubmissionRow.submission_id,
            SubmissionRow.match,
            func.count(),
            func.count().filter(SubmissionRow.worst == "warning"),
        )
        .where(
            SubmissionRow.county == county,
            SubmissionRow.submission_id.in_(ids),
            SubmissionRow.state == RowState.PENDING,
        )
        .group_by(SubmissionRow.submission_id, SubmissionRow.match)
    )
    matches: dict[int, dict[Match, int]] = {}
    warnings: dict[int, int] = {}
    for number, match, count, warned in session.execute(query):
        if match is not None:
            matches.setdefault(number, {})[Match(match)] = count
        warnings[number] = warnings.get(number, 0) + warned
    return matches, warnings
