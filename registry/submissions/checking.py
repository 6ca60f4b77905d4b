"""What the check page asks of a draft: its rows by what is to be done, and what recurs in them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.members.match import Match
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import ROW_COLUMNS, RowView, SubmissionView, row_view
from registry.submissions.states import RowState
from registry.submissions.storing import decode_findings

DUPLICATE = "roster.duplicate"
# What a row says of a person, without its running number and remark.
_SAYING = (
    SubmissionRow.person_key,
    SubmissionRow.full_name,
    SubmissionRow.document_kind,
    SubmissionRow.mobile_key,
    SubmissionRow.change,
    SubmissionRow.changed_on,
    SubmissionRow.change_reason,
    SubmissionRow.clean,
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
        chosen.append(SubmissionRow.findings.contains(f'"{code}"', autoescape=True))
    if numbers:
        chosen.append(SubmissionRow.row.in_(numbers))
    if search:
        chosen.append(_named(search))
    query = select(*ROW_COLUMNS).where(*chosen, SubmissionRow.row > after)
    found = list(session.execute(query.order_by(SubmissionRow.row).limit(limit + 1)))
    following = found[limit - 1].row if len(found) > limit else None
    rows = [row_view(one) for one in found[:limit]]
    return Page(rows, _previous(session, chosen, after, limit) if after else None, following)


def twins(session: Session, submission: SubmissionView) -> list[list[int]]:
    """Return the groups of rows that say the same of the same person, each in the file's order.

    The same in everything that is kept of a person; running numbers and remarks do not count. Rows
    with any other error are in no group: what they say is not known.
    """
    query = select(SubmissionRow.row, SubmissionRow.findings, *_SAYING).where(
        *_of(submission),
        SubmissionRow.state == RowState.DRAFT,
        SubmissionRow.person_key.is_not(None),
        SubmissionRow.findings.contains(f'"{DUPLICATE}"', autoescape=True),
    )
    groups: dict[tuple[Any, ...], list[int]] = {}
    for row, findings, *said in session.execute(query.order_by(SubmissionRow.row)):
        if all(
            one.code == DUPLICATE or one.severity != "error" for one in decode_findings(findings)
        ):
            groups.setdefault(tuple(said), []).append(row)
    return [rows for rows in groups.values() if len(rows) > 1]


def around(session: Session, submission: SubmissionView, row: int, *, reach: int = 3) -> list[int]:
    """Return the numbers of the rows before and after a row and its own, in the file's order."""
    query = select(SubmissionRow.row).where(*_of(submission)).limit(reach)
    before = session.scalars(
        query.where(SubmissionRow.row < row).order_by(SubmissionRow.row.desc())
    ).all()
    after = session.scalars(query.where(SubmissionRow.row > row).order_by(SubmissionRow.row)).all()
    return [*reversed(before), row, *after]


def origin(session: Session, draft: SubmissionView) -> Origin:
    """Return why the rows of a follow-up draft stand in it."""
    if draft.parent_id is None:
        return Origin({}, 0)
    query = select(SubmissionRow.row, SubmissionRow.decision_id).where(
        SubmissionRow.county == draft.county,
        SubmissionRow.submission_id == draft.parent_id,
        SubmissionRow.follow_up_id == draft.id,
    )
    found = session.execute(query).tuples().all()
    decided = {row: decision for row, decision in found if decision is not None}
    return Origin(decided, len(found) - len(decided))


def sent_back(session: Session, drafts: Sequence[SubmissionView]) -> dict[int, int]:
    """Return, by draft, how many rows a reviewer sent back into it."""
    parents = [draft.parent_id for draft in drafts if draft.parent_id is not None]
    if not parents:
        return {}
    query = (
        select(SubmissionRow.follow_up_id, func.count())
        .where(
            SubmissionRow.county == drafts[0].county,
            SubmissionRow.submission_id.in_(parents),
            SubmissionRow.follow_up_id.in_([draft.id for draft in drafts]),
            SubmissionRow.state == RowState.SENT_BACK,
        )
        .group_by(SubmissionRow.follow_up_id)
    )
    return {number: count for number, count in session.execute(query) if number is not None}


def settled(session: Session, submission: SubmissionView) -> int:
    """Return how many rows with a warning say just what was approved before: of them nothing is
    asked again.
    """
    query = select(func.count()).where(
        *_of(submission),
        SubmissionRow.worst == "warning",
        SubmissionRow.match == Match.UNCHANGED,
        SubmissionRow.state != RowState.EXCLUDED,
    )
    return session.scalar(query) or 0


def stored_so_far(session: Session, submission: SubmissionView) -> dict[str, int]:
    """Return the rows that a reading has stored already, by their worst finding."""
    query = (
        select(SubmissionRow.worst, func.count())
        .where(*_of(submission))
        .group_by(SubmissionRow.worst)
    )
    return dict(session.execute(query).tuples().all())


def _of(submission: SubmissionView) -> list[ColumnElement[bool]]:
    return [
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
    ]


def _in(tab: Tab) -> list[ColumnElement[bool]]:
    if tab is Tab.ALL:
        return []
    if tab is Tab.EXCLUDED:
        return [SubmissionRow.state == RowState.EXCLUDED]
    present = SubmissionRow.state != RowState.EXCLUDED
    if tab is Tab.FIXED:
        return [present, SubmissionRow.findings.contains('"fixed"')]
    if tab is Tab.WARNING:
        is_new = SubmissionRow.match.is_distinct_from(Match.UNCHANGED)
        return [present, SubmissionRow.worst == "warning", is_new]
    return [present, SubmissionRow.worst == tab.value]


def _named(search: str) -> ColumnElement[bool]:
    named = SubmissionRow.full_name.contains(search, autoescape=True)
    if search.isascii() and search.isdigit() and len(search) <= _ROW_DIGITS:
        return or_(named, SubmissionRow.row == int(search))
    return named


def _previous(
    session: Session, chosen: list[ColumnElement[bool]], after: int, limit: int
) -> int | None:
    """Return the row after which the page before this one starts."""
    query = select(SubmissionRow.row).where(*chosen, SubmissionRow.row <= after)
    earlier = list(session.scalars(query.order_by(SubmissionRow.row.desc()).limit(limit + 1)))
    if not earlier:
        return None
    return earlier[limit] if len(earlier) > limit else 0
