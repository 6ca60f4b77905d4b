"""What recurs in a draft: findings counted by tab and rule, and wrong values by their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.members.match import Match
from registry.roster.columns import COLUMN
from registry.submissions.checking import Tab, settled
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import OF_SUBMISSION, SubmissionView, named_by
from registry.submissions.states import RowState
from registry.submissions.storing import StoredFinding, decode_findings

# Rules whose sentence repeats the cell's text: the same sentence is the same wrong value.
_TELLING = frozenset({"code.unknown", "date.unreadable", "cell.required"})
# Where a blank may well be the same for all who left it: nobody shares a name or a number.
_BLANK_ALIKE = frozenset({"code", "flag", "date"})
_FROM_NUMBER = frozenset({"sex", "born_on"})
_CUT = ("*", "…")


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


_row = table_of(SubmissionRow).c
_FINDINGS = (
    select(
        func.min(_row.row),
        _row.findings,
        func.count(),
        func.count().filter(_row.match == Match.UNCHANGED),
    )
    .where(*OF_SUBMISSION, _row.findings.is_not(None), _row.state != RowState.EXCLUDED)
    .group_by(_row.findings)
)
_TOTAL = select(func.count()).where(*OF_SUBMISSION)


def overview(session: Session, submission: SubmissionView) -> Overview:
    """Count a draft's findings. Excluded rows count under their tab only."""
    count = _Count({column.field for column in submission.columns if column.field})
    # Most findings say the same words in many rows: the database counts, each is decoded once.
    for row, text, times, unchanged in session.execute(_FINDINGS, named_by(submission)):
        count.add(row, decode_findings(text), times, unchanged)
    total = session.scalar(_TOTAL, named_by(submission)) or 0
    here = submission.ok_count + submission.warning_count + submission.error_count
    return Overview(
        tabs={
            Tab.ERROR: submission.error_count,
            Tab.WARNING: submission.warning_count - settled(session, submission),
            Tab.FIXED: count.fixed,
            Tab.EXCLUDED: total - here,
            Tab.ALL: total,
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


@dataclass(slots=True)
class _Count:
    fields: set[str]
    fixed: int = 0
    rules: dict[Tab, dict[str, int]] = field(default_factory=dict)
    _groups: dict[tuple[str, str, str], Alike] = field(default_factory=dict)

    def add(self, row: int, findings: list[StoredFinding], times: int, unchanged: int) -> None:
        """Count findings that `times` rows have, `row` the first of them; the warnings of those
        that are `unchanged` are settled."""
        codes = {one.code: one.severity for one in findings}
        is_faulty = "error" in codes.values()
        for code, severity in codes.items():
            if severity == "error":
                self._tick(Tab.ERROR, code, times)
            elif severity == "fixed":
                self._tick(Tab.FIXED, code, times)
            elif not is_faulty:
                self._tick(Tab.WARNING, code, times - unchanged)
        if "fixed" in codes.values():
            self.fixed += times
        for one in findings:
            if self._recurs(one):
                self._group(row, one, times)

    def values(self) -> list[Alike]:
        """Return the wrong values, most frequent first."""
        return sorted(self._groups.values(), key=lambda one: (-one.times, one.row))

    def _tick(self, tab: Tab, code: str, times: int) -> None:
        if not times:
            return
        rules = self.rules.setdefault(tab, {})
        rules[code] = rules.get(code, 0) + times

    def _recurs(self, one: StoredFinding) -> bool:
        if one.code not in _TELLING or one.field is None or one.field not in self.fields:
            return False
        if any(sign in one.message for sign in _CUT):
            return False
        if one.code == "cell.required":
            return COLUMN[one.field].kind in _BLANK_ALIKE and one.field not in _FROM_NUMBER
        return True

    def _group(self, row: int, one: StoredFinding, times: int) -> None:
        key = (one.field or "", one.code, one.message)
        known = self._groups.get(key)
        self._groups[key] = (
            Alike(key[0], one.code, one.message, one.suggestion, row, times)
            if known is None
            else known._replace(row=min(row, known.row), times=known.times + times)
        )


def _most_first(rules: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(rules.items(), key=lambda item: (-item[1], item[0])))
