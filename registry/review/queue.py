"""The reviewer's desk: what waits and since when, what is next, what is done."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from registry.members.match import Match
from registry.members.queries import live_unions
from registry.review.operations import ADMISSIBLE
from registry.review.queries import RISK
from registry.submissions.listing import unions_like
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import ROW_COLUMNS, RowView, SubmissionView, row_view, view_of
from registry.submissions.states import REVIEWABLE, RowState, State
from registry.unions import queries as union_queries


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
_DOUBTFUL = (SubmissionRow.worst == "warning") & SubmissionRow.match.in_(
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
    query = select(Submission).where(*_waiting(county, path), Submission.state.in_(states))
    if search:
        query = query.where(Submission.union_code.in_(unions_like(county, path, search)))
    if after is not None:
        query = query.where(_behind(*after))
    query = query.order_by(Submission.submitted_at, Submission.id).limit(limit)
    found = [view_of(one) for one in session.scalars(query)]
    pending = _pending_by(session, county, [one.id for one in found])
    return [QueueLine(one, pending.get(one.id, Pending({}))) for one in found]


def waiting(session: Session, county: str, path: str) -> tuple[int, int]:
    """Return how many submissions and rows wait below a path."""
    count, rows = session.execute(
        select(func.count(), func.coalesce(func.sum(Submission.pending_count), 0)).where(
            *_waiting(county, path)
        )
    ).one()
    return count, int(rows)


def longest_wait(session: Session, county: str, path: str) -> datetime | None:
    """Return when the submission that waits longest below a path was sent; None: nothing waits."""
    return session.scalar(select(func.min(Submission.submitted_at)).where(*_waiting(county, path)))


def next_up(
    session: Session, path: str, present: SubmissionView, account_id: int
) -> SubmissionView | None:
    """Return the submission to review after the `present` one, None when there is no other.

    It is the next in the queue, after the last one the first again. What this account sent itself
    is passed over, and so is what only waits for transfers and conflicts to be settled.
    """
    can_decide = (
        select(SubmissionRow.row)
        .where(
            SubmissionRow.county == Submission.county,
            SubmissionRow.submission_id == Submission.id,
            SubmissionRow.state == RowState.PENDING,
            SubmissionRow.match.in_(ADMISSIBLE),
        )
        .exists()
    )
    query = (
        select(Submission)
        .where(
            *_waiting(present.county, path),
            Submission.id != present.id,
            Submission.submitted_by != account_id,
            Submission.created_by != account_id,
            can_decide,
        )
        .order_by(Submission.submitted_at, Submission.id)
        .limit(1)
    )
    here = (present.submitted_at, present.id) if present.submitted_at else None
    found = session.scalar(query.where(_behind(*here))) if here else None
    found = found or session.scalar(query)
    return view_of(found) if found else None


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
    query = select(Submission).where(
        Submission.county == county,
        Submission.state == State.CLOSED,
        Submission.path.startswith(path, autoescape=True),
    )
    if search:
        query = query.where(Submission.union_code.in_(unions_like(county, path, search)))
    if before is not None:
        at, number = before
        query = query.where(
            (Submission.closed_at < at) | ((Submission.closed_at == at) & (Submission.id < number))
        )
    query = query.order_by(Submission.closed_at.desc(), Submission.id.desc()).limit(limit)
    return [view_of(one) for one in session.scalars(query)]


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
    query = select(*ROW_COLUMNS).where(*_chosen(submission, part), SubmissionRow.row > after)
    found = session.execute(query.order_by(SubmissionRow.row).limit(limit))
    return [row_view(one) for one in found]


def page_before(
    session: Session, submission: SubmissionView, part: Part, after: int, limit: int
) -> int:
    """Return the row after which the page before the one after row `after` begins."""
    query = select(SubmissionRow.row).where(*_chosen(submission, part), SubmissionRow.row <= after)
    return session.scalar(query.order_by(SubmissionRow.row.desc()).offset(limit).limit(1)) or 0


def pending_numbers(session: Session, submission: SubmissionView, part: Part) -> list[int]:
    """Return the row numbers of the undecided rows of a part, all of them."""
    query = select(SubmissionRow.row).where(*_chosen(submission, part))
    return list(session.scalars(query.order_by(SubmissionRow.row)))


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


def _waiting(county: str, path: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Submission.county == county,
        Submission.state.in_(tuple(REVIEWABLE)),
        Submission.path.startswith(path, autoescape=True),
    )


def _behind(at: datetime, number: int) -> ColumnElement[bool]:
    later = Submission.submitted_at > at
    return later | ((Submission.submitted_at == at) & (Submission.id > number))


def _chosen(submission: SubmissionView, part: Part) -> tuple[ColumnElement[bool], ...]:
    which: ColumnElement[bool]
    if isinstance(part, Match):
        which = SubmissionRow.match == part
    else:
        which = {
            Other.WARNING: _DOUBTFUL,
            Other.UNMATCHED: SubmissionRow.match.is_(None),
            Other.ALL: true(),
        }[part]
    return (
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
        SubmissionRow.state == RowState.PENDING,
        which,
    )


def _pending_by(session: Session, county: str, ids: Sequence[int]) -> dict[int, Pending]:
    query = (
        select(
            SubmissionRow.submission_id,
            SubmissionRow.match,
            func.count(),
            func.count().filter(_DOUBTFUL),
        )
        .where(
            SubmissionRow.county == county,
            SubmissionRow.submission_id.in_(ids),
            SubmissionRow.state == RowState.PENDING,
        )
        .group_by(SubmissionRow.submission_id, SubmissionRow.match)
    )
    counted: dict[int, dict[str | None, tuple[int, int]]] = {}
    for number, match, count, warned in session.execute(query):
        counted.setdefault(number, {})[match] = (count, warned)
    return {
        number: Pending(
            {match: by_match[match][0] for match in RISK if match in by_match},
            sum(warned for _, warned in by_match.values()),
            by_match.get(None, (0, 0))[0],
        )
        for number, by_match in counted.items()
    }
