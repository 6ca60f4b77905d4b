"""What is asked of samples: who is called back, what each said, how it stands."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.review.call_result import CallResult
from registry.review.models import Sample, SampledRow
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import OF_SUBMISSION, SubmissionView, named_by
from registry.submissions.row_views import ROW_COLUMNS, RowView, row_view


class SampleView(NamedTuple):
    """A sample and how it stands."""

    seed: str
    size: int
    drawn_from: int
    drawn_by: int
    drawn_at: datetime
    true: int
    false: int
    unreached: int

    @property
    def open(self) -> int:
        """Who has not been called yet."""
        return self.size - self.true - self.false - self.unreached


class Call(NamedTuple):
    """One sampled person: the row, and what the call came to so far."""

    row: RowView
    result: CallResult | None
    note: str
    called_by: int | None
    called_at: datetime | None


_sample, _sampled, _row = table_of(Sample), table_of(SampledRow), table_of(SubmissionRow)
_of_sample = (
    _sampled.c.county == bindparam("county"),
    _sampled.c.submission_id == bindparam("submission_id"),
)


def _results(result: CallResult) -> object:
    return (
        select(func.count()).where(*_of_sample, _sampled.c.result == result.value).scalar_subquery()
    )


_SAMPLE = select(
    *(_sample.c[name] for name in ("seed", "size", "drawn_from", "drawn_by", "drawn_at")),
    *(_results(result) for result in CallResult),
).where(
    _sample.c.county == bindparam("county"),
    _sample.c.submission_id == bindparam("submission_id"),
)
_CALLS = (
    select(
        *ROW_COLUMNS,
        _sampled.c.result,
        _sampled.c.note,
        _sampled.c.called_by,
        _sampled.c.called_at,
    )
    .join(
        _sampled,
        (_sampled.c.county == _row.c.county)
        & (_sampled.c.submission_id == _row.c.submission_id)
        & (_sampled.c.row == _row.c.row),
    )
    .where(*OF_SUBMISSION)
    .order_by(_row.c.row)
)


def sample_of(session: Session, submission: SubmissionView) -> SampleView | None:
    """Return the sample of a submission, None where none was drawn."""
    found = session.execute(_SAMPLE, named_by(submission)).one_or_none()
    return SampleView(*found) if found else None


def calls(session: Session, submission: SubmissionView) -> list[Call]:
    """Return everybody in the sample of a submission, in the order of the file."""
    found = session.execute(_CALLS, named_by(submission)).all()
    return [
        Call(
            row_view(one[: len(ROW_COLUMNS)]),
            CallResult(one.result) if one.result else None,
            one.note or "",
            one.called_by,
            one.called_at,
        )
        for one in found
    ]
