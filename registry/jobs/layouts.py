"""Which column is which: shown to the clerk, confirmed, remembered, and the file read anew."""

from collections.abc import Mapping

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import db, setting, transaction
from registry.errors import InputRefused, StateRefused
from registry.jobs.models import IMPORT, Batch, BatchState
from registry.jobs.operations import queue
from registry.roster.columns import COLUMN
from registry.roster.header_labels import normalise_label, nth_labels
from registry.roster.layout import UNHEADED, Layout
from registry.roster.limits import ordinary
from registry.roster.preview import SheetPreview, preview
from registry.submissions import originals, queries
from registry.submissions.locking import locked
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.remembered import (
    StoredLayout,
    keep_layout,
    remember,
    remembered_labels,
)
from registry.submissions.states import State
from registry.trail.operations import record

_NEEDED = ("full_name", "document_number")


def sheets_of(submission_id: int, *, actor: Actor, sheet: str | None = None) -> list[SheetPreview]:
    """Return the sheets of a draft's file with what their columns may be, examples masked; `sheet`
    is the one to choose instead of the one that would be read.

    Raises `StateRefused` when it is no draft with a file, `RosterRefused` as reading does.
    """
    session = db.session()
    found = queries.find(session, submission_id)
    demand(actor, Permission.WORK_ROSTER, found.path)
    _demand_file(found.state, found.original)
    return _sheets(session, found, sheet)


def confirm_columns(
    submission_id: int, *, sheet: str, columns: Mapping[str, str], actor: Actor
) -> int:
    """Take what the clerk says of a draft's columns, {letter: field or ""}, and queue its reading;
    returns the batch. Corrections and exclusions stay as long as the sheet is the same.

    Raises `InputRefused` when name or document number have no column, or a field has two.
    """
    sheets = sheets_of(submission_id, actor=actor, sheet=sheet)
    chosen = next((one for one in sheets if one.name == sheet), None)
    if chosen is None:
        raise InputRefused("sheet.unknown", "文件里没有这张工作表，请刷新页面后重新选择。")
    said = _judged(chosen, columns)
    with transaction() as session:
        submission = locked(session, submission_id, actor, Permission.WORK_ROSTER)
        _demand_file(State(submission.state), submission.original)
        _let_go_of_other_work(session, submission)
        if submission.sheet not in (None, sheet):
            _drop_rows(session, submission)
        submission.is_read = False
        layout = StoredLayout(sheet, said)
        keep_layout(session, submission.county, submission.id, layout)
        remember(
            session,
            submission.county,
            submission.union_code,
            _labels(chosen, said),
            actor.account_id,
        )
        batch_id = queue(session, IMPORT, submission.county, submission.id, actor.account_id)
        record(
            session,
            "draft.columns",
            actor=actor,
            place=submission.union_code,
            detail={
                "submission": submission.id,
                "fields": sorted(field for field in said.values() if field),
            },
        )
    return batch_id


def _sheets(session: Session, found: SubmissionView, sheet: str | None) -> list[SheetPreview]:
    said = found.layout
    labels = remembered_labels(session, found.county, found.union_code)
    # Columns were said of one sheet; another one is looked at afresh.
    is_same = sheet is None or sheet == said.sheet
    layout = Layout(said.sheet if sheet is None else sheet, labels, said.columns if is_same else {})
    return preview(originals.fetch(found.original or ""), ordinary(setting), layout)


def _demand_file(state: State, original: str | None) -> None:
    if state is not State.DRAFT:
        raise StateRefused("draft.fixed", f"这份名册{state.label}，不能再修改列名。")
    if not original:
        raise StateRefused("draft.no_file", "这份草稿没有自己的文件，不用核对列名。")


def _judged(sheet: SheetPreview, columns: Mapping[str, str]) -> dict[str, str]:
    """Return what was said of the sheet's columns; those not mentioned are not taken."""
    there = {one.column for one in sheet.columns}
    said = {letter: columns.get(letter, "") for letter in there}
    unknown = sorted(field for field in said.values() if field and field not in COLUMN)
    if unknown:
        raise InputRefused("columns.unknown_field", "没有这一项，请刷新页面后重试。")
    for field in _NEEDED:
        if field not in said.values():
            label = COLUMN[field].label
            raise InputRefused(
                "columns.missing", f"还没有选哪一列是“{label}”，没有这一列不能读取人员。"
            )
    seen: dict[str, str] = {}
    for letter in (one.column for one in sheet.columns):
        field = said[letter]
        if field in seen:
            raise InputRefused(
                "columns.twice",
                f"第 {seen[field]} 列和第 {letter} 列都选了“{COLUMN[field].label}”，请只留一列。",
            )
        if field:
            seen[field] = letter
    return said


def _labels(sheet: SheetPreview, said: Mapping[str, str]) -> dict[str, str]:
    """Return what the sheet's labels mean by what was said.

    A column without a label is known by how its cells look. One label over several columns is known
    by the one that is taken, and each of these by its place among them.
    """
    looks = {doubt.column: doubt.guess for doubt in sheet.doubts if doubt.guess}
    labels: dict[str, str] = {}
    for one in sheet.columns:
        label, field, guess = normalise_label(one.header), said[one.column], looks.get(one.column)
        if not label and guess and (field or guess not in _NEEDED):
            label = UNHEADED + guess
        if label and not labels.get(label):
            labels[label] = field
    headers = [one.header for one in sheet.columns]
    for index, key in nth_labels(enumerate(headers)):
        labels[key] = said[sheet.columns[index].column]
    return labels


def _let_go_of_other_work(session: Session, submission: Submission) -> None:
    """End what waits or works on this file: it would read by what was said before."""
    session.execute(
        update(Batch)
        .where(
            Batch.county == submission.county,
            Batch.kind == IMPORT,
            Batch.subject_id == submission.id,
            Batch.state.in_([BatchState.WAITING, BatchState.RUNNING, BatchState.ASKING]),
        )
        .values(state=BatchState.DONE, fence=Batch.fence + 1, lease_until=None),
        execution_options={"synchronize_session": False},
    )


def _drop_rows(session: Session, submission: Submission) -> None:
    session.execute(
        delete(SubmissionRow).where(
            SubmissionRow.county == submission.county,
            SubmissionRow.submission_id == submission.id,
        )
    )
