"""Submitted rows against the register as it is when they are decided on."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from registry.db import one_of, update_many
from registry.members.match import Match
from registry.members.matching import CHUNK, Answer, Question, match_rows, stays_new
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState


def pending(found: Submission) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions by which rows of a submission wait for a decision."""
    return (
        SubmissionRow.county == found.county,
        SubmissionRow.submission_id == found.id,
        SubmissionRow.state == RowState.PENDING,
    )


def among(
    rows: Sequence[int] | None, matches: Sequence[Match] | None = None
) -> ColumnElement[bool]:
    """Return the condition of these rows (all for None), of those with these matches."""
    chosen = true() if rows is None else one_of(SubmissionRow.row, rows)
    if matches is not None:
        chosen = chosen & SubmissionRow.match.in_(matches)
    return chosen


def not_among(rows: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition of all rows but these."""
    return ~one_of(SubmissionRow.row, rows) if rows else true()


def match_again(session: Session, found: Submission, rows: Sequence[int] | None) -> list[int]:
    """Match the rows against the register as it is now: it may have changed since they were
    sent. Returns the rows that would change more of it than was shown.
    """
    asked = (
        SubmissionRow.row,
        SubmissionRow.match,
        SubmissionRow.changed_fields,
        SubmissionRow.person_key,
        SubmissionRow.full_name,
        SubmissionRow.change,
        SubmissionRow.clean,
        SubmissionRow.mobile_key,
    )
    # Most rows of a first roster were new and still are: they are not even read.
    is_settled = stays_new(SubmissionRow.person_key, SubmissionRow.change)
    is_settled &= SubmissionRow.match.is_not_distinct_from(Match.NEW)
    waiting = session.connection().execute(
        select(*asked).where(*pending(found), among(rows), ~is_settled),
        execution_options={"stream_results": True},
    )
    surprising: list[int] = []
    different: dict[int, tuple[Match | None, tuple[str, ...]]] = {}
    for part in waiting.partitions(CHUNK):
        question = Question(*list(zip(*part, strict=True))[3:])
        answers = match_rows(session, found.county, found.union_code, question)
        for row, answer in zip(part, answers, strict=True):
            surprises = _surprises(row, answer)
            if surprises:
                surprising.append(row.row)
            if surprises or answer.match != row.match:
                different[row.row] = (answer.match, answer.changed)
    set_match(session, found, different)
    return sorted(surprising)


def _surprises(row: Any, answer: Answer) -> bool:
    """Tell whether admitting a row would do what its reviewer cannot have seen: change a member
    who was told as unchanged, other fields than were told, or take in again who has left since.
    """
    if row.match not in (Match.UNCHANGED, Match.CHANGED):
        return False
    if answer.match is Match.NEW:
        return True
    shown = msgspec.json.decode(row.changed_fields, type=set[str]) if row.changed_fields else set()
    return answer.match is Match.CHANGED and not shown.issuperset(answer.changed)


def set_match(
    session: Session,
    found: Submission,
    matches: dict[int, tuple[Match | None, tuple[str, ...]]],
) -> None:
    """Write what rows mean against the register by now, and which fields they change."""
    update_many(
        session,
        SubmissionRow,
        ("county", "submission_id", "row"),
        [
            {
                "county": found.county,
                "submission_id": found.id,
                "row": row,
                "match": match,
                "changed_fields": msgspec.json.encode(changed).decode() if changed else None,
            }
            for row, (match, changed) in matches.items()
        ],
    )
