"""Detectors over rosters that were sent: numbers in a row, nearly everybody of one surname."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from registry.anomalies.facts import Fact
from registry.anomalies.kinds import AnomalyKind
from registry.db import setting
from registry.identity.mask import COMPOUND_SURNAMES
from registry.members.restricting import restricted_keys
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState

_TAKEN = (RowState.PENDING, RowState.APPROVED)
_RUN = '"document.consecutive"'
_TWO = [name for name in COMPOUND_SURNAMES if len(name) == 2]


def number_runs(session: Session, county: str) -> Iterator[Fact]:
    """Yield the rosters in which document numbers run on, by what was found when they were read:
    the numbers themselves stay sealed.
    """
    query = _rows(county, func.count()).where(
        SubmissionRow.worst == "warning", SubmissionRow.findings.contains(_RUN)
    )
    for number, union, file_name, count in session.execute(_by_roster(query)):
        reason = f"名册《{file_name}》里有 {count} 行的证件号码一个接一个。"
        yield _fact(AnomalyKind.NUMBER_RUN, number, union, count, reason)


def surnames(session: Session, county: str) -> Iterator[Fact]:
    """Yield the rosters, not the smallest, of which most rows are of one surname."""
    name = SubmissionRow.full_name
    two = func.substr(name, 1, 2)
    surname = case((two.in_(_TWO) & (func.length(name) > 2), two), else_=func.substr(name, 1, 1))
    rows = (
        _rows(county, surname.label("surname"), func.count().label("same"))
        .group_by(Submission.id, Submission.union_code, Submission.file_name, surname)
        .having(func.count() >= setting("ANOMALY_SURNAME_ROWS") // 2)
        .subquery()
    )
    total = (
        select(SubmissionRow.submission_id, func.count().label("total"))
        .where(SubmissionRow.county == county, SubmissionRow.state.in_(_TAKEN), _is_open(county))
        .where(SubmissionRow.submission_id.in_(select(rows.c.id)))
        .group_by(SubmissionRow.submission_id)
        .subquery()
    )
    query = (
        select(rows, total.c.total)
        .join(total, total.c.submission_id == rows.c.id)
        .where(
            total.c.total >= setting("ANOMALY_SURNAME_ROWS"),
            rows.c.same * 100 >= total.c.total * setting("ANOMALY_SURNAME_PERCENT"),
        )
    )
    for number, union, file_name, surname_, same, count in session.execute(query):
        reason = (
            f"名册《{file_name}》{count} 人中 {same} 人姓{surname_}（{same * 100 // count}%）。"
        )
        yield _fact(AnomalyKind.SURNAME, number, union, same, reason)


def _rows(county: str, *columns: Any) -> Select[Any]:
    """Return a query over the rows of rosters that wait for review or were approved."""
    return (
        select(Submission.id, Submission.union_code, Submission.file_name, *columns)
        .join(
            SubmissionRow,
            (SubmissionRow.county == Submission.county)
            & (SubmissionRow.submission_id == Submission.id),
        )
        .where(Submission.county == county, SubmissionRow.state.in_(_TAKEN), _is_open(county))
    )


def _is_open(county: str) -> ColumnElement[bool]:
    """Rows of who is restricted are not judged."""
    key = SubmissionRow.person_key
    return key.is_(None) | key.not_in(restricted_keys(county))


def _by_roster(query: Select[Any]) -> Select[Any]:
    return query.group_by(Submission.id, Submission.union_code, Submission.file_name)


def _fact(kind: AnomalyKind, number: int, union: str, count: int, reason: str) -> Fact:
    return Fact(kind, union, str(number), [number, count], reason, submissions=[number])
