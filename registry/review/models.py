"""What is kept of decisions."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

_WAITS = text("state = 'WAITING'")


class Verdict(StrEnum):
    """What was decided."""

    APPROVE = "APPROVE"
    SEND_BACK = "SEND_BACK"
    REJECT = "REJECT"
    REVOKE = "REVOKE"  # takes an approval back

    @property
    def label(self) -> str:
        """The verdict's name on the screen."""
        return {"APPROVE": "通过", "SEND_BACK": "退回", "REJECT": "驳回", "REVOKE": "撤销"}[self]


class Decision(Model):
    """One act of a reviewer on some rows of one submission; the rows name it. Append-only, and by a
    trigger never of who sent the submission.
    """

    __tablename__ = "decision"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    submission_id: Mapped[int] = mapped_column(BigInteger)
    verdict: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(24))
    note: Mapped[str | None] = mapped_column(String(500))
    row_count: Mapped[int] = mapped_column(Integer)
    decided_by: Mapped[int] = mapped_column(BigInteger)
    decided_at: Mapped[datetime] = mapped_column(Instant)
    # Made by the losing union or a federation that settles, not by the roster's reviewer.
    by_transfer: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # The approval that this one takes back, whole or in part.
    revokes_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["county", "submission_id"], ["submission.county", "submission.id"]),
        CheckConstraint("(verdict = 'APPROVE') = (reason IS NULL)", "reason"),
        Index("ix_decision_submission", "county", "submission_id", "id"),
    )


class Sample(Model):
    """The persons of a submission who are called back. `seed` is 64 hexadecimal digits: with it
    anyone can draw the same rows again (`registry.review.sampling`).
    """

    __tablename__ = "sample"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seed: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    drawn_from: Mapped[int] = mapped_column(Integer)  # rows that waited then
    drawn_by: Mapped[int] = mapped_column(BigInteger)
    drawn_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "submission_id"], ["submission.county", "submission.id"]),
    )


class SampledRow(Model):
    """One person of a sample, and what the call came to."""

    __tablename__ = "sampled_row"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    result: Mapped[str | None] = mapped_column(String(12))
    note: Mapped[str | None] = mapped_column(String(200))
    called_by: Mapped[int | None] = mapped_column(BigInteger)
    called_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "submission_id"], ["sample.county", "sample.submission_id"]
        ),
        CheckConstraint("(result IS NULL) = (called_by IS NULL)", "called"),
        CheckConstraint("(result IS NULL) = (called_at IS NULL)", "called_at"),
        CheckConstraint("result IN ('TRUE', 'FALSE', 'UNREACHED')", "result"),
    )


class IdentityCase(Model):
    """A doubt about who somebody is, and what was decided (`registry.review.identities`).

    `member_id` is the member it is about; `other_id` a second record; `submission_id` and `row` the
    roster row that raised it. `person_key`, `full_name`, `document_kind` and `document_sealed` say
    who the member should be, those of `former_` who it was before. `path` is that of the nearest
    federation above all of them. `opened_by` is None where the register itself found it.
    """

    __tablename__ = "identity_case"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    doubt: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    ruling: Mapped[str | None] = mapped_column(String(12))
    path: Mapped[str] = mapped_column(String(64))
    union_code: Mapped[str] = mapped_column(String(16))
    member_id: Mapped[int | None] = mapped_column(BigInteger)
    other_id: Mapped[int | None] = mapped_column(BigInteger)
    submission_id: Mapped[int | None] = mapped_column(BigInteger)
    row: Mapped[int | None] = mapped_column(Integer)
    person_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    full_name: Mapped[str | None] = mapped_column(String(50))
    document_kind: Mapped[str | None] = mapped_column(String(2))
    document_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    former_name: Mapped[str | None] = mapped_column(String(50))
    former_kind: Mapped[str | None] = mapped_column(String(2))
    former_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # What a merger did to memberships: the one that ended, the one that went on for it.
    ended_id: Mapped[int | None] = mapped_column(BigInteger)
    begun_id: Mapped[int | None] = mapped_column(BigInteger)
    why: Mapped[str | None] = mapped_column(String(500))
    opened_by: Mapped[int | None] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    note: Mapped[str | None] = mapped_column(String(500))
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_note: Mapped[str | None] = mapped_column(String(500))
    undone_by: Mapped[int | None] = mapped_column(BigInteger)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("state IN ('WAITING', 'DONE', 'WITHDRAWN', 'UNDONE')", "state"),
        CheckConstraint("(state IN ('DONE', 'UNDONE')) = (ruling IS NOT NULL)", "ruling"),
        CheckConstraint("(ruling IS NULL) = (decided_at IS NULL)", "decided"),
        CheckConstraint("(state = 'UNDONE') = (undone_at IS NOT NULL)", "undone"),
        CheckConstraint(
            "doubt <> 'ASKED' OR ruling IS NULL"
            " OR (opened_by IS NOT NULL AND decided_by IS NOT NULL AND opened_by <> decided_by)",
            "four_eyes",
        ),
        Index("ix_identity_case_desk", "county", "state", "path", "id"),
        Index("ix_identity_case_member", "county", "member_id", "id"),
        Index(
            "ix_identity_case_open",
            "county",
            "member_id",
            "other_id",
            "doubt",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )


class PaperTurn(Model):
    """The sealed summary sheet of a submission came in, or that was taken back. Append-only.

    The turns of a submission are numbered from 1 and alternate: with an odd number it came in.
    """

    __tablename__ = "paper_turn"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    received_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(String(500))  # why it was taken back
    recorded_by: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "submission_id"], ["submission.county", "submission.id"]),
        CheckConstraint("(number % 2 = 1) = (received_on IS NOT NULL)", "received"),
        CheckConstraint("received_on IS NOT NULL OR note IS NOT NULL", "note"),
    )
