"""A stored roster as the document that `registry check --json` prints."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.submissions import queries
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.states import RowState
from registry.submissions.storing import SENSITIVE, Ref, decode_findings, open_row
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
    skipped = [
        {key: value for key, value in entry.items() if value is not None} for entry in view.skipped
    ] + _excluded(session, view)
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
        "skipped": sorted(skipped, key=lambda entry: entry["row"]),
        "findings": findings,
        "file_findings": view.file_findings,
    }


def _findings(session: Session, view: SubmissionView) -> Iterator[dict[str, Any]]:
    keeper, ref = vault(), Ref(view.county, view.id, view.union_code)
    query = (
        select(SubmissionRow.row, SubmissionRow.findings, SubmissionRow.sealed)
        .where(
            SubmissionRow.county == view.county,
            SubmissionRow.submission_id == view.id,
            SubmissionRow.findings.is_not(None),
            SubmissionRow.state != RowState.EXCLUDED,
        )
        .order_by(SubmissionRow.row)
    )
    for row, text, sealed in session.execute(query.execution_options(yield_per=5000)):
        yield from findings_of(keeper, ref, row, text, sealed)


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
        yield {
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
