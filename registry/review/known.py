"""Which rows under review name somebody whom the reference register has; a whole page at once."""

from collections.abc import Sequence

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from registry.reference.counting import is_there
from registry.reference.queries import has_number, has_person
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.states import RowState

BY_NUMBER, BY_NAME = "NUMBER", "NAME"
_row = SubmissionRow


def known_rows(session: Session, submission: SubmissionView, rows: Sequence[int]) -> dict[int, str]:
    """Return how each of these rows is known, by row: by its number, or by name and mobile under
    another one. Rows that are not known are left out.
    """
    if not rows:
        return {}
    by_number = has_number(submission.county, _row.person_key)
    by_name = has_person(submission.county, _row.full_name, _row.mobile_key)
    query = select(
        _row.row,
        case((by_number, literal(BY_NUMBER)), (by_name, literal(BY_NAME)), else_=literal("")),
    ).where(
        _row.county == submission.county,
        _row.submission_id == submission.id,
        _row.row.in_(rows),
    )
    return {row: how for row, how in session.execute(query) if how}


def known_count(session: Session, submission: SubmissionView) -> int | None:
    """Return how many of the undecided rows are known, None without a reference register."""
    if not is_there(session, submission.county):
        return None
    known = has_number(submission.county, _row.person_key) | has_person(
        submission.county, _row.full_name, _row.mobile_key
    )
    query = select(func.count()).where(
        _row.county == submission.county,
        _row.submission_id == submission.id,
        _row.state == RowState.PENDING,
        known,
    )
    return session.scalar(query) or 0
