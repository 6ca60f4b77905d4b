"""A stored roster as the document that `registry check --json` prints."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.submissions import queries
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.states import RowState
from registry.submissions.storing import SENSITIVE, Ref, StoredFinding, decode_findings, open_row
from registry.trail.operations import record
from registry.vault.vault import Vault, vault


def stored_report(submission_id: int, *, actor: Actor) -> dict[str, Any]:
    """Return a submission's file, counts and findings.

    Suggestions for document numbers are full values from the roster itself: reading them is an act
    of the roster's clerk and stands on the trail.
    """
    with transaction() as session:
        view = queries.find(session, submission_id)
        demand(actor, Permission.WORK_ROSTER, view.path)
        findings = list(_findings(session, view))
        record(
            session,
            "roster.report",
            actor=actor,
            place=view.union_code,
            detail={"submission": view.id, "findings": len(findings)},
        )
    return {**outline(view), "skipped": skipped(session, view), "findings": findings}


def outline(view: SubmissionView) -> dict[str, Any]:
    """Return what the file was, how many rows there are of each kind, and what is said of it as a
    whole.
    """
    return {
        "file": {
            "name": view.file_name,
            "sha256": view.file_sha256,
            "format": view.format,
            "sheet": view.sheet,
            "header_row": view.header_row,
            "columns": [column._asdict() for column in view.columns],
        },
        "rows": {
            "total": view.total_count,
            "ok": view.ok_count,
            "warning": view.warning_count,
            "error": view.error_count,
            "skipped": view.skipped_count,
        },
        "file_findings": view.file_findings,
    }


def skipped(session: Session, view: SubmissionView) -> list[dict[str, Any]]:
    """Return the rows that are no persons or were left out, in the order of the file."""
    lost = [
        {key: value for key, value in entry.items() if value is not None} for entry in view.skipped
    ]
    return sorted([*lost, *_excluded(session, view)], key=lambda entry: entry["row"])


def masked_findings(
    session: Session, view: SubmissionView, *, after: int, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Return the findings of at most `limit` rows after row `after`, and whether there are more.

    Nothing is opened: what a document number or mobile should read is not among them.
    """
    query = _rows_with_findings(view).where(SubmissionRow.row > after).limit(limit + 1)
    rows = session.execute(query.with_only_columns(SubmissionRow.row, SubmissionRow.findings)).all()
    found = [
        _told(row, finding, finding.suggestion)
        for row, text in rows[:limit]
        for finding in decode_findings(text)
    ]
    return found, len(rows) > limit


class Fate(NamedTuple):
    """What became of one row: its state, the decision, the draft that holds it now."""

    row: int
    state: str
    decision: int | None
    draft: int | None


def fates(session: Session, view: SubmissionView, *, after: int, limit: int) -> list[Fate]:
    """Return what became of rows, after row `after`, in the order of the file."""
    query = (
        select(
            SubmissionRow.row,
            SubmissionRow.state,
            SubmissionRow.decision_id,
            SubmissionRow.follow_up_id,
        )
        .where(
            SubmissionRow.county == view.county,
            SubmissionRow.submission_id == view.id,
            SubmissionRow.row > after,
        )
        .order_by(SubmissionRow.row)
        .limit(limit)
    )
    return [Fate(*one) for one in session.execute(query)]


def _findings(session: Session, view: SubmissionView) -> Iterator[dict[str, Any]]:
    keeper, ref = vault(), Ref(view.county, view.id, view.union_code)
    query = _rows_with_findings(view)
    for row, text, sealed in session.execute(query.execution_options(yield_per=5000)):
        yield from findings_of(keeper, ref, row, text, sealed)


def _rows_with_findings(view: SubmissionView) -> Select[tuple[int, str | None, bytes]]:
    return (
        select(SubmissionRow.row, SubmissionRow.findings, SubmissionRow.sealed)
        .where(
            SubmissionRow.county == view.county,
            SubmissionRow.submission_id == view.id,
            SubmissionRow.findings.is_not(None),
            SubmissionRow.state != RowState.EXCLUDED,
        )
        .order_by(SubmissionRow.row)
    )


def findings_of(
    keeper: Vault, ref: Ref, row: int, text: str | None, sealed: bytes
) -> Iterator[dict[str, Any]]:
    """Yield one row's findings with their suggestions: for a document number or mobile what the
    file itself suggests, which stands sealed, else a row key.
    """
    findings = decode_findings(text)
    hidden = any(finding.field in SENSITIVE for finding in findings)
    suggestions = open_row(keeper, ref, row, sealed).suggestions if hidden else {}
    for finding in findings:
        suggestion = finding.suggestion
        if finding.field in SENSITIVE:
            suggestion = suggestions.get(finding.code, suggestion)
        yield _told(row, finding, suggestion)


def _told(row: int, finding: StoredFinding, suggestion: str | None) -> dict[str, Any]:
    return {
        "row": row,
        "column": finding.column,
        "field": finding.field,
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "suggestion": suggestion,
        "other_rows": finding.other_rows,
    }


def _excluded(session: Session, view: SubmissionView) -> list[dict[str, Any]]:
    query = select(SubmissionRow.row).where(
        SubmissionRow.county == view.county,
        SubmissionRow.submission_id == view.id,
        SubmissionRow.state == RowState.EXCLUDED,
    )
    return [{"row": row, "why": "excluded"} for row in session.scalars(query)]
