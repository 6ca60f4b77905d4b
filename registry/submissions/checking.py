"""What the check page asks of a draft: its rows by what is to be done, and what recurs in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.members.match import Match
from registry.roster.columns import COLUMN
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import ROW_COLUMNS, RowView, SubmissionView, row_view
from registry.submissions.states import RowState
from registry.submissions.storing import StoredFinding, decode_findings

# Rules whose sentence repeats the cell's text: the same sentence is the same wrong value.
_TELLING = frozenset({"code.unknown", "date.unreadable", "cell.required"})
_FROM_NUMBER = frozenset({"sex", "born_on"})
_CUT = ("*", "…")


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


class Alike(NamedTuple):
    """One wrong value and in how many rows it stands; `row` is the first of them."""

    field: str
    code: str
    message: str
    suggestion: Any
    row: int
    times: int


@dataclass(slots=True)
class Overview:
    """A draft's findings counted: rows by tab, rows by rule within each tab, and wrong values, most
    frequent first.
    """

    tabs: dict[Tab, int]
    rules: dict[Tab, dict[str, int]]
    values: list[Alike]

    @property
    def alike(self) -> list[Alike]:
        """The wrong values that stand in several rows."""
        return [one for one in self.values if one.times > 1]


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
    after: int = 0,
    limit: int = 50,
) -> Page:
    """Return the rows of a tab after row `after`; with `code` only those with this finding, with
    `numbers` only these rows.
    """
    chosen = [*_of(submission), *_in(tab)]
    if code:
        chosen.append(SubmissionRow.findings.contains(f'"{code}"', autoescape=True))
    if numbers:
        chosen.append(SubmissionRow.row.in_(numbers))
    query = select(*ROW_COLUMNS).where(*chosen, SubmissionRow.row > after)
    found = list(session.execute(query.order_by(SubmissionRow.row).limit(limit + 1)))
    following = found[limit - 1].row if len(found) > limit else None
    rows = [row_view(one) for one in found[:limit]]
    return Page(rows, _previous(session, chosen, after, limit) if after else None, following)


def overview(session: Session, submission: SubmissionView) -> Overview:
    """Count a draft's findings. Excluded rows count under their tab only."""
    count = _Count({column.field for column in submission.columns if column.field})
    query = select(
        SubmissionRow.row, SubmissionRow.worst, SubmissionRow.match, SubmissionRow.findings
    ).where(
        *_of(submission),
        SubmissionRow.findings.is_not(None),
        SubmissionRow.state != RowState.EXCLUDED,
    )
    ordered = query.order_by(SubmissionRow.row).execution_options(yield_per=5000)
    for row, worst, match, text in session.execute(ordered):
        asked = "ok" if worst == "warning" and match == Match.UNCHANGED else worst
        count.add(row, asked, decode_findings(text))
    return Overview(
        tabs={
            Tab.ERROR: submission.error_count,
            Tab.WARNING: submission.warning_count - settled(session, submission),
            Tab.FIXED: count.fixed,
            Tab.EXCLUDED: _excluded(session, submission),
            Tab.ALL: _all(session, submission),
        },
        rules={tab: _most_first(rules) for tab, rules in count.rules.items()},
        values=count.values(),
    )


def same_again(
    found: Overview, faults: Sequence[StoredFinding], fields: Sequence[str]
) -> Alike | None:
    """Return the wrong value that a row had in one of `fields`, by its former `faults`, where it
    still stands in other rows.
    """
    former = {(one.field, one.code, one.message) for one in faults if one.field in fields}
    return next((a for a in found.values if (a.field, a.code, a.message) in former), None)


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


@dataclass(slots=True)
class _Count:
    fields: set[str]
    fixed: int = 0
    rules: dict[Tab, dict[str, int]] = field(default_factory=dict)
    _groups: dict[tuple[str, str, str], Alike] = field(default_factory=dict)

    def add(self, row: int, worst: str, findings: list[StoredFinding]) -> None:
        """Count one row's findings."""
        codes = {one.code: one.severity for one in findings}
        for code, severity in codes.items():
            if severity == "error":
                self._tick(Tab.ERROR, code)
            elif severity == "fixed":
                self._tick(Tab.FIXED, code)
            elif worst == "warning":
                self._tick(Tab.WARNING, code)
        self.fixed += "fixed" in codes.values()
        for one in findings:
            if self._recurs(one):
                self._group(row, one)

    def values(self) -> list[Alike]:
        """Return the wrong values, most frequent first."""
        return sorted(self._groups.values(), key=lambda one: -one.times)

    def _tick(self, tab: Tab, code: str) -> None:
        rules = self.rules.setdefault(tab, {})
        rules[code] = rules.get(code, 0) + 1

    def _recurs(self, one: StoredFinding) -> bool:
        if one.code not in _TELLING or one.field is None or one.field not in self.fields:
            return False
        if any(sign in one.message for sign in _CUT):
            return False
        if one.code == "cell.required":
            kind = COLUMN[one.field].kind
            return kind in {"code", "flag"} and one.field not in _FROM_NUMBER
        return True

    def _group(self, row: int, one: StoredFinding) -> None:
        key = (one.field or "", one.code, one.message)
        known = self._groups.get(key)
        self._groups[key] = (
            Alike(key[0], one.code, one.message, one.suggestion, row, 1)
            if known is None
            else known._replace(times=known.times + 1)
        )


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


def _previous(
    session: Session, chosen: list[ColumnElement[bool]], after: int, limit: int
) -> int | None:
    """Return the row after which the page before this one starts."""
    query = select(SubmissionRow.row).where(*chosen, SubmissionRow.row <= after)
    earlier = list(session.scalars(query.order_by(SubmissionRow.row.desc()).limit(limit + 1)))
    if not earlier:
        return None
    return earlier[limit] if len(earlier) > limit else 0


def _excluded(session: Session, submission: SubmissionView) -> int:
    query = select(func.count()).where(*_of(submission), SubmissionRow.state == RowState.EXCLUDED)
    return session.scalar(query) or 0


def _all(session: Session, submission: SubmissionView) -> int:
    return session.scalar(select(func.count()).where(*_of(submission))) or 0


def _most_first(rules: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(rules.items(), key=lambda item: -item[1]))
