"""Where a submission belongs, for the guard."""

from sqlalchemy.orm import Session

from registry.submissions import queries as submissions
from registry.submissions.queries import SubmissionView
from registry.unions import queries as unions
from registry.unions.queries import Union


def submission_place(session: Session, submission_id: int) -> tuple[SubmissionView, Union]:
    """Return a submission and its union; raises `NotFound` when there is none."""
    submission = submissions.find(session, submission_id)
    return submission, unions.find(session, submission.union_code)
