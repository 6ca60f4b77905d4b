"""A roster that was taken back is a draft again, with all that was corrected in it.

Runs inside the caller's transaction. The withdrawn submission stays as it was sent.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import allocate
from registry.submissions.drafts import copied, recount
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.remembered import keep_layout, stored_layout
from registry.submissions.states import RowState, State
from registry.submissions.storing import Ref
from registry.vault.vault import Vault

# What the draft says of its file, and of what it takes up, as the submission did.
_KEPT = (
    "county",
    "union_code",
    "path",
    "kind",
    "parent_id",
    "source",
    "file_name",
    "file_sha256",
    "file_bytes",
    "original",
    "format",
    "sheet",
    "header_row",
    "columns",
    "file_findings",
    "skipped",
    "answers",
    "is_read",
    "total_count",
    "missing_count",
)
_AT_ONCE = 2000


def reopen(
    session: Session,
    vault: Vault,
    found: Submission,
    account_id: int,
    *,
    parent_id: int | None = None,
) -> int:
    """Open a draft with the rows of a submission that was withdrawn; returns its number.

    Rows that had been held back come as they were corrected since; those that went for review by
    themselves are left out there. `parent_id` takes the place of the submission's own.
    """
    number = allocate(session, "submission")
    values: dict[str, Any] = {name: getattr(found, name) for name in _KEPT}
    values |= {"id": number, "state": State.DRAFT, "is_current": True}
    values |= {"created_by": account_id, "created_at": now()}
    if parent_id is not None:
        values["parent_id"] = parent_id
    session.execute(insert(Submission).values(values))
    layout = stored_layout(found.layout)
    if layout.columns or layout.sheet:
        keep_layout(session, found.county, number, layout)
    draft = Ref(found.county, number, found.union_code)
    _copy_rows(session, vault, found, draft)
    # What a reviewer sent back is told at the draft that holds it now.
    session.execute(
        update(SubmissionRow)
        .where(SubmissionRow.county == found.county, SubmissionRow.follow_up_id == found.id)
        .values(follow_up_id=number),
        execution_options={"synchronize_session": False},
    )
    recount(session, draft)
    return number


def _copy_rows(session: Session, vault: Vault, found: Submission, draft: Ref) -> None:
    after = 0
    while rows := _rows(session, found, after):
        later = _held(session, found, rows)
        lines = []
        for row in rows:
            newer, is_open = later.get(row.row, (row, True))
            keeps = row.state == RowState.EXCLUDED or newer.state == RowState.EXCLUDED
            line = copied(vault, newer, draft)
            lines.append(line | {"state": RowState.EXCLUDED} if keeps or not is_open else line)
        session.execute(insert(SubmissionRow), lines)
        after = rows[-1].row


def _rows(session: Session, found: Submission, after: int) -> list[SubmissionRow]:
    query = select(SubmissionRow).where(
        SubmissionRow.county == found.county,
        SubmissionRow.submission_id == found.id,
        SubmissionRow.row > after,
    )
    return list(session.scalars(query.order_by(SubmissionRow.row).limit(_AT_ONCE)))


def _held(
    session: Session, found: Submission, rows: list[SubmissionRow]
) -> dict[int, tuple[SubmissionRow, bool]]:
    """Return, for rows that were held back, the row in the draft that took it up, and whether that
    draft was never sent."""
    follow_ups = {row.follow_up_id for row in rows if row.follow_up_id is not None}
    if not follow_ups:
        return {}
    query = (
        select(SubmissionRow, Submission.submitted_at)
        .join(
            Submission,
            and_(
                Submission.county == SubmissionRow.county,
                Submission.id == SubmissionRow.submission_id,
            ),
        )
        .where(
            SubmissionRow.county == found.county,
            or_(*(SubmissionRow.submission_id == number for number in follow_ups)),
            SubmissionRow.row.in_([row.row for row in rows]),
        )
    )
    return dict(_taken(session.execute(query)))


def _taken(found: Any) -> Iterator[tuple[int, tuple[SubmissionRow, bool]]]:
    for row, submitted_at in found:
        yield row.row, (row, submitted_at is None)
