"""Rows of a draft judged again with corrections laid over, by the same rules as the file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import today
from registry.errors import StateRefused
from registry.roster.check import Checker
from registry.roster.sheet import Cell
from registry.submissions import queries
from registry.submissions.absences import ABSENCE
from registry.submissions.drafts import recount
from registry.submissions.intake import match_chunk
from registry.submissions.judging import judged
from registry.submissions.locking import locked
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.regrouping import redo_duplicates, ref_of, rows_in, update_rows
from registry.submissions.sealed_rows import SealedRow
from registry.submissions.states import RowState, State
from registry.submissions.storing import (
    Ref,
    StoredFinding,
    StoredRows,
    batch_of,
    decode_findings,
    encode_findings,
    open_row,
    worst_of,
)
from registry.trail.operations import record
from registry.vault.vault import Vault, vault

AT_ONCE = 5000
ROSTER_WIDE = {"document_number": {"document.consecutive"}, "mobile": {"mobile.shared"}}
_WIDE = frozenset().union(*ROSTER_WIDE.values())

# By row, what the clerk wrote into cells; None takes back what was written there before.
Edits = Mapping[int, Mapping[str, Cell]]
Warnings = Mapping[int, Sequence[StoredFinding]]


class Rejudged(NamedTuple):
    """`touched` are other rows whose findings changed; `edits` and `ended` say how it was before:
    what had been written in the corrected cells, and roster-wide warnings that ended with them.
    """

    touched: list[int]
    edits: dict[int, dict[str, Cell]]
    ended: dict[int, list[StoredFinding]]


def draft_of(session: Session, submission_id: int, actor: Actor) -> SubmissionView:
    """Return the draft, locked, if the actor may correct it.

    Raises `StateRefused` (draft.fixed, draft.reading) when it cannot be corrected now.
    """
    submission = queries.view_of(locked(session, submission_id, actor, Permission.WORK_ROSTER))
    if submission.state is not State.DRAFT:
        raise StateRefused(
            "draft.fixed",
            f"这份名册{submission.state.label}，不能再修改；如需更正请先撤回或另报增量。",
        )
    if submission.source == ABSENCE:
        raise StateRefused("absence.with_roster", "会员的去向请在“不在名册里的会员”页面中改。")
    if not submission.is_read:
        raise StateRefused("draft.reading", "名册还在读取和校验，请等进度完成后再修改。")
    return submission


def rejudge(
    session: Session, submission: SubmissionView, edits: Edits, warned: Warnings | None = None
) -> Rejudged:
    """Judge rows again with edits laid over, at most `AT_ONCE` at a time; `warned` are roster-wide
    warnings to put back.
    """
    done = Rejudged([], {}, {})
    if not edits:
        return done
    numbers = sorted(edits)
    for start in range(0, len(numbers), AT_ONCE):
        part = {row: edits[row] for row in numbers[start : start + AT_ONCE]}
        one = _rejudge_part(session, submission, part, warned or {})
        done.touched.extend(one.touched)
        done.edits.update(one.edits)
        done.ended.update(one.ended)
    recount(session, ref_of(submission))
    bump(session, submission)
    touched = [row for row in dict.fromkeys(done.touched) if row not in edits]
    return done._replace(touched=touched)


def rejudge_all(session: Session, submission: SubmissionView) -> list[int]:
    """Judge the whole draft again, for what concerns each of its rows; returns their numbers."""
    rows: list[int] = []
    while part := queries.row_numbers(
        session, submission, after=rows[-1] if rows else 0, limit=AT_ONCE
    ):
        rejudge(session, submission, {row: {} for row in part})
        rows += part
    return rows


def set_state(
    session: Session, submission: SubmissionView, rows: Collection[int], state: RowState
) -> list[int]:
    """Leave rows out or take them in again; returns other rows whose findings changed."""
    keys: set[bytes] = set()
    for part in _parts(sorted(rows)):
        which = (*_of(submission), SubmissionRow.row.in_(part))
        found = session.scalars(rows_in(submission, part).with_only_columns(_KEY)).all()
        keys.update(key for key in found if key)
        session.execute(
            update(SubmissionRow)
            .where(*which)
            .values(state=state, version=SubmissionRow.version + 1)
        )
    touched = redo_duplicates(session, submission, keys)
    recount(session, ref_of(submission))
    bump(session, submission)
    return [row for row in touched if row not in rows]


def bump(session: Session, submission: SubmissionView) -> None:
    """Raise the draft's version."""
    session.execute(
        update(Submission)
        .where(Submission.county == submission.county, Submission.id == submission.id)
        .values(version=Submission.version + 1)
    )


def record_on(
    session: Session, submission: SubmissionView, actor: Actor, action: str, **detail: object
) -> None:
    """Write an act on the draft on the trail."""
    record(
        session,
        action,
        actor=actor,
        place=submission.union_code,
        detail={"submission": submission.id, **detail},
    )


_KEY = SubmissionRow.person_key


def _rejudge_part(
    session: Session, submission: SubmissionView, edits: Edits, warned: Warnings
) -> Rejudged:
    keeper, ref = vault(), ref_of(submission)
    old = list(session.execute(rows_in(submission, edits)))
    contents = {one.row: open_row(keeper, ref, one.row, one.sealed) for one in old}
    before = {
        row: {field: content.edits.get(field) for field in edits[row]}
        for row, content in contents.items()
    }
    for row, content in contents.items():
        laid = {**content.edits, **edits[row]}
        content.edits = {field: text for field, text in laid.items() if text is not None}
    wide = {one.row: _wide(one.findings) for one in old}
    ended = {row: found for row in wide if (found := _ended(wide[row], edits[row]))}
    stored = _judged(session, keeper, ref, submission, contents)
    for index, row in enumerate(stored.columns["row"]):
        kept = [one for one in wide[row] if one not in ended.get(row, ())]
        _add(stored, index, [*kept, *warned.get(row, ())])
    match_chunk(session, ref, stored, submission.columns)
    update_rows(session, submission, stored)
    keys = {key for key in stored.columns["person_key"] if key}
    keys |= {one.person_key for one in old if one.person_key}
    return Rejudged(redo_duplicates(session, submission, keys), before, ended)


def _judged(
    session: Session,
    keeper: Vault,
    ref: Ref,
    submission: SubmissionView,
    contents: Mapping[int, SealedRow],
) -> StoredRows:
    raw = batch_of(contents)
    edits = {row: content.edits for row, content in contents.items() if content.edits}
    checker = Checker(submission.columns, today(), submission.answers)
    return judged(session, keeper, ref, checker, raw, edits)


def _wide(findings: str | None) -> list[StoredFinding]:
    return [one for one in decode_findings(findings) if one.code in _WIDE]


def _ended(wide: Sequence[StoredFinding], edited: Collection[str]) -> list[StoredFinding]:
    """Roster-wide warnings stay until the cell they speak of is edited."""
    dropped = set().union(*(ROSTER_WIDE.get(field, set()) for field in edited))
    return [one for one in wide if one.code in dropped]


def _add(stored: StoredRows, index: int, kept: Sequence[StoredFinding]) -> None:
    if kept:
        findings = [*decode_findings(stored.columns["findings"][index]), *kept]
        stored.columns["findings"][index] = encode_findings(findings)
        stored.columns["worst"][index] = worst_of(findings)


def _of(submission: SubmissionView) -> tuple[ColumnElement[bool], ...]:
    return (
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
    )


def _parts(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
