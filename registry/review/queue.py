"""The reviewer's desk: what waits and since when, what is next, what is done."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import Session

from registry.db import Instant, begins_with, table_of
from registry.members.match import Match
from registry.members.queries import live_unions
from registry.review.operations import ADMISSIBLE
from registry.review.queries import RISK
from registry.submissions.listing import unions_like
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import (
    OF_SUBMISSION,
    ROW_COLUMNS,
    SUBMISSIONS,
    RowView,
    SubmissionView,
    named_by,
    row_view,
    view_of,
)
from registry.submissions.states import REVIEWABLE, RowState, State
from registry.unions import queries as union_queries

# Of the plain tables, and put together once where the shape is the same each time.
_submission, _row = table_of(Submission).c, table_of(SubmissionRow).c


class Other(StrEnum):
    """Parts of the undecided rows that are no match; they overlap with the matches."""

    UNMATCHED = "UNMATCHED"
    WARNING = "WARNING"
    ALL = "ALL"

    @property
    def label(self) -> str:
        """The part's name on the screen."""
        return {"UNMATCHED": "已不是会员", "WARNING": "有提醒", "ALL": "全部待审"}[self]


Part = Match | Other

# A conflict or a transfer always has its warning; those rows have parts of their own. What an
# unchanged row warns of was approved before and is not asked again.
_DOUBTFUL = (_row.worst == "warning") & _row.match.in_(
    [match for match in ADMISSIBLE if match is not Match.UNCHANGED]
)


class QueueLine(NamedTuple):
    """A submission that waits, with its undecided rows."""

    submission: SubmissionView
    pending: "Pending"


class Pending(NamedTuple):
    """The undecided rows of a submission.

    `matches` stand in the order of risk. `warnings` are rows with a warning that may be approved
    all the same. `unmatched` ask for a change of somebody who is no member any more: the register
    has changed since they were sent.
    """

    matches: dict[Match, int]
    warnings: int = 0
    unmatched: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.matches.values()) + self.unmatched

    @property
    def admissible(self) -> int:
        """Those that can be approved as they are."""
        return sum(self.matches.get(match, 0) for match in ADMISSIBLE)

    def count(self, part: "Part") -> int:
        """The rows of one part."""
        if isinstance(part, Match):
            return self.matches.get(part, 0)
        of_others = {
            Other.UNMATCHED: self.unmatched,
            Other.WARNING: self.warnings,
            Other.ALL: self.total,
        }
        return of_others[part]


_IS_WAITING = (
    _submission.county == bindparam("county"),
    _submission.state.in_(tuple(REVIEWABLE)),
    begins_with(_submission.path, "path"),
)
_WAITING = SUBMISSIONS.where(*_IS_WAITING).order_by(_submission.submitted_at, _submission.id)
_QUEUE = _WAITING.where(_submission.state.in_(bindparam("states", expanding=True))).limit(
    bindparam("limit", type_=Integer)
)
_HOW_MUCH = select(func.count(), func.coalesce(func.sum(_submission.pending_count), 0)).where(
    *_IS_WAITING
)
_SINCE = select(func.min(_submission.submitted_at)).where(*_IS_WAITING)
# Behind none in the queue, and behind a given one.
_NEXT_UP = _WAITING.where(
    _submission.id != bindparam("present"),
    _submission.submitted_by != bindparam("account_id"),
    _submission.created_by != bindparam("account_id"),
    select(_row.row)
    .where(
        _row.county == _submission.county,
        _row.submission_id == _submission.id,
        _row.state == RowState.PENDING,
        _row.match.in_(ADMISSIBLE),
    )
    .exists(),
).limit(1)


def queue(
    session: Session,
    county: str,
    path: str,
    *,
    states: Sequence[State] = tuple(REVIEWABLE),
    search: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[QueueLine]:
    """Return submissions below a path that wait for review, the longest waiting first.

    `search` is a part of the union's name or the start of its code.
    """
    query = _QUEUE
    if search:
        query = query.where(_submission.union_code.in_(unions_like(county, path, search)))
    if after is not None:
        query = query.where(_behind(*after))
    asked = {"county": county, "path": path, "states": list(states), "limit": limit}
    found = [view_of(one) for one in session.execute(query, asked).all()]
    pending = _pending_by(session, county, [one.id for one in found])
    return [QueueLine(one, pending.get(one.id, Pending({}))) for one in found]


def waiting(session: Session, county: str, path: str) -> tuple[int, int]:
    """Return how many submissions and rows wait below a path."""
    count, rows = session.execute(_HOW_MUCH, {"county": county, "path": path}).one()
    return count, int(rows)


def longest_wait(session: Session, county: str, path: str) -> datetime | None:
    """Return when the submission that waits longest below a path was sent; None: nothing waits."""
    since: datetime | None = session.scalar(_SINCE, {"county": county, "path": path})
    return since


def next_up(
    session: Session, path: str, present: SubmissionView, account_id: int
) -> SubmissionView | None:
    """Return the submission to review after the `present` one, None when there is no other.

    It is the next in the queue, after the last one the first again. What this account sent itself
    is passed over, and so is what only waits for transfers and conflicts to be settled.
    """
    asked = {
        "county": present.county,
        "path": path,
        "present": present.id,
        "account_id": account_id,
        "since": present.submitted_at,
    }
    found = session.execute(_NEXT_UP_BEHIND, asked).first() if present.submitted_at else None
    found = found or session.execute(_NEXT_UP, asked).first()
    return view_of(found) if found else None


_CLOSED = (
    SUBMISSIONS.where(
        _submission.county == bindparam("county"),
        _submission.state == State.CLOSED,
        begins_with(_submission.path, "path"),
    )
    .order_by(_submission.closed_at.desc(), _submission.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


def closed(
    session: Session,
    county: str,
    path: str,
    *,
    search: str = "",
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[SubmissionView]:
    """Return the submissions below a path without undecided rows, the last closed first."""
    query = _CLOSED
    if search:
        query = query.where(_submission.union_code.in_(unions_like(county, path, search)))
    if before is not None:
        at, number = before
        same = and_(_submission.closed_at == at, _submission.id < number)
        query = query.where(or_(_submission.closed_at < at, same))
    asked = {"county": county, "path": path, "limit": limit}
    return [view_of(one) for one in session.execute(query, asked).all()]


def pending(session: Session, submission: SubmissionView) -> Pending:
    """Return the undecided rows of a submission, counted."""
    found = _pending_by(session, submission.county, [submission.id])
    return found.get(submission.id, Pending({}))


def pending_rows(
    session: Session,
    submission: SubmissionView,
    part: Part,
    *,
    after: int = 0,
    limit: int = 100,
) -> list[RowView]:
    """Return undecided rows of a part in the order of the file, after row `after`."""
    asked = {**named_by(submission), "after": after, "limit": limit}
    return [row_view(one) for one in session.execute(_rows_of(part), asked).all()]


@cache
def _rows_of(part: Part) -> Select[Any]:
    query = select(*ROW_COLUMNS).where(*_chosen(part), _row.row > bindparam("after"))
    return query.order_by(_row.row).limit(bindparam("limit", type_=Integer))


def page_before(
    session: Session, submission: SubmissionView, part: Part, after: int, limit: int
) -> int:
    """Return the row after which the page before the one after row `after` begins."""
    query = select(_row.row).where(*_chosen(part), _row.row <= after)
    query = query.order_by(_row.row.desc()).offset(limit).limit(1)
    return session.scalar(query, named_by(submission)) or 0


def pending_numbers(session: Session, submission: SubmissionView, part: Part) -> list[int]:
    """Return the row numbers of the undecided rows of a part, all of them."""
    query = select(_row.row).where(*_chosen(part)).order_by(_row.row)
    return list(session.scalars(query, named_by(submission)))


def other_unions(session: Session, rows: Sequence[RowView], path: str) -> dict[int, str]:
    """Return, by row, the name of the other union in which the person is active.

    Only where that union lies at or below `path`, the reader's own place: of others nothing is
    said but that there is one.
    """
    keys = {
        row.row: row.person_key for row in rows if row.match is Match.TRANSFER and row.person_key
    }
    if not keys:
        return {}
    places = live_unions(session, list(keys.values()))
    names = union_queries.names_within(session, places.values(), path)
    return {
        number: names[places[key]]
        for number, key in keys.items()
        if key in places and places[key] in names
    }


def _behind(at: Any, number: Any) -> ColumnElement[bool]:
    same = and_(_submission.submitted_at == at, _submission.id > number)
    return or_(_submission.submitted_at > at, same)


def _chosen(part: Part) -> tuple[ColumnElement[bool], ...]:
    which: ColumnElement[bool]
    if isinstance(part, Match):
        which = _row.match == part
    else:
        which = {
            Other.WARNING: _DOUBTFUL,
            Other.UNMATCHED: _row.match.is_(None),
            Other.ALL: true(),
        }[part]
    return (*OF_SUBMISSION, _row.state == RowState.PENDING, which)


_PENDING = (
    select(
        _row.submission_id,
        _row.match,
        func.count(),
        func.count().filter(_DOUBTFUL),
    )
    .where(
        _row.county == bindparam("county"),
        _row.submission_id.in_(bindparam("ids", expanding=True)),
        _row.state == RowState.PENDING,
    )
    .group_by(_row.submission_id, _row.match)
)
_NEXT_UP_BEHIND = _NEXT_UP.where(_behind(bindparam("since", type_=Instant()), bindparam("present")))


def _pending_by(session: Session, county: str, ids: Sequence[int]) -> dict[int, Pending]:
    counted: dict[int, dict[str | None, tuple[int, int]]] = {}
    for number, match, count, warned in session.execute(_PENDING, {"county": county, "ids": ids}):
        counted.setdefault(number, {})[match] = (count, warned)
    return {
        number: Pending(
            {match: by_match[match][0] for match in RISK if match in by_match},
            sum(warned for _, warned in by_match.values()),
            by_match.get(None, (0, 0))[0],
        )
        for number, by_match in counted.items()
    }
