"""What is kept of a roster on its way."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

_CURRENT = text("is_current AND file_sha256 IS NOT NULL")


class Submission(Model):
    """A roster of one union: a draft first, fixed once submitted.

    `is_current`: the same file for the same union and kind is this submission; it ends when the
    submission is withdrawn or superseded, or a row of it is sent back or rejected.
    JSON columns: `columns` and `file_findings`, `skipped`, `answers` as read from the file.
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
    source: Mapped[str] = mapped_column(String(12))  # FILE, FORM, FOLLOW_UP or BUNDLE
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
    # live members whom a full roster leaves out
    missing_count: Mapped[int] = mapped_column(Integer, default=0)
    pending_count: Mapped[int] = mapped_column(Integer, default=0)
    employees: Mapped[int | None] = mapped_column(Integer)
    was_sent_back: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_by: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_by: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

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
            "(state IN ('APPROVED', 'SENT_BACK', 'REJECTED')) = (decision_id IS NOT NULL)",
            "decided",
        ),
        CheckConstraint(
            "state NOT IN ('PENDING', 'APPROVED') OR (worst <> 'error' AND person_key IS NOT NULL)",
            "good",
        ),
        Index("ix_submission_row_worst", "county", "submission_id", "worst", "row"),
        Index("ix_submission_row_person", "county", "submission_id", "person_key"),
    )
