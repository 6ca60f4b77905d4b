"""What came back over a period, by reason, by rule and by union: what there is to teach.

Rows sent back, rejected, and approvals taken back. Asked only; a page adds nothing.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from registry.clock import end_of_day
from registry.review.models import Decision, Verdict
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState
from registry.submissions.storing import decode_findings
from registry.unions.queries import Union

_CAME_BACK = (Verdict.SEND_BACK, Verdict.REJECT, Verdict.REVOKE)
_STATES = (RowState.SENT_BACK, RowState.REJECTED, RowState.REVOKED)


class Period(NamedTuple):
    """The days from `first` to `last`, both counted."""

    first: date
    last: date


class Returns(NamedTuple):
    """Rows that came back: by reason and verdict, and by union and reason."""

    by_reason: dict[str, Counter[Verdict]]
    by_union: dict[str, Counter[str]]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(sum(counts.values()) for counts in self.by_union.values())


class Return(NamedTuple):
    """One decision by which rows came back."""

    id: int
    submission_id: int
    file_name: str
    verdict: Verdict
    reason: str
    note: str
    row_count: int
    decided_at: Any


def returns(session: Session, place: Union, period: Period) -> Returns:
    """Return what came back at or below a place, counted in rows."""
    query = select(
        Submission.union_code, Decision.reason, Decision.verdict, func.sum(Decision.row_count)
    )
    counted = _decided(query, place, period).group_by(
        Submission.union_code, Decision.reason, Decision.verdict
    )
    by_reason: dict[str, Counter[Verdict]] = {}
    by_union: dict[str, Counter[str]] = {}
    for union, reason, verdict, rows in session.execute(counted):
        by_reason.setdefault(reason, Counter())[Verdict(verdict)] += int(rows)
        by_union.setdefault(union, Counter())[reason] += int(rows)
    return Returns(by_reason, by_union)


def by_rule(session: Session, place: Union, period: Period) -> Counter[str]:
    """Return how many of the rows that came back had a warning of each rule."""
    query = _decided(select(SubmissionRow.findings), place, period).join(
        SubmissionRow,
        (SubmissionRow.county == Decision.county)
        & (SubmissionRow.submission_id == Decision.submission_id)
        & (SubmissionRow.decision_id == Decision.id),
    )
    query = query.where(SubmissionRow.state.in_(_STATES), SubmissionRow.findings.is_not(None))
    counted: Counter[str] = Counter()
    for text in session.scalars(query.execution_options(yield_per=5000)):
        found = decode_findings(text)
        counted.update({one.code for one in found if one.severity == "warning"})
    return counted


def listed(
    session: Session, place: Union, period: Period, *, before: int | None = None, limit: int = 50
) -> Sequence[Return]:
    """Return the decisions themselves, the newest first, older than number `before`."""
    query = _decided(
        select(
            Decision.id,
            Decision.submission_id,
            Submission.file_name,
            Decision.verdict,
            Decision.reason,
            Decision.note,
            Decision.row_count,
            Decision.decided_at,
        ),
        place,
        period,
    )
    if before is not None:
        query = query.where(Decision.id < before)
    found = session.execute(query.order_by(Decision.id.desc()).limit(limit))
    return [
        Return(
            one.id,
            one.submission_id,
            one.file_name,
            Verdict(one.verdict),
            one.reason,
            one.note or "",
            one.row_count,
            one.decided_at,
        )
        for one in found
    ]


def _decided(query: Select[Any], place: Union, period: Period) -> Select[Any]:
    """Narrow a query to the decisions by which rows came back."""
    where: ColumnElement[bool] = (
        Submission.union_code == place.code
        if place.is_grassroots
        else Submission.path.startswith(place.path, autoescape=True)
    )
    return (
        query.select_from(Submission)
        .join(
            Decision,
            (Decision.county == Submission.county) & (Decision.submission_id == Submission.id),
        )
        .where(
            Submission.county == place.county,
            where,
            Decision.verdict.in_(_CAME_BACK),
            Decision.decided_at >= end_of_day(period.first - timedelta(days=1)),
            Decision.decided_at < end_of_day(period.last),
        )
    )
