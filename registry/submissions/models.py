"""What is kept of a roster on its way."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column

from registry.db import Instant, Model

_CURRENT = text("is_current AND file_sha256 IS NOT NULL")


class Submission(Model):
    """A roster of one union: a draft first, fixed once submitted.

    `is_current`: the same file for the same union and kind is this submission; it ends when the
    submission is withdrawn or superseded, or a row of it is sent back or rejected.
    JSON columns: `columns` and `file_findings`, `skipped`, `answers` as read from the file.
    `layout` is what the clerk said of its sheet and columns, None where nobody was asked.
    """

    __tablename__ = "submission"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(64))  # the union's place, for queues over a subtree
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    is_current: Mapped[bool] = mapped_column(Boolean)
    parent_id: Mapped[int | None] = mapped_column(BigInteger)  # whose rows it takes up again
    # FILE, FORM, FOLLOW_UP, ABSENCE, ANSWERS or BUNDLE
    source: Mapped[str] = mapped_column(String(12))
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    file_bytes: Mapped[int | None] = mapped_column(BigInteger)
    original: Mapped[str | None] = mapped_column(String(40))  # name of the sealed original
    format: Mapped[str | None] = mapped_column(String(8))
    sheet: Mapped[str | None] = mapped_column(String(255))
    header_row: Mapped[int | None] = mapped_column(Integer)
    columns: Mapped[str] = mapped_column(Text, default="[]")
    file_findings: Mapped[str] = mapped_column(Text, default="[]")
    skipped: Mapped[str] = mapped_column(Text, default="[]")
    answers: Mapped[str] = mapped_column(Text, default="{}")
    is_read: Mapped[bool] = mapped_column(Boolean, default=False)  # all rows are stored and judged
    total_count: Mapped[int] = mapped_column(Integer, default=0)
    ok_count: Mapped[int] = mapped_column(Integer, default=0)
    warning_count: Mapped[int] = mapped_column(Integer, default=0)
    error_count: Mapped[int] = mapped_column(Integer, default=0)
    skipped_count: Mapped[int] = mapped_column(Integer, default=0)
    # live members whom a roster of everybody leaves out
    missing_count: Mapped[int] = mapped_column(Integer, default=0)
    pending_count: Mapped[int] = mapped_column(Integer, default=0)
    employees: Mapped[int | None] = mapped_column(Integer)  # of a draft: as typed so far
    was_sent_back: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_by: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_by: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    # `submissions.risk`, for the order of the queue
    risk: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    # the reviewer who works on it, and since when
    assigned_to: Mapped[int | None] = mapped_column(BigInteger)
    assigned_at: Mapped[datetime | None] = mapped_column(Instant)
    # when the original was deleted because its time was over; its hash stays
    original_removed_at: Mapped[datetime | None] = mapped_column(Instant)
    layout: ClassVar[Any]

    __table_args__ = (
        CheckConstraint(
            "state IN ('DRAFT', 'WITHDRAWN') OR submitted_by IS NOT NULL", "submitted_by"
        ),
        CheckConstraint("(submitted_by IS NULL) = (submitted_at IS NULL)", "submitted"),
        CheckConstraint("(state = 'CLOSED') = (closed_at IS NOT NULL)", "closed"),
        CheckConstraint("state <> 'CLOSED' OR pending_count = 0", "pending"),
        Index(
            "ix_submission_current",
            "county",
            "union_code",
            "kind",
            "file_sha256",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        Index("ix_submission_union", "county", "union_code", "id"),
        Index("ix_submission_queue", "county", "state", "submitted_at", "id"),
        Index("ix_submission_id", "id"),
    )


class DraftLayout(Model):
    """What the clerk said of a file's sheet and columns, as JSON: reading it again understands the
    same."""

    __tablename__ = "draft_layout"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    said: Mapped[str] = mapped_column(Text)


Submission.layout = column_property(
    select(DraftLayout.said)
    .where(DraftLayout.county == Submission.county, DraftLayout.submission_id == Submission.id)
    .correlate_except(DraftLayout)
    .scalar_subquery()
)


class RememberedColumn(Model):
    """What a union calls a column of its rosters, as its clerk confirmed it.

    `label` is normalised, or says how a column is known that its label does not tell
    (`registry.roster.layout`); `field` is None for a column that is not taken.
    """

    __tablename__ = "remembered_column"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    label: Mapped[str] = mapped_column(String(60), primary_key=True)
    field: Mapped[str | None] = mapped_column(String(40))
    confirmed_by: Mapped[int] = mapped_column(BigInteger)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)


class SubmissionRow(Model):
    """One roster row.

    `sealed` holds what the file said, the clerk's edits and everything with full numbers; `clean`
    the other judged fields; `document_sealed` and `mobile_sealed` are bound to the person and so
    can be copied into the register unopened.
    """

    __tablename__ = "submission_row"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(12))
    worst: Mapped[str] = mapped_column(String(8))  # ok, warning, error
    match: Mapped[str | None] = mapped_column(String(12))
    change: Mapped[str] = mapped_column(String(2))  # codes/membership_change.csv
    changed_on: Mapped[str | None] = mapped_column(String(10))
    change_reason: Mapped[str | None] = mapped_column(String(4))
    person_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    full_name: Mapped[str | None] = mapped_column(String(200))
    document_kind: Mapped[str | None] = mapped_column(String(2))
    document_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mobile_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mobile_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    clean: Mapped[str] = mapped_column(Text)
    filled: Mapped[int] = mapped_column(SmallInteger)
    findings: Mapped[str | None] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_fields: Mapped[str | None] = mapped_column(Text)  # JSON, for CHANGED
    decision_id: Mapped[int | None] = mapped_column(BigInteger)
    follow_up_id: Mapped[int | None] = mapped_column(BigInteger)  # the draft that takes the row up
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        ForeignKeyConstraint(["county", "submission_id"], ["submission.county", "submission.id"]),
        CheckConstraint(
            "(state IN ('APPROVED', 'SENT_BACK', 'REJECTED', 'REVOKED'))"
            " = (decision_id IS NOT NULL)",
            "decided",
        ),
        CheckConstraint(
            "state NOT IN ('PENDING', 'APPROVED') OR (worst <> 'error' AND person_key IS NOT NULL)",
            "good",
        ),
        Index("ix_submission_row_worst", "county", "submission_id", "worst", "row"),
        Index("ix_submission_row_person", "county", "submission_id", "person_key"),
    )


class FindingCount(Model):
    """In how many rows of a roster a rule found something when its file was read, on which day; for
    no rule (`""`) all its rows.
    """

    __tablename__ = "finding_count"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    rule: Mapped[str] = mapped_column(String(48), primary_key=True)
    union_code: Mapped[str] = mapped_column(String(16))
    day: Mapped[date] = mapped_column(Date)
    row_count: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        ForeignKeyConstraint(["county", "submission_id"], ["submission.county", "submission.id"]),
        # Holds all that is asked: the table itself is not read.
        Index("ix_finding_count_day", "county", "day", "union_code", "rule", "row_count"),
    )


class Correction(Model):
    """One step of correcting a draft, kept until the draft is sent or given up.

    `sealed` holds what stood there before (`undoing.Kept`); `what` says it in words without full
    numbers; `place` is what the clerk was looking at.
    """

    __tablename__ = "correction"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    what: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(120))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "submission_id"], ["submission.county", "submission.id"]),
    )
