"""A draft's own workbook, given back to the clerk with findings and corrections in place."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import StateRefused
from registry.roster.columns import ROW_KEY
from registry.roster.findings import FileFinding, Finding
from registry.roster.marked import mark
from registry.roster.messages import COVERED
from registry.roster.report import Counts, RosterReport
from registry.roster.sheet import SheetHead, SheetTail, Skipped
from registry.submissions import originals, queries
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.regrouping import ref_of
from registry.submissions.states import RowState, State
from registry.submissions.storing import decode_findings, open_row
from registry.trail.operations import record
from registry.vault.vault import vault


class Marked(NamedTuple):
    """A workbook and the name to save it under."""

    content: bytes
    name: str


def marked_workbook(submission_id: int, *, actor: Actor) -> Marked:
    """Return the uploaded workbook with what is found now, and what was corrected in the page.

    Raises `StateRefused` when the draft has no file or is not read yet. The file as it was sent
    and the clerk's edits are full values: the act is on the trail.
    """
    with transaction() as session:
        view = queries.find(session, submission_id)
        demand(actor, Permission.WORK_ROSTER, view.path)
        if view.original is None or not view.is_read or view.state is not State.DRAFT:
            raise StateRefused("draft.no_file", "这份名册没有可以标注的文件，请在页面上改正。")
        findings, edits = _findings(session, view), _edits(session, view)
        record(
            session,
            "draft.mark",
            actor=actor,
            place=view.union_code,
            detail={"submission": view.id, "rows": len({one.row for one in findings})},
        )
    content = originals.fetch(view.original)
    marked = mark(content, _report(view, findings), edits=edits)
    return Marked(marked, f"{view.file_name.rpartition('.')[0] or view.file_name}（已标注）.xlsx")


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


def _edits(session: Session, view: SubmissionView) -> list[tuple[int, str, str]]:
    """Return the clerk's edits as cells; a row that was edited is known by its version.

    Where a member of the union was chosen the number's cell holds the row key: it is good again
    when the workbook comes back.
    """
    letters = {column.field: column.column for column in view.columns if column.field}
    keeper, ref = vault(), ref_of(view)
    query = select(SubmissionRow.row, SubmissionRow.sealed).where(
        SubmissionRow.county == view.county,
        SubmissionRow.submission_id == view.id,
        SubmissionRow.version > 1,
    )
    return [
        (row, letters[field], text)
        for row, sealed in session.execute(query.order_by(SubmissionRow.row))
        for field, text in _as_cells(open_row(keeper, ref, row, sealed).edits).items()
        if field in letters
    ]


def _as_cells(edits: dict[str, str]) -> dict[str, str]:
    key = edits.get(ROW_KEY)
    if key is None or COVERED not in edits.get("document_number", ""):
        return edits
    return {**edits, "document_number": key}


def _report(view: SubmissionView, findings: list[Finding]) -> RosterReport:
    return RosterReport(
        head=SheetHead(view.format or "xlsx", view.sheet or "", view.header_row or 1, view.columns),
        tail=SheetTail(view.total_count, [Skipped(**one) for one in view.skipped]),
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
