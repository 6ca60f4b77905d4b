"""The reviewer's desk: what waits and since when, what is next, what is done."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from registry.db import Instant, begins_with, table_of
from registry.members.match import Match
from registry.members.queries import live_unions
from registry.review.operations import ADMISSIBLE
from registry.review.papers import IS_MISSING
from registry.review.parts import Pending, pending_by
from registry.submissions.listing import unions_like
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SUBMISSIONS, SubmissionView, view_of
from registry.submissions.risk import Risk
from registry.submissions.row_views import RowView
from registry.submissions.states import REVIEWABLE, Kind, RowState, State
from registry.unions import queries as union_queries

# Of the plain tables, and put together once where the shape is the same each time.
_submission, _row = table_of(Submission).c, table_of(SubmissionRow).c


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
    pending: Pending


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
    pending = pending_by(session, county, [one.id for one in found])
    return [QueueLine(one, pending.get(one.id, Pending({}))) for one in found]


def waiting(session: Session, county: str, path: str) -> tuple[int, int]:
    """Return how many submissions and rows wait below a path."""
    count, rows = session.execute(_HOW_MUCH, {"county": county, "path": path}).one()
    return count, int(rows)


def waiting_at(session: Session, county: str, paths: Sequence[str]) -> dict[str, int]:
    """Return how many submissions wait below each of a few paths."""
    counts = [
        func.count().filter(_submission.path.startswith(one, autoescape=True)) for one in paths
    ]
    if not counts:
        return {}
    query = select(*counts).where(
        _submission.county == county, _submission.state.in_(tuple(REVIEWABLE))
    )
    return dict(zip(paths, session.execute(query).one(), strict=True))


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
    without_paper: bool = False,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[SubmissionView]:
    """Return the submissions below a path without undecided rows, the last closed first;
    `without_paper` those alone whose sealed sheet has not come in.
    """
    query = _CLOSED
    if without_paper:
        query = query.where(IS_MISSING)
    if search:
        query = query.where(_submission.union_code.in_(unions_like(county, path, search)))
    if before is not None:
        at, number = before
        same = and_(_submission.closed_at == at, _submission.id < number)
        query = query.where(or_(_submission.closed_at < at, same))
    asked = {"county": county, "path": path, "limit": limit}
    return [view_of(one) for one in session.execute(query, asked).all()]


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


_NEXT_UP_BEHIND = _NEXT_UP.where(
    or_(
        _submission.risk < bindparam("risk"),
        and_(
            _submission.risk == bindparam("risk"),
            _behind(bindparam("since", type_=Instant()), bindparam("present")),
        ),
    )
)
