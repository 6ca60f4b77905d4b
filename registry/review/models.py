"""What is kept of decisions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model


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
    """One act of a reviewer on some rows of one submission; the rows name it. Append-only."""

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
