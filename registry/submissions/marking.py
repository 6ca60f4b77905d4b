"""A draft's own workbook, given back to the clerk with findings and corrections in place."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now
from registry.codes.lists import code_list
from registry.db import db, setting, transaction
from registry.errors import StateRefused
from registry.members.seeing import Why, reason_of
from registry.roster import watermark
from registry.roster.columns import ROW_KEY
from registry.roster.findings import FileFinding, Finding
from registry.roster.limits import ordinary
from registry.roster.marked import Note, Part, is_part, mark
from registry.roster.messages import COVERED
from registry.roster.report import Counts, RosterReport
from registry.roster.sheet import Cell, SheetHead, SheetTail, Skipped
from registry.submissions import originals, queries, stamps
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.regrouping import ref_of
from registry.submissions.row_files import RowFile, file_of
from registry.submissions.states import RowState, State
from registry.submissions.storing import decode_findings, open_row
from registry.trail.operations import record
from registry.vault.vault import vault

OWN_REASON = "改正名册"


class Marked(NamedTuple):
    """A workbook and the name to save it under."""

    content: bytes
    name: str


class SentBack(NamedTuple):
    """Why a reviewer gave a row back: a reason of `codes/send_back_reason.csv`, and words."""

    row: int
    reason: str
    note: str


def is_senders(submission_id: int, *, actor: Actor) -> bool:
    """Tell whether the file in which a draft's rows stand was sent by who asks, or there is none:
    then nothing is told that the same person did not hand in.
    """
    session = db.session()
    file = file_of(session, queries.find(session, submission_id))
    return file is None or file.sent_by == actor.account_id


def marked_workbook(
    submission_id: int,
    *,
    actor: Actor,
    sent_back: tuple[SentBack, ...] = (),
    why: Why | None = None,
) -> Marked:
    """Return the uploaded workbook with what is found now, and what was corrected in the page.

    A draft of rows that were held or sent back, or came with other unions' from one file, gives
    just these, from the workbook they came from, with the reviewer's words in `sent_back`. It is
    known again when it is uploaded. Raises `StateRefused` when the draft has no file or is not
    read yet. The file as it was sent and the clerk's edits are full values: the act is on the
    trail. To anybody but its sender it is a full export: `why` says what for, else `InputRefused`
    (reason.*).
    """
    with transaction() as session:
        view = queries.find(session, submission_id)
        demand(actor, Permission.WORK_ROSTER, view.path)
        file = file_of(session, view)
        if file is None or not view.is_read or view.state is not State.DRAFT:
            raise StateRefused("draft.no_file", "这份名册没有可以标注的文件，请在页面上改正。")
        is_own = file.sent_by == actor.account_id
        reason = OWN_REASON if is_own else reason_of(why or Why(""))
        findings, edits = _findings(session, view), _edits(session, view)
        part = None if file.is_own else _part(session, view)
        record(
            session,
            "draft.mark",
            actor=actor,
            place=view.union_code,
            detail={
                "submission": view.id,
                "rows": len({one.row for one in findings}),
                "total": view.total_count,
                "reason": reason,
            },
        )
    report = _report(view, file, findings)
    stamp = stamps.make(
        vault(), view.county, view.id, edits, is_part=part is not None or is_part(report)
    )
    marked = mark(
        originals.fetch(file.original),
        report,
        ordinary(setting),
        edits=_places(file, edits),
        stamp=stamp,
        part=part,
        said=watermark.words(actor.name, now()),
        notes=[_note(one) for one in sent_back if part is None or one.row in part.rows],
    )
    name = f"{view.file_name.rpartition('.')[0] or view.file_name}（已标注）.xlsx"
    return Marked(marked, name)


def _part(session: Session, view: SubmissionView) -> Part:
    rows = session.scalars(
        select(SubmissionRow.row)
        .where(
            SubmissionRow.county == view.county,
            SubmissionRow.submission_id == view.id,
            SubmissionRow.state != RowState.EXCLUDED,
        )
        .order_by(SubmissionRow.row)
    )
    why = "这份草稿是上一次报送余下或退回的行"
    if view.source == "BUNDLE":
        why = "这份草稿是上级工会代为上传的合并名册里本会要改正的行"
    return Part(list(rows), why)


def _note(one: SentBack) -> Note:
    reason = code_list("send_back_reason").label(one.reason)
    said = f"审核员退回，原因：{reason}" + (f"。审核员说：{one.note}" if one.note else "")
    return Note(one.row, f"审核员退回：{reason}", f"{said}。改好后再提交。")


def _findings(session: Session, view: SubmissionView) -> list[Finding]:
    query = (
        select(SubmissionRow.row, SubmissionRow.findings)
        .where(
            SubmissionRow.county == view.county,
            SubmissionRow.submission_id == view.id,
            SubmissionRow.findings.is_not(None),
            SubmissionRow.state != RowState.EXCLUDED,
        )
        .order_by(SubmissionRow.row)
    )
    return [
        Finding(
            row, one.column, one.field, one.code, one.severity, one.message, None, one.other_rows
        )
        for row, text in session.execute(query.execution_options(yield_per=5000))
        for one in decode_findings(text)
    ]


def _edits(session: Session, view: SubmissionView) -> dict[int, dict[str, Cell]]:
    """Return the clerk's edits by row; a row that was edited is known by its version."""
    keeper, ref = vault(), ref_of(view)
    query = select(SubmissionRow.row, SubmissionRow.sealed).where(
        SubmissionRow.county == view.county,
        SubmissionRow.submission_id == view.id,
        SubmissionRow.version > 1,
    )
    found = {
        row: open_row(keeper, ref, row, sealed).edits
        for row, sealed in session.execute(query.order_by(SubmissionRow.row))
    }
    return {row: edits for row, edits in found.items() if edits}


def _places(file: RowFile, edits: dict[int, dict[str, Cell]]) -> list[tuple[int, str, Cell]]:
    letters = {column.field: column.column for column in file.columns if column.field}
    return [
        (row, letters[field], value)
        for row, cells in edits.items()
        for field, value in _as_cells(cells).items()
        if field in letters
    ]


def _as_cells(edits: dict[str, Cell]) -> dict[str, Cell]:
    """Return edits as they stand in the workbook: where a member of the union was chosen, the
    number's cell holds the row key, which is good again when the workbook comes back.
    """
    key = edits.get(ROW_KEY)
    if key is None or COVERED not in str(edits.get("document_number") or ""):
        return edits
    return {**edits, "document_number": key}


def _report(view: SubmissionView, file: RowFile, findings: list[Finding]) -> RosterReport:
    return RosterReport(
        head=SheetHead(file.format, file.sheet, file.header_row, file.columns),
        # The whole file is read, however few of its rows are wanted.
        tail=SheetTail(file.total_count, [Skipped(**one) for one in view.skipped]),
        counts=Counts(
            view.total_count,
            view.ok_count,
            view.warning_count,
            view.error_count,
            view.skipped_count,
        ),
        findings=findings,
        file_findings=[FileFinding(**one) for one in view.file_findings],
        batches=[],
    )
