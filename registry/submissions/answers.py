"""Answers about known members, written as rows of a draft: who is still here, who left and when.

What is said becomes what a roster would say of the member. Number and mobile stay masked beside a
row key, as in a pre-filled roster (decision 0017). The functions run inside the caller's
transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from registry.clock import today
from registry.codes import code_list
from registry.db import bulk_insert, one_of, table_of
from registry.errors import InputRefused
from registry.roster.check import Checker
from registry.roster.columns import COLUMN
from registry.roster.findings import Finding
from registry.submissions.drafts import by_hand_columns, open_draft, recount
from registry.submissions.intake import match_chunk
from registry.submissions.known import masked_cells_of
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SubmissionView, view_of
from registry.submissions.sealed_rows import SealedRow
from registry.submissions.states import Kind
from registry.submissions.storing import (
    COLUMN_NAMES,
    Ref,
    StoredRows,
    batch_of,
    encode_findings,
    seal_row,
    to_stored,
    worst_of,
)
from registry.submissions.whereabouts import Reason, Said
from registry.unions.queries import Union
from registry.vault.vault import vault

_LONGEST_DATE = 40


def opened(
    session: Session,
    union: Union,
    kind: Kind,
    *,
    account_id: int,
    source: str,
    file_name: str,
    parent_id: int | None = None,
) -> SubmissionView:
    """Open a draft for answers and return it."""
    number = open_draft(
        session, union, kind, account_id=account_id, source=source, file_name=file_name[:255]
    )
    session.execute(
        update(Submission)
        .where(Submission.county == union.county, Submission.id == number)
        .values(
            parent_id=parent_id,
            is_read=True,
            format="form",
            columns=msgspec.json.encode(by_hand_columns()).decode(),
        )
    )
    return view_of(session.get_one(Submission, (union.county, number), populate_existing=True))


def write(session: Session, draft: SubmissionView, said: Sequence[tuple[Any, Said]]) -> int:
    """Write what is said of members (as `known.live_members` reads them) in place of what the draft
    said of them before; returns how many rows it has then.

    Raises `InputRefused` for an impossible date.
    """
    ref = Ref(draft.county, draft.id, draft.union_code)
    numbers = keys(session, draft)
    drop(session, draft, {one.person_key for one, _ in said} & numbers.keys())
    free = max(numbers.values(), default=0)
    rows = []
    for one, (reason, on) in said:
        if reason is not None:
            if one.person_key not in numbers:
                free += 1
            rows.append((numbers.get(one.person_key, free), one, on.strip(), reason))
    if rows:
        stored = _stored(ref, rows)
        match_chunk(session, ref, stored, by_hand_columns())
        columns = [stored.columns[name] for name in COLUMN_NAMES]
        bulk_insert(session, table_of(SubmissionRow), COLUMN_NAMES, columns)
    return recounted(session, draft)


def keys(session: Session, draft: SubmissionView) -> dict[bytes, int]:
    """Return the persons of whom a draft says something, with their rows."""
    query = select(SubmissionRow.person_key, SubmissionRow.row).where(
        SubmissionRow.county == draft.county, SubmissionRow.submission_id == draft.id
    )
    return {key: row for key, row in session.execute(query) if key is not None}


def drop(session: Session, draft: SubmissionView, persons: Iterable[bytes]) -> None:
    """Delete the rows about these persons."""
    listed = list(persons)
    if listed:
        session.execute(
            delete(SubmissionRow).where(
                SubmissionRow.county == draft.county,
                SubmissionRow.submission_id == draft.id,
                one_of(SubmissionRow.person_key, listed),
            ),
            execution_options={"synchronize_session": False},
        )


def recounted(session: Session, draft: SubmissionView) -> int:
    """Count the draft's rows again and return how many there are."""
    total = session.scalar(
        select(func.count())
        .select_from(SubmissionRow)
        .where(SubmissionRow.county == draft.county, SubmissionRow.submission_id == draft.id)
    )
    session.execute(
        update(Submission)
        .where(Submission.county == draft.county, Submission.id == draft.id)
        .values(total_count=total or 0, version=Submission.version + 1)
    )
    recount(session, Ref(draft.county, draft.id, draft.union_code))
    return total or 0


def _stored(ref: Ref, rows: Sequence[tuple[int, Any, str, Reason]]) -> StoredRows:
    """Return rows as the register knows the members, with the change that is asked for.

    Only the date is judged: what is known of them was approved before and is not asked again.
    """
    keeper = vault()
    contents = {
        number: masked_cells_of(keeper, ref, one) | _change_cells(on, reason)
        for number, one, on, reason in rows
    }
    dates, findings = _dates(contents)
    lines = []
    for number, one, _, reason in rows:
        found = findings.get(number, [])
        lines.append(
            {
                "county": ref.county,
                "submission_id": ref.submission_id,
                "row": number,
                "state": "DRAFT",
                "worst": worst_of(found),
                "match": None,
                "change": reason.change,
                "changed_on": dates[number],
                "change_reason": reason.change_reason,
                "person_key": one.person_key,
                "full_name": one.full_name,
                "document_kind": one.document_kind,
                "document_sealed": one.document_sealed,
                "mobile_sealed": one.mobile_sealed,
                "mobile_key": one.mobile_key,
                "clean": one.particulars,
                "filled": one.filled,
                "findings": encode_findings([to_stored(finding) for finding in found]),
                "sealed": seal_row(keeper, ref, number, SealedRow(dict(contents[number]))),
                "changed_fields": None,
                "version": 1,
            }
        )
    return StoredRows({name: [line[name] for line in lines] for name in COLUMN_NAMES})


def _change_cells(on: str, reason: Reason) -> dict[str, str]:
    cells = {"change": code_list("membership_change").label(reason.change)}
    if reason.change_reason is not None:
        cells["change_reason"] = code_list("membership_change_reason").label(reason.change_reason)
    if on and reason.has_happened:
        if len(on) > _LONGEST_DATE:
            raise InputRefused("date.unreadable", "日期请写成 2026-09-01 或 2026-09 的样子。")
        cells["changed_on"] = on
    return cells


def _dates(
    contents: Mapping[int, Mapping[str, str]],
) -> tuple[dict[int, str | None], dict[int, list[Finding]]]:
    """Read and judge the dates of change by the rules of every roster."""
    sheet = batch_of({number: SealedRow(dict(cells)) for number, cells in contents.items()})
    checked = Checker(by_hand_columns(), today(), {}).judge(sheet)
    said: dict[int, list[Finding]] = {}
    for finding in checked.findings:
        if finding.field == "changed_on":
            if finding.severity == "error":
                # Called as the column is called where it was typed.
                words = finding.message.replace(f"“{COLUMN['changed_on'].label}”", "日期")
                raise InputRefused(finding.code, words)
            said.setdefault(finding.row, []).append(finding)
    return dict(zip(checked.rows, checked.clean["changed_on"], strict=True)), said
