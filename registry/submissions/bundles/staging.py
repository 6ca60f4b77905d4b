"""Parts of a bundle while it is split: written where nobody sees them, or taken away again.

The functions run inside the caller's transaction.
"""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from sqlalchemy import CursorResult, delete, insert, select
from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import allocate, bulk_insert, table_of, update_many
from registry.roster.findings import Finding
from registry.roster.sheet import SheetHead
from registry.submissions.bundles.models import Bundle, BundleGap, BundleName, BundlePart
from registry.submissions.bundles.splitting import (
    STAGED_NAMES,
    Part,
    Staged,
    Target,
    copy_for_draft,
)
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import BUNDLE, Kind, RowState, State
from registry.submissions.storing import LATE_NAMES, add_late
from registry.unions import queries as union_queries
from registry.vault.vault import Vault

DELETED_AT_ONCE = 20_000
PARTS_AT_ONCE = 100
_KEYS = ("county", "submission_id", "row")
_REDONE = ("state", *LATE_NAMES, "follow_up_id")
_GAP_NAMES = ("county", "bundle_id", "row", "last", "name")


def open_parts(session: Session, bundle: Bundle, head: SheetHead) -> None:
    """Write, once, the submission and the draft of every union that the names mean."""
    if session.scalar(select(BundlePart.union_code).where(*_parts_of(bundle)).limit(1)):
        return
    query = select(BundleName.union_code).where(
        BundleName.county == bundle.county,
        BundleName.bundle_id == bundle.id,
        BundleName.union_code.is_not(None),
    )
    codes = sorted({code for code in session.scalars(query) if code is not None})
    first = allocate(session, "submission", 2 * len(codes))
    for place, code in enumerate(codes):
        path = union_queries.find(session, code).path
        number = first + 2 * place
        for submission_id in (number, number + 1):
            session.execute(
                insert(Submission).values(_staged(bundle, head, submission_id, code, path))
            )
        session.execute(
            insert(BundlePart).values(
                county=bundle.county,
                bundle_id=bundle.id,
                union_code=code,
                path=path,
                submission_id=number,
                draft_id=number + 1,
            )
        )


def targets_of(session: Session, bundle: Bundle) -> dict[bytes, Target]:
    """Return what every written name means, by its key, once the parts are open."""
    parts = {
        one.union_code: Part(place, one.union_code, one.submission_id or 0, one.draft_id or 0)
        for place, one in enumerate(
            session.scalars(
                select(BundlePart).where(*_parts_of(bundle)).order_by(BundlePart.union_code)
            )
        )
    }
    names = select(BundleName.key, BundleName.number, BundleName.union_code).where(
        BundleName.county == bundle.county, BundleName.bundle_id == bundle.id
    )
    return {
        key: Target(number, parts[code] if code is not None else None)
        for key, number, code in session.execute(names)
    }


def write(session: Session, county: str, bundle_id: int, staged: Staged) -> None:
    """Store one batch: its rows, the copies of faulty ones, and the runs that are left out."""
    bulk_insert(session, table_of(SubmissionRow), STAGED_NAMES, staged.columns)
    gaps = staged.gaps
    columns: list[Sequence[Any]] = [
        [county] * len(gaps),
        [bundle_id] * len(gaps),
        [gap.row for gap in gaps],
        [gap.last for gap in gaps],
        [gap.name for gap in gaps],
    ]
    bulk_insert(session, table_of(BundleGap), _GAP_NAMES, columns)


def forget(session: Session, bundle: Bundle, first: int, last: int) -> None:
    """Take away what an earlier try stored for these rows of the file."""
    numbers = [
        number
        for pair in session.execute(
            select(BundlePart.submission_id, BundlePart.draft_id).where(*_parts_of(bundle))
        ).tuples()
        for number in pair
    ]
    session.execute(
        delete(SubmissionRow).where(
            SubmissionRow.county == bundle.county,
            SubmissionRow.submission_id.in_(numbers),
            SubmissionRow.row.between(first, last),
        )
    )
    session.execute(
        delete(BundleGap).where(
            BundleGap.county == bundle.county,
            BundleGap.bundle_id == bundle.id,
            BundleGap.row.between(first, last),
        )
    )


def settle(
    session: Session, vault: Vault, county: str, part: Part, findings: Sequence[Finding]
) -> None:
    """Add findings to rows of one part that are stored already; again changes nothing.

    A row that becomes faulty is held, and copied into the draft.
    """
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        by_row.setdefault(finding.row, []).append(finding)
    query = select(*(getattr(SubmissionRow, name) for name in STAGED_NAMES)).where(
        SubmissionRow.county == county,
        SubmissionRow.submission_id.in_([part.submission_id, part.draft_id]),
        SubmissionRow.row.in_(list(by_row)),
    )
    changed: list[dict[str, Any]] = []
    held: list[dict[str, Any]] = []
    for found in session.execute(query).mappings():
        row = dict(found)
        if _add(row, by_row[row["row"]], part):
            held.append(copy_for_draft(vault, row, part))
        changed.append({name: row[name] for name in (*_KEYS, *_REDONE)})
    update_many(session, SubmissionRow, _KEYS, changed)
    columns = [[one[name] for one in held] for name in STAGED_NAMES]
    bulk_insert(session, table_of(SubmissionRow), STAGED_NAMES, columns)


def clear(session: Session, bundle: Bundle) -> bool:
    """Take away some of what is staged; True while there is more."""
    parts = list(session.scalars(select(BundlePart).where(*_parts_of(bundle)).limit(PARTS_AT_ONCE)))
    gone = 0
    for part in parts:
        numbers = [number for number in (part.submission_id, part.draft_id) if number is not None]
        for number in numbers:
            while count := _clear_rows(session, bundle.county, number):
                gone += count
                if gone >= DELETED_AT_ONCE:
                    return True
        session.execute(
            delete(Submission).where(
                Submission.county == bundle.county,
                Submission.id.in_(numbers),
                Submission.state == State.STAGED,
            )
        )
        session.delete(part)
    if not parts:
        for table in (BundleGap, BundleName):
            session.execute(
                delete(table).where(table.county == bundle.county, table.bundle_id == bundle.id)
            )
    return bool(parts)


def _clear_rows(session: Session, county: str, submission_id: int) -> int:
    of_it = (SubmissionRow.county == county, SubmissionRow.submission_id == submission_id)
    rows = select(SubmissionRow.row).where(*of_it).order_by(SubmissionRow.row)
    last = session.scalars(rows.limit(1).offset(DELETED_AT_ONCE)).first()
    some = delete(SubmissionRow).where(*of_it)
    if last is not None:
        some = some.where(SubmissionRow.row < last)
    gone = session.execute(some, execution_options={"synchronize_session": False})
    return cast(CursorResult[Any], gone).rowcount


def _add(row: dict[str, Any], findings: Sequence[Finding], part: Part) -> bool:
    """Add findings to a stored row; True when it has to be copied into the draft now."""
    add_late(row, findings)
    is_new = bool(row["worst"] == "error" and row["state"] == RowState.PENDING)
    if is_new:
        row["state"], row["follow_up_id"] = RowState.HELD.value, part.draft_id
    return is_new


def _staged(
    bundle: Bundle, head: SheetHead, submission_id: int, code: str, path: str
) -> dict[str, Any]:
    """Return the values of a submission that is not to be seen yet.

    The database demands who sent it of everything that is neither draft nor withdrawn.
    """
    return {
        "county": bundle.county,
        "id": submission_id,
        "union_code": code,
        "path": path,
        "kind": Kind.INCREMENT,
        "state": State.STAGED,
        "is_current": True,
        "source": BUNDLE,
        "file_name": bundle.file_name,
        "format": head.format,
        "sheet": head.sheet[:255],
        "header_row": head.header_row,
        "columns": msgspec.json.encode(head.columns).decode(),
        "is_read": True,
        "created_by": bundle.created_by,
        "created_at": now(),
        "submitted_by": bundle.confirmed_by,
        "submitted_at": now(),
    }


def _parts_of(bundle: Bundle) -> tuple[Any, ...]:
    return (BundlePart.county == bundle.county, BundlePart.bundle_id == bundle.id)
