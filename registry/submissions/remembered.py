"""What clerks said of columns: kept with the draft, and for the next roster of their union."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import table_of
from registry.roster.columns import COLUMN
from registry.submissions.models import DraftLayout, RememberedColumn

LABEL_LENGTH = 60
# A header may hold somebody's number by mistake: such a one is not kept.
_LONG_NUMBER = re.compile(r"\d{7}")


class StoredLayout(NamedTuple):
    """What the clerk said of a draft's file: the sheet, and {letter: field or ""}; no columns: the
    clerk was not asked."""

    sheet: str | None = None
    columns: dict[str, str] = {}  # noqa: RUF012 - never changed


class _Layout(msgspec.Struct):
    sheet: str | None = None
    columns: dict[str, str] = {}


_decoder = msgspec.json.Decoder(_Layout)

_remembered = table_of(RememberedColumn).c
_REMEMBERED = select(_remembered.label, _remembered.field).where(
    _remembered.county == bindparam("county"), _remembered.union_code == bindparam("union_code")
)


def stored_layout(text: str | None) -> StoredLayout:
    """Return a submission's layout from its stored form."""
    said = _decoder.decode(text or "{}")
    return StoredLayout(said.sheet, said.columns)


def keep_layout(session: Session, county: str, submission_id: int, layout: StoredLayout) -> None:
    """Write what the clerk said in place of what was said before; in the caller's transaction."""
    key = (DraftLayout.county == county, DraftLayout.submission_id == submission_id)
    session.execute(delete(DraftLayout).where(*key))
    said = msgspec.json.encode(layout._asdict()).decode()
    session.execute(
        insert(DraftLayout).values(county=county, submission_id=submission_id, said=said)
    )


def remembered_labels(session: Session, county: str, union_code: str) -> dict[str, str]:
    """Return {label: field, or "" for not taken} as the union's clerks confirmed it."""
    of = {"county": county, "union_code": union_code}
    # A field that the roster has no longer is as good as never asked.
    return {
        label: field or ""
        for label, field in session.execute(_REMEMBERED, of)
        if field is None or field in COLUMN
    }


def remember(
    session: Session,
    county: str,
    union_code: str,
    labels: Mapping[str, str],
    account_id: int,
) -> list[str]:
    """Keep what labels mean for a union, in place of what was said of them before; in the
    caller's transaction. Returns the labels kept: long ones and those with long numbers are not.
    """
    kept = {
        label: field
        for label, field in labels.items()
        if label and len(label) <= LABEL_LENGTH and not _LONG_NUMBER.search(label)
    }
    if not kept:
        return []
    session.execute(
        delete(RememberedColumn).where(
            RememberedColumn.county == county,
            RememberedColumn.union_code == union_code,
            RememberedColumn.label.in_(kept),
        )
    )
    at = now()
    session.execute(
        insert(RememberedColumn),
        [
            {
                "county": county,
                "union_code": union_code,
                "label": label,
                "field": field or None,
                "confirmed_by": account_id,
                "confirmed_at": at,
            }
            for label, field in kept.items()
        ],
    )
    return sorted(kept)
