"""What the check page asks of a draft: its rows by what is to be done, and what recurs in them."""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.members.match import Match
from registry.members.restricting import names_restricted
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import OF_SUBMISSION, SubmissionView, named_by
from registry.submissions.row_views import ROW_COLUMNS, RowView, row_view
from registry.submissions.states import RowState
from registry.submissions.storing import decode_findings

DUPLICATE = "roster.duplicate"
# Statements are of the plain table, and put together once where they have the same shape each time.
_row = table_of(SubmissionRow).c
# What a row says of a person, without its running number and remark.
_SAYING = (
    _row.person_key,
    _row.full_name,
    _row.document_kind,
    _row.mobile_key,
    _row.change,
    _row.changed_on,
    _row.change_reason,
    _row.clean,
)
_ROW_DIGITS = 7  # of a sheet's last row


class Tab(StrEnum):
    """Which rows of a draft are looked at."""

    ERROR = "error"
    WARNING = "warning"
    FIXED = "fixed"
    EXCLUDED = "excluded"
    ALL = "all"

    @property
    def label(self) -> str:
        """The tab's name on the screen."""
        return {
            "error": "需改正",
            "warning": "提醒",
            "fixed": "自动修正",
            "excluded": "已排除",
            "all": "全部",
        }[self]


class Page(NamedTuple):
    """Rows in the order of the file. `previous` and `next` are rows to start after, if any."""

    rows: list[RowView]
    previous: int | None
    next: int | None


class Origin(NamedTuple):
    """Why rows stand in a follow-up draft: by row the decision that sent it back; others held."""

    decision_of: dict[int, int]
    held: int


def page(
    session: Session,
    submission: SubmissionView,
    tab: Tab,
    *,
    code: str = "",
    numbers: Sequence[int] = (),
    search: str = "",
    after: int = 0,
    limit: int = 50,
) -> Page:
    """Return the rows of a tab after row `after`; with `code` only those with this finding, with
    `numbers` only these rows, with `search` only those of this number or with this in the name.
    """
    chosen = [*_of(submission), *_in(tab)]
    if code:
        chosen.append(_says(code))
    if numbers:
        chosen.append(_row.row.in_(numbers))
    if search:
        chosen.append(_named(search))
    query = _after(*chosen) if numbers or search else _page(tab, code)
    asked = {**named_by(submission), "after": after, "limit": limit + 1}
    found = session.execute(query, asked).all()
    following = found[limit - 1].row if len(found) > limit else None
    rows = [row_view(one) for one in found[:limit]]
    return Page(rows, _previous(session, chosen, after, limit) if after else None, following)


@lru_cache(256)
def _page(tab: Tab, code: str) -> Select[Any]:
    return _after(*OF_SUBMISSION, *_in(tab), *([_says(code)] if code else []))


def _after(*chosen: ColumnElement[bool]) -> Select[Any]:
    query = select(*ROW_COLUMNS).where(*chosen, _row.row > bindparam("after"))
    return query.order_by(_row.row).limit(bindparam("limit", type_=Integer))


def _says(code: str) -> ColumnElement[bool]:
    return _row.findings.contains(f'"{code}"', autoescape=True)


def twins(session: Session, submission: SubmissionView) -> list[list[int]]:
    """Return the groups of rows that say the same of the same person, each in the file's order.

    The same in everything that is kept of a person; running numbers and remarks do not count. Rows
    with any other error are in no group: what they say is not known.
    """
    query = select(_row.row, _row.findings, *_SAYING).where(
        *_of(submission),
        _row.state == RowState.DRAFT,
        _row.person_key.is_not(None),
        _says(DUPLICATE),
    )
    groups: dict[tuple[Any, ...], list[int]] = {}
    for row, findings, *said in session.execute(query.order_by(_row.row)):
        if all(
            one.code == DUPLICATE or one.severity != "error" for one in decode_findings(findings)
        ):
            groups.setdefault(tuple(said), []).append(row)
    return [rows for rows in groups.values() if len(rows) > 1]


def around(session: Session, submission: SubmissionView, row: int, *, reach: int = 3) -> list[int]:
    """Return the numbers of the rows before and after a row and its own, in the file's order."""
    query = select(_row.row).where(*_of(submission)).limit(reach)
    before = session.scalars(query.where(_row.row < row).order_by(_row.row.desc())).all()
    after = session.scalars(query.where(_row.row > row).order_by(_row.row)).all()
    return [*reversed(before), row, *after]


_ORIGIN = select(_row.row, _row.decision_id).where(
    *OF_SUBMISSION, _row.follow_up_id == bindparam("draft_id")
)


def origin(session: Session, draft: SubmissionView) -> Origin:
    """Return why the rows of a follow-up draft stand in it."""
    if draft.parent_id is None:
        return Origin({}, 0)
    asked = {"county": draft.county, "submission_id": draft.parent_id, "draft_id": draft.id}
    found = session.execute(_ORIGIN, asked).tuples().all()
    decided = {row: decision for row, decision in found if decision is not None}
    return Origin(decided, len(found) - len(decided))


_SENT_BACK = (
    select(_row.follow_up_id, func.count())
    .where(
        _row.county == bindparam("county"),
        _row.submission_id.in_(bindparam("parents", expanding=True)),
        _row.follow_up_id.in_(bindparam("drafts", expanding=True)),
        _row.state.in_([RowState.SENT_BACK, RowState.REVOKED]),
    )
    .group_by(_row.follow_up_id)
)


def sent_back(session: Session, drafts: Sequence[SubmissionView]) -> dict[int, int]:
    """Return, by draft, how many rows a reviewer sent back into it."""
    parents = [draft.parent_id for draft in drafts if draft.parent_id is not None]
    if not parents:
        return {}
    asked = {
        "county": drafts[0].county,
        "parents": parents,
        "drafts": [draft.id for draft in drafts],
    }
    return dict(session.execute(_SENT_BACK, asked).tuples().all())


_SETTLED = select(func.count()).where(
    *OF_SUBMISSION,
    _row.worst == "warning",
    _row.match == Match.UNCHANGED,
    _row.state != RowState.EXCLUDED,
)


def settled(session: Session, submission: SubmissionView) -> int:
    """Return how many rows with a warning say just what was approved before: of them nothing is
    asked again.
    """
    return session.scalar(_SETTLED, named_by(submission)) or 0


def stored_so_far(session: Session, submission: SubmissionView) -> dict[str, int]:
    """Return the rows that a reading has stored already, by their worst finding."""
    query = select(_row.worst, func.count()).where(*_of(submission)).group_by(_row.worst)
    return dict(session.execute(query).tuples().all())


def _of(submission: SubmissionView) -> list[ColumnElement[bool]]:
    return [
        _row.county == submission.county,
        _row.submission_id == submission.id,
    ]


def _in(tab: Tab) -> list[ColumnElement[bool]]:
    if tab is Tab.ALL:
        return []
    if tab is Tab.EXCLUDED:
        return [_row.state == RowState.EXCLUDED]
    present = _row.state != RowState.EXCLUDED
    if tab is Tab.FIXED:
        return [present, _row.findings.contains('"fixed"')]
    if tab is Tab.WARNING:
        is_new = _row.match.is_distinct_from(Match.UNCHANGED)
        return [present, _row.worst == "warning", is_new]
    return [present, _row.worst == tab.value]


def _named(search: str) -> ColumnElement[bool]:
    # What a list does not tell must not be found by asking.
    named = _row.full_name.contains(search, autoescape=True) & ~names_restricted(
        _row.county, _row.person_key
    )
    if search.isascii() and search.isdigit() and len(search) <= _ROW_DIGITS:
        return or_(named, _row.row == int(search))
    return named


def _previous(
    session: Session, chosen: list[ColumnElement[bool]], after: int, limit: int
) -> int | None:
    """Return the row after which the page before this one starts."""
    query = select(_row.row).where(*chosen, _row.row <= after)
    earlier = list(session.scalars(query.order_by(_row.row.desc()).limit(limit + 1)))
    if not earlier:
        return None
    return earlier[limit] if len(earlier) > limit else 0
