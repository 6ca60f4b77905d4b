"""How many submissions wait, by what the queue can be narrowed to."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.review.queue import IS_WAITING, WHOSE, Who
from registry.submissions.models import Submission
from registry.submissions.risk import Risk
from registry.submissions.states import Kind

_submission = table_of(Submission).c
_FACETS = (
    select(_submission.kind, _submission.risk, WHOSE, func.count())
    .where(*IS_WAITING)
    .group_by(_submission.kind, _submission.risk, WHOSE)
)


def facets(session: Session, county: str, path: str, account_id: int) -> Counter[Kind | Risk | Who]:
    """Return how many submissions wait below a path, by each value that the queue is narrowed
    to.
    """
    counted: Counter[Kind | Risk | Who] = Counter()
    asked = {"county": county, "path": path, "account_id": account_id}
    for kind, risk, whose, count in session.execute(_FACETS, asked):
        counted[Kind(kind)] += count
        counted[Risk(risk)] += count
        if whose:
            counted[Who(whose)] += count
    return counted
