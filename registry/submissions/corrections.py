"""Correcting a draft in the page: a cell, one value standing in many rows, excluding a row.

Each correction is judged at once by the same rules as the file, with the rows around it that it
touches.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import today
from registry.db import transaction
from registry.errors import InputRefused, StateRefused
from registry.roster.check import Checker
from registry.roster.columns import COLUMN
from registry.submissions import queries
from registry.submissions.absences import ABSENCE
from registry.submissions.drafts import recount
from registry.submissions.intake import match_chunk
from registry.submissions.locking import locked
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.regrouping import redo_duplicates, ref_of, rows_in, update_rows
from registry.submissions.states import RowState, State
from registry.submissions.storing import (
    Ref,
    SealedRow,
    StoredFinding,
    StoredRows,
    batch_of,
    decode_findings,
    effective,
    encode_findings,
    open_row,
    store,
    worst_of,
)
from registry.trail.operations import record
from registry.vault.vault import Vault, vault

MOST_AT_ONCE = 5000
MOST_OPENED = 200
VALUE_LENGTH = 500
ROSTER_WIDE = {"document_number": {"document.consecutive"}, "mobile": {"mobile.shared"}}


class Corrected(NamedTuple):
    """What a correction changed: rows judged again, and rows whose findings changed with them."""

    rows: list[int]
    touched: list[int]


def open_for_correction(
    submission_id: int,
    rows: Collection[int],
    actor: Actor,
    *,
    recorded: Collection[int] = (),
) -> dict[int, SealedRow]:
    """Open rows of a draft in full for the clerk who corrects them: one entry of the trail.

    `recorded` are rows that the act just before has named on the trail already: for these alone
    no entry is written. Rows that the draft does not have are left out.
    """
    if len(rows) > MOST_OPENED:
        raise InputRefused("open.too_many", "一次最多打开 200 行，请分页查看。")
    with transaction() as session:
        submission = _draft(session, submission_id, actor)
        sealed = session.execute(
            select(SubmissionRow.row, SubmissionRow.sealed)
            .where(
                SubmissionRow.county == submission.county,
                SubmissionRow.submission_id == submission.id,
                SubmissionRow.row.in_(rows),
            )
            .order_by(SubmissionRow.row)
        ).all()
        unnamed = [row for row, _ in sealed if row not in recorded]
        if unnamed:
            _record(session, submission, actor, "draft.open", opened=unnamed)
    keeper, ref = vault(), ref_of(submission)
    return {row: open_row(keeper, ref, row, value) for row, value in sealed}


def edit_row(
    submission_id: int,
    row: int,
    values: Mapping[str, str],
    *,
    actor: Actor,
    version: int | None = None,
) -> Corrected:
    """Correct cells of one row of a draft; `values` maps fields to what the clerk typed.

    Raises `StateRefused` (row.changed) when somebody else changed the row since `version`.
    """
    _check_values(values)
    with transaction() as session:
        submission = _draft(session, submission_id, actor)
        found = queries.row(session, submission, row)
        if version is not None and found.version != version:
            raise StateRefused(
                "row.changed", f"第 {row} 行刚被他人改动过，已为您显示最新内容，请核对后再改。"
            )
        touched = _rejudge(session, submission, {row: dict(values)})
        _record(session, submission, actor, "draft.edit", row=row, fields=sorted(values))
    return Corrected([row], touched)


def edit_alike(
    submission_id: int, field: str, old: str, new: str, *, actor: Actor, code: str = ""
) -> Corrected:
    """Put `new` wherever the field says exactly `old` (as shown) in rows with finding `code`."""
    _check_values({field: new})
    with transaction() as session:
        submission = _draft(session, submission_id, actor)
        ref = ref_of(submission)
        hits = []
        for found in queries.rows(session, submission, code=code, limit=MOST_AT_ONCE):
            if found.state is not RowState.DRAFT:
                continue
            content = open_row(vault(), ref, found.row, found.sealed)
            if shown(content, field) == old:
                hits.append(found.row)
        touched = _rejudge(session, submission, {row: {field: new} for row in hits})
        _record(session, submission, actor, "draft.edit_alike", field=field, rows=len(hits))
    return Corrected(hits, touched)


def exclude_row(submission_id: int, row: int, *, actor: Actor, excluded: bool = True) -> Corrected:
    """Leave a row out of the draft, or take it in again; it stays in the file and in the count."""
    state = RowState.EXCLUDED if excluded else RowState.DRAFT
    with transaction() as session:
        submission = _draft(session, submission_id, actor)
        found = queries.row(session, submission, row)
        session.execute(
            update(SubmissionRow)
            .where(*_row_is(submission, row))
            .values(state=state, version=SubmissionRow.version + 1)
        )
        keys = {found.person_key} if found.person_key else set()
        touched = redo_duplicates(session, submission, keys)
        recount(session, ref_of(submission))
        _bump(session, submission)
        action = "draft.exclude" if excluded else "draft.include"
        _record(session, submission, actor, action, row=row)
    return Corrected([row], touched)


def answer_columns(submission_id: int, answers: Mapping[str, str], *, actor: Actor) -> Corrected:
    """Give one value for the whole roster for columns that are not there, and judge it again."""
    unknown = [field for field in answers if field not in COLUMN]
    if unknown:
        raise InputRefused("answer.unknown", "没有这一列，请刷新页面后重试。")
    _check_values(answers)
    with transaction() as session:
        submission = _draft(session, submission_id, actor)
        merged = {**submission.answers, **{k: v for k, v in answers.items() if v}}
        session.execute(
            update(Submission)
            .where(Submission.county == submission.county, Submission.id == submission.id)
            .values(
                answers=msgspec.json.encode(merged).decode(),
                file_findings=msgspec.json.encode(_still_missing(submission, merged)).decode(),
            )
        )
        submission = queries.find(session, submission_id)
        rows: list[int] = []
        after = 0
        while True:
            part = queries.rows(session, submission, after=after, limit=MOST_AT_ONCE)
            if not part:
                break
            _rejudge(session, submission, {found.row: {} for found in part})
            rows += [found.row for found in part]
            after = part[-1].row
        _record(session, submission, actor, "draft.answer", fields=sorted(answers))
    return Corrected(rows, [])


def _still_missing(submission: SubmissionView, answers: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the findings on the file; a column that has been answered is missing no more."""
    missing = Checker(submission.columns, today(), answers).file_findings
    others = [one for one in submission.file_findings if one["code"] != "column.missing"]
    return others + [one._asdict() for one in missing]


def shown(content: SealedRow, field: str) -> str:
    """Return a cell as text as the clerk sees it: the edit if there is one, else the file's
    cell.
    """
    value = content.edits.get(field, content.raw.get(field))
    if value is None:
        return ""
    return str(value)


def _draft(session: Session, submission_id: int, actor: Actor) -> SubmissionView:
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


def _rejudge(
    session: Session, submission: SubmissionView, edits: Mapping[int, dict[str, str]]
) -> list[int]:
    """Judge rows again with edits laid over; return the other rows whose findings changed."""
    if not edits:
        return []
    keeper, ref = vault(), ref_of(submission)
    old = list(session.execute(rows_in(submission, edits)))
    contents = {one.row: open_row(keeper, ref, one.row, one.sealed) for one in old}
    for row, content in contents.items():
        content.edits = {**content.edits, **edits[row]}
    kept = {one.row: _still_true(one.findings, edits[one.row]) for one in old}
    stored = _judged(keeper, ref, submission, contents)
    for index, row in enumerate(stored.columns["row"]):
        _add_kept(stored, index, kept[row])
    match_chunk(session, ref, stored, submission.columns)
    update_rows(session, submission, stored)
    keys = {key for key in stored.columns["person_key"] if key}
    keys |= {one.person_key for one in old if one.person_key}
    touched = redo_duplicates(session, submission, keys)
    recount(session, ref)
    _bump(session, submission)
    return [row for row in touched if row not in edits]


def _judged(
    keeper: Vault, ref: Ref, submission: SubmissionView, contents: Mapping[int, SealedRow]
) -> StoredRows:
    raw = batch_of(contents)
    edits = {row: content.edits for row, content in contents.items() if content.edits}
    checker = Checker(submission.columns, today(), submission.answers)
    return store(keeper, ref, raw, checker.judge(effective(raw, edits)), edits)


def _still_true(findings: str | None, edited: Mapping[str, str]) -> list[StoredFinding]:
    """Roster-wide warnings stay until the cell they speak of is edited."""
    dropped = set().union(*(ROSTER_WIDE.get(field, set()) for field in edited))
    wide = set().union(*ROSTER_WIDE.values())
    return [one for one in decode_findings(findings) if one.code in wide - dropped]


def _add_kept(stored: StoredRows, index: int, kept: list[StoredFinding]) -> None:
    if kept:
        findings = decode_findings(stored.columns["findings"][index]) + kept
        stored.columns["findings"][index] = encode_findings(findings)
        stored.columns["worst"][index] = worst_of(findings)


def _row_is(submission: SubmissionView, row: int) -> tuple[ColumnElement[bool], ...]:
    return (
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
        SubmissionRow.row == row,
    )


def _bump(session: Session, submission: SubmissionView) -> None:
    session.execute(
        update(Submission)
        .where(Submission.county == submission.county, Submission.id == submission.id)
        .values(version=Submission.version + 1)
    )


def _check_values(values: Mapping[str, str]) -> None:
    for field, text in values.items():
        if field not in COLUMN:
            raise InputRefused("edit.unknown_field", "没有这一列，请刷新页面后重试。")
        if len(text) > VALUE_LENGTH:
            raise InputRefused(
                "edit.too_long", f"“{COLUMN[field].label}”的内容过长，请缩短后再保存。"
            )


def _record(
    session: Session, submission: SubmissionView, actor: Actor, action: str, **detail: object
) -> None:
    record(
        session,
        action,
        actor=actor,
        place=submission.union_code,
        detail={"submission": submission.id, **detail},
    )
