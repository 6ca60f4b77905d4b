"""The reviewer's desk: what waits and since when, what is next, what is done."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
)
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
from registry.submissions.risk import DOUBTFUL, Risk
from registry.submissions.states import REVIEWABLE, Kind, RowState, State
from registry.unions import queries as union_queries

# Of the plain tables, and put together once where the shape is the same each time.
_submission, _row = table_of(Submission).c, table_of(SubmissionRow).c


class Other(StrEnum):
    """Parts of the undecided rows that are no match; they overlap with the matches."""

    UNMATCHED = "UNMATCHED"
    WARNING = "WARNING"
    CLEAR = "CLEAR"
    ALL = "ALL"

    @property
    def label(self) -> str:
        """The part's name on the screen."""
        return {
            "UNMATCHED": "已不是会员",
            "WARNING": "有提醒",
            "CLEAR": "没有疑点",
            "ALL": "全部待审",
        }[self]


Part = Match | Other


class Order(StrEnum):
    """The order of the queue: what asks most thought first, then by age; or by age alone."""

    RISK = "RISK"
    AGE = "AGE"


class Who(StrEnum):
    """Whose work is listed: taken by the reader, or by nobody."""

    MINE = "MINE"
    NOBODY = "NOBODY"


class QueueLine(NamedTuple):
    """A submission that waits, with its undecided rows."""

    submission: SubmissionView
    pending: "Pending"


class Pending(NamedTuple):
    """The undecided rows of a submission.

    `matches` stand in the order of risk. `warnings` are rows with a warning that may be approved
    all the same. `unmatched` ask for a change of somebody who is no member any more: the register
    has changed since they were sent. `clear_new` are newcomers without a warning.
    """

    matches: dict[Match, int]
    warnings: int = 0
    unmatched: int = 0
    clear_new: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.matches.values()) + self.unmatched

    @property
    def admissible(self) -> int:
        """Those that can be approved as they are."""
        return sum(self.matches.get(match, 0) for match in ADMISSIBLE)

    @property
    def clear(self) -> int:
        """Those that may pass in bulk: unchanged, or new without a warning."""
        return self.matches.get(Match.UNCHANGED, 0) + self.clear_new

    def count(self, part: "Part") -> int:
        """The rows of one part."""
        if isinstance(part, Match):
            return self.matches.get(part, 0)
        of_others = {
            Other.UNMATCHED: self.unmatched,
            Other.WARNING: self.warnings,
            Other.CLEAR: self.clear,
            Other.ALL: self.total,
        }
        return of_others[part]


IS_WAITING = (
    _submission.county == bindparam("county"),
    _submission.state.in_(tuple(REVIEWABLE)),
    begins_with(_submission.path, "path"),
)
_BY_AGE = (_submission.submitted_at, _submission.id)
_BY_RISK = (_submission.risk.desc(), *_BY_AGE)
_WAITING = SUBMISSIONS.where(*IS_WAITING)
_QUEUE = _WAITING.where(
    _submission.state.in_(bindparam("states", expanding=True)),
    _submission.kind.in_(bindparam("kinds", expanding=True)),
    _submission.risk.in_(bindparam("risks", expanding=True)),
).limit(bindparam("limit", type_=Integer))
WHOSE: ColumnElement[str] = case(
    (_submission.assigned_to.is_(None), Who.NOBODY.value),
    (_submission.assigned_to == bindparam("account_id"), Who.MINE.value),
    else_="",
)
_HOW_MUCH = select(func.count(), func.coalesce(func.sum(_submission.pending_count), 0)).where(
    *IS_WAITING
)
_SINCE = select(func.min(_submission.submitted_at)).where(*IS_WAITING)
# Behind none in the queue, and behind a given one.
_NEXT_UP = (
    _WAITING.where(
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
    )
    .order_by(*_BY_RISK)
    .limit(1)
)


def queue(
    session: Session,
    county: str,
    path: str,
    *,
    states: Sequence[State] = tuple(REVIEWABLE),
    kinds: Sequence[Kind] = tuple(Kind),
    risks: Sequence[Risk] = tuple(Risk),
    who: Who | None = None,
    account_id: int = 0,
    search: str = "",
    order: Order = Order.RISK,
    after: SubmissionView | None = None,
    limit: int = 50,
) -> list[QueueLine]:
    """Return submissions below a path that wait for review, in the order asked for.

    `search` is part of the union's name or its code's start; `who` has taken it, or nobody.
    """
    query = _QUEUE.order_by(*(_BY_RISK if order is Order.RISK else _BY_AGE))
    if who is not None:
        query = query.where(WHOSE.in_([who]))
    if search:
        query = query.where(_submission.union_code.in_(unions_like(county, path, search)))
    if after is not None:
        behind = _behind(after.submitted_at, after.id)
        same = and_(_submission.risk == after.risk, behind)
        later = or_(_submission.risk < after.risk, same) if order is Order.RISK else behind
        query = query.where(later)
    asked = {
        "county": county,
        "path": path,
        "states": list(states),
        "kinds": list(kinds),
        "risks": [int(one) for one in risks],
        "limit": limit,
    }
    if who is not None:
        asked["account_id"] = account_id
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
        "risk": present.risk,
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
            Other.WARNING: DOUBTFUL,
            Other.CLEAR: _CLEAR,
            Other.UNMATCHED: _row.match.is_(None),
            Other.ALL: true(),
        }[part]
    return (*OF_SUBMISSION, _row.state == RowState.PENDING, which)


_CLEAR = (_row.match == Match.UNCHANGED) | ((_row.match == Match.NEW) & ~DOUBTFUL)
_PENDING = (
    select(
        _row.submission_id,
        _row.match,
        func.count(),
        func.count().filter(DOUBTFUL),
    )
    .where(
        _row.county == bindparam("county"),
        _row.submission_id.in_(bindparam("ids", expanding=True)),
        _row.state == RowState.PENDING,
    )
    .group_by(_row.submission_id, _row.match)
)
_NEXT_UP_BEHIND = _NEXT_UP.where(
    or_(
        _submission.risk < bindparam("risk"),
        and_(
            _submission.risk == bindparam("risk"),
            _behind(bindparam("since", type_=Instant()), bindparam("present")),
        ),
    )
)


def _pending_by(session: Session, county: str, ids: Sequence[int]) -> dict[int, Pending]:
    counted: dict[int, dict[str | None, tuple[int, int]]] = {}
    for number, match, count, warned in session.execute(_PENDING, {"county": county, "ids": ids}):
        counted.setdefault(number, {})[match] = (count, warned)
    return {
        number: Pending(
            {match: by_match[match][0] for match in RISK if match in by_match},
            sum(warned for _, warned in by_match.values()),
            by_match.get(None, (0, 0))[0],
            by_match.get(Match.NEW, (0, 0))[0] - by_match.get(Match.NEW, (0, 0))[1],
        )
        for number, by_match in counted.items()
    }
