"""What is asked of bundles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, case, func, select, true
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.errors import NotFound
from registry.submissions.bundles.models import Bundle, BundleName, BundlePart
from registry.submissions.bundles.states import BundleState
from registry.submissions.models import Submission
from registry.submissions.states import REVIEWABLE
from registry.unions.named import How


@dataclass(frozen=True, slots=True)
class BundleView:
    """A bundle as plain values."""

    county: str
    id: int
    place: str
    path: str
    is_bulk: bool
    state: BundleState
    file_name: str
    file_sha256: str
    file_bytes: int
    original_removed_at: datetime | None
    sheet: str | None
    header_row: int | None
    file_findings: list[dict[str, str]]
    skipped: list[dict[str, Any]]
    total_count: int
    row_count: int
    skipped_count: int
    left_out_count: int
    good_count: int
    error_count: int
    created_by: int
    created_at: datetime
    confirmed_by: int | None
    confirmed_at: datetime | None
    ended_at: datetime | None


class NameView(NamedTuple):
    """A name as written, how many rows have it, and the union that it means."""

    number: int
    written: str
    row_count: int
    first_row: int
    how: How
    union_code: str | None
    suggestions: list[str]


class NameCounts(NamedTuple):
    """The names of a bundle and their rows: those that wait, those with a union, those left
    out.
    """

    open: int
    open_rows: int
    known: int
    known_rows: int
    left_out: int
    left_out_rows: int
    unions: int

    @property
    def total(self) -> int:
        """All names."""
        return self.open + self.known + self.left_out


class Which(StrEnum):
    """Unions of a bundle: all, those with rows to correct, those with rows that wait now."""

    ALL = "all"
    FAULTY = "faulty"
    PENDING = "pending"


class PartView(NamedTuple):
    """What a bundle brought one union."""

    union_code: str
    submission_id: int | None
    draft_id: int | None
    good: int
    warnings: int
    errors: int
    transfers: int


def find(session: Session, bundle_id: int, place: str) -> BundleView:
    """Return a bundle of a place.

    Raises `NotFound` when there is none with this number at this place.
    """
    found = session.scalar(select(Bundle).where(Bundle.id == bundle_id, Bundle.place == place))
    if found is None:
        raise NotFound("bundle.unknown", f"没有编号为 {bundle_id} 的合并名册。")
    return view_of(found)


def of_place(
    session: Session,
    county: str,
    place: str,
    *,
    mapping_of: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[BundleView]:
    """Return a place's bundles, newest first; `mapping_of` an account: those that wait for it to
    say which unions they mean.
    """
    query = select(Bundle).where(Bundle.county == county, Bundle.place == place)
    if mapping_of is not None:
        query = query.where(Bundle.state == BundleState.MAPPING, Bundle.created_by == mapping_of)
    if before is not None:
        query = query.where(Bundle.id < before)
    return [view_of(one) for one in session.scalars(query.order_by(Bundle.id.desc()).limit(limit))]


def names(
    session: Session,
    bundle: BundleView,
    *,
    hows: Sequence[How] = (),
    after: int = 0,
    limit: int = 100,
) -> list[NameView]:
    """Return the names in the order of the file, after name `after`; `hows` narrows them."""
    query = select(BundleName).where(*_names_of(bundle), BundleName.number > after)
    if hows:
        query = query.where(BundleName.how.in_(hows))
    found = session.scalars(query.order_by(BundleName.number).limit(limit))
    return [
        NameView(
            one.number,
            one.written,
            one.row_count,
            one.first_row,
            How(one.how),
            one.union_code,
            msgspec.json.decode(one.suggestions),
        )
        for one in found
    ]


def name_counts(session: Session, bundle: BundleView) -> NameCounts:
    """Return how many names, and rows with them, wait, have a union, or are left out."""
    kind = case(
        (BundleName.how == How.OPEN, "open"),
        (BundleName.how == How.LEFT_OUT, "left_out"),
        else_="known",
    )
    query = (
        select(kind, func.count(), func.sum(BundleName.row_count))
        .where(*_names_of(bundle))
        .group_by(kind)
    )
    found = {name: (count, int(rows)) for name, count, rows in session.execute(query)}
    unions = session.scalar(
        select(func.count(BundleName.union_code.distinct())).where(*_names_of(bundle))
    )
    none = (0, 0)
    return NameCounts(
        *found.get("open", none),
        *found.get("known", none),
        *found.get("left_out", none),
        unions or 0,
    )


def parts(
    session: Session,
    bundle: BundleView,
    *,
    which: Which = Which.ALL,
    after: str = "",
    limit: int | None = None,
) -> list[PartView]:
    """Return what a finished bundle brought each union, by code, after union `after`; nothing
    before its end.
    """
    if bundle.state is not BundleState.DONE:
        return []
    query = (
        select(BundlePart)
        .outerjoin(Submission, _sent())
        .where(*_parts_of(bundle), _BY[which], BundlePart.union_code > after)
        .order_by(BundlePart.union_code)
        .limit(limit)
    )
    return [
        PartView(
            one.union_code,
            one.submission_id,
            one.draft_id,
            one.ok_count + one.warning_count,
            one.warning_count,
            one.error_count,
            one.transfer_count,
        )
        for one in session.scalars(query)
    ]


def part_counts(session: Session, bundle: BundleView) -> dict[Which, int]:
    """Return of how many unions there is something to be said of each kind."""
    query = (
        select(*(func.coalesce(func.sum(case((_BY[one], 1), else_=0)), 0) for one in Which))
        .select_from(BundlePart)
        .outerjoin(Submission, _sent())
        .where(*_parts_of(bundle))
    )
    return dict(zip(Which, map(int, session.execute(query).one()), strict=True))


def pending(session: Session, bundle: BundleView) -> int:
    """Return how many rows that the bundle sent wait for review now."""
    query = (
        select(func.sum(Submission.pending_count))
        .join(BundlePart, _sent())
        .where(*_parts_of(bundle), Submission.state.in_(REVIEWABLE))
    )
    return int(session.scalar(query) or 0)


def view_of(found: Bundle) -> BundleView:
    """Return the plain values of a bundle."""
    decode = msgspec.json.decode
    return BundleView(
        county=found.county,
        id=found.id,
        place=found.place,
        path=found.path,
        is_bulk=found.is_bulk,
        state=BundleState(found.state),
        file_name=found.file_name,
        file_sha256=found.file_sha256,
        file_bytes=found.file_bytes,
        original_removed_at=found.original_removed_at,
        sheet=found.sheet,
        header_row=found.header_row,
        file_findings=decode(found.file_findings),
        skipped=decode(found.skipped),
        total_count=found.total_count,
        row_count=found.row_count,
        skipped_count=found.skipped_count,
        left_out_count=found.left_out_count,
        good_count=found.good_count,
        error_count=found.error_count,
        created_by=found.created_by,
        created_at=found.created_at,
        confirmed_by=found.confirmed_by,
        confirmed_at=found.confirmed_at,
        ended_at=found.ended_at,
    )


_bundle = table_of(Bundle).c
_WAITING_FOR = select(func.count()).where(
    _bundle.county == bindparam("county"),
    _bundle.place == bindparam("place"),
    _bundle.state == BundleState.MAPPING,
    _bundle.created_by == bindparam("account_id"),
)


def waiting_for(session: Session, county: str, place: str, account_id: int) -> int:
    """Return how many bundles of a place wait for their uploader to say which unions they mean."""
    asked = {"county": county, "place": place, "account_id": account_id}
    return session.scalar(_WAITING_FOR, asked) or 0


def _names_of(bundle: BundleView) -> tuple[ColumnElement[bool], ...]:
    return (BundleName.county == bundle.county, BundleName.bundle_id == bundle.id)


def _parts_of(bundle: BundleView) -> tuple[ColumnElement[bool], ...]:
    return (BundlePart.county == bundle.county, BundlePart.bundle_id == bundle.id)


def _sent() -> ColumnElement[bool]:
    return and_(BundlePart.county == Submission.county, BundlePart.submission_id == Submission.id)


_BY: dict[Which, ColumnElement[bool]] = {
    Which.ALL: true(),
    Which.FAULTY: BundlePart.error_count > 0,
    Which.PENDING: and_(Submission.state.in_(REVIEWABLE), Submission.pending_count > 0),
}
