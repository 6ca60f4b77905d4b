"""The undecided rows of a submission, in parts: counted, listed, numbered."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select, true
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.members.match import Match
from registry.reference.queries import has_number
from registry.review.operations import ADMISSIBLE
from registry.review.queries import RISK
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import OF_SUBMISSION, SubmissionView, named_by
from registry.submissions.risk import DOUBTFUL
from registry.submissions.row_views import ROW_COLUMNS, RowView, row_view
from registry.submissions.states import RowState

_row = table_of(SubmissionRow).c


class Other(StrEnum):
    """Parts of the undecided rows that are no match; they overlap with the matches.

    CLEAR are those that may pass in bulk: unchanged, or new without a warning; KNOWN are such of
    them as are unchanged, or whose number the reference register has.
    """

    UNMATCHED = "UNMATCHED"
    WARNING = "WARNING"
    CLEAR = "CLEAR"
    KNOWN = "KNOWN"
    ALL = "ALL"

    @property
    def label(self) -> str:
        """The part's name on the screen."""
        return {
            "UNMATCHED": "已不是会员",
            "WARNING": "有提醒",
            "CLEAR": "没有疑点",
            "KNOWN": "无变化或基础库有",
            "ALL": "全部待审",
        }[self]


Part = Match | Other
# What passes in bulk is one of these; what has become another by then is left.
PASS_TOGETHER = (Match.NEW, Match.UNCHANGED)


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

    def count(self, part: Part) -> int:
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


_SAME = _row.match == Match.UNCHANGED
_CLEAR_NEW = (_row.match == Match.NEW) & ~DOUBTFUL
# New, without a warning, and the reference register has the very number.
KNOWN_NEW = _CLEAR_NEW & has_number(_row.county, _row.person_key)
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


def pending(session: Session, submission: SubmissionView) -> Pending:
    """Return the undecided rows of a submission, counted."""
    found = pending_by(session, submission.county, [submission.id])
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


def pending_by(session: Session, county: str, ids: Sequence[int]) -> dict[int, Pending]:
    """Return the undecided rows of submissions, counted; those without any are left out."""
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


def _chosen(part: Part) -> tuple[ColumnElement[bool], ...]:
    which: ColumnElement[bool]
    if isinstance(part, Match):
        which = _row.match == part
    else:
        which = {
            Other.WARNING: DOUBTFUL,
            Other.CLEAR: _SAME | _CLEAR_NEW,
            Other.KNOWN: _SAME | KNOWN_NEW,
            Other.UNMATCHED: _row.match.is_(None),
            Other.ALL: true(),
        }[part]
    return (*OF_SUBMISSION, _row.state == RowState.PENDING, which)
