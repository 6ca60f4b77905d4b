"""What is asked of rosters on their way."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.errors import NotFound
from registry.members.match import Match
from registry.roster.sheet import SheetColumn
from registry.submissions.models import DraftLayout, Submission, SubmissionRow
from registry.submissions.remembered import StoredLayout, stored_layout
from registry.submissions.row_views import ROW_COLUMNS, RowView, row_view
from registry.submissions.states import ANSWERS, BUNDLE, Kind, RowState, State


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A submission as plain values."""

    county: str
    id: int
    union_code: str
    path: str
    kind: Kind
    state: State
    parent_id: int | None
    source: str
    file_name: str
    file_sha256: str | None
    original: str | None
    format: str | None
    sheet: str | None
    header_row: int | None
    columns: list[SheetColumn]
    file_findings: list[dict[str, str]]
    skipped: list[dict[str, Any]]
    answers: dict[str, str]
    layout: StoredLayout
    is_read: bool
    total_count: int
    ok_count: int
    warning_count: int
    error_count: int
    skipped_count: int
    missing_count: int
    pending_count: int
    employees: int | None
    was_sent_back: bool
    version: int
    created_by: int
    created_at: datetime
    submitted_by: int | None
    submitted_at: datetime | None
    closed_at: datetime | None
    risk: int
    assigned_to: int | None
    assigned_at: datetime | None
    original_removed_at: datetime | None

    @property
    def is_of_file(self) -> bool:
        """Whether its rows have the numbers of a sheet: else they were made on a page."""
        return self.source not in ("FORM", "ABSENCE", ANSWERS)

    @property
    def lists_everybody(self) -> bool:
        """Whether who is not in it is missing. Answers given on the page name whom they name."""
        return self.kind.lists_everybody and self.source != ANSWERS


# Of the plain table and put together once: every page of a submission begins with it. `SUBMISSIONS`
# is what `view_of` takes.
_submission = table_of(Submission).c
_layout = table_of(DraftLayout).c
_NAMES = tuple(SubmissionView.__dataclass_fields__)
_own_layout = (
    select(_layout.said)
    .where(_layout.county == _submission.county, _layout.submission_id == _submission.id)
    .scalar_subquery()
    .label("layout")
)
SUBMISSIONS = select(*(_own_layout if name == "layout" else _submission[name] for name in _NAMES))
_FIND = SUBMISSIONS.where(_submission.id == bindparam("submission_id"))
_row = table_of(SubmissionRow).c
_BY_MATCH = (
    select(_row.match, func.count())
    .where(
        _row.county == bindparam("county"),
        _row.submission_id == bindparam("submission_id"),
        _row.match.is_not(None),
        _row.worst != "error",
        _row.state.not_in([RowState.EXCLUDED, RowState.HELD]),
    )
    .group_by(_row.match)
)


def find(session: Session, submission_id: int) -> SubmissionView:
    """Return a submission.

    Raises `NotFound` when there is none with this number.
    """
    found = known(session, submission_id)
    if found is None:
        raise NotFound("submission.unknown", f"没有编号为 {submission_id} 的报送。")
    return found


def known(session: Session, submission_id: int) -> SubmissionView | None:
    """Return a submission, None when there is none with this number."""
    session.flush()  # as the mapper does before it asks: an operation sees what it has changed
    found = session.execute(_FIND, {"submission_id": submission_id}).one_or_none()
    return None if found is None or found.state == State.STAGED else view_of(found)


def some(
    session: Session, county: str, numbers: Collection[int], path: str
) -> list[SubmissionView]:
    """Return those of these submissions that were sent from at or below a path, by number."""
    query = SUBMISSIONS.where(
        _submission.county == county,
        _submission.id.in_(list(numbers)),
        _submission.path.startswith(path, autoescape=True),
    )
    return [view_of(one) for one in session.execute(query.order_by(_submission.id))]


def is_of_bundle(session: Session, submission: SubmissionView) -> bool:
    """Tell whether a submission, or the one whose rows it holds, is part of a bundle: its union
    never had the file.
    """
    while submission.source != BUNDLE:
        if submission.parent_id is None:
            return False
        submission = find(session, submission.parent_id)
    return True


def may_be_given_up(session: Session, draft: SubmissionView) -> bool:
    """Tell whether a draft may end unsent: not while it holds rows of a bundle, which its union has
    nowhere else. Once each of them is left out, nothing is lost with it.
    """
    is_empty = draft.ok_count + draft.warning_count + draft.error_count == 0
    return is_empty or not is_of_bundle(session, draft)


def of_union(
    session: Session,
    county: str,
    union_code: str,
    *,
    states: Sequence[State] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[SubmissionView]:
    """Return a union's submissions, newest first; what stands within a draft is left out."""
    asked = {
        "county": county,
        "union_code": union_code,
        "states": list(states),
        "before": before,
        "limit": limit,
    }
    query = _of_union(by_state=bool(states), is_later=before is not None)
    session.flush()
    return [view_of(one) for one in session.execute(query, asked)]


@cache
def _of_union(*, by_state: bool, is_later: bool) -> Select[Any]:
    query = SUBMISSIONS.where(
        _submission.county == bindparam("county"),
        _submission.union_code == bindparam("union_code"),
        _submission.state != State.STAGED,
        stands_alone(),
    )
    if by_state:
        query = query.where(_submission.state.in_(bindparam("states", expanding=True)))
    if is_later:
        query = query.where(_submission.id < bindparam("before"))
    return query.order_by(_submission.id.desc()).limit(bindparam("limit", type_=Integer))


def stands_alone() -> ColumnElement[bool]:
    """Return the condition for submissions with a place of their own in lists.

    What was said of members missing in a roster is part of that roster until it is sent.
    """
    return (_submission.source != "ABSENCE") | _submission.submitted_at.is_not(None)


def follow_ups(session: Session, submission: SubmissionView) -> list[SubmissionView]:
    """Return the drafts and submissions that took rows of this one up again."""
    query = select(Submission).where(
        Submission.county == submission.county,
        Submission.parent_id == submission.id,
        Submission.union_code == submission.union_code,
    )
    return [view_of(one) for one in session.scalars(query.order_by(Submission.id))]


def rows(
    session: Session,
    submission: SubmissionView,
    *,
    worst: str = "",
    state: RowState | None = None,
    match: Match | None = None,
    code: str = "",
    numbers: Sequence[int] = (),
    after: int = 0,
    limit: int = 50,
) -> list[RowView]:
    """Return rows in the order of the file, after row `after`; filters are combined.

    `code` keeps the rows with a finding of this rule.
    """
    query = _of(submission).where(SubmissionRow.row > after)
    if worst:
        query = query.where(SubmissionRow.worst == worst)
    if state is not None:
        query = query.where(SubmissionRow.state == state)
    if match is not None:
        query = query.where(SubmissionRow.match == match)
    if code:
        query = query.where(SubmissionRow.findings.contains(f'"{code}"', autoescape=True))
    if numbers:
        query = query.where(SubmissionRow.row.in_(numbers))
    query = query.order_by(SubmissionRow.row).limit(limit)
    return [row_view(one) for one in session.execute(query)]


def row_numbers(
    session: Session, submission: SubmissionView, *, after: int = 0, limit: int = 50
) -> list[int]:
    """Return the numbers of the rows after row `after`, in the order of the file."""
    query = select(SubmissionRow.row).where(
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
        SubmissionRow.row > after,
    )
    return list(session.scalars(query.order_by(SubmissionRow.row).limit(limit)))


def row(session: Session, submission: SubmissionView, number: int) -> RowView:
    """Return one row.

    Raises `NotFound` when the submission has no such row.
    """
    found = rows(session, submission, numbers=[number], limit=1)
    if not found:
        raise NotFound("row.unknown", f"这份名册没有第 {number} 行。")
    return found[0]


def same_person(session: Session, submission: SubmissionView, found: RowView) -> list[int]:
    """Return the rows that are not left out and have the document number of a row, itself among
    them.
    """
    if found.person_key is None:
        return []
    query = select(SubmissionRow.row).where(
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
        SubmissionRow.person_key == found.person_key,
        SubmissionRow.state == RowState.DRAFT,
    )
    return list(session.scalars(query.order_by(SubmissionRow.row)))


def counts_by_match(session: Session, submission: SubmissionView | Submission) -> dict[Match, int]:
    """Return the rows by match, without held and excluded ones."""
    session.flush()
    whose = {"county": submission.county, "submission_id": submission.id}
    return {Match(match): count for match, count in session.execute(_BY_MATCH, whose)}


def counts_by_state(session: Session, submission: SubmissionView) -> dict[RowState, int]:
    """Return the rows by their state."""
    query = (
        select(SubmissionRow.state, func.count())
        .where(
            SubmissionRow.county == submission.county,
            SubmissionRow.submission_id == submission.id,
        )
        .group_by(SubmissionRow.state)
    )
    return {RowState(state): count for state, count in session.execute(query)}


_of_mapped = attrgetter(*_NAMES)
_columns_decoder = msgspec.json.Decoder(list[SheetColumn])
_DECODE: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("kind", Kind),
    ("state", State),
    ("columns", _columns_decoder.decode),
    ("file_findings", msgspec.json.decode),
    ("skipped", msgspec.json.decode),
    ("answers", msgspec.json.decode),
    ("layout", stored_layout),
)


def view_of(found: Submission | Row[Any]) -> SubmissionView:
    """Return the plain values of a submission."""
    stored = found if isinstance(found, Row) else _of_mapped(found)
    values = dict(zip(_NAMES, stored, strict=True))
    for name, decode in _DECODE:
        values[name] = decode(values[name])
    return SubmissionView(**values)


# The rows of a submission, as `named_by` names it.
OF_SUBMISSION = (
    _row.county == bindparam("county"),
    _row.submission_id == bindparam("submission_id"),
)


def named_by(submission: SubmissionView) -> dict[str, Any]:
    """Return the parameters of `OF_SUBMISSION`."""
    return {"county": submission.county, "submission_id": submission.id}


def _of(submission: SubmissionView) -> Any:
    return select(*ROW_COLUMNS).where(
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
    )
