"""Where a submission belongs, for the guard."""

import importlib
from typing import Any

from sqlalchemy.orm import Session

from registry.unions import queries as unions
from registry.unions.queries import Union


def submission_place(session: Session, submission_id: int) -> tuple[Any, Union]:
    """Return a submission and its union; raises `NotFound` when there is none."""
    submissions = importlib.import_module("registry.submissions.queries")
    submission = submissions.find(session, submission_id)
    return submission, unions.find(session, submission.union_code)
