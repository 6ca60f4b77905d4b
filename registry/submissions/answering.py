"""One answer for the whole roster, for a column that is not there."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.clock import today
from registry.errors import StateRefused
from registry.roster.check import Checker
from registry.submissions import queries
from registry.submissions.models import Submission
from registry.submissions.queries import SubmissionView
from registry.submissions.rejudging import rejudge_all

_CHANGED = "给整张表的这一项刚被他人改动过，已为您显示最新内容，请核对后再改。"


def lay_over(session: Session, submission: SubmissionView, answers: Mapping[str, str]) -> list[int]:
    """Write answers (blank: none) and judge the draft again; returns the rows."""
    merged = {k: v for k, v in {**submission.answers, **answers}.items() if v}
    session.execute(
        update(Submission)
        .where(Submission.county == submission.county, Submission.id == submission.id)
        .values(
            answers=msgspec.json.encode(merged).decode(),
            file_findings=msgspec.json.encode(_still_missing(submission, merged)).decode(),
        )
    )
    return rejudge_all(session, queries.find(session, submission.id))


def put_back(
    session: Session,
    submission: SubmissionView,
    after: Mapping[str, str],
    before: Mapping[str, str],
) -> list[int]:
    """Give the answers from before again, where those that came `after` still stand."""
    demand_unchanged(submission, after)
    return lay_over(session, submission, before)


def demand_unchanged(submission: SubmissionView, seen: Mapping[str, str]) -> None:
    """Raise `StateRefused` (row.changed) where the answers are not those that were seen."""
    if any(submission.answers.get(field, "") != text for field, text in seen.items()):
        raise StateRefused("row.changed", _CHANGED)


def _still_missing(submission: SubmissionView, answers: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the findings on the file; a column that has been answered is missing no more."""
    missing = Checker(submission.columns, today(), answers).file_findings
    others = [one for one in submission.file_findings if one["code"] != "column.missing"]
    return others + [one._asdict() for one in missing]
