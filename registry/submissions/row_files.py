"""The file in which a draft's rows stand: its own, its ancestor's, or that of a bundle."""

from typing import NamedTuple

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.db import setting
from registry.roster.sheet import SheetColumn
from registry.submissions import queries
from registry.submissions.bundles.models import Bundle, BundlePart
from registry.submissions.queries import SubmissionView

_MOST_ANCESTORS = 200


class RowFile(NamedTuple):
    """A kept file and how it was read. `is_own`: all its rows are the draft's; `sent_by` is the
    account that sent it.
    """

    original: str
    format: str
    sheet: str
    header_row: int
    columns: list[SheetColumn]
    total_count: int
    is_own: bool
    sent_by: int


def file_of(session: Session, view: SubmissionView) -> RowFile | None:
    """Return the file in which a draft's rows have their numbers; None for what was entered by
    hand, and for a bundle so large that no workbook is made from it."""
    number = view.id
    for _ in range(_MOST_ANCESTORS):
        if view.original is not None or view.parent_id is None or view.source == "BUNDLE":
            break
        view = queries.find(session, view.parent_id)
    if view.source == "BUNDLE":
        return _of_bundle(session, view)
    if view.original is None or view.header_row is None:
        return None
    return RowFile(
        view.original,
        view.format or "xlsx",
        view.sheet or "",
        view.header_row,
        view.columns,
        view.total_count,
        view.id == number,
        view.created_by,
    )


def _of_bundle(session: Session, view: SubmissionView) -> RowFile | None:
    found = session.scalar(
        select(Bundle)
        .join(
            BundlePart, (BundlePart.county == Bundle.county) & (BundlePart.bundle_id == Bundle.id)
        )
        .where(
            BundlePart.county == view.county,
            BundlePart.union_code == view.union_code,
            or_(BundlePart.draft_id == view.id, BundlePart.submission_id == view.id),
        )
    )
    if found is None or found.original is None or found.header_row is None:
        return None
    if found.file_bytes > setting("UPLOAD_BYTES"):
        return None
    return RowFile(
        found.original,
        found.format or "xlsx",
        found.sheet or "",
        found.header_row,
        msgspec.json.decode(found.columns, type=list[SheetColumn]),
        found.total_count,
        is_own=False,
        sent_by=found.created_by,
    )
