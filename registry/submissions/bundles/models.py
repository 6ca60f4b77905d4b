"""What is kept of one workbook for many unions."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

_CURRENT = text("is_current")


class Bundle(Model):
    """One workbook for many unions of a place.

    `is_current`: the same file for the same place is this bundle; it ends with a refusal or when it
    is cancelled. `total_count` is the rows of the file: those of the parts, those left out by a
    person and those skipped. JSON columns as in `Submission`.
    """

    __tablename__ = "bundle"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(64))
    is_bulk: Mapped[bool] = mapped_column(Boolean)  # a county's: read within the bulk limits
    state: Mapped[str] = mapped_column(String(12))
    is_current: Mapped[bool] = mapped_column(Boolean)
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64))
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    original: Mapped[str | None] = mapped_column(String(40))  # name of the sealed original
    format: Mapped[str | None] = mapped_column(String(8))
    sheet: Mapped[str | None] = mapped_column(String(255))
    header_row: Mapped[int | None] = mapped_column(Integer)
    columns: Mapped[str] = mapped_column(Text, default="[]")
    file_findings: Mapped[str] = mapped_column(Text, default="[]")
    skipped: Mapped[str] = mapped_column(Text, default="[]")
    total_count: Mapped[int] = mapped_column(Integer, default=0)
    row_count: Mapped[int] = mapped_column(Integer, default=0)  # rows with a person
    skipped_count: Mapped[int] = mapped_column(Integer, default=0)
    left_out_count: Mapped[int] = mapped_column(Integer, default=0)
    good_count: Mapped[int] = mapped_column(Integer, default=0)
    error_count: Mapped[int] = mapped_column(Integer, default=0)
    digest: Mapped[str | None] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[int | None] = mapped_column(BigInteger)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    # when the original was deleted because its time was over; its hash stays
    original_removed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", "confirmed"),
        CheckConstraint(
            "state <> 'DONE' OR (confirmed_by IS NOT NULL AND ended_at IS NOT NULL)", "done"
        ),
        Index(
            "ix_bundle_current",
            "county",
            "place",
            "file_sha256",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        Index("ix_bundle_place", "county", "place", "id"),
        Index("ix_bundle_id", "id"),
    )


class BundleName(Model):
    """A name as the file writes it, blank included, and the union that it means.

    `key` is the keyed hash of the whole text: who took the wrong column has numbers standing there.
    """

    __tablename__ = "bundle_name"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    bundle_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
    written: Mapped[str] = mapped_column(String(200))
    row_count: Mapped[int] = mapped_column(Integer)
    first_row: Mapped[int] = mapped_column(Integer)
    how: Mapped[str] = mapped_column(String(12))
    union_code: Mapped[str | None] = mapped_column(String(16))
    suggestions: Mapped[str] = mapped_column(Text, default="[]")  # JSON: codes, nearest first

    __table_args__ = (
        ForeignKeyConstraint(["county", "bundle_id"], ["bundle.county", "bundle.id"]),
        CheckConstraint("(union_code IS NULL) = (how IN ('OPEN', 'LEFT_OUT'))", "union"),
    )


class BundlePart(Model):
    """What a bundle holds of one union: the submission of its good rows, the draft of the others.

    The draft is the submission's follow-up, or stands alone where no row is good.
    """

    __tablename__ = "bundle_part"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    bundle_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    path: Mapped[str] = mapped_column(String(64))
    submission_id: Mapped[int | None] = mapped_column(BigInteger)
    draft_id: Mapped[int | None] = mapped_column(BigInteger)
    is_counted: Mapped[bool] = mapped_column(Boolean, default=False)  # the counts below hold
    ok_count: Mapped[int] = mapped_column(Integer, default=0)
    warning_count: Mapped[int] = mapped_column(Integer, default=0)
    error_count: Mapped[int] = mapped_column(Integer, default=0)
    transfer_count: Mapped[int] = mapped_column(Integer, default=0)
    digest: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        ForeignKeyConstraint(["county", "bundle_id"], ["bundle.county", "bundle.id"]),
    )


class BundleGap(Model):
    """A run of rows that a person left out, by the name that stands in them."""

    __tablename__ = "bundle_gap"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    bundle_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)
    name: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        ForeignKeyConstraint(["county", "bundle_id"], ["bundle.county", "bundle.id"]),
    )
